"""Indicators and their measurements: documents ↔ domain, saved under their version."""

from typing import Any

from pymongo.database import Database

from services.tasks.domain.errors import NotFoundError
from services.tasks.domain.permissions import Matter
from shared.events.tasks import IndicatorDefined, MeasurementState, MeasurementStatus, Series
from shared.mongo import Document, StaleVersionError, from_document, to_document

_WAITING = frozenset({MeasurementStatus.REPORTED, MeasurementStatus.RETURNED})
_COUNTING = frozenset({MeasurementStatus.APPROVED, MeasurementStatus.LOCKED})


def state_of(document: Document) -> MeasurementState:
    """Return the measurement of a document."""
    return from_document(MeasurementState, document)


def indicator_of(document: Document) -> IndicatorDefined:
    """Return the indicator of a document."""
    return from_document(IndicatorDefined, document)


def indicator_matter(indicator: Document, plan: Document) -> Matter:
    """Return what the permission table asks about an indicator's figures."""
    return Matter(
        plan_id=indicator["plan_id"],
        agency_code=indicator["lead_agency"],
        lead_agency=indicator["lead_agency"],
        appraisers=tuple(plan["appraisers_now"]),
    )


class Measurements:
    """Reads and saves measurements; call :meth:`save` inside ``atomically``."""

    def __init__(self, database: "Database[Document]") -> None:
        self._indicators = database["indicators"]
        self._rows = database["measurements"]

    def indicator(self, indicator_id: str) -> Document:
        """Return an indicator's document.

        :raises NotFoundError: when there is none.
        """
        found = self._indicators.find_one({"_id": indicator_id})
        if found is None:
            raise NotFoundError("error.not_found")
        return found

    def get(self, measurement_id: str) -> Document:
        """Return a measurement's document.

        :raises NotFoundError: when there is none.
        """
        found = self._rows.find_one({"_id": measurement_id})
        if found is None:
            raise NotFoundError("error.not_found")
        return found

    def unfinished(self, indicator_id: str, period: str, tier: str | None) -> Document | None:
        """Return the measurement of a series that waits or was returned, if there is one."""
        series = Series(indicator_id=indicator_id, period=period, tier=tier)
        return self._rows.find_one({"waits_for": _key(series)})

    def counting(self, series: Series) -> Document | None:
        """Return the measurement of the series that counts now, if there is one."""
        return self._rows.find_one({"counts_for": _key(series)})

    def save(self, before: Document | None, after: MeasurementState, **beside: Any) -> Document:
        """Save a new or changed measurement and return its document.

        :raises StaleVersionError: when somebody else was faster.
        """
        counts = _key(after.series) if after.state in _COUNTING else None
        waits = _key(after.series) if after.state in _WAITING else None
        changed = {**to_document(after), "counts_for": counts, "waits_for": waits, **beside}
        if before is None:
            created = {"_id": after.measurement_id, **changed}
            self._rows.insert_one(created)
            return created
        done = self._rows.update_one(
            {"_id": after.measurement_id, "version": before["version"]}, {"$set": changed}
        )
        if not done.matched_count:
            raise StaleVersionError(self.get(after.measurement_id))
        return {**before, **changed}


def _key(series: Series) -> str:
    return f"{series.indicator_id}|{series.period}|{series.tier or ''}"
