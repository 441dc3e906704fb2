"""The embedded MongoDB: a replica set of one member from a wheel, on loopback.

With a key file every service has a user of its own who may write to its own database alone; the
passwords are random and lie beside the data, readable by the owner. Without one (tests) anybody
may do anything.
"""

import dataclasses
import datetime as dt
import importlib.util
import re
import secrets
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from dev import children, ports
from dev.children import Child
from dev.faults import StackError
from shared.clock import SystemClock
from shared.lifecycle import Stop

_PACKAGE = "fiftyone"
_ROOT = "root"
_ALREADY_INITIALIZED = 23
_NOT_ALLOWED = 13  # from loopback too, once there is a user
_USER_EXISTS = 51003
_READY_SECONDS = 60
_OPLOG_MEGABYTES = 128
_PRIVATE = 0o600
_MISSING_LIBRARY = re.compile(r"loading shared libraries: ([\w.-]+)")
_KEY_MODE = 0o400

_Document = dict[str, Any]


def program() -> Path:
    """Return mongod from its wheel.

    :raises StackError: when there is no wheel for this platform.
    """
    found = importlib.util.find_spec(_PACKAGE)
    for place in found.submodule_search_locations or () if found else ():
        mongod = Path(place) / "db" / "bin" / "mongod"
        if mongod.exists():
            mongod.chmod(0o755)  # pip leaves the run bit out
            return mongod
    raise StackError(
        "There is no embedded MongoDB for this platform (Linux on x86-64 or ARM has one):"
        " set MONGODB_URI to a replica set of your own."
    )


@dataclasses.dataclass(slots=True, kw_only=True)
class MongoServer:
    """One server whose data lie in a folder.

    :param users: the services that get a user and a database of their own; none: no passwords.
    :param cache_megabytes: how much memory its cache may take.
    """

    folder: Path
    port: int
    users: Sequence[str] = ()
    cache_megabytes: int = 256
    log: Path

    @property
    def _key_file(self) -> Path:
        return self.folder / "key"

    @property
    def _passwords_file(self) -> Path:
        return self.folder / "passwords.json"

    def command(self) -> list[str | Path]:
        """Return what to start; the folder is ready afterwards.

        :raises StackError: when there is no wheel for this platform.
        """
        mongod = program()
        data = self.folder / "data"
        data.mkdir(parents=True, exist_ok=True)
        words: list[str | Path] = [mongod, "--dbpath", data, "--port", str(self.port)]
        words += ["--bind_ip", ports.LOOPBACK, "--nounixsocket", "--replSet", "rs0", "--quiet"]
        words += ["--wiredTigerCacheSizeGB", str(self.cache_megabytes / 1024)]
        words += ["--oplogSize", str(_OPLOG_MEGABYTES)]
        # Samples of the server for its makers: disk and processor that nobody here has use for.
        words += ["--setParameter", "diagnosticDataCollectionEnabled=false"]
        if self.users:
            self._make_secrets()
            words += ["--keyFile", self._key_file]
        return words

    def start(self) -> Child:
        """Start it, unsupervised; :meth:`wait` for it afterwards.

        It gets SIGTERM when this process dies, and ends cleanly.
        """
        return children.spawn(self.command(), log=self.log, last_word=signal.SIGTERM)

    def wait(self, stop: Stop, child: Child | None = None) -> None:
        """Wait until it takes writes; on the first start make the replica set and the users.

        :param child: told to look whether it still runs.
        :raises StackError: when it does not come up.
        """
        clock = SystemClock()
        until = clock.now() + dt.timedelta(seconds=_READY_SECONDS)
        while clock.now() < until and not stop.is_set():
            if child is not None and child.poll() is not None:
                break
            if self.is_ready():
                return
            stop.wait(0.1)
        raise StackError(
            f"MongoDB did not start; its last lines, from {self.log}:\n{children.tail(self.log)}"
        )

    def is_ready(self) -> bool:
        """Tell whether it takes writes; a new one is made a replica set with users on the way.

        :raises StackError: when this system lacks a library that it needs.
        """
        if not ports.answers(self.port):
            self._refuse_missing_library()
            return False
        try:
            return self._is_ready()
        except PyMongoError:
            return False

    def _refuse_missing_library(self) -> None:
        missing = _MISSING_LIBRARY.search(children.tail(self.log))
        if missing:
            raise StackError(
                f"The embedded MongoDB needs {missing[1]}, which this system lacks:"
                " apt-get install -y libcurl4 libssl3"
            )

    def uri(self, service: str | None = None) -> str:
        """Return the address for a service, or with all rights when none is named."""
        place = f"{ports.LOOPBACK}:{self.port}/"
        if not self.users:
            return f"mongodb://{place}?directConnection=true"
        name = service or _ROOT
        login = f"{name}:{quote(self._passwords()[name], safe='')}"
        source = service or "admin"
        return f"mongodb://{login}@{place}?directConnection=true&authSource={source}"

    def _is_ready(self) -> bool:
        """Tell whether it is primary with its users; bring it one step nearer if not."""
        address = f"mongodb://{ports.LOOPBACK}:{self.port}/?directConnection=true"
        bare: MongoClient[_Document]
        with MongoClient(address, serverSelectionTimeoutMS=500) as bare:
            greeting = bare.admin.command("hello")
            if not greeting.get("setName"):
                self._initiate(bare)
                return False
            if not greeting.get("isWritablePrimary"):
                return False
            if self.users:
                self._ensure_users(bare)
        return True

    def _initiate(self, client: "MongoClient[_Document]") -> None:
        host = f"{ports.LOOPBACK}:{self.port}"
        members = [{"_id": 0, "host": host}]
        try:
            client.admin.command("replSetInitiate", {"_id": "rs0", "members": members})
        except OperationFailure as error:
            if error.code not in (_ALREADY_INITIALIZED, _NOT_ALLOWED):
                raise
            self._move(host)

    def _move(self, host: str) -> None:
        """Tell the replica set its new address: it was started on another port the last time."""
        with self._root() as root:
            found = root.admin.command("replSetGetConfig")["config"]
            if found["members"][0]["host"] != host:
                found["members"][0]["host"] = host
                found["version"] += 1
                root.admin.command("replSetReconfig", found, force=True)

    def _root(self) -> "MongoClient[_Document]":
        return MongoClient(self.uri(), serverSelectionTimeoutMS=2000)

    def _ensure_users(self, bare: "MongoClient[_Document]") -> None:
        """Create the users; the first one is allowed from loopback while there is none."""
        passwords = self._passwords()
        try:
            bare.admin.command("createUser", _ROOT, pwd=passwords[_ROOT], roles=["root"])
        except OperationFailure as error:
            if error.code not in (_NOT_ALLOWED, _USER_EXISTS):
                raise
        with self._root() as root:
            for name in self.users:
                self._ensure_user(root, name, passwords[name])

    def _ensure_user(self, root: "MongoClient[_Document]", name: str, password: str) -> None:
        roles = [{"role": "readWrite", "db": name}]
        try:
            root[name].command("createUser", name, pwd=password, roles=roles)
        except OperationFailure as error:
            if error.code != _USER_EXISTS:
                raise

    def _make_secrets(self) -> None:
        if not self._key_file.exists():
            self._key_file.touch(mode=_PRIVATE)
            self._key_file.write_text(secrets.token_hex(64))
            self._key_file.chmod(_KEY_MODE)  # mongod refuses a key that others could read
        if not self._passwords_file.exists():
            made = {name: secrets.token_urlsafe(24) for name in (_ROOT, *self.users)}
            self._passwords_file.touch(mode=_PRIVATE)
            self._passwords_file.write_bytes(msgspec.json.encode(made))

    def _passwords(self) -> Mapping[str, str]:
        return msgspec.json.decode(self._passwords_file.read_bytes(), type=dict[str, str])
