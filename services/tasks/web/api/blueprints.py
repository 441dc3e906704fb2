"""The only door to flask-smorest, which has no types: blueprints as this API uses them."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast

import marshmallow as ma
from flask import Flask
from flask_smorest import Api as _Api  # type: ignore[import-untyped]
from flask_smorest import Blueprint as _Blueprint

from services.tasks.web.api.parser import PARSER

_View = TypeVar("_View", bound=Callable[..., Any])
_Decorator = Callable[[_View], _View]
Schema = ma.Schema | type[ma.Schema]


class Blueprint(Protocol):
    """What a module of the API asks of its blueprint; documentation follows from it."""

    def route(self, rule: str, *, methods: list[str] = ...) -> _Decorator[Any]:
        """Register the view under the address."""
        ...

    def arguments(self, schema: Schema, *, location: str = "json") -> _Decorator[Any]:
        """Check what is sent and give it as the view's first argument."""
        ...

    def response(self, status_code: int, schema: Schema) -> _Decorator[Any]:
        """Write what the view returns."""
        ...

    def alt_response(self, status_code: int, *, schema: Schema) -> _Decorator[Any]:
        """Describe an answer that the view writes itself."""
        ...

    def doc(self, **described: Any) -> _Decorator[Any]:
        """Describe more of the view."""
        ...

    def register_error_handler(
        self, code_or_exception: type[Exception], f: Callable[[Any], Any]
    ) -> None:
        """Answer an error."""
        ...


class _Described(_Blueprint):  # type: ignore[misc] # no types
    ARGUMENTS_PARSER = PARSER


class Api(_Api):  # type: ignore[misc] # no types
    """flask-smorest without its own error answers: the service speaks problem+json."""

    def __init__(self, app: Flask, security_schemes: dict[str, Any]) -> None:
        components = {"components": {"securitySchemes": security_schemes}}
        super().__init__(app, spec_kwargs=components)

    def _register_error_handlers(self) -> None:
        """Leave the application's handlers alone; each blueprint brings ours."""

    def add(self, blueprint: Blueprint, prefix: str) -> None:
        """Register a blueprint and describe its views."""
        self.register_blueprint(blueprint, url_prefix=prefix)

    def described(self) -> dict[str, Any]:
        """Return the OpenAPI description."""
        spec: dict[str, Any] = self.spec.to_dict()
        return spec


def blueprint(name: str, import_name: str, description: str) -> Blueprint:
    """Return a blueprint of the API."""
    made = _Described(name, import_name, description=description, template_folder="templates")
    return cast("Blueprint", made)
