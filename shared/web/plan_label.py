"""The plan and edition that the top bar names, read anew only every few seconds."""

import contextlib
import time
from collections.abc import Callable

from pymongo.errors import PyMongoError

from shared.web.language import t

_KEEP_SECONDS = 10.0


class PlanLabel:
    """Names the year and edition of a plan; "" when there is none yet.

    :param read: returns year and edition of the newest plan.
    """

    def __init__(self, read: Callable[[], tuple[int, int] | None]) -> None:
        self._read = read
        self._known: tuple[int, int] | None = None
        self._until = 0.0

    def __call__(self) -> str:
        """Return the name in the reader's language."""
        if time.monotonic() >= self._until:
            self._ask()
        if self._known is None:
            return ""
        year, edition = self._known
        return t("shell.plan", year=year, n=edition)

    def _ask(self) -> None:
        # The page that says that the database is down has a top bar too.
        with contextlib.suppress(PyMongoError):
            self._known = self._read()
        self._until = time.monotonic() + _KEEP_SECONDS
