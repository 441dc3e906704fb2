"""Who acts in the invented history: the accounts of whoever holds the work on a day."""

import datetime as dt

from services.tasks.domain.planrows import AgencyRow, PlanFiles


class People:
    """Finds the demonstration account for an act."""

    def __init__(self, files: PlanFiles) -> None:
        self._agencies = {row.code: row for row in files.agencies}
        self._appraisers = files.plan.policies.appraisers

    def holder(self, code: str, day: dt.date) -> AgencyRow:
        """Return the agency itself, or the one that has taken its place by that day."""
        row = self._agencies[code]
        while row.valid_to is not None and row.valid_to < day and row.successor is not None:
            row = self._agencies[row.successor]
        return row

    def lasts(self, code: str, until: dt.date) -> bool:
        """Tell whether the agency exists until then, so that no merger takes its parts."""
        return self._agencies[code].valid_on(until)

    def last_day(self, code: str) -> dt.date | None:
        """Return the last day of an agency that somebody takes over from, else None."""
        row = self._agencies[code]
        return row.valid_to if row.successor is not None else None

    def worker(self, code: str, day: dt.date, *, head: bool) -> str:
        """Return the account of the officer or the head who works for an agency's part."""
        kind = "lanhdao" if head else "canbo"
        return f"{self.holder(code, day).code.lower()}.{kind}"

    def appraiser(self, code: str, day: dt.date) -> str:
        """Return an appraiser who may decide: never of the agency that holds the work.

        Appraisers keep their names when their agency is succeeded.
        """
        held_by = self.holder(code, day).code
        free = (name for name in self._appraisers if self.holder(name, day).code != held_by)
        return f"{next(free).lower()}.thamdinh"
