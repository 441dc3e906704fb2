"""Serves a web with gunicorn: one worker, sixteen threads, and more pods for more load.

One worker needs neither the multi-process mode of the metrics client nor drivers that survive a
fork; the application is made inside the worker, after the fork.
"""

import gc
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from flask import Flask
from gunicorn.app.base import BaseApplication
from pymongo import MongoClient

from shared import mongo
from shared.health import OpsServer
from shared.mongo import Document
from shared.settings import AddressSettings, ProcessSettings

THREADS = 16
_GRACE_SECONDS = 10
_HEARTBEAT_SECONDS = 60


class Parts(Protocol):
    """The parts of a web's process, as far as serving needs to know them."""

    client: "MongoClient[Document]"

    def close(self) -> None:
        """Let the database go."""


_Parts = TypeVar("_Parts", bound=Parts)


def serve_process(
    process: ProcessSettings,
    addresses: AddressSettings,
    *,
    parts: Callable[[], _Parts],
    app: Callable[[_Parts], Flask],
) -> None:
    """Serve a web until told to stop; the operations port is open meanwhile.

    :param parts: makes the parts in the worker, because a client of the database does not
        survive a fork.
    :param app: makes the application on them.
    """
    made: list[_Parts] = []
    operations: list[OpsServer] = []

    def started() -> None:
        made.append(parts())
        check = {"mongodb": lambda: mongo.ping(made[0].client)}
        operations.append(OpsServer(process.ops_host, process.ops_port, check))
        operations[0].start()

    def stopped() -> None:
        for server in operations:
            server.stop()
        for one in made:
            one.close()

    serve(
        lambda: app(made[0]),
        addresses.host,
        addresses.port,
        on_worker_start=started,
        on_worker_stop=stopped,
    )


def serve(
    factory: Callable[[], Flask],
    host: str,
    port: int,
    *,
    on_worker_start: Callable[[], None],
    on_worker_stop: Callable[[], None],
) -> None:
    """Serve until SIGTERM or SIGINT; requests under way get ten seconds to end.

    :param factory: makes the application; called once in the worker.
    :param on_worker_start: called in the worker before the application is made.
    :param on_worker_stop: called in the worker when it ends.
    """
    _Server(
        factory,
        {
            "bind": f"{host}:{port}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": THREADS,
            "timeout": _HEARTBEAT_SECONDS,
            "graceful_timeout": _GRACE_SECONDS,
            "keepalive": 5,
            # A read-only file system refuses gunicorn's control socket in the home folder.
            "control_socket_disable": True,
            "worker_tmp_dir": "/dev/shm",  # noqa: S108 - heartbeat file, never on a slow disk
            "logger_class": "shared.web.server_logs.Logger",
            # What is loaded before the fork stays shared with the worker: the collector would
            # write to every page of it.
            "pre_fork": lambda _server, _worker: gc.freeze(),
            "post_fork": lambda _server, _worker: on_worker_start(),
            "worker_exit": lambda _server, _worker: on_worker_stop(),
        },
    ).run()


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, factory: Callable[[], Flask], options: dict[str, Any]) -> None:
        self._factory = factory
        self._given = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._given.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._factory()
