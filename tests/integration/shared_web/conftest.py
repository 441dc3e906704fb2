"""A web that is nothing but the shell and a few views, each of which can go wrong in its way."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, flash, redirect, render_template_string, request
from pymongo.errors import ServerSelectionTimeoutError

from dev.secrets_kept import IdentityKeys
from shared.clock import BusinessClock, FixedClock, SystemClock
from shared.web import create_app, public, roles, signed_in
from shared.web.identity import Identify, current
from tests.visitors import Visitor, person, web_config

SECRET = "a-secret-inside-the-error"
_PAGE = (
    '{% extends "layout.html" %}{% block title %}Trang{% endblock %}'
    '{% block content %}<form method="post">{{ csrf_field() }}</form>'
    "{{ icon('send') }}{% endblock %}"
)

MakeSite = Callable[..., Flask]


def make_site(
    keys: IdentityKeys,
    *,
    service: str = "scoring",
    development: bool = True,
    identify: Identify | None = None,
) -> Flask:
    app = create_app(
        "shared.web",
        web_config(service, keys.public, development=development),
        clock=BusinessClock(FixedClock(SystemClock().now())),
        texts=[],
        identify=identify,
    )
    app.config["MAX_CONTENT_LENGTH"] = 1000
    app.secret_key = "signs what is flashed"
    _add_views(app)
    return app


def _add_views(app: Flask) -> None:
    @app.get("/mo")
    @public
    def anybody() -> str:
        return render_template_string(_PAGE)

    @app.get("/trong/<code>")
    @signed_in
    def inside(code: str) -> str:
        return f"{current().name} {code}"

    @app.post("/ghi")
    @signed_in
    def write() -> Any:
        flash(request.form.get("text", ""))
        return redirect("/mo", 303)

    @app.post("/cong-khai")
    @public
    def public_form() -> str:
        return request.form.get("text", "")

    @app.route("/duyet", methods=["GET", "POST"])
    @roles("appraiser", "leader")
    def decide() -> str:
        return "decided"

    @app.get("/vo")
    @app.get("/api/vo", endpoint="api_break")
    @public
    def breaks() -> str:
        raise RuntimeError(SECRET)

    @app.get("/mat")
    @app.get("/api/mat", endpoint="api_down")
    @public
    def down() -> str:
        raise ServerSelectionTimeoutError("mongodb.internal:27017: timed out")


@pytest.fixture
def site(identity_keys: IdentityKeys) -> Flask:
    return make_site(identity_keys)


@pytest.fixture
def officer(site: Flask, identity_keys: IdentityKeys) -> Visitor:
    return Visitor(site, identity_keys, person("officer"))


@pytest.fixture
def stranger(site: Flask, identity_keys: IdentityKeys) -> Visitor:
    return Visitor(site, identity_keys)
