"""Addresses of static files that change with their content, so that browsers may keep them."""

import functools
import hashlib
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for
from markupsafe import Markup

_YEAR = 365 * 24 * 3600


@functools.cache
def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def asset(name: str, blueprint: str = "shell") -> str:
    """Return the address of a static file of the shell, or of a blueprint, with its fingerprint."""
    folder = Path(current_app.blueprints[blueprint].static_folder or "")
    return url_for(f"{blueprint}.static", filename=name, v=_fingerprint(folder / name))


def icon(name: str) -> Markup:
    """Return an icon of the sprite; it says nothing to readers, the word beside it does.

    Made once for each name: a board draws some hundred.
    """
    made: dict[str, Markup] = current_app.extensions.setdefault("cchc.icons", {})
    if name not in made:
        sprite = asset("vendor/icons.svg")
        made[name] = Markup(
            '<svg class="icon" aria-hidden="true" focusable="false" width="16" height="16">'
            '<use href="{}#{}"/></svg>'
        ).format(sprite, name)
    return made[name]


def install(app: Flask) -> None:
    """Let browsers keep what has a fingerprint."""

    @app.after_request
    def keep(response: Response) -> Response:
        # A font is named by the style sheet, which cannot say its fingerprint.
        lasting = "v" in request.args or request.path.endswith(".woff2")
        if (request.endpoint or "").endswith("static") and lasting:
            response.cache_control.no_cache = None
            response.cache_control.public = True
            response.cache_control.immutable = True
            response.cache_control.max_age = _YEAR
        return response
