"""Agencies that a plan's policies name, followed when an agency ends.

The policies themselves stay as they were decided; beside them stands who holds them now.
"""

from collections.abc import Sequence

from pymongo.database import Database

from shared.mongo import Document


def follow_policies(
    database: "Database[Document]", plans: Sequence[str], old: str, new: str
) -> None:
    """Let the heir appraise and decide requests wherever the agency that ended did."""
    named = {"_id": {"$in": plans}, "appraisers_now": old}
    for plan in database["plans"].find(named, {"appraisers_now": 1}):
        followed = [new if code == old else code for code in plan["appraisers_now"]]
        database["plans"].update_one(
            {"_id": plan["_id"]}, {"$set": {"appraisers_now": list(dict.fromkeys(followed))}}
        )
    was_authority = [
        {"authority_now": old},
        {"authority_now": None, "policies.extension_authority": old},
    ]
    database["plans"].update_many(
        {"_id": {"$in": plans}, "$or": was_authority}, {"$set": {"authority_now": new}}
    )
