"""What guards every answer and every form: headers, and the token that a form must repeat."""

import hmac
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request

from shared.web.config import WebConfig
from shared.web.identity import find
from shared.web.language import t
from shared.web.problems import Problem

CSRF_FIELD = "csrf_token"
CSRF_HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def install(app: Flask, config: WebConfig) -> None:
    """Check forms before their view, and set the headers of every answer."""
    policy = _policy(config)
    app.before_request(_check_form)

    @app.after_request
    def set_headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if not config.development:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if not headers.get("Cache-Control"):
            # A page names a person's work: no shared cache keeps it, the browser asks again.
            headers["Cache-Control"] = "private, no-cache"
        return response


def csrf_token() -> str:
    """Return what forms of this session must repeat; "" when nobody is signed in."""
    person = find()
    return person.csrf if person else ""


def _check_form() -> None:
    """Refuse an act that did not come from a page of this session.

    The API checks its own: there a bearer token needs none. A public form (sign-in) has no
    session yet; what the browser tells of the sender must do.
    """
    if request.method in _SAFE or request.path.startswith("/api/"):
        return
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise _refused()
    view = current_app.view_functions.get(request.endpoint or "")
    person = find()
    if person is None or getattr(view, "guard", None) == "public":
        return
    given = request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD, "")
    if not hmac.compare_digest(given.encode("utf-8", "replace"), person.csrf.encode()):
        raise _refused()


def _refused() -> Problem:
    return Problem(HTTPStatus.FORBIDDEN, code="csrf", detail=t("shell.error.csrf"))


def _policy(config: WebConfig) -> str:
    """Return the content security policy: nothing inline, nothing from elsewhere."""
    addresses = config.addresses
    ours = {
        f"{part.scheme}://{part.netloc}"
        for url in (addresses.tasks_url, addresses.scoring_url, addresses.notify_url)
        if (part := urlsplit(url)).netloc
    }
    forms = " ".join(["'self'", *sorted(ours)])
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " font-src 'self'; connect-src 'self'; manifest-src 'self';"
        f" form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
    )
