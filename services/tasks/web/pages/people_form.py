"""The form of an account: what was typed, read into a card, and shown again when it is wrong."""

import dataclasses
from collections.abc import Mapping, Sequence

from services.tasks.domain.people import OF_AN_AGENCY
from services.tasks.domain.permissions import ANY, Actor, OfficerRole, RoleRow
from services.tasks.queries import agencies as agency_queries
from services.tasks.queries import plans as plan_queries
from services.tasks.usecases.people import Card, administers
from services.tasks.web.deps import deps
from services.tasks.web.pages.inputs import LINE, Form
from shared.fold import fold
from shared.mongo import Document
from shared.web.language import t

_SPARE_ROWS = 2
_MOST_ROWS = 14


@dataclasses.dataclass(frozen=True, slots=True)
class Choices:
    """What the person may choose from: agencies (code, name) and roles."""

    agencies: Sequence[tuple[str, str]]
    roles: Sequence[OfficerRole]


def choices(actor: Actor) -> Choices:
    """Return every agency and role for an administrator, for a head the own and what heads give."""
    database = deps().database
    plan = plan_queries.find(database, None)
    rows = agency_queries.everything(database, list(plan["groups"]) if plan else [])
    if not administers(actor):
        own = [(row["_id"], row["short_name"]) for row in rows if row["_id"] == actor.agency_code]
        return Choices(own, [role for role in OfficerRole if role in OF_AN_AGENCY])
    named = sorted(((row["_id"], row["short_name"]) for row in rows), key=lambda one: fold(one[1]))
    return Choices(named, list(OfficerRole))


def given_of(officer: Document) -> dict[str, str]:
    """Return an account as the fields of its form."""
    given = {
        "name": officer["name"],
        "agency_code": officer["agency_code"],
        "email": officer["email"] or "",
        "phone": officer["phone"] or "",
        "version": str(officer["version"]),
    }
    for number, row in enumerate(officer["roles"]):
        given |= {
            f"role_{number}": row["role"],
            f"role_agency_{number}": row["agency"],
            f"role_plan_{number}": row["plan"],
            f"role_from_{number}": _local(row["from"]),
            f"role_to_{number}": _local(row["to"]),
        }
    return given


def role_rows(given: Mapping[str, str]) -> range:
    """Return the numbers of the rows to show: those filled, and a few empty ones."""
    filled = [number for number in range(_MOST_ROWS) if given.get(f"role_{number}")]
    return range(min((filled[-1] + 1 if filled else 0) + _SPARE_ROWS, _MOST_ROWS))


def read(form: Form, actor: Actor) -> Card:
    """Return the card that was typed; what is wrong with it stands in the form.

    A role without an agency of its own holds in the officer's.
    """
    agency = form.text("agency_code", longest=LINE)
    if not administers(actor):
        agency = actor.agency_code
    name = form.text("name", longest=LINE, missing="people.field.name_missing")
    roles = [row for number in range(_MOST_ROWS) if (row := _role(form, number, agency))]
    return Card(
        name=name,
        agency_code=agency,
        roles=tuple(roles),
        email=form.text("email", longest=LINE),
        phone=form.text("phone", longest=LINE),
    )


def _role(form: Form, number: int, agency: str) -> RoleRow | None:
    chosen = form.text(f"role_{number}", longest=LINE)
    if not chosen:
        return None
    since, until = form.day(f"role_from_{number}"), form.day(f"role_to_{number}")
    if chosen not in set(OfficerRole):
        form.wrong(f"role_{number}", t("people.field.role_unknown"))
        return None
    return RoleRow(
        role=OfficerRole(chosen),
        agency=form.text(f"role_agency_{number}", longest=LINE) or agency or ANY,
        plan=form.text(f"role_plan_{number}", longest=LINE) or ANY,
        since=since,
        until=until,
    )


def _local(day: str | None) -> str:
    return "/".join(reversed(day.split("-"))) if day else ""
