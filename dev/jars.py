"""Kafka's jars: fetched once from Maven's public repository into the cache, checked by checksum.

``kafka_jars.txt`` holds a SHA-256 for each file; anything else is refused. ``python -m dev.jars``
fetches them anew and writes the list, after the version below was changed.
"""

import hashlib
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from dev.faults import StackError

_ENDPOINT = "org.apache.kafka:kafka_2.13:4.1.0"
_LOCK = Path(__file__).with_name("kafka_jars.txt")
MEGABYTES = 45


def read_lock() -> dict[str, str]:
    """Return file name → SHA-256."""
    rows = (line.split() for line in _LOCK.read_text().splitlines() if line)
    return {name: digest for digest, name in rows}


def ensure_jars(cache: Path, say: Callable[[str], None]) -> Path:
    """Return the folder with the jars, fetched if it is not there yet.

    The folder appears whole or not at all, and bears the lock's digest in its name.

    :raises StackError: when they cannot be fetched, or one is not what the lock says.
    """
    lock = read_lock()
    name = hashlib.sha256(_LOCK.read_bytes()).hexdigest()[:12]
    folder = cache / f"kafka-{name}"
    if folder.exists():
        return folder
    say(f"Fetching Kafka: {len(lock)} files, {MEGABYTES} MB, once")
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix="fetching-") as made:
        jars = Path(made) / "jars"
        _fetch(Path(made), jars)
        _check(jars, lock)
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


def main() -> int:
    """Fetch what the version above names and write the lock."""
    with tempfile.TemporaryDirectory() as made:
        jars = Path(made) / "jars"
        _fetch(Path(made), jars)
        lines = sorted(f"{_digest(jar)}  {jar.name}" for jar in jars.iterdir())
    lines.sort(key=lambda line: line.split()[1])
    _LOCK.write_text("\n".join(lines) + "\n")
    print(f"{len(lines)} files locked")
    return 0


if __name__ == "__main__":
    sys.exit(main())
