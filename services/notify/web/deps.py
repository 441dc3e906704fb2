"""What the views of notify are given; the composition root installs it once."""

import dataclasses
from collections.abc import Callable
from typing import cast

from flask import Flask, current_app

from services.notify.domain.deliveries import Delivery
from services.notify.queries import Queries
from shared.calendar import WorkingCalendar
from shared.clock import BusinessClock

_NAME = "cchc.notify"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """Reads, the two acts, and what pages need to speak.

    :param take_receipt: delivery id, Kannel's kind.
    :param resend: delivery id, officer id.
    :param receipt_secret: checks the signature of a receipt.
    :param tasks_url: base address of the pages about tasks.
    """

    queries: Queries
    take_receipt: Callable[[str, int], object]
    resend: Callable[[str, str], Delivery]
    clock: BusinessClock
    calendar: WorkingCalendar
    receipt_secret: str
    tasks_url: str


def install(app: Flask, value: Deps) -> None:
    """Give the application its dependencies."""
    app.extensions[_NAME] = value


def deps() -> Deps:
    """Return the dependencies of the application that serves this request."""
    return cast("Deps", current_app.extensions[_NAME])
