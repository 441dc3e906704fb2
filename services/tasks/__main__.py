"""``python -m services.tasks web|worker`` and the commands of tasks."""

import argparse
import datetime as dt
import getpass
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from services.tasks.bootstrap import TEXTS, House
from services.tasks.config import Settings
from services.tasks.domain.errors import DomainError
from shared import logs
from shared.commands import PIPELINE_COMMANDS, add_pipeline_commands, run_pipeline_command
from shared.settings import SettingsError
from shared.texts import Texts

_REFUSED = 1
_WRONG_USE = 2


def main(arguments: list[str] | None = None) -> int:
    """Run one process or command; return the exit code (1 refused, 2 wrong settings or data)."""
    parsed = _parser().parse_args(arguments)
    try:
        settings = _settings(parsed.command)
    except SettingsError as error:
        _complain(str(error))
        return _WRONG_USE
    logs.configure("tasks", parsed.command, settings.process.log_level)
    if parsed.command == "web":
        return _web(settings)
    house = House(settings)
    try:
        return _run(house, parsed)
    except SettingsError as error:
        _complain(str(error))
        return _WRONG_USE
    except DomainError as error:
        _complain(_words(error))
        return _REFUSED
    finally:
        house.close()


def _web(settings: Settings) -> int:
    from services.tasks.bootstrap.web import serve  # noqa: PLC0415 - the worker needs no web

    try:
        serve(settings)
    except SettingsError as error:
        _complain(str(error))
        return _WRONG_USE
    return 0


def _run(house: House, parsed: argparse.Namespace) -> int:
    if parsed.command in PIPELINE_COMMANDS:
        return run_pipeline_command(parsed, house.client, house.database, house.subscriptions())
    return _COMMANDS[parsed.command](house, parsed)


def _settings(command: str) -> Settings:
    if command == "web":
        return Settings.for_web()
    return Settings.for_worker() if command == "worker" else Settings.for_command()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="services.tasks")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("web", help="serve the board and the API")
    commands.add_parser("worker", help="bring events to Kafka and take those of the others")
    commands.add_parser("init", help="create collections and indexes")
    load = commands.add_parser("load-plan", help="apply the plan of a folder, or go on with it")
    load.add_argument("folder", type=Path)
    load.add_argument(
        "--as-of", type=dt.date.fromisoformat, help="day of the load, e.g. 2024-12-24"
    )
    commands.add_parser("succession", help="move what ended agencies leave open to their heirs")
    admin = commands.add_parser("admin", help="create the first administrator")
    admin.add_argument("act", choices=["create"])
    admin.add_argument("--username", required=True)
    admin.add_argument("--name", required=True)
    admin.add_argument("--agency", default="")
    accounts = commands.add_parser("demo-accounts", help="create the accounts of the demonstration")
    accounts.add_argument("plan", help="the plan's slug")
    add_pipeline_commands(commands)
    return parser


def _init(house: House, _parsed: argparse.Namespace) -> int:
    house.prepare()
    return 0


def _worker(house: House, _parsed: argparse.Namespace) -> int:
    from services.tasks import worker  # noqa: PLC0415 - commands need no Kafka

    house.prepare()
    if house.settings.kafka is None:
        raise SettingsError("KAFKA_BOOTSTRAP_SERVERS is missing")
    worker.run(house.settings.process, house.settings.kafka, house.client, house.database)
    return 0


def _load_plan(house: House, parsed: argparse.Namespace) -> int:
    from services.tasks.planfiles import PlanFaultsError, read_edition  # noqa: PLC0415 - as above

    house.prepare()
    day = parsed.as_of or house.clock.today()
    try:
        edition = read_edition(parsed.folder, as_of=day, at=house.clock.now())
    except PlanFaultsError as error:
        _complain(str(error))
        return _WRONG_USE
    loaded = house.loader.apply(edition, progress=_show)
    _say(f"{loaded.made} rows made" if loaded.made else "nothing to do: the edition is applied")
    return 0


def _succession(house: House, _parsed: argparse.Namespace) -> int:
    for moved in house.successions.run():
        _say(
            f"{moved.agency} → {moved.successor}: {moved.reassigned} parts moved,"
            f" {moved.merged} merged, {moved.officers} officers"
        )
    return 0


def _admin(house: House, parsed: argparse.Namespace) -> int:
    """Ask for the password on the terminal, or take it from TASKS_ADMIN_PASSWORD."""
    house.prepare()
    password = os.environ.get("TASKS_ADMIN_PASSWORD") or getpass.getpass("Password: ")
    house.officers.create_first_administrator(
        username=parsed.username, name=parsed.name, password=password, agency_code=parsed.agency
    )
    _say(f"administrator {parsed.username} created")
    return 0


def _demo_accounts(house: House, parsed: argparse.Namespace) -> int:
    house.require_demonstration()
    password = os.environ.get("DEMO_PASSWORD", "cchc-demo-2025")
    made = house.officers.create_demonstration(parsed.plan, password)
    _say(f"{made} accounts created")
    return 0


_COMMANDS: Mapping[str, Callable[[House, argparse.Namespace], int]] = {
    "init": _init,
    "worker": _worker,
    "load-plan": _load_plan,
    "succession": _succession,
    "admin": _admin,
    "demo-accounts": _demo_accounts,
}


def _words(error: DomainError) -> str:
    texts = Texts.load([path for path in TEXTS if path.exists()])
    return texts.get(error.key, "en", **error.params)


def _show(done: int, total: int) -> None:
    sys.stderr.write(f"\r{done}/{total}")
    if done == total:
        sys.stderr.write("\n")


def _say(sentence: str) -> None:
    print(sentence)  # noqa: T201 - a command's answer


def _complain(sentence: str) -> None:
    print(sentence, file=sys.stderr)  # noqa: T201 - a command's answer


if __name__ == "__main__":
    sys.exit(main())
