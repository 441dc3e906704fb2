"""Every process of the architecture is supervised, and every command of the documents exists."""

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dev.documents.catalogue import subscriptions
from dev.settings import PROCESSES
from services.notify import __main__ as notify
from services.scoring import __main__ as scoring
from services.tasks import __main__ as tasks

ROOT = Path(__file__).parents[2]
PARSERS: dict[str, Callable[[], argparse.ArgumentParser]] = {
    "tasks": tasks._parser,  # noqa: SLF001 - what the command line understands
    "scoring": scoring._parser,  # noqa: SLF001 - the same
    "notify": notify._parser,  # noqa: SLF001 - the same
}
PIPELINES = {"republish", "dead", "rewind"}


def commands(service: str) -> set[str]:
    parser = PARSERS[service]()
    found: Any = next(a for a in parser._actions if a.dest == "command")  # noqa: SLF001 - the same
    return set(found.choices)


def documented(name: str, pattern: str) -> set[str]:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    return set(re.findall(pattern, text, flags=re.MULTILINE))


def test_the_supervisor_runs_the_processes_of_the_architecture() -> None:
    wanted = documented("architecture.md", r"^\| (\w+-(?:web|worker)) \|")

    assert wanted == set(PROCESSES)
    assert documented("operations.md", r"^\| (\w+-(?:web|worker)) \|") == wanted


@pytest.mark.parametrize("process", PROCESSES)
def test_each_process_is_a_command_of_its_service(process: str) -> None:
    service, _, kind = process.partition("-")

    assert kind in commands(service)


@pytest.mark.parametrize("service", PARSERS)
def test_each_service_prepares_itself_and_serves_its_pipelines(service: str) -> None:
    assert commands(service) >= {"web", "worker", "init"} | PIPELINES


def test_the_commands_of_the_operations_page_exist() -> None:
    named = documented("operations.md", r"services\.(\w+) ([a-z-]+)")
    general = documented("operations.md", r"services\.<s(?:ervice)?> ([a-z-]+)")

    assert len(named) >= 8
    assert [pair for pair in named if pair[1] not in commands(pair[0])] == []
    assert all(general <= commands(service) for service in PARSERS)


def test_the_groups_of_the_operations_page_are_those_that_subscribe() -> None:
    groups = {reader.group for reader in subscriptions()}

    assert documented("operations.md", r"`(\w+\.(?:recompute|plan|project))`") == groups


def test_the_loops_of_the_architecture_page_are_those_that_run() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for service in PARSERS:
        line = next(row for row in page.splitlines() if row.startswith(f"| {service}-worker |"))
        said = set(re.findall(r"(?:\| |· )([a-z]+)(?= \(| ·| \|)", line))
        code = (ROOT / "services" / service / "worker.py").read_text(encoding="utf-8")
        named = set(re.findall(r'"([a-z]+)": (?:\w+\.run|self\.\w+(?:\.run)?|sweep)\b', code))
        assert len(named) >= 3, service
        assert named <= said, service
