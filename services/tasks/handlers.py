"""Which fact of the other services goes to which use case: group ``tasks.project``."""

from collections.abc import Callable
from typing import Any

from services.tasks.usecases.projections import Projections
from shared.consumer import Subscription
from shared.events import notify, scoring
from shared.events.envelope import Event

GROUP = "tasks.project"


def subscription(projections: Projections) -> Subscription:
    """Return what tasks reads of the other services."""
    return Subscription(
        group=GROUP,
        topics=(scoring.TOPIC, notify.TOPIC),
        catalogue=scoring.CATALOGUE | notify.CATALOGUE,
        handlers={
            scoring.STATUS_CHANGED: _data(projections.keep_chip),
            notify.DELIVERY_CHANGED: _data(projections.keep_notice),
        },
    )


def _data(keep: Callable[[Any], None]) -> Callable[[Event], None]:
    return lambda event: keep(event.data)
