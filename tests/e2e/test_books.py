import collections
import json
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from shared.mongo import Document
from tests.e2e.chain import Chain, connected, eventually

_SERVICES = ("tasks", "scoring", "notify")
# A note concerns nobody outside; every other act is told.
_SILENT = {"noted"}
_BESIDE_STATE = {"version", "change"}
_QUIET_SECONDS = 120.0


def test_everything_written_is_told_and_everybody_knows_the_same(chain: Chain) -> None:
    with connected(chain.trial) as client:
        eventually(
            lambda: (
                not any(
                    client[name]["outbox"].find_one({"published_at": None}) for name in _SERVICES
                )
            ),
            "events that Kafka never took",
            _QUIET_SECONDS,
        )
        newest = _newest_events(client["tasks"]["outbox"].find({"type": {"$regex": "assignment"}}))
        owned = list(client["tasks"]["assignments"].find())

        # Every line of an act has its event, written in the same transaction.
        lines = client["tasks"]["history"].find(
            {"assignment_id": {"$exists": True}, "act": {"$nin": sorted(_SILENT)}}
        )
        silent = [line for line in lines if _key(line) not in newest.written]
        assert silent == []

        # The newest event says what the owner keeps, and the others keep the newest event.
        assert [row["_id"] for row in owned if _differs(row, newest.states[row["_id"]])] == []
        eventually(
            lambda: not _behind(client["notify"]["assignments"].find(), newest.states),
            "parts that notify knows otherwise",
        )
        leads = {key: state for key, state in newest.states.items() if state["role"] == "lead"}
        eventually(
            lambda: not _behind(client["scoring"]["parts"].find(), leads),
            "parts that scoring knows otherwise",
        )
        eventually(
            lambda: not _chips_behind(client),
            "chips that tasks shows otherwise than scoring decided",
        )
        assert [client[name]["dead_letters"].count_documents({}) for name in _SERVICES] == [0, 0, 0]


def test_no_copy_of_a_reminder_arrives_twice_and_none_is_lost(chain: Chain) -> None:
    with connected(chain.trial) as client:
        deliveries = client["notify"]["deliveries"]
        eventually(
            lambda: deliveries.find_one({"state": "queued"}) is None,
            "copies unsent",
            _QUIET_SECONDS,
        )
        arrived = collections.Counter(_arrived(chain))
        rows = list(deliveries.find({}, {"state": 1, "possible_duplicate": 1}))

    twice = [
        row for row in rows if arrived[row["_id"]] > 1 and not row.get("possible_duplicate", False)
    ]
    lost = [
        row for row in rows if row["state"] in ("accepted", "delivered") and not arrived[row["_id"]]
    ]
    assert twice == []
    assert lost == []
    assert len(rows) > 0


class _Events:
    """The assignment events of tasks' journal."""

    def __init__(self) -> None:
        self.states: dict[str, Mapping[str, Any]] = {}
        self.written: set[tuple[str, int]] = set()


def _newest_events(rows: Iterable[Document]) -> _Events:
    found = _Events()
    for row in rows:
        state = json.loads(row["body"])
        identity, version = state["assignment_id"], state["version"]
        found.written.add((identity, version))
        known = found.states.get(identity)
        if known is None or known["version"] < version:
            found.states[identity] = state
    return found


def _key(line: Document) -> tuple[str, int]:
    return line["assignment_id"], line["version"]


def _differs(row: Document, state: Mapping[str, Any]) -> bool:
    return any(row.get(name) != value for name, value in state.items() if name not in _BESIDE_STATE)


def _behind(rows: Iterable[Document], states: Mapping[str, Mapping[str, Any]]) -> list[str]:
    kept = {row["_id"]: row["version"] for row in rows}
    return [key for key, state in states.items() if kept.get(key) != state["version"]]


def _chips_behind(client: Any) -> list[str]:
    chips = {row["_id"]: row["revision"] for row in client["tasks"]["indicator_chips"].find()}
    statuses = client["scoring"]["statuses"].find()
    return [row["_id"] for row in statuses if chips.get(row["_id"]) != row["revision"]]


def _arrived(chain: Chain) -> Iterable[str]:
    """Yield the delivery of each message that ever arrived, from the inbox's own file."""
    ids: dict[str, str] = {}
    for line in (chain.trial.folder / "inbox" / "messages.jsonl").read_bytes().splitlines():
        message = msgspec.json.decode(line)
        ids[message["id"]] = message["message_id"].strip("<>").partition("@")[0]
    return ids.values()
