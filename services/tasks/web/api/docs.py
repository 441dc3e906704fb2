"""``/api/openapi.json`` for programs and ``/api/docs`` for people: one page, no script."""

from typing import Any

from flask import Flask, render_template

from services.tasks.web.api.blueprints import Api
from services.tasks.web.auth import public

_SPEC_VIEW = "api-docs.openapi_json"


def publish(app: Flask, api: Api) -> None:
    """Open the description to everybody: it holds no data of the plan."""
    given = app.view_functions[_SPEC_VIEW]

    @public
    def openapi_json() -> Any:
        return given()

    @public
    def api_docs() -> str:
        return render_template("api_docs.html", spec=api.described())

    app.view_functions[_SPEC_VIEW] = openapi_json
    app.add_url_rule("/api/docs", "api_docs", api_docs)
