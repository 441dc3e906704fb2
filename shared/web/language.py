"""The reader's language and the texts in it."""

from collections.abc import Callable
from typing import cast

from flask import Flask, current_app, g, has_request_context, request

from shared.texts import DEFAULT_LOCALE, LOCALES, Texts
from shared.web.identity import find

COOKIE = "cchc_lang"
_NAME = "cchc.texts"


def install(app: Flask, texts: Texts) -> None:
    """Give the application its texts."""
    app.extensions[_NAME] = texts


def texts() -> Texts:
    """Return the texts of the application that serves this request."""
    return cast("Texts", current_app.extensions[_NAME])


def language() -> str:
    """Return ``vi`` or ``en``: the cookie's choice, else the person's, else Vietnamese."""
    if not has_request_context():
        return DEFAULT_LOCALE
    if "language" not in g:
        person = None if request.cookies.get(COOKIE) in LOCALES else find()
        chosen = request.cookies.get(COOKIE) if person is None else person.locale
        g.language = chosen if chosen in LOCALES else DEFAULT_LOCALE
    return cast("str", g.language)


def t(key: str, /, **params: object) -> str:
    """Return a text in the reader's language."""
    return texts().get(key, language(), **params)


def translator() -> Callable[..., str]:
    """Return :func:`t` bound to the reader's language, for a page that asks some hundred times."""
    found, locale = texts(), language()

    def told(key: str, /, **params: object) -> str:
        return found.get(key, locale, **params)

    return told
