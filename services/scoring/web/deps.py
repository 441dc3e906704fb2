"""What the views of scoring are given; the composition root installs it once."""

import dataclasses
from typing import cast

from flask import Flask, current_app

from services.scoring.queries import Queries
from shared.clock import BusinessClock
from shared.texts import Texts

_NAME = "cchc.scoring"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """Reads, words, and where the pages about tasks are.

    :param texts: scoring's own catalogue, for values, targets and reasons.
    :param tasks_url: base address of the pages about tasks, without a slash at its end.
    """

    queries: Queries
    texts: Texts
    clock: BusinessClock
    tasks_url: str


def install(app: Flask, value: Deps) -> None:
    """Give the application its dependencies."""
    app.extensions[_NAME] = value


def deps() -> Deps:
    """Return the dependencies of the application that serves this request."""
    return cast("Deps", current_app.extensions[_NAME])
