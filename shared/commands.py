"""Commands that every service has for its pipelines: republish, dead letters, positions."""

import argparse
import json
import sys
from collections.abc import Mapping

from pymongo import MongoClient
from pymongo.database import Database

from shared import dead_letters
from shared.clock import SystemClock
from shared.consumer import Subscription
from shared.events.envelope import Event, EventDecodeError
from shared.mongo import Document, atomically
from shared.outbox import republish

PIPELINE_COMMANDS = frozenset({"republish", "dead", "rewind"})


def add_pipeline_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``republish``, ``dead list|replay`` and ``rewind`` to a service's command line."""
    commands.add_parser("republish", help="send the whole journal to Kafka again")
    dead = commands.add_parser("dead", help="list or replay the dead letters of a group")
    dead.add_argument("act", choices=["list", "replay"])
    dead.add_argument("group")
    dead.add_argument("ids", nargs="*", help="letters to replay; none means all of the group")
    rewind = commands.add_parser(
        "rewind", help="forget a group's position, so that it reads its topics from the beginning"
    )
    rewind.add_argument("group")


def run_pipeline_command(
    arguments: argparse.Namespace,
    client: "MongoClient[Document]",
    database: "Database[Document]",
    subscriptions: Mapping[str, Subscription],
) -> int:
    """Run one of the commands above and return the exit code.

    :param subscriptions: group → subscription of this service; other groups are refused.
    """
    if arguments.command == "republish":
        print(f"{republish(database)} events will be sent again")  # noqa: T201 - a command's answer
        return 0
    subscription = subscriptions.get(arguments.group)
    if subscription is None:
        known = ", ".join(sorted(subscriptions))
        print(f"no group {arguments.group!r} here; known: {known}", file=sys.stderr)  # noqa: T201
        return 2
    if arguments.command == "rewind":
        return _rewind(database, arguments.group)
    if arguments.act == "list":
        for letter in dead_letters.listed(database, arguments.group):
            print(json.dumps(letter, ensure_ascii=False))  # noqa: T201 - a command's answer
        return 0
    return _replay(client, database, subscription, arguments.ids)


def _rewind(database: "Database[Document]", group: str) -> int:
    gone = database["consumer_positions"].delete_many({"_id": {"$regex": f"^{group}\\|"}})
    print(f"{gone.deleted_count} positions forgotten; restart the worker")  # noqa: T201
    return 0


def _replay(
    client: "MongoClient[Document]",
    database: "Database[Document]",
    subscription: Subscription,
    ids: list[str],
) -> int:
    wanted = ids or [letter["id"] for letter in dead_letters.listed(database, subscription.group)]
    failed = 0
    for identity in wanted:
        try:
            atomically(client, lambda i=identity: _replay_one(database, subscription, i))  # type: ignore[misc]
        except (KeyError, EventDecodeError) as error:
            failed += 1
            print(f"{identity}: {error}", file=sys.stderr)  # noqa: T201 - a command's answer
        else:
            print(f"{identity}: replayed")  # noqa: T201 - a command's answer
    return 1 if failed else 0


def _replay_one(database: "Database[Document]", subscription: Subscription, identity: str) -> None:
    def handle(event: Event) -> None:
        handler = subscription.handlers.get(event.type)
        if handler is None:
            raise EventDecodeError(f"{event.type} has no handler in {subscription.group}")
        handler(event)

    dead_letters.replay(
        database,
        subscription.group,
        catalogue=subscription.catalogue,
        handle=handle,
        identity=identity,
        clock=SystemClock(),
    )
