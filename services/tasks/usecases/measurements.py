"""Acts on the figures of an indicator: each is one transaction of state, history and outbox."""

from collections.abc import Callable
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.tasks import metrics
from services.tasks.domain import measurement as rules
from services.tasks.domain.assignment import By
from services.tasks.domain.errors import WrongStateError
from services.tasks.domain.measurement import Decided, Figure
from services.tasks.domain.permissions import Act, Actor, require
from services.tasks.store.assignments import difference, open_plan
from services.tasks.store.measurements import Measurements as Store
from services.tasks.store.measurements import indicator_matter, indicator_of, state_of
from services.tasks.usecases.acts import by_actor
from shared.clock import BusinessClock
from shared.events.tasks import (
    TOPIC,
    MeasurementState,
    MeasurementStatus,
    measurement_type,
)
from shared.ids import new_id
from shared.mongo import Document, StaleVersionError, atomically
from shared.outbox import Outbox

_Rule = Callable[[MeasurementState, By], Decided]
_WAITING = frozenset({MeasurementStatus.REPORTED.value})


class Measurements:
    """The use cases of a measurement; errors are those of the rules.

    :param clock: the business clock.
    """

    def __init__(
        self,
        client: "MongoClient[Document]",
        database: "Database[Document]",
        *,
        outbox: Outbox,
        clock: BusinessClock,
    ) -> None:
        self._client = client
        self._plans = database["plans"]
        self._history = database["history"]
        self._store = Store(database)
        self._outbox = outbox
        self._clock = clock

    def report(
        self,
        actor: Actor,
        indicator_id: str,
        *,
        period: str,
        tier: str | None,
        figure: Figure,
        note: str = "",
        demonstration: bool = False,
    ) -> Document:
        """Report a figure; a returned one of the same series is reported again.

        :raises DomainError: not this person, wrong form, or one of this series waits already.
        """
        by, measurement_id, line_id = by_actor(actor, self._clock), new_id(), new_id()

        def work() -> Document:
            indicator_document = self._store.indicator(indicator_id)
            plan = open_plan(self._plans, indicator_document["plan_id"])
            require(Act.MEASURE, actor, indicator_matter(indicator_document, plan))
            indicator = indicator_of(indicator_document)
            earlier = self._store.unfinished(indicator_id, period, tier)
            if earlier is not None and earlier["state"] in _WAITING:
                raise WrongStateError("error.measurement_waiting", period=period)
            if earlier is not None:
                before = state_of(earlier)
                decided = rules.report_again(before, indicator, figure, by)
            else:
                before = None
                decided = rules.report(
                    indicator, figure, by, measurement_id=measurement_id, period=period, tier=tier
                )
            beside = {
                "plan_id": indicator.plan_id,
                "code": indicator.code,
                "note": note,
                "reported_by": by.officer_id,
                "agency_code": indicator.lead_agency,
                "decided_by": None,
                "reason": None,
            }
            saved = self._store.save(earlier, decided.state, **beside)
            self._tell(
                before,
                decided.state,
                actor,
                saved,
                line_id=line_id,
                text=note or None,
                demonstration=demonstration,
            )
            self._outbox.append(TOPIC, measurement_type(decided.event), decided.state)
            return saved

        with metrics.counted(Act.MEASURE):
            try:
                return atomically(self._client, work)
            except DuplicateKeyError:  # two people reported the series at once
                raise WrongStateError("error.measurement_waiting", period=period) from None

    def approve(
        self,
        actor: Actor,
        measurement_id: str,
        *,
        version: int | None = None,
        demonstration: bool = False,
    ) -> Document:
        """Let a figure count; the earlier one of its series is replaced."""

        def rule(state: MeasurementState, by: By) -> Decided:
            earlier = self._store.counting(state.series)
            if earlier is not None and earlier["state"] == MeasurementStatus.LOCKED.value:
                raise WrongStateError("error.period_locked", period=state.series.period)
            return rules.approve(state, by, earlier=state_of(earlier) if earlier else None)

        return self._decide(
            Act.APPROVE_MEASUREMENT,
            rule,
            actor,
            measurement_id,
            version=version,
            reason=None,
            demonstration=demonstration,
        )

    def return_(
        self,
        actor: Actor,
        measurement_id: str,
        *,
        reason: str,
        version: int | None = None,
        demonstration: bool = False,
    ) -> Document:
        """Send a figure back with a reason."""
        return self._decide(
            Act.RETURN_MEASUREMENT,
            lambda state, by: rules.return_(state, by, reason=reason),
            actor,
            measurement_id,
            version=version,
            reason=reason,
            demonstration=demonstration,
        )

    def withdraw(
        self,
        actor: Actor,
        measurement_id: str,
        *,
        reason: str,
        version: int | None = None,
        demonstration: bool = False,
    ) -> Document:
        """Take a figure away with a reason."""
        return self._decide(
            Act.WITHDRAW_MEASUREMENT,
            lambda state, by: rules.withdraw(state, by, reason=reason),
            actor,
            measurement_id,
            version=version,
            reason=reason,
            demonstration=demonstration,
        )

    def _decide(
        self,
        act: Act,
        rule: _Rule,
        actor: Actor,
        measurement_id: str,
        *,
        version: int | None,
        reason: str | None,
        demonstration: bool,
    ) -> Document:
        by, line_id, replaced_line_id = by_actor(actor, self._clock), new_id(), new_id()

        def work() -> Document:
            before = self._store.get(measurement_id)
            indicator = self._store.indicator(before["series"]["indicator_id"])
            plan = open_plan(self._plans, indicator["plan_id"])
            require(act, actor, indicator_matter(indicator, plan))
            if version is not None and before["version"] != version:
                raise StaleVersionError(before)
            state = state_of(before)
            decided = rule(state, by)
            if decided.replaced is not None:
                old = self._store.get(decided.replaced.measurement_id)
                saved_old = self._store.save(old, decided.replaced)
                self._tell(
                    state_of(old),
                    decided.replaced,
                    actor,
                    saved_old,
                    line_id=replaced_line_id,
                    text=None,
                    demonstration=demonstration,
                )
                self._outbox.append(TOPIC, measurement_type(decided.event), decided.replaced)
            saved = self._store.save(before, decided.state, decided_by=by.officer_id, reason=reason)
            self._tell(
                state,
                decided.state,
                actor,
                saved,
                line_id=line_id,
                text=reason,
                demonstration=demonstration,
            )
            self._outbox.append(TOPIC, measurement_type(decided.event), decided.state)
            return saved

        with metrics.counted(act):
            return atomically(self._client, work)

    def _tell(
        self,
        before: MeasurementState | None,
        after: MeasurementState,
        actor: Actor,
        saved: Document,
        *,
        line_id: str,
        text: str | None,
        demonstration: bool,
    ) -> None:
        old, new = difference(before, after) if before else ({}, _figure(saved))
        self._history.insert_one(
            {
                "_id": line_id,
                "plan_id": saved["plan_id"],
                "indicator_id": after.series.indicator_id,
                "measurement_id": after.measurement_id,
                "version": after.version,
                "act": f"measurement_{after.change.act}",
                "by": after.change.by,
                "by_agency": actor.agency_code,
                "acting_for": after.change.acting_for,
                "at": after.change.at,
                "why": after.change.why,
                "note": text,
                "before": old,
                "after": new,
                "demonstration": demonstration,
            }
        )


def _figure(saved: Document) -> dict[str, Any]:
    names = ("state", "value", "numerator", "denominator", "score", "rank", "of", "yes_no")
    return {name: saved[name] for name in names if saved.get(name) is not None}
