"""The embedded stack: servers, plan, accounts, history, processes; started, watched, stopped."""

import contextlib
import datetime as dt
import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import msgspec

from dev import jars, programs, settings, times
from dev.environment import Environments
from dev.faults import StackError
from dev.kafka import KafkaServer
from dev.leftovers import Leftovers
from dev.mongodb import MongoServer
from dev.plan import PlanWords, read_words
from dev.secrets_kept import ensure_identity, ensure_secrets
from dev.settings import PROCESSES, StackSettings
from dev.supervisor import Supervisor
from dev.terminal import Terminal
from dev.topics import topics
from shared import kafka
from shared.lifecycle import Stop
from shared.settings import KafkaSettings, Reader

SERVICES = ("tasks", "scoring", "notify")
_SERVERS_SECONDS = 90
_PROCESSES_SECONDS = 90
_ROOM_BYTES = 1024**3
# Together below the fifteen seconds after which a stop must be over.
_STOP_SECONDS = (8.0, 2.5, 4.0)
_STOP_ORDER = (
    PROCESSES,
    (programs.INBOX,),
    (programs.KAFKA, programs.MONGODB),
)
# They keep up with the history while it is played, so that indicators change on their days.
# notify begins afterwards: nobody wants the reminders of half a year.
_DURING_HISTORY = ("tasks-web", "tasks-worker", "scoring-worker")


class Done(msgspec.Struct):
    """What was done in this folder, kept over restarts."""

    loaded: bool = False
    accounts: bool = False
    clock: str | None = None


class Stack:
    """One checkout's stack."""

    def __init__(self, given: StackSettings, terminal: Terminal, stop: Stop) -> None:
        self._settings = given
        self._terminal = terminal
        self._stop = stop
        self._simulated = False
        self._wanted_instant: dt.datetime | None = None
        self._done_file = given.local / "done.json"
        self._done = self._read_done()
        self._leftovers = Leftovers(given.local / "processes.json")
        self._supervisor = Supervisor(
            stop, cwd=settings.ROOT, leftovers=self._leftovers, say=terminal.say
        )

    def up(self) -> None:
        """Start everything, watch over it until told to stop, and stop it in order.

        :raises StackError: when something is missing, with what to do.
        :raises StoppedError: when told to stop before everything ran.
        """
        self._settings.local.mkdir(parents=True, exist_ok=True)
        with self._alone():
            self._leftovers.clear(self._stop, self._terminal.say)
            settings.check_ports(self._settings)
            self._check_room()
            try:
                self._start()
                self._supervisor.watch()
            finally:
                self._terminal.say("Stopping")
                self._supervisor.stop(_STOP_ORDER, seconds=_STOP_SECONDS)
                times.stand_still(self._settings.clock_file)
        self._terminal.say("Stopped; everything is kept in " + str(self._settings.local))

    # --- steps --------------------------------------------------------------------------------

    def _start(self) -> None:
        self._start_servers()
        self._prepare_clock()
        self._create_topics()
        self._initialize()
        self._load_plan()
        self._create_accounts()
        started = self._play_history()
        self._start_processes(started)
        self._terminal.welcome(self._settings, times.describe(self._clock_file))

    def _start_servers(self) -> None:
        names = []
        if self._mongodb is not None:
            self._terminal.say("Starting MongoDB")
            self._supervisor.start(programs.mongodb(self._mongodb))
            names.append(programs.MONGODB)
        if self._kafka is not None:
            self._fetch_jars()
            self._terminal.say("Starting Kafka")
            self._supervisor.start(programs.kafka(self._kafka))
            names.append(programs.KAFKA)
        # Node and the packages come while the servers start.
        self._supervisor.run(
            "The front-end", [sys.executable, "-m", "dev.frontend"], log=self._log("frontend")
        )
        self._supervisor.wait_ready(names, seconds=_SERVERS_SECONDS)

    def _fetch_jars(self) -> None:
        cache = self._settings.cache
        if not jars.folder_of(cache).exists():
            self._terminal.say(f"Fetching Kafka: {jars.MEGABYTES} MB, once")
            command = [sys.executable, "-m", "dev.jars", "fetch", str(cache)]
            self._supervisor.run("Fetching Kafka", command, log=None)

    def _prepare_clock(self) -> None:
        wanted = self._settings.clock or self._done.clock
        if wanted is None and not self._settings.demonstration:
            wanted = settings.NOW
        if self._settings.clock is not None:
            self._note(clock=self._settings.clock)
        self._simulated = self._settings.development and wanted != settings.NOW
        if self._simulated:
            times.begin(self._settings.clock_file, self._words.effective_on)
        elif self._settings.clock not in (None, settings.NOW):
            raise StackError("CLOCK: a database elsewhere runs on real time; leave CLOCK out.")
        self._wanted_instant = (
            settings.instant(wanted) if wanted not in (None, settings.NOW) else None
        )

    def _create_topics(self) -> None:
        replicas = 1 if self._kafka is not None else -1
        kafka.create_topics(self._kafka_settings, topics(replicas=replicas))

    def _initialize(self) -> None:
        self._terminal.say("Preparing the databases")
        self._supervisor.run_together(
            {
                f"init of {service}": (
                    _service(service, "init"),
                    self._environments.command(service),
                )
                for service in SERVICES
            },
            log=lambda _: self._log("init"),
        )

    def _load_plan(self) -> None:
        if self._done.loaded:
            return
        self._terminal.say(f"Loading the plan {self._words.slug}")
        day = ["--as-of", self._words.effective_on.isoformat()] if self._simulated else []
        self._supervisor.run(
            "Loading the plan",
            _service("tasks", "load-plan", str(settings.PLAN), *day),
            log=None,
            env=self._environments.command("tasks"),
        )
        self._note(loaded=True)

    def _create_accounts(self) -> None:
        if self._done.accounts or not self._settings.demonstration:
            return
        self._terminal.say("Creating the demonstration's accounts")
        self._supervisor.run(
            "Creating accounts",
            _service("tasks", "demo-accounts", self._words.slug),
            log=self._log("accounts"),
            env=self._environments.command("tasks"),
        )
        self._note(accounts=True)

    def _play_history(self) -> tuple[str, ...]:
        """Play the history unless it was played; return the processes started for it."""
        wanted = self._settings.demonstration and self._simulated
        if self._wanted_instant is not None and self._wanted_instant < self._words.history_ends:
            wanted = False
        started: tuple[str, ...] = ()
        if wanted and not times.history_is_played(self._settings.history_file):
            started = _DURING_HISTORY
            self._start_some(started)
            self._supervisor.wait_ready(started, seconds=_PROCESSES_SECONDS)
            self._terminal.say("Playing half a year of invented history, about a minute")
            tasks = self._settings.address(self._settings.port)
            command = [sys.executable, "-m", "dev.history", str(settings.PLAN), "--url", tasks]
            command += ["--state", str(self._settings.history_file)]
            environment = self._environments.command("tasks")
            self._supervisor.run("The history", command, log=None, env=environment)
        if self._simulated:
            times.run_on(self._settings.clock_file, self._wanted_instant)
        return started

    def _start_processes(self, started: tuple[str, ...]) -> None:
        self._terminal.say("Starting the processes")
        names = [name for name in PROCESSES if name not in started]
        if self._settings.development:
            self._supervisor.start(programs.inbox(self._environments, self._settings))
            names.append(programs.INBOX)
        self._start_some(tuple(name for name in PROCESSES if name not in started))
        self._supervisor.wait_ready(names, seconds=_PROCESSES_SECONDS)

    def _start_some(self, names: tuple[str, ...]) -> None:
        for program in programs.processes(self._environments, self._settings):
            if program.name in names:
                self._supervisor.start(program)

    # --- parts --------------------------------------------------------------------------------

    @cached_property
    def _words(self) -> PlanWords:
        return read_words(settings.PLAN)

    @cached_property
    def _mongodb(self) -> MongoServer | None:
        if self._settings.mongodb_uri is not None:
            return None
        return mongo_server(self._settings)

    @cached_property
    def _kafka(self) -> KafkaServer | None:
        given = self._settings
        if given.kafka_servers is not None:
            return None
        return KafkaServer(
            folder=given.local / "kafka",
            port=given.kafka_port,
            cache=given.cache,
            log=self._log("kafka"),
        )

    @cached_property
    def _kafka_settings(self) -> KafkaSettings:
        if self._kafka is None:
            return Reader().kafka()
        return KafkaSettings(bootstrap_servers=self._kafka.bootstrap_servers)

    @cached_property
    def _environments(self) -> Environments:
        local = self._settings.local
        return Environments(
            settings=self._settings,
            secrets=ensure_secrets(local / "secrets.json"),
            keys=ensure_identity(local / "identity"),
            mongodb_uri=self._mongodb_uri,
            kafka_servers=self._kafka_settings.bootstrap_servers,
            clock_file=self._clock_file,
            province=self._words.province,
        )

    @property
    def _clock_file(self) -> Path | None:
        return self._settings.clock_file if self._simulated else None

    def _mongodb_uri(self, service: str) -> str:
        if self._mongodb is None:
            return self._settings.mongodb_uri or ""
        return self._mongodb.uri(service)

    def _log(self, name: str) -> Path:
        return self._settings.log(name)

    # --- the folder ---------------------------------------------------------------------------

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the folder: the lock goes with the process, however that ends."""
        with held(self._settings.local):
            yield

    def _check_room(self) -> None:
        free = shutil.disk_usage(self._settings.local).free
        if free < _ROOM_BYTES:
            raise StackError(
                f"The disk of {self._settings.local} has only {free // 1024**2} MB left:"
                " free about 2 GB and start again."
            )

    def _read_done(self) -> Done:
        if not self._done_file.exists():
            return Done()
        return msgspec.json.decode(self._done_file.read_bytes(), type=Done)

    def _note(self, **changes: object) -> None:
        self._done = msgspec.structs.replace(self._done, **changes)
        temporary = self._done_file.with_suffix(".new")
        temporary.write_bytes(msgspec.json.encode(self._done))
        temporary.replace(self._done_file)


@contextlib.contextmanager
def held(local: Path) -> Iterator[None]:
    """Hold a folder alone.

    :raises StackError: when another stack holds it.
    """
    with (local / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise StackError(
                f"The stack of {local} runs already (process {file.read().strip()}):"
                " use it, or end it with Ctrl-C where it was started."
            ) from error
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def mongo_server(given: StackSettings) -> MongoServer:
    """Return the embedded MongoDB of a checkout."""
    return MongoServer(
        folder=given.local / "mongodb",
        port=given.mongodb_port,
        users=SERVICES,
        log=given.log("mongodb"),
    )


def _service(name: str, *words: str) -> list[str]:
    return [sys.executable, "-m", f"services.{name}", *words]
