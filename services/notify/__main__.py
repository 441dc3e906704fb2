"""``python -m services.notify web|worker|init`` and the commands of its pipelines."""

import argparse
import sys
from collections.abc import Callable, Mapping

from services.notify import metrics
from services.notify.bootstrap import House
from services.notify.config import Settings, SettingsError
from shared import logs, runtime
from shared.commands import PIPELINE_COMMANDS, add_pipeline_commands, run_pipeline_command


def main(arguments: list[str] | None = None) -> int:
    """Run one process or command; return the exit code (2 for wrong settings)."""
    parsed = _parser().parse_args(arguments)
    try:
        settings = Settings.from_env(web=parsed.command == "web")
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - logs are not set up yet
        return 2
    logs.configure("notify", parsed.command, settings.process.log_level)
    if parsed.command == "web":
        from services.notify.bootstrap.web import serve  # noqa: PLC0415 - a worker needs no web

        serve(settings)
        return 0
    house = House(settings)
    if parsed.command in PIPELINE_COMMANDS:
        return run_pipeline_command(parsed, house.client, house.database, house.subscriptions())
    return _COMMANDS[parsed.command](house)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="services.notify")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("web", help="serve the reminder pages and take receipts")
    commands.add_parser("worker", help="plan and send reminders")
    commands.add_parser("init", help="create collections and indexes")
    add_pipeline_commands(commands)
    return parser


def _init(house: House) -> int:
    house.prepare()
    return 0


def _worker(house: House) -> int:
    house.prepare()
    runtime.work(
        house.settings.process,
        loops=house.worker().loops(),
        checks=house.checks(),
        metrics=metrics.PIPELINE,
    )
    return 0


_COMMANDS: Mapping[str, Callable[[House], int]] = {"init": _init, "worker": _worker}


if __name__ == "__main__":
    sys.exit(main())
