"""Filters kept by name: for oneself, or shared inside the agency."""

from collections.abc import Mapping
from typing import Any

from pymongo.database import Database

from services.tasks.domain.errors import InvalidError, NotFoundError
from services.tasks.domain.permissions import Actor
from shared.clock import Clock
from shared.fold import fold
from shared.ids import new_id
from shared.mongo import Document

MOST = 30
LONGEST_NAME = 80


class SavedFilters:
    """Keeps, lists, renames and forgets filters. Only who saved one may change it."""

    def __init__(self, database: "Database[Document]", *, system: Clock) -> None:
        self._kept = database["saved_filters"]
        self._system = system

    def of(self, person: Actor) -> list[Document]:
        """Return those of a person and those shared in the own agency, by name."""
        mine = {"officer_id": person.officer_id}
        theirs = {"agency_code": person.agency_code, "shared": True}
        found = list(self._kept.find({"$or": [mine, theirs]}))
        return sorted(found, key=lambda row: (fold(row["name"]), row["_id"]))

    def save(self, person: Actor, name: str, address: str, *, shared: bool) -> None:
        """Keep a filter.

        :param address: path and query of the board that it stands for.
        :raises InvalidError: an empty or long name, or too many.
        """
        self._refuse_name(name)
        if self._kept.count_documents({"officer_id": person.officer_id}) >= MOST:
            raise InvalidError("name", "saved.error.most", n=MOST)
        self._kept.insert_one(
            {
                "_id": new_id(),
                "officer_id": person.officer_id,
                "agency_code": person.agency_code,
                "name": name,
                "address": address,
                "shared": shared,
                "created_at": self._system.now(),
            }
        )

    def rename(self, person: Actor, filter_id: str, name: str, *, shared: bool) -> None:
        """Give another name, or share it or no longer.

        :raises InvalidError: an empty or long name.
        :raises NotFoundError: when it is no filter of this person.
        """
        self._refuse_name(name)
        changed: Mapping[str, Any] = {"name": name, "shared": shared}
        found = self._kept.update_one(
            {"_id": filter_id, "officer_id": person.officer_id}, {"$set": changed}
        )
        if not found.matched_count:
            raise NotFoundError("error.not_found")

    def forget(self, person: Actor, filter_id: str) -> None:
        """Delete a filter of one's own.

        :raises NotFoundError: when it is no filter of this person.
        """
        query = {"_id": filter_id, "officer_id": person.officer_id}
        if not self._kept.delete_one(query).deleted_count:
            raise NotFoundError("error.not_found")

    def _refuse_name(self, name: str) -> None:
        if not name:
            raise InvalidError("name", "saved.error.name")
        if len(name) > LONGEST_NAME:
            raise InvalidError("name", "saved.error.long", n=LONGEST_NAME)
