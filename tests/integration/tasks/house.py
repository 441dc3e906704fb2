"""The use cases of tasks for tests, all on one database."""

import dataclasses
import datetime as dt
import secrets
from collections.abc import Iterator

from argon2 import PasswordHasher
from pymongo import MongoClient
from pymongo.database import Database

from services.tasks.domain.permissions import Actor, OfficerRole, RoleRow
from services.tasks.store.indexes import INDEXES
from services.tasks.usecases.acts import Acts
from services.tasks.usecases.coordination import Coordination
from services.tasks.usecases.deputies import Deputies
from services.tasks.usecases.files import Files
from services.tasks.usecases.idempotency import Idempotency
from services.tasks.usecases.invitations import Invitations
from services.tasks.usecases.load_plan import PlanLoader
from services.tasks.usecases.measurements import Measurements
from services.tasks.usecases.officers import NewOfficer, Officers
from services.tasks.usecases.people import People
from services.tasks.usecases.requests import Requests
from services.tasks.usecases.sessions import Sessions
from services.tasks.usecases.subjects import Subjects
from services.tasks.usecases.succession import Successions
from services.tasks.usecases.tokens import Tokens
from shared.clock import BusinessClock, FixedClock
from shared.mongo import Document, ensure
from shared.outbox import Outbox
from tests.integration.tasks import small_plan

MORNING = dt.datetime(2025, 2, 3, 0, 30, tzinfo=dt.UTC)
PASSWORD = "mat-khau-thu-nghiem"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Every use case of tasks on one empty database, with clocks that stand still."""

    client: "MongoClient[Document]"
    database: "Database[Document]"
    business: FixedClock
    system: FixedClock
    clock: BusinessClock
    outbox: Outbox
    files: Files
    acts: Acts
    requests: Requests
    coordination: Coordination
    measurements: Measurements
    loader: PlanLoader
    successions: Successions
    officers: Officers
    sessions: Sessions
    people: People
    invitations: Invitations
    tokens: Tokens
    deputies: Deputies
    subjects: Subjects
    idempotency: Idempotency

    def part(self, code: str, agency: str) -> Document:
        found = self.database["assignments"].find_one({"_id": small_plan.part_id(code, agency)})
        assert found is not None
        return found

    def history(self, code: str, agency: str) -> list[Document]:
        query = {"assignment_id": small_plan.part_id(code, agency)}
        return list(self.database["history"].find(query).sort("version"))

    def events(self, kind: str | None = None) -> list[Document]:
        query = {"type": kind} if kind else {}
        return list(self.database["outbox"].find(query).sort("_id"))

    def person(self, role: OfficerRole, agency: str) -> Actor:
        return Actor(
            officer_id=f"{role.value}-{agency}",
            username=f"{agency.lower()}.{role.value}",
            name="Nguyễn Văn An",
            agency_code=agency,
            agency_name=agency,
            roles=(RoleRow(role=role, agency=agency),),
        )

    def account(self, username: str, role: OfficerRole, agency: str) -> str:
        row = RoleRow(role=role, agency=agency)
        new = NewOfficer(username=username, name="Nguyễn Văn An", agency_code=agency, roles=(row,))
        return self.officers.create(new, PASSWORD)


def make_house(database: "Database[Document]", mongo_client: "MongoClient[Document]") -> House:
    """Return the use cases on the database, emptied.

    Emptying is many times cheaper than making a database with its sixty files for each test.
    """
    for name in INDEXES:
        database[name].delete_many({})
    business, system = FixedClock(MORNING), FixedClock(MORNING)
    clock = BusinessClock(business)
    outbox = Outbox(database, "cchc/tasks", system)
    files = Files(database, system=system)
    hasher = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
    sessions = Sessions(database, clock=clock, system=system, hasher=hasher)
    people = People(mongo_client, database, outbox=outbox, sessions=sessions, clock=clock)
    invitations = Invitations(
        mongo_client, database, people=people, sessions=sessions, system=system, hasher=hasher
    )
    return House(
        client=mongo_client,
        database=database,
        business=business,
        system=system,
        clock=clock,
        outbox=outbox,
        files=files,
        acts=Acts(mongo_client, database, outbox=outbox, files=files, clock=clock, system=system),
        requests=Requests(
            mongo_client, database, outbox=outbox, files=files, clock=clock, system=system
        ),
        coordination=Coordination(
            mongo_client, database, outbox=outbox, clock=clock, system=system
        ),
        measurements=Measurements(mongo_client, database, outbox=outbox, clock=clock),
        loader=PlanLoader(mongo_client, database, outbox=outbox, clock=clock, system=system),
        successions=Successions(mongo_client, database, outbox=outbox, clock=clock, system=system),
        officers=Officers(mongo_client, database, outbox=outbox, hasher=hasher),
        sessions=sessions,
        people=people,
        tokens=Tokens(database, system=system),
        deputies=Deputies(mongo_client, database, outbox=outbox, people=people, clock=clock),
        invitations=invitations,
        subjects=Subjects(mongo_client, database, people=people, invitations=invitations),
        idempotency=Idempotency(mongo_client, database, system=system),
    )


def made_database(client: "MongoClient[Document]") -> Iterator["Database[Document]"]:
    """Give a database with the collections and indexes of tasks, and drop it afterwards."""
    name = f"tasks_{secrets.token_hex(4)}"
    ensure(client[name], INDEXES)
    yield client[name]
    client.drop_database(name)
