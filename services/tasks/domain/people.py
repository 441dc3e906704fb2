"""Rules about accounts: what a username, an address or a period may be, who may give which role.

A head keeps the accounts of the own agency and can give nothing there that a head does not have:
neither to somebody who holds more, nor more to anybody. So nobody lifts himself by an account
that he may edit.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from services.tasks.domain.errors import InvalidError, NotAllowedError
from services.tasks.domain.permissions import ANY, Act, Actor, Matter, OfficerRole, RoleRow, require
from shared.fold import fold

LONGEST_NAME = 120
MOST_ROLES = 12
LONGEST_AWAY_DAYS = 366
LONGEST_REASON = 300
# What the head of an agency may give to people of that agency.
OF_AN_AGENCY = frozenset({OfficerRole.OFFICER, OfficerRole.HEAD})

_REGION = "VN"
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}")


def username_of(text: str) -> str:
    """Return a username as it is kept: lower case, without marks.

    :raises InvalidError: when it is not 3 to 64 of letters, digits, point, hyphen, underscore.
    """
    folded = fold(text)
    if not _USERNAME.fullmatch(folded):
        raise InvalidError("username", "error.username")
    return folded


def name_of(text: str) -> str:
    """Return a person's name.

    :raises InvalidError: when it is empty or too long.
    """
    if not text or len(text) > LONGEST_NAME:
        raise InvalidError("name", "error.person_name", n=LONGEST_NAME)
    return text


def email_of(text: str) -> str | None:
    """Return an e-mail address in its normal form, None for nothing.

    :raises InvalidError: when it is none.
    """
    if not text:
        return None
    try:
        # No name server is asked, and a province may use a domain of its own network.
        found = validate_email(
            text, check_deliverability=False, globally_deliverable=False, test_environment=True
        )
    except EmailNotValidError:
        raise InvalidError("email", "error.email") from None
    return found.normalized


def phone_of(text: str) -> str | None:
    """Return a Vietnamese mobile number in E.164, None for nothing.

    :raises InvalidError: when it is none: reminders could not reach it.
    """
    if not text:
        return None
    try:
        number = phonenumbers.parse(text, _REGION)
    except phonenumbers.NumberParseException:
        raise InvalidError("phone", "error.phone") from None
    mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    if not mobile or not phonenumbers.is_valid_number_for_region(number, _REGION):
        raise InvalidError("phone", "error.phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def check_roles(rows: Sequence[RoleRow]) -> None:
    """Refuse periods that end before they begin.

    :raises InvalidError: for the first such row, or when there are too many.
    """
    if len(rows) > MOST_ROLES:
        raise InvalidError("roles", "error.roles_many", n=MOST_ROLES)
    for row in rows:
        check_period("roles", row.since, row.until)


def check_period(field: str, since: dt.date | None, until: dt.date | None) -> None:
    """Refuse a period that ends before it begins.

    :raises InvalidError: at that field.
    """
    if since is not None and until is not None and until < since:
        raise InvalidError(field, "error.period_ends_first", since=since, until=until)


def may_manage(actor: Actor, agency: str, roles: Iterable[RoleRow]) -> None:
    """Let the person keep an account of that agency with these roles, or raise.

    :raises NotAllowedError: neither administrator nor head of the agency, acting for somebody
        else, or the account holds more than a head may give.
    """
    if actor.acting_for is not None:
        raise NotAllowedError("error.acting_manages_nobody")
    if actor.has(OfficerRole.ADMINISTRATOR):
        return
    matter = Matter(plan_id=ANY, agency_code=agency, lead_agency=agency, appraisers=())
    require(Act.MANAGE_OFFICERS, actor, matter)
    for row in roles:
        if row.role not in OF_AN_AGENCY or row.agency != agency:
            raise NotAllowedError("error.role_beyond_head")


def is_administrator(rows: Iterable[RoleRow]) -> bool:
    """Tell whether one of the roles administers."""
    return any(row.role is OfficerRole.ADMINISTRATOR for row in rows)


def may_be_away(principal: Actor) -> None:
    """Refuse a deputy for somebody who is no head: others' work is given to another handler.

    :raises NotAllowedError: when the person is no head today.
    """
    if not principal.has(OfficerRole.HEAD):
        raise NotAllowedError("error.only_heads_are_away")


def check_away(
    since: dt.date | None, until: dt.date | None, reason: str, today: dt.date
) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of an absence.

    :raises InvalidError: a day or the reason is missing, it is over already, or it is too long.
    """
    if since is None:
        raise InvalidError("since", "error.away_day")
    if until is None or until < today:
        raise InvalidError("until", "error.away_over")
    check_period("until", since, until)
    if (until - max(since, today)).days > LONGEST_AWAY_DAYS:
        raise InvalidError("until", "error.away_long", n=LONGEST_AWAY_DAYS)
    if not reason or len(reason) > LONGEST_REASON:
        raise InvalidError("reason", "error.away_reason", n=LONGEST_REASON)
    return since, until
