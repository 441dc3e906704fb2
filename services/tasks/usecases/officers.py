"""Officers: creating accounts, the first administrator, the accounts of the demonstration."""

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator

from argon2 import PasswordHasher
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.tasks.domain.errors import InvalidError, NotAllowedError, NotFoundError
from services.tasks.domain.permissions import OfficerRole, RoleRow
from services.tasks.store.officers import role_document
from services.tasks.usecases.sessions import password_hasher
from shared.events.tasks import DIRECTORY_TOPIC, OFFICER_CHANGED
from shared.fold import fold
from shared.ids import new_id, stable_id
from shared.mongo import Document, atomically
from shared.outbox import Outbox

SHORTEST_PASSWORD = 12
_BATCH = 200


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewOfficer:
    """An account to create.

    :param phone: in E.164, e.g. ``+84901234567``.
    """

    username: str
    name: str
    agency_code: str
    roles: tuple[RoleRow, ...]
    email: str | None = None
    phone: str | None = None


class Officers:
    """The use cases of accounts."""

    def __init__(
        self,
        client: "MongoClient[Document]",
        database: "Database[Document]",
        *,
        outbox: Outbox,
        hasher: PasswordHasher | None = None,
    ) -> None:
        self._client = client
        self._officers = database["officers"]
        self._agencies = database["agencies"]
        self._plans = database["plans"]
        self._outbox = outbox
        self._hasher = hasher or password_hasher()

    def create(self, officer: NewOfficer, password: str) -> str:
        """Create an account and tell the directory; return the officer id.

        :raises InvalidError: short password, unknown agency, or a name that is taken.
        """
        if len(password) < SHORTEST_PASSWORD:
            raise InvalidError("password", "error.password_short", n=SHORTEST_PASSWORD)
        names = self._names({officer.agency_code})
        if officer.agency_code and officer.agency_code not in names:
            raise InvalidError("agency_code", "error.unknown_agency", agency=officer.agency_code)
        hashed = self._hasher.hash(password)
        row = new_document(new_id(), officer, names.get(officer.agency_code, ""), hashed)
        try:
            atomically(self._client, lambda: self._insert([row]))
        except DuplicateKeyError:
            raise InvalidError("username", "error.username_taken") from None
        return str(row["_id"])

    def has_administrator(self) -> bool:
        """Tell whether anybody can administer: without one the first-run page is open."""
        query = {"roles.role": OfficerRole.ADMINISTRATOR.value, "active": True}
        return self._officers.find_one(query, {"_id": 1}) is not None

    def has_demonstration(self) -> bool:
        """Tell whether accounts exist whose password everybody may know."""
        query = {"demonstration": True, "active": True}
        return self._officers.find_one(query, {"_id": 1}) is not None

    def create_first_administrator(
        self, *, username: str, name: str, password: str, agency_code: str = ""
    ) -> str:
        """Create the account with which a province starts; return the officer id.

        :raises NotAllowedError: when there is an administrator already.
        """
        if self.has_administrator():
            raise NotAllowedError("error.administrator_exists")
        role = RoleRow(role=OfficerRole.ADMINISTRATOR)
        officer = NewOfficer(username=username, name=name, agency_code=agency_code, roles=(role,))
        return self.create(officer, password)

    def set_password(self, officer_id: str, password: str) -> None:
        """Give an officer a new password; the caller has checked the old one.

        :raises InvalidError: when it is too short.
        """
        if len(password) < SHORTEST_PASSWORD:
            raise InvalidError("password", "error.password_short", n=SHORTEST_PASSWORD)
        self._officers.update_one(
            {"_id": officer_id}, {"$set": {"password_hash": self._hasher.hash(password)}}
        )

    def set_locale(self, officer_id: str, locale: str) -> None:
        """Let pages and messages speak another language to an officer; tell the directory."""

        def work() -> None:
            changed = {"$set": {"locale": locale}, "$inc": {"version": 1}}
            self._officers.update_one({"_id": officer_id}, changed)
            self._outbox.append_reference(DIRECTORY_TOPIC, OFFICER_CHANGED, officer_id)

        atomically(self._client, work)

    def create_demonstration(self, slug: str, password: str) -> int:
        """Create the accounts of the demonstration for a loaded plan; return how many are new.

        One hash serves them all, because all have one password that everybody may know; doing it
        again changes nothing. The caller makes sure that the development switch is on.

        :raises NotFoundError: when the plan is not loaded.
        """
        plan = self._plans.find_one({"slug": slug})
        if plan is None:
            raise NotFoundError("error.not_found")
        groups = set(plan["groups"])
        agencies = [row for row in self._agencies.find().sort("_id") if row["_id"] not in groups]
        names = {row["_id"]: row["short_name"] for row in agencies}
        hashed = self._hasher.hash(password)
        wanted = [
            new_document(
                stable_id("demonstration", officer.username),
                officer,
                names.get(officer.agency_code, ""),
                hashed,
            )
            | {"demonstration": True}
            for officer in demonstration(plan, list(names))
        ]
        known = {row["username"] for row in self._officers.find({}, {"username": 1})}
        fresh = [row for row in wanted if row["username"] not in known]
        for begin in range(0, len(fresh), _BATCH):
            batch = fresh[begin : begin + _BATCH]
            atomically(self._client, lambda rows=batch: self._insert(rows))  # type: ignore[misc]
        return len(fresh)

    def _insert(self, rows: list[Document]) -> None:
        for row in rows:
            self._officers.insert_one(dict(row))
            self._outbox.append_reference(DIRECTORY_TOPIC, OFFICER_CHANGED, row["_id"])

    def _names(self, codes: set[str]) -> dict[str, str]:
        rows = self._agencies.find({"_id": {"$in": list(codes)}}, {"short_name": 1})
        return {row["_id"]: row["short_name"] for row in rows}


def demonstration(plan: Document, agency_codes: Iterable[str]) -> Iterator[NewOfficer]:
    """Give the invented officers: two for each agency, and those who appraise, plan and lead."""
    policies = plan["policies"]
    appraisers: list[str] = policies["appraisers"]
    top = policies["extension_authority"]
    yield _invented("admin", top, OfficerRole.ADMINISTRATOR)
    yield _invented("lanhdao", top, OfficerRole.LEADER)
    yield _invented(f"{appraisers[0].lower()}.kehoach", appraisers[0], OfficerRole.PLAN_MANAGER)
    for code in appraisers:
        yield _invented(f"{code.lower()}.thamdinh", code, OfficerRole.APPRAISER)
    for code in agency_codes:
        yield _invented(f"{code.lower()}.canbo", code, OfficerRole.OFFICER)
        yield _invented(f"{code.lower()}.lanhdao", code, OfficerRole.HEAD)


_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Lò", "Cầm", "Quàng", "Vũ", "Đỗ", "Bùi", "Hà")
_MIDDLE = ("Văn", "Thị", "Minh", "Thu", "Đức", "Thanh", "Ngọc", "Quốc")
_GIVEN = (
    "An",
    "Bình",
    "Chi",
    "Dũng",
    "Giang",
    "Hạnh",
    "Hùng",
    "Lan",
    "Mai",
    "Nam",
    "Phúc",
    "Quân",
    "Sơn",
    "Thảo",
    "Tuấn",
    "Yến",
)
_WHERE_EVERYWHERE = frozenset({OfficerRole.ADMINISTRATOR, OfficerRole.LEADER})


def _invented(username: str, agency: str, role: OfficerRole) -> NewOfficer:
    """Return a person that does not exist; name and number follow from the username."""
    number = int.from_bytes(hashlib.sha256(username.encode()).digest()[:6], "big")
    name = " ".join(
        (
            _FAMILY[number % len(_FAMILY)],
            _MIDDLE[number // 12 % len(_MIDDLE)],
            _GIVEN[number // 96 % len(_GIVEN)],
        )
    )
    everywhere = role in _WHERE_EVERYWHERE
    return NewOfficer(
        username=username,
        name=name,
        agency_code=agency,
        roles=(RoleRow(role=role) if everywhere else RoleRow(role=role, agency=agency),),
        email=f"{username}@example.com",
        phone=f"+84900{number // 1536 % 1_000_000:06d}",
    )


def new_document(identity: str, officer: NewOfficer, agency_name: str, hashed: str) -> Document:
    """Return the document of a new account; without a hash nobody can sign in by password."""
    return {
        "_id": identity,
        "username": fold(officer.username),
        "password_hash": hashed,
        "name": officer.name,
        "email": officer.email,
        "phone": officer.phone,
        "agency_code": officer.agency_code,
        "agency_name": agency_name,
        "roles": [role_document(row) for row in officer.roles],
        "locale": "vi",
        "active": True,
        "version": 1,
    }
