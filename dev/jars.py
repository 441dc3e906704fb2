"""Kafka's jars: fetched once from Maven's public repository into the cache, checked by checksum.

``kafka_jars.txt`` names each with its SHA-256; anything else is refused. ``python -m dev.jars
fetch <cache>`` fetches them; ``python -m dev.jars lock`` finds out anew what Kafka needs, after
the version below was changed, and writes the list.
"""

import argparse
import hashlib
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dev.faults import StackError

# With a logger that writes to standard error: without one a broken Kafka says nothing.
_ENDPOINT = "org.apache.kafka:kafka_2.13:4.1.0+org.slf4j:slf4j-simple:1.7.36"
_LOCK = Path(__file__).with_name("kafka_jars.txt")
_AT_ONCE = 8
MEGABYTES = 45

Show = Callable[[int, int], None]


def read_lock() -> dict[str, str]:
    """Return ``group:artifact:version`` → SHA-256."""
    rows = (line.split() for line in _LOCK.read_text().splitlines() if line)
    return {name: digest for digest, name in rows}


def folder_of(cache: Path) -> Path:
    """Return where the jars lie; the name bears the lock's digest."""
    return cache / f"kafka-{hashlib.sha256(_LOCK.read_bytes()).hexdigest()[:12]}"


def ensure_jars(cache: Path, show: Show = lambda _done, _all: None) -> Path:
    """Return the folder with the jars, fetched if it is not there yet; it appears whole.

    :param show: told how many of how many are there.
    :raises StackError: when they cannot be fetched, or one is not what the lock says.
    """
    folder = folder_of(cache)
    if folder.exists():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix="fetching-") as made:
        jars = Path(made) / "jars"
        jars.mkdir()
        _fetch(read_lock(), Path(made) / "m2", jars, show)
        if not folder.exists():  # another run may have been faster
            jars.replace(folder)
    return folder


def _fetch(lock: dict[str, str], scratch: Path, jars: Path, show: Show) -> None:
    from jgo.maven import MavenContext, PythonResolver  # noqa: PLC0415 - needed once

    context = MavenContext(resolver=PythonResolver(), repo_cache=scratch, local_repos=[])

    def fetch(name: str) -> Path:
        group, artifact, version = name.split(":")
        found: Path = context.project(group, artifact).at_version(version).artifact().resolve()
        return found

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        try:
            for number, (name, jar) in enumerate(zip(lock, pool.map(fetch, lock), strict=True)):
                if _digest(jar) != lock[name]:
                    raise StackError(
                        f"What came for {name} is not what dev/kafka_jars.txt says: do not trust"
                        " this network, or set KAFKA_BOOTSTRAP_SERVERS to a Kafka of your own."
                    )
                shutil.copyfile(jar, jars / jar.name)
                show(number + 1, len(lock))
        except (OSError, RuntimeError) as error:
            raise StackError(
                f"Kafka cannot be fetched from Maven's public repository ({error}): connect this"
                " machine to the network once, or set KAFKA_BOOTSTRAP_SERVERS to your own Kafka."
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def main(arguments: Sequence[str] | None = None) -> int:
    """Fetch into a cache, or write the lock; return the exit code."""
    parser = argparse.ArgumentParser(prog="dev.jars", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("fetch").add_argument("cache", type=Path)
    commands.add_parser("lock")
    given = parser.parse_args(arguments)
    try:
        if given.command == "fetch":
            ensure_jars(given.cache, _show)
        else:
            _write_lock()
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


def _write_lock() -> None:
    from jgo.env import EnvironmentBuilder  # noqa: PLC0415 - needed once
    from jgo.maven import MavenContext, PythonResolver  # noqa: PLC0415 - the same

    with tempfile.TemporaryDirectory() as made:
        cache = Path(made) / "m2"
        context = MavenContext(resolver=PythonResolver(), repo_cache=cache, local_repos=[])
        EnvironmentBuilder(context, cache_dir=Path(made) / "built").from_endpoint(_ENDPOINT)
        digests = {_name(jar.relative_to(cache)): _digest(jar) for jar in cache.rglob("*.jar")}
    _LOCK.write_text("".join(f"{digests[name]}  {name}\n" for name in sorted(digests)))
    print(f"{len(digests)} files locked")


def _name(place: Path) -> str:
    """Return the name of a jar by its place in a Maven repository."""
    *group, artifact, version, _file = place.parts
    return f"{'.'.join(group)}:{artifact}:{version}"


def _show(done: int, total: int) -> None:
    print(f"\r{done}/{total}", end="\n" if done == total else "", flush=True)


if __name__ == "__main__":
    sys.exit(main())
