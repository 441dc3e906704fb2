"""docs/permissions.md: which role may do which act, from the one table of tasks."""

from dev.documents.tables import table
from services.tasks.domain.permissions import TABLE, Act, OfficerRole, Side

_HEAD = """# Permissions

Written by `python -m dev.documents` from `services/tasks/domain/permissions.py`; do not edit.

The cell says where the person must stand towards the agency that holds the thing:

* **own**: the role's agency holds it.
* **involved**: the role's agency holds it or leads its task.
* **leading**: the role's agency leads the task.
* **concerned**: the role's agency has some part of the task.
* **appraising** (guard G): a lead part or a figure is appraised by an agency that the plan's
  policy names, a coordinating part by the agency that leads its task (there its head too); never
  by a person whose own agency, or the agency acted for, holds it.
* **authority**: the agency that decides requests by the plan's policy; never about a request of
  the own agency, or of the agency acted for.
* **other**: any agency but the one that holds it.
* **anybody**: no matter which agency.

An officer reports unless the agency wants its head's sign-off.
An empty cell is a refusal.
Who acts for another has the other's roles, and both agencies count against appraising.
"""


def page() -> str:
    """Return the whole page."""
    rows = [[f"`{act}`", *(_cell(act, role) for role in OfficerRole)] for act in Act]
    return "\n".join([_HEAD, table(["act", *(f"{role}" for role in OfficerRole)], rows)])


def _cell(act: Act, role: OfficerRole) -> str:
    side = TABLE[act].get(role)
    return "" if side is None else str(Side(side))
