"""The web application of tasks: common shell, API, pages."""

import dataclasses
import hashlib
import secrets
from collections.abc import Sequence
from pathlib import Path

from flask import Flask

from services.tasks.config import OidcSettings
from services.tasks.queries import plans
from services.tasks.usecases.files import MAX_MEGABYTES
from services.tasks.web.api import register_api
from services.tasks.web.deps import Deps, install
from services.tasks.web.files import MOST_FILES
from services.tasks.web.identity import identify
from services.tasks.web.oidc import Oidc
from services.tasks.web.pages import register_pages
from shared.web import WebConfig, create_app
from shared.web.plan_label import PlanLabel

_MEGABYTE = 1024 * 1024


def make_app(
    dependencies: Deps,
    config: WebConfig,
    *,
    texts: Sequence[Path],
    max_file_megabytes: int = MAX_MEGABYTES,
    oidc: OidcSettings | None = None,
) -> Flask:
    """Return the application.

    :param texts: catalogues of this service; the shell brings its own.
    :param oidc: the OpenID provider, None for passwords alone.
    :param max_file_megabytes: largest evidence file; a form may bring several.
    """
    app = create_app(
        "services.tasks.web",
        config,
        clock=dependencies.clock,
        texts=list(texts),
        identify=identify,
        plan_label=PlanLabel(lambda: plans.newest(dependencies.database)),
    )
    _allow_flashes(app, dependencies)
    app.config["MAX_CONTENT_LENGTH"] = (MOST_FILES * max_file_megabytes + 1) * _MEGABYTE
    if oidc is not None:
        dependencies = dataclasses.replace(dependencies, oidc=Oidc(app, oidc))
    install(app, dependencies)
    register_api(app)
    register_pages(app, dependencies)
    return app


def _allow_flashes(app: Flask, dependencies: Deps) -> None:
    """Let a page say after a redirect what happened: one signed cookie with that sentence.

    Its key follows from the identity key, so that all pods and restarts have the same.
    """
    key_file = dependencies.identity_key_file
    secret = key_file.read_bytes() if key_file else secrets.token_bytes(32)
    app.secret_key = hashlib.sha256(b"flash|" + secret).digest()
    app.config.update(
        SESSION_COOKIE_NAME="cchc_flash",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=not dependencies.development,
    )
