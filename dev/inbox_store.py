"""What arrived at the inbox: kept in memory, written as JSON lines, newest first."""

import contextlib
import dataclasses
import threading
from pathlib import Path

import msgspec

_KEPT = 2000


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One e-mail or SMS as the far end received it; ``at`` is ISO 8601 of the system clock."""

    id: str
    channel: str
    at: str
    sender: str
    to: str
    subject: str
    text: str
    html: str = ""
    message_id: str = ""
    parts: int = 1
    receipts: tuple[int, ...] = ()


class InboxStore:
    """Remembers messages over a restart.

    A message that changes (an SMS whose receipt went out) is written again; the last line counts.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._messages: dict[str, Arrived] = {}
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)  # addresses are personal data, in development too
        for line in file.read_bytes().splitlines():
            with contextlib.suppress(msgspec.DecodeError):  # the last line of a killed process
                message = msgspec.json.decode(line, type=Arrived)
                self._messages[message.id] = message

    def put(self, message: Arrived) -> None:
        with self._lock:
            self._messages[message.id] = message
            with self._file.open("ab") as file:
                file.write(msgspec.json.encode(message) + b"\n")

    def receipted(self, message_id: str, kind: int) -> None:
        """Note that a receipt of that kind was taken by the sender of an SMS."""
        message = self._messages[message_id]
        self.put(dataclasses.replace(message, receipts=(*message.receipts, kind)))

    def newest(self, limit: int = _KEPT) -> list[Arrived]:
        with self._lock:
            return list(reversed(self._messages.values()))[:limit]
