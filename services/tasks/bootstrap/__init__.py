"""Composition root of tasks: settings in, ready parts out."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.uri_parser import parse_uri

from services.tasks import handlers
from services.tasks.config import SERVICE, Settings
from services.tasks.store.indexes import INDEXES
from services.tasks.usecases.acts import Acts
from services.tasks.usecases.coordination import Coordination
from services.tasks.usecases.deputies import Deputies
from services.tasks.usecases.files import Files
from services.tasks.usecases.idempotency import Idempotency
from services.tasks.usecases.invitations import Invitations
from services.tasks.usecases.load_plan import PlanLoader
from services.tasks.usecases.measurements import Measurements
from services.tasks.usecases.officers import Officers
from services.tasks.usecases.people import People
from services.tasks.usecases.projections import Projections
from services.tasks.usecases.requests import Requests
from services.tasks.usecases.sessions import Sessions
from services.tasks.usecases.subjects import Subjects
from services.tasks.usecases.succession import Successions
from services.tasks.usecases.tokens import Tokens
from shared import mongo
from shared.clock import BusinessClock, SystemClock, business_clock
from shared.consumer import Subscription
from shared.mongo import Document
from shared.outbox import Outbox
from shared.settings import SettingsError

SOURCE = f"cchc/{SERVICE}"
_HOME = Path(__file__).parents[1]
TEXTS = (
    _HOME / "texts_core.csv",
    _HOME / "texts_pages.csv",
    _HOME / "texts_board.csv",
    _HOME / "texts_requests.csv",
    _HOME / "texts_people.csv",
)
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_MEGABYTE = 1024 * 1024


class House:
    """The parts of one process, made from its settings; build it after a fork."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.system = SystemClock()
        self.clock: BusinessClock = business_clock(settings.process.clock_file)
        self.client: MongoClient[Document] = mongo.connect(
            settings.mongo.uri, app_name=f"cchc-{SERVICE}"
        )
        self.database: Database[Document] = self.client[settings.mongo.database]
        self.outbox = Outbox(self.database, SOURCE, self.system)

    def prepare(self) -> None:
        """Create collections and indexes; doing it again changes nothing."""
        mongo.ensure(self.database, INDEXES)

    def close(self) -> None:
        """Let the database go."""
        self.client.close()

    def refuse_demonstration(self) -> None:
        """Refuse to serve accounts with a known password without the development switch.

        :raises SettingsError: with a sentence that says what to do.
        """
        if not self.settings.process.development and self.officers.has_demonstration():
            raise SettingsError(
                "The database holds demonstration accounts: use another database,"
                " or set CCHC_DEVELOPMENT=1 on a loopback address."
            )

    def require_demonstration(self) -> None:
        """Allow demonstration accounts with the development switch and a local database alone.

        :raises SettingsError: with a sentence that names what is wrong.
        """
        if not self.settings.process.development:
            raise SettingsError("CCHC_DEVELOPMENT: demonstration accounts need the value 1.")
        hosts = {host for host, _port in parse_uri(self.settings.mongo.uri)["nodelist"]}
        if not hosts <= _LOOPBACK:
            raise SettingsError("MONGODB_URI: demonstration accounts need a database on loopback.")

    @cached_property
    def files(self) -> Files:
        return Files(
            self.database,
            system=self.system,
            max_bytes=self.settings.max_file_megabytes * _MEGABYTE,
        )

    @cached_property
    def acts(self) -> Acts:
        return Acts(
            self.client,
            self.database,
            outbox=self.outbox,
            files=self.files,
            clock=self.clock,
            system=self.system,
        )

    @cached_property
    def coordination(self) -> Coordination:
        return Coordination(
            self.client,
            self.database,
            outbox=self.outbox,
            clock=self.clock,
            system=self.system,
        )

    @cached_property
    def requests(self) -> Requests:
        return Requests(
            self.client,
            self.database,
            outbox=self.outbox,
            files=self.files,
            clock=self.clock,
            system=self.system,
        )

    @cached_property
    def measurements(self) -> Measurements:
        return Measurements(self.client, self.database, outbox=self.outbox, clock=self.clock)

    @cached_property
    def sessions(self) -> Sessions:
        return Sessions(self.database, clock=self.clock, system=self.system)

    @cached_property
    def idempotency(self) -> Idempotency:
        return Idempotency(self.client, self.database, system=self.system)

    @cached_property
    def officers(self) -> Officers:
        return Officers(self.client, self.database, outbox=self.outbox)

    @cached_property
    def people(self) -> People:
        return People(
            self.client,
            self.database,
            outbox=self.outbox,
            sessions=self.sessions,
            clock=self.clock,
        )

    @cached_property
    def invitations(self) -> Invitations:
        return Invitations(
            self.client,
            self.database,
            people=self.people,
            sessions=self.sessions,
            system=self.system,
        )

    @cached_property
    def deputies(self) -> Deputies:
        return Deputies(
            self.client,
            self.database,
            outbox=self.outbox,
            people=self.people,
            clock=self.clock,
        )

    @cached_property
    def subjects(self) -> Subjects:
        return Subjects(
            self.client, self.database, people=self.people, invitations=self.invitations
        )

    @cached_property
    def tokens(self) -> Tokens:
        return Tokens(self.database, system=self.system)

    @cached_property
    def loader(self) -> PlanLoader:
        return PlanLoader(
            self.client,
            self.database,
            outbox=self.outbox,
            clock=self.clock,
            system=self.system,
        )

    @cached_property
    def successions(self) -> Successions:
        return Successions(
            self.client,
            self.database,
            outbox=self.outbox,
            clock=self.clock,
            system=self.system,
        )

    def subscriptions(self) -> Mapping[str, Subscription]:
        """Return what tasks consumes, by group."""
        return {handlers.GROUP: handlers.subscription(Projections(self.database))}
