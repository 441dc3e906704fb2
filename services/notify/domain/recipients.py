"""Who is told, and where: people of an agency, their deputies, and usable addresses."""

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable, Mapping

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from shared.events.notify import Channel
from shared.events.tasks import OfficerState

_REGION = "VN"
_PHONE_TAIL = 3


@dataclasses.dataclass(frozen=True, slots=True)
class Recipient:
    """One person to tell; ``role`` is why, ``deputy_for`` whom he stands in for."""

    officer: OfficerState
    role: str
    deputy_for: str | None = None


def recipients(
    roles: Collection[str],
    agency_code: str,
    officers: Iterable[OfficerState],
    today: dt.date,
) -> tuple[Recipient, ...]:
    """Return the active people of an agency who hold one of the roles, each once.

    Someone who is away is replaced by his deputy if that one is there; otherwise he is told
    himself, because nobody else would be.

    :param roles: in order of rank, the lowest first; the first one held is the one named.
    :param officers: the agency's people and the deputies of those who are away.
    """
    directory = {officer.officer_id: officer for officer in officers}
    chosen: dict[str, Recipient] = {}
    for officer in sorted(directory.values(), key=lambda o: o.officer_id):
        role = next((role for role in roles if role in officer.roles), None)
        if role is None or not officer.active or officer.agency_code != agency_code:
            continue
        deputy = _deputy(officer, directory, today)
        found = Recipient(deputy or officer, role, officer.officer_id if deputy else None)
        present = chosen.get(found.officer.officer_id)
        if present is None or present.deputy_for is not None:  # one's own duty names the reason
            chosen[found.officer.officer_id] = found
    return tuple(chosen.values())


def is_away(officer: OfficerState, today: dt.date) -> bool:
    """Tell whether the officer is on leave on that local day."""
    away = officer.away
    return away is not None and away.since <= today <= away.until


def _deputy(
    officer: OfficerState, directory: Mapping[str, OfficerState], today: dt.date
) -> OfficerState | None:
    if not is_away(officer, today) or officer.away is None or officer.away.deputy_id is None:
        return None
    deputy = directory.get(officer.away.deputy_id)
    if deputy is None or not deputy.active or is_away(deputy, today):
        return None
    return deputy


def address(officer: OfficerState, channel: Channel) -> str | None:
    """Return the officer's address for a channel in one form, or None when there is no usable one.

    E-mail as validated text; phone as E.164, Vietnamese mobile numbers only.
    """
    if channel is Channel.EMAIL:
        return _email(officer.email or "")
    return _mobile(officer.phone or "")


def _email(text: str) -> str | None:
    try:
        found = validate_email(
            text,
            check_deliverability=False,  # rules ask no name server
            globally_deliverable=False,  # a province may use a domain of its own network
            test_environment=True,  # the same: .local and .test are real there
        )
    except EmailNotValidError:
        return None
    return found.normalized


def _mobile(text: str) -> str | None:
    try:
        number = phonenumbers.parse(text, _REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number_for_region(number, _REGION):
        return None
    if phonenumbers.number_type(number) != phonenumbers.PhoneNumberType.MOBILE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def masked(address: str | None) -> str:
    """Return an address as pages may show it: ``s***@sonla.gov.vn``, ``***678``."""
    if not address:
        return ""
    name, at, domain = address.partition("@")
    return f"{name[:1]}***@{domain}" if at else f"***{address[-_PHONE_TAIL:]}"


def allowed(address: str, allow_list: Collection[str]) -> bool:
    """Tell whether a real message may go there; an empty list allows everybody."""
    if not allow_list:
        return True
    listed = {_email(word) or _mobile(word) or word for word in allow_list}
    return address in listed or address.casefold() in {word.casefold() for word in listed}
