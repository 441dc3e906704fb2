"""Reads about officers and about how far a new province has come."""

import dataclasses
import datetime as dt
from collections.abc import Iterable

from pymongo.database import Database

from shared.fold import fold
from shared.mongo import Document

MOST_ACCOUNTS = 400
PAGE_ROWS = 50
_MOST_LINES = 100
_LISTED = {
    "username": 1,
    "name": 1,
    "agency_code": 1,
    "agency_name": 1,
    "roles": 1,
    "active": 1,
    "erased": 1,
    "email": 1,
    "phone": 1,
    "link_asked_at": 1,
    "version": 1,
}


def names(database: "Database[Document]", officer_ids: Iterable[str]) -> dict[str, Document]:
    """Return name and agency of officers by id; one who is erased or unknown is left out."""
    wanted = sorted(set(officer_ids))
    if not wanted:
        return {}
    rows = database["officers"].find(
        {"_id": {"$in": wanted}, "erased": {"$ne": True}},
        {"name": 1, "agency_code": 1, "agency_name": 1},
    )
    return {row["_id"]: row for row in rows}


def demonstration_accounts(database: "Database[Document]") -> list[Document]:
    """Return the accounts of the demonstration by username; many, so only what a list shows."""
    fields = {"username": 1, "name": 1, "agency_code": 1, "agency_name": 1, "roles.role": 1}
    query = {"demonstration": True, "active": True}
    return list(database["officers"].find(query, fields).sort("username", 1).limit(MOST_ACCOUNTS))


def has_plan(database: "Database[Document]") -> bool:
    """Tell whether any plan is loaded or being loaded."""
    return database["plans"].find_one({}, {"_id": 1}) is not None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """One page of a list of accounts and how many the whole list has."""

    rows: list[Document]
    total: int


def accounts(
    database: "Database[Document]",
    *,
    agency: str = "",
    search: str = "",
    closed: bool = False,
    page: int = 1,
) -> People:
    """Return accounts by username, those of one agency or all; erased ones are gone.

    Names are searched here and not by the server, because a province has some hundred accounts
    and the search must find "Huong" in "Hương".

    :param closed: the closed ones instead of the open ones.
    """
    query: Document = {"agency_code": agency} if agency else {}
    found = database["officers"].find(query, _LISTED).sort("username", 1)
    words = fold(search).split()
    rows = [
        row
        for row in found
        if not row.get("erased")
        and row["active"] is not closed
        and all(word in fold(f"{row['username']} {row['name']}") for word in words)
    ]
    begin = (page - 1) * PAGE_ROWS
    return People(rows=rows[begin : begin + PAGE_ROWS], total=len(rows))


def asking(database: "Database[Document]", agency: str = "") -> list[Document]:
    """Return the accounts, of one agency or all, that ask for a new link; who waits longest first.

    :param agency: "" for every agency.
    """
    query: Document = {"link_asked_at": {"$gt": dt.datetime(1970, 1, 1, tzinfo=dt.UTC)}}
    if agency:
        query["agency_code"] = agency
    found = database["officers"].find(query, _LISTED).sort("link_asked_at", 1)
    return list(found.limit(MOST_ACCOUNTS))


def lines(database: "Database[Document]", officer_id: str) -> list[Document]:
    """Return the newest lines about an account."""
    found = database["officer_lines"].find({"officer_id": officer_id})
    return list(found.sort("_id", -1).limit(_MOST_LINES))


def principals(database: "Database[Document]", officer_id: str, today: dt.date) -> list[Document]:
    """Return for whom the officer may act on that local day."""
    day = today.isoformat()
    query = {
        "away.deputy_id": officer_id,
        "away.from": {"$lte": day},
        "away.to": {"$gte": day},
        "active": True,
    }
    shown = {"name": 1, "agency_name": 1, "away": 1}
    return list(database["officers"].find(query, shown).sort("_id", 1))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """When a head is away.

    :param period: from, to, reason; None when nobody acts for him.
    :param deputy: the deputy's name, "" for one who was erased.
    :param colleagues: whom the head may choose, by username.
    """

    period: Document | None
    deputy: str
    colleagues: list[Document]


def absence(database: "Database[Document]", officer_id: str, today: dt.date) -> Absence:
    """Return when an officer is away, now or later, and who could act for him."""
    officers = database["officers"]
    officer = officers.find_one({"_id": officer_id}, {"away": 1, "agency_code": 1}) or {}
    period = officer.get("away")
    if period is not None and period["to"] < today.isoformat():
        period = None
    deputy = names(database, [period["deputy_id"]]) if period else {}
    query = {"agency_code": officer.get("agency_code", ""), "active": True}
    others = officers.find(query | {"_id": {"$ne": officer_id}}, {"username": 1, "name": 1})
    return Absence(
        period=period,
        deputy=next((row["name"] for row in deputy.values()), ""),
        colleagues=sorted(others.limit(MOST_ACCOUNTS), key=lambda row: row["username"]),
    )


def sessions_of(database: "Database[Document]", officer_id: str) -> list[Document]:
    """Return the sessions of an officer, the newest first, without what the browser repeats."""
    shown = {"created_at": 1, "expires_at": 1, "opened_from": 1}
    found = database["sessions"].find({"officer_id": officer_id}, shown)
    return sorted(found, key=lambda row: row["created_at"], reverse=True)


def tokens_of(database: "Database[Document]", officer_id: str) -> list[Document]:
    """Return the tokens of an officer, the newest first."""
    found = database["api_tokens"].find({"officer_id": officer_id})
    return sorted(found, key=lambda row: row["created_at"], reverse=True)


def is_linked(database: "Database[Document]", officer_id: str) -> bool:
    """Tell whether an OpenID subject opens the account."""
    query = {"_id": officer_id, "subjects": {"$exists": True}}
    return database["officers"].find_one(query, {"_id": 1}) is not None
