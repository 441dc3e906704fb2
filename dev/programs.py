"""The programs that the stack keeps running, and how each tells that it does its work."""

import http.client
import sys

from dev import ports
from dev.environment import Environments
from dev.kafka import KafkaServer
from dev.mongodb import MongoServer
from dev.settings import PROCESSES, StackSettings
from dev.supervisor import Program

MONGODB, KAFKA, INBOX = "mongodb", "kafka", "inbox"
_PROBE_SECONDS = 3


def mongodb(server: MongoServer) -> Program:
    return Program(name=MONGODB, command=server.command, log=server.log, ready=server.is_ready)


def kafka(server: KafkaServer) -> Program:
    return Program(name=KAFKA, command=server.command, log=server.log, ready=server.is_ready)


def inbox(environments: Environments, settings: StackSettings) -> Program:
    return Program(
        name=INBOX,
        command=lambda: [sys.executable, "-m", "dev.inbox"],
        log=settings.log(INBOX),
        ready=lambda: ports.answers(settings.inbox_port),
        env=environments.inbox(),
    )


def processes(environments: Environments, settings: StackSettings) -> list[Program]:
    """Return the six processes of the product."""
    return [_process(name, environments, settings) for name in PROCESSES]


def _process(name: str, environments: Environments, settings: StackSettings) -> Program:
    service, _, kind = name.partition("-")
    env = environments.of(name)
    # The operations port of a web opens before its pages do.
    needed = [settings.ops(name), *([int(env["PORT"])] if kind == "web" else [])]
    return Program(
        name=name,
        command=lambda: [sys.executable, "-m", f"services.{service}", kind],
        log=settings.log(name),
        ready=lambda: all(map(ports.answers, needed)) and _is_ready(settings.ops(name)),
        env=env,
    )


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection(ports.LOOPBACK, port, timeout=_PROBE_SECONDS)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
