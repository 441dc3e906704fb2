"""What the board costs: a web of its own on plans of the sizes that it must carry.

``python -m bench.board`` measures it alone on a database server of its own.
"""

import contextlib
import dataclasses
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import requests
from pymongo import MongoClient
from pymongo.database import Database

from bench import crowd
from bench.figures import Figure, quantile, table
from bench.processes import cpu_seconds
from dev import children, ports, times
from dev.faults import StackError
from dev.mongodb import MongoServer
from dev.secrets_kept import ensure_identity
from services.tasks.domain.permissions import OfficerRole, RoleRow
from services.tasks.store.indexes import INDEXES
from services.tasks.usecases.load_plan import Edition, PlanLoader
from services.tasks.usecases.officers import NewOfficer, Officers
from shared import mongo
from shared.clock import BusinessClock, SystemClock
from shared.lifecycle import Stop
from shared.mongo import Document, ensure
from shared.outbox import Outbox

_PASSWORD = secrets.token_urlsafe(12)
_USER = "bench.lanhdao"
_UP_SECONDS = 60
_WARM = 10
_SAMPLES = 200
# Before every so many requests a part changes, as on a busy morning.
_CHANGE_EVERY = 10
_KILOBYTE = 1024
# A plan of 1,000 tasks may take these; one of 76 tasks in 75 communes twice as much.
_P95_MS, _CPU_MS, _KB = 100.0, 30.0, 100.0
_THOUSAND: Mapping[str, str] = {
    "board": "/nhiem-vu",
    "table": "/nhiem-vu?xem=danh-sach",
}
_COMMUNES: Mapping[str, str] = {
    "board": "/nhiem-vu?vai_tro=tat-ca",
}


def pages(mongodb_uri: str, folder: Path) -> list[Figure]:
    """Measure the pages of both plans; the databases are dropped afterwards."""
    found = []
    for name, edition, paths, times_as_much in (
        ("1,000 tasks", crowd.of_agencies(1000, 35), _THOUSAND, 1),
        ("5,700 parts", crowd.of_communes(75), _COMMUNES, 2),
    ):
        with _web(mongodb_uri, folder, edition) as web:
            for view, path in paths.items():
                found += _measured(web, path, f"{view}, {name}", times_as_much)
    return found


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Web:
    """A web that runs, and its database."""

    base: str
    pid: int
    database: "Database[Document]"


def _measured(web: _Web, path: str, name: str, times_as_much: int) -> list[Figure]:
    session, url = _signed_in(web.base), web.base + path
    for _ in range(_WARM):
        session.get(url).raise_for_status()
    waits, size = [], 0
    cpu = cpu_seconds(web.pid)
    for number in range(_SAMPLES):
        if number % _CHANGE_EVERY == 0:
            _change(web.database, number)
        began = time.perf_counter()
        answer = session.get(url, stream=True)
        body = answer.raw.read(decode_content=False)
        waits.append((time.perf_counter() - began) * 1000)
        answer.raise_for_status()
        size = max(size, len(body))
    cpu = (cpu_seconds(web.pid) - cpu) / _SAMPLES * 1000
    how = f"{_SAMPLES} requests, half of them within {quantile(waits, 0.5):.1f} ms"
    p95, most_cpu, most_kb = (limit * times_as_much for limit in (_P95_MS, _CPU_MS, _KB))
    size_kb = size / _KILOBYTE
    return [
        Figure(name=f"{name}: p95", value=quantile(waits, 0.95), unit="ms", limit=p95, how=how),
        Figure(name=f"{name}: processor", value=cpu, unit="ms", limit=most_cpu, how=how),
        Figure(name=f"{name}: compressed", value=size_kb, unit="kB", limit=most_kb, how=how),
    ]


def _change(database: "Database[Document]", number: int) -> None:
    seq = int(SystemClock().now().timestamp() * 1000)
    row = database["assignments"].find_one({}, {"_id": 1}, skip=number)
    if row is not None:
        changed = {"$set": {"changed_seq": seq}, "$inc": {"version": 1}}
        database["assignments"].update_one({"_id": row["_id"]}, changed)


@contextlib.contextmanager
def _web(mongodb_uri: str, folder: Path, edition: Edition) -> Iterator[_Web]:
    """Yield a web on a plan."""
    name = f"bench_{secrets.token_hex(4)}"
    client = mongo.connect(mongodb_uri, app_name="cchc-bench")
    try:
        _fill(client, name, edition)
        with _process(mongodb_uri, name, folder) as (base, pid):
            yield _Web(base=base, pid=pid, database=client[name])
    finally:
        client.drop_database(name)
        client.close()


def _fill(client: "MongoClient[Document]", name: str, edition: Edition) -> None:
    database, system = client[name], SystemClock()
    ensure(database, INDEXES)
    outbox, clock = Outbox(database, "cchc/tasks", system), BusinessClock(system)
    loader = PlanLoader(client, database, outbox=outbox, clock=clock, system=system)
    loader.apply(edition)
    leader = NewOfficer(
        username=_USER,
        name="Nguyễn Văn An",
        agency_code="UBND",
        roles=(RoleRow(role=OfficerRole.LEADER),),
    )
    Officers(client, database, outbox=outbox).create(leader, _PASSWORD)


@contextlib.contextmanager
def _process(mongodb_uri: str, database: str, folder: Path) -> Iterator[tuple[str, int]]:
    port, ops = ports.free_port(), ports.free_port()
    base = f"http://{ports.LOOPBACK}:{port}"
    keys, clock = ensure_identity(folder / "keys"), folder / f"{database}.clock"
    times.begin(clock, crowd.TODAY)
    given = {
        "MONGODB_URI": mongodb_uri,
        "MONGODB_DATABASE": database,
        "CCHC_DEVELOPMENT": "1",
        "CCHC_CLOCK_FILE": str(clock),
        "PORT": str(port),
        "OPS_PORT": str(ops),
        "TASKS_URL": base,
        "SCORING_URL": base,
        "NOTIFY_URL": base,
        "IDENTITY_PUBLIC_KEY_FILE": str(keys.public),
        "TASKS_IDENTITY_PRIVATE_KEY_FILE": str(keys.private),
    }
    log = folder / f"{database}.log"
    child = children.spawn(
        [sys.executable, "-m", "services.tasks", "web"], log=log, env=os.environ | given
    )
    try:
        pause, until = Stop(), time.monotonic() + _UP_SECONDS
        while not ports.answers(port):
            if child.poll() is not None or time.monotonic() > until:
                raise StackError(f"The web did not start:\n{children.tail(log, 15)}")
            pause.wait(0.1)
        yield base, child.pid
    finally:
        children.end(child, seconds=20)


def _signed_in(base: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # loopback needs no proxy
    form = {"username": _USER, "password": _PASSWORD, "tiep": "/tai-khoan"}
    session.post(f"{base}/dang-nhap", data=form, allow_redirects=False).raise_for_status()
    return session


def main() -> None:
    """Measure on a database server that ends with this program."""
    with tempfile.TemporaryDirectory(prefix="cchc-bench-") as place:
        folder = Path(place)
        server = MongoServer(
            folder=folder / "mongodb", port=ports.free_port(), log=folder / "mongodb.log"
        )
        child = server.start()
        try:
            server.wait(Stop(), child)
            print(table(pages(server.uri(), folder)))
        finally:
            children.kill(child)


if __name__ == "__main__":
    main()
