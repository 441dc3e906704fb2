"""Kafka's jars: fetched once from Maven's public repository into the cache, checked by checksum.

``kafka_jars.txt`` holds a SHA-256 for each file; anything else is refused. ``python -m dev.jars
fetch <cache>`` fetches them; ``python -m dev.jars lock`` writes the list anew, after the version
below was changed.
"""

import argparse
import hashlib
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from dev.faults import StackError

_ENDPOINT = "org.apache.kafka:kafka_2.13:4.1.0"
_LOCK = Path(__file__).with_name("kafka_jars.txt")
MEGABYTES = 45


def read_lock() -> dict[str, str]:
    """Return file name → SHA-256."""
    rows = (line.split() for line in _LOCK.read_text().splitlines() if line)
    return {name: digest for digest, name in rows}


def folder_of(cache: Path) -> Path:
    """Return where the jars lie; the name bears the lock's digest."""
    return cache / f"kafka-{hashlib.sha256(_LOCK.read_bytes()).hexdigest()[:12]}"


def ensure_jars(cache: Path) -> Path:
    """Return the folder with the jars, fetched if it is not there yet; it appears whole.

    :raises StackError: when they cannot be fetched, or one is not what the lock says.
    """
    folder = folder_of(cache)
    if folder.exists():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix="fetching-") as made:
        jars = Path(made) / "jars"
        _fetch(Path(made), jars)
        _check(jars, read_lock())
        if not folder.exists():  # another run may have been faster
            jars.replace(folder)
    return folder


def _fetch(scratch: Path, jars: Path) -> None:
    try:
        from jgo.env import EnvironmentBuilder  # noqa: PLC0415 - takes a while, needed once
        from jgo.maven import MavenContext, PythonResolver  # noqa: PLC0415
    except ImportError as error:
        raise StackError("jgo is missing: delete the folder .venv and start again.") from error
    context = MavenContext(resolver=PythonResolver(), repo_cache=scratch / "m2", local_repos=[])
    try:
        built = EnvironmentBuilder(context, cache_dir=scratch / "built").from_endpoint(_ENDPOINT)
    except Exception as error:
        raise StackError(
            f"Kafka cannot be fetched from Maven's public repository ({error}): connect this"
            " machine to the network once, or set KAFKA_BOOTSTRAP_SERVERS to a Kafka of your own."
        ) from error
    jars.mkdir()
    for found in Path(built.path).rglob("*.jar"):
        shutil.copyfile(found, jars / found.name)


def _check(jars: Path, lock: dict[str, str]) -> None:
    found = {jar.name: _digest(jar) for jar in jars.iterdir()}
    wrong = sorted(name for name in found.keys() | lock.keys() if found.get(name) != lock.get(name))
    if wrong:
        raise StackError(
            f"Kafka's files are not those of dev/kafka_jars.txt ({', '.join(wrong[:3])}):"
            " do not use this network, or set KAFKA_BOOTSTRAP_SERVERS to a Kafka of your own."
        )


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def main(arguments: Sequence[str] | None = None) -> int:
    """Fetch into a cache, or write the lock; return the exit code."""
    parser = argparse.ArgumentParser(prog="dev.jars")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("fetch").add_argument("cache", type=Path)
    commands.add_parser("lock")
    given = parser.parse_args(arguments)
    try:
        if given.command == "fetch":
            ensure_jars(given.cache)
        else:
            _write_lock()
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _write_lock() -> None:
    with tempfile.TemporaryDirectory() as made:
        jars = Path(made) / "jars"
        _fetch(Path(made), jars)
        digests = {jar.name: _digest(jar) for jar in jars.iterdir()}
    lines = [f"{digests[name]}  {name}\n" for name in sorted(digests)]
    _LOCK.write_text("".join(lines))
    print(f"{len(lines)} files locked")


if __name__ == "__main__":
    sys.exit(main())
