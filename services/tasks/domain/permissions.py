"""Who may do what: one table of acts, roles and whose agency, and guard G for appraisal.

Guard G (docs/events.md, C): a lead part is appraised by an agency that the plan's policy names,
a coordinating part by the agency that leads its task; never by a person whose own agency, or the
agency acted for, holds the part.
"""

import dataclasses
import datetime as dt
import enum
from collections.abc import Callable, Collection, Mapping

from services.tasks.domain.errors import NotAllowedError
from shared.events.tasks import Role

ANY = "*"


class OfficerRole(enum.StrEnum):
    """What a person may be; the Vietnamese names stand in the text catalogue, ``role.…``."""

    OFFICER = "officer"
    HEAD = "head"
    APPRAISER = "appraiser"
    PLAN_MANAGER = "plan_manager"
    LEADER = "leader"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Act(enum.StrEnum):
    """Everything a person can do to a part, a measurement, the plan or the officers."""

    START = "start"
    NOTE = "note"
    REPORT = "report"
    TAKE_BACK = "take_back"
    ACCEPT = "accept"
    RETURN = "return"
    REOPEN = "reopen"
    SET_DEADLINE = "set_deadline"
    REASSIGN = "reassign"
    WITHDRAW = "withdraw"
    REQUEST = "request"
    DECIDE_REQUEST = "decide_request"
    CANCEL_REQUEST = "cancel_request"
    INVITE = "invite"
    MARK_REQUIRED = "mark_required"
    UNINVITE = "uninvite"
    SET_HANDLER = "set_handler"
    SET_SENDING = "set_sending"
    COMMENT = "comment"
    NUDGE = "nudge"
    MEASURE = "measure"
    APPROVE_MEASUREMENT = "approve_measurement"
    RETURN_MEASUREMENT = "return_measurement"
    WITHDRAW_MEASUREMENT = "withdraw_measurement"
    LOCK_MEASUREMENT = "lock_measurement"
    UNLOCK_MEASUREMENT = "unlock_measurement"
    READ = "read"
    MANAGE_OFFICERS = "manage_officers"


class Side(enum.StrEnum):
    """Where the person must stand towards the agency that holds the thing."""

    OWN = "own"  # the person's agency holds it
    INVOLVED = "involved"  # the person's agency holds it or leads its task
    LEADING = "leading"  # the person's agency leads its task
    CONCERNED = "concerned"  # the person's agency has some part of its task
    APPRAISING = "appraising"  # guard G
    AUTHORITY = "authority"  # the plan's extension authority, which did not ask itself
    OTHER = "other"  # anybody whose agency does not hold it
    ANYBODY = "anybody"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RoleRow:
    """One role of a person: in an agency (``*`` = everywhere), for a plan, between two days."""

    role: OfficerRole
    agency: str = ANY
    plan: str = ANY
    since: dt.date | None = None
    until: dt.date | None = None

    def valid_on(self, day: dt.date) -> bool:
        """Tell whether the role holds on that local day."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A signed-in person as the rules see one: the roles are those valid today.

    ``acting_for`` is the officer id of the principal for whom this person acts, ``acting_agency``
    that principal's agency; then ``roles`` are the principal's.
    """

    officer_id: str
    username: str
    name: str
    agency_code: str
    agency_name: str
    roles: tuple[RoleRow, ...]
    locale: str = "vi"
    acting_for: str | None = None
    acting_agency: str | None = None
    acting_name: str | None = None

    @property
    def role_names(self) -> tuple[str, ...]:
        """Return the names of the roles, each once, for the identity and for pages."""
        return tuple(dict.fromkeys(str(row.role) for row in self.roles))

    @property
    def agencies(self) -> frozenset[str]:
        """Return the own agency and the one acted for: guard G looks at both."""
        return frozenset({self.agency_code, self.acting_agency or self.agency_code})

    def has(self, *roles: OfficerRole) -> bool:
        """Tell whether the person has one of the roles, wherever it holds."""
        return any(row.role in roles for row in self.roles)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What an act is about: who holds it and who decides over it.

    :param agency_code: the agency that holds the part or reports the indicator.
    :param lead_agency: the agency that leads the task.
    :param appraisers: agencies named by the plan's policy, followed through successions.
    :param authority: the agency that decides requests by the plan's policy; of a request,
        ``agency_code`` is the agency that asked.
    :param concerned: agencies that have a part of the task, where an act asks for them.
    :param heads_send: whether the agency lets its heads alone send reports.
    """

    plan_id: str
    agency_code: str
    lead_agency: str
    appraisers: tuple[str, ...]
    role: Role = Role.LEAD
    authority: str = ""
    concerned: frozenset[str] = frozenset()
    heads_send: bool = False


_OWN_PEOPLE = {OfficerRole.OFFICER: Side.OWN, OfficerRole.HEAD: Side.OWN}
_EVERYBODY = dict.fromkeys(OfficerRole, Side.ANYBODY)

# Officers report as heads do, unless their agency wants the head's sign-off (``heads_send``).
# An administrator keeps accounts and never acts on the plan's work.
TABLE: dict[Act, dict[OfficerRole, Side]] = {
    Act.START: _OWN_PEOPLE,
    Act.NOTE: _OWN_PEOPLE,
    Act.REPORT: _OWN_PEOPLE,
    Act.TAKE_BACK: _OWN_PEOPLE,
    Act.ACCEPT: {OfficerRole.APPRAISER: Side.APPRAISING, OfficerRole.HEAD: Side.APPRAISING},
    Act.RETURN: {OfficerRole.APPRAISER: Side.APPRAISING, OfficerRole.HEAD: Side.APPRAISING},
    Act.REOPEN: {OfficerRole.PLAN_MANAGER: Side.OTHER},
    Act.SET_DEADLINE: {OfficerRole.PLAN_MANAGER: Side.ANYBODY},
    Act.REASSIGN: {OfficerRole.PLAN_MANAGER: Side.ANYBODY},
    Act.WITHDRAW: {OfficerRole.PLAN_MANAGER: Side.ANYBODY},
    Act.REQUEST: {OfficerRole.HEAD: Side.INVOLVED},
    Act.DECIDE_REQUEST: {
        OfficerRole.HEAD: Side.AUTHORITY,
        OfficerRole.LEADER: Side.AUTHORITY,
    },
    Act.CANCEL_REQUEST: _OWN_PEOPLE,
    Act.INVITE: {OfficerRole.HEAD: Side.LEADING},
    Act.MARK_REQUIRED: {OfficerRole.HEAD: Side.LEADING},
    Act.UNINVITE: {OfficerRole.HEAD: Side.LEADING},
    Act.SET_HANDLER: {OfficerRole.HEAD: Side.OWN},
    Act.SET_SENDING: {OfficerRole.HEAD: Side.OWN},
    Act.COMMENT: {
        OfficerRole.OFFICER: Side.CONCERNED,
        OfficerRole.HEAD: Side.CONCERNED,
        OfficerRole.APPRAISER: Side.ANYBODY,
        OfficerRole.PLAN_MANAGER: Side.ANYBODY,
        OfficerRole.LEADER: Side.ANYBODY,
    },
    Act.NUDGE: {OfficerRole.PLAN_MANAGER: Side.OTHER, OfficerRole.APPRAISER: Side.OTHER},
    Act.MEASURE: _OWN_PEOPLE,
    Act.APPROVE_MEASUREMENT: {OfficerRole.APPRAISER: Side.APPRAISING},
    Act.RETURN_MEASUREMENT: {OfficerRole.APPRAISER: Side.APPRAISING},
    Act.WITHDRAW_MEASUREMENT: {**_OWN_PEOPLE, OfficerRole.APPRAISER: Side.APPRAISING},
    Act.LOCK_MEASUREMENT: {OfficerRole.PLAN_MANAGER: Side.ANYBODY},
    Act.UNLOCK_MEASUREMENT: {OfficerRole.LEADER: Side.ANYBODY},
    Act.READ: _EVERYBODY,
    Act.MANAGE_OFFICERS: {OfficerRole.ADMINISTRATOR: Side.ANYBODY, OfficerRole.HEAD: Side.OWN},
}


def require(act: Act, actor: Actor, matter: Matter) -> None:
    """Let the act pass or raise.

    :raises NotAllowedError: with the reason: no such role, another agency's matter, or guard G.
    """
    found = refusal(act, actor, matter)
    if found is not None:
        raise found


def refusal(act: Act, actor: Actor, matter: Matter) -> NotAllowedError | None:
    """Return why the person may not do it, or None: pages ask before they show a button."""
    sides = TABLE[act]
    rows = [row for row in actor.roles if row.role in sides and row.plan in (ANY, matter.plan_id)]
    if not rows:
        return NotAllowedError("error.role", act=act.value)
    first: NotAllowedError | None = None
    for row in rows:
        found = _refusal_of(row, sides[row.role], actor, matter)
        if found is None and _wants_the_head(act, row, matter):
            found = NotAllowedError("error.head_sends", agency=matter.agency_code)
        if found is None:
            return None
        first = first or found
    return first


def _refusal_of(row: RoleRow, side: Side, actor: Actor, matter: Matter) -> NotAllowedError | None:
    standing = _agency(row, actor)
    if side is Side.ANYBODY:
        return None
    if side in _NEAR:
        if standing in _NEAR[side](matter):
            return None
        agency = matter.lead_agency if side is Side.LEADING else matter.agency_code
        return NotAllowedError("error.other_agency", agency=agency)
    if matter.agency_code in actor.agencies | {standing}:
        return NotAllowedError("error.own_agency", agency=matter.agency_code)
    return _refusal_over_others(row, side, standing, matter)


# Sides that are a set of agencies: those among which the person must stand.
_NEAR: Mapping[Side, Callable[[Matter], Collection[str]]] = {
    Side.OWN: lambda matter: {matter.agency_code},
    Side.INVOLVED: lambda matter: {matter.agency_code, matter.lead_agency},
    Side.LEADING: lambda matter: {matter.lead_agency},
    Side.CONCERNED: lambda matter: matter.concerned,
}


def _wants_the_head(act: Act, row: RoleRow, matter: Matter) -> bool:
    return act is Act.REPORT and matter.heads_send and row.role is OfficerRole.OFFICER


def _refusal_over_others(
    row: RoleRow, side: Side, standing: str, matter: Matter
) -> NotAllowedError | None:
    if side is Side.APPRAISING and not _appraises(row.role, standing, matter):
        return NotAllowedError("error.not_appraiser", agency=standing)
    if side is Side.AUTHORITY and standing != matter.authority:
        return NotAllowedError("error.not_authority", agency=matter.authority)
    return None


def _agency(row: RoleRow, actor: Actor) -> str:
    return row.agency if row.agency != ANY else actor.acting_agency or actor.agency_code


def _appraises(role: OfficerRole, agency: str, matter: Matter) -> bool:
    if matter.role is Role.COORDINATING:
        return agency == matter.lead_agency
    return role is not OfficerRole.HEAD and agency in matter.appraisers
