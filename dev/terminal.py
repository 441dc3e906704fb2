"""What the stack says to the person at the terminal."""

import os
import sys

from dev.settings import StackSettings
from shared.clock import Clock, SystemClock

_DEFAULT_PASSWORD = "cchc-demo-2025"  # noqa: S105 - everybody may know it: the README says it


class Terminal:
    """Says sentences with the seconds since the start."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._began = self._clock.now()

    def say(self, sentence: str) -> None:
        gone = (self._clock.now() - self._began).total_seconds()
        print(f"[{gone:5.1f} s] {sentence}", flush=True)

    def complain(self, sentences: str) -> None:
        print(f"\n{sentences}", file=sys.stderr, flush=True)

    def welcome(self, settings: StackSettings, clock: str) -> None:
        """Tell addresses and accounts, when everything runs."""
        self.say("Everything runs")
        rows = [
            ("Board", settings.address(settings.port)),
            ("Indicators", f"{settings.address(settings.scoring_port)}/chi-tieu"),
            ("Reminders", f"{settings.address(settings.notify_port)}/nhac-viec"),
            ("API", f"{settings.address(settings.port)}/api/docs"),
        ]
        if settings.development:
            rows.append(("E-mail, SMS", settings.address(settings.inbox_port)))
        rows += [("Operations", f"{settings.address(settings.ops_port)}/metrics and up")]
        rows += [("Logs", str(settings.log("*"))), ("Clock", clock)]
        if settings.demonstration:
            password = os.environ.get("DEMO_PASSWORD", _DEFAULT_PASSWORD)
            rows += [
                ("Accounts", "admin   lanhdao   snv.thamdinh   vpubnd.thamdinh"),
                ("", "snv25.canbo   snv25.lanhdao   and so on for each agency"),
                ("Password", password),
            ]
        else:
            rows.append(("Accounts", "the first one is made by: make admin"))
        print()
        for name, value in rows:
            print(f"  {name:<12} {value}")
        print("\n  Ctrl-C stops everything.\n", flush=True)
