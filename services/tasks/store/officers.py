"""Officers: their documents, the people the rules see, the contact cards that notify gets."""

import dataclasses
import datetime as dt

from pymongo.database import Database

from services.tasks.domain.permissions import Actor, OfficerRole, RoleRow
from shared.events.tasks import Away, OfficerState
from shared.mongo import Document


def role_row(document: Document) -> RoleRow:
    """Return one role of an officer's document."""
    return RoleRow(
        role=OfficerRole(document["role"]),
        agency=document["agency"],
        plan=document["plan"],
        since=_day(document.get("from")),
        until=_day(document.get("to")),
    )


def role_document(row: RoleRow) -> Document:
    """Return a role as it is kept."""
    return {
        "role": row.role.value,
        "agency": row.agency,
        "plan": row.plan,
        "from": row.since and row.since.isoformat(),
        "to": row.until and row.until.isoformat(),
    }


def actor_of(officer: Document, today: dt.date) -> Actor:
    """Return the person as the rules see one, with the roles valid on that local day."""
    rows = tuple(role_row(row) for row in officer["roles"])
    return Actor(
        officer_id=officer["_id"],
        username=officer["username"],
        name=officer["name"],
        agency_code=officer["agency_code"],
        agency_name=officer["agency_name"],
        roles=tuple(row for row in rows if row.valid_on(today)),
        locale=officer["locale"],
    )


def acting_actor(deputy: Actor, principal: Document, today: dt.date) -> Actor:
    """Return the deputy with the principal's roles; keeping accounts is never handed on."""
    head = actor_of(principal, today)
    return dataclasses.replace(
        deputy,
        roles=tuple(row for row in head.roles if row.role is not OfficerRole.ADMINISTRATOR),
        acting_for=head.officer_id,
        acting_agency=head.agency_code,
        acting_name=head.name,
    )


def is_deputy(officer_id: str, principal: Document, today: dt.date) -> bool:
    """Tell whether the officer may act for the principal on that local day."""
    away = principal.get("away")
    return (
        away is not None
        and away["deputy_id"] == officer_id
        and away["from"] <= today.isoformat() <= away["to"]
    )


def contact_card(database: "Database[Document]", officer_id: str) -> OfficerState | None:
    """Return what ``tasks.directory`` tells of an officer now; None when he was erased."""
    officer = database["officers"].find_one({"_id": officer_id, "erased": {"$ne": True}})
    if officer is None:
        return None
    return OfficerState(
        officer_id=officer["_id"],
        version=officer["version"],
        agency_code=officer["agency_code"],
        roles=tuple(dict.fromkeys(row["role"] for row in officer["roles"])),
        name=officer["name"],
        email=officer["email"],
        phone=officer["phone"],
        locale=officer["locale"],
        active=officer["active"],
        away=_away(officer.get("away")),
    )


def _away(period: Document | None) -> Away | None:
    if period is None:
        return None
    return Away(
        since=dt.date.fromisoformat(period["from"]),
        until=dt.date.fromisoformat(period["to"]),
        deputy_id=period["deputy_id"],
    )


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
