"""Who is told, and at which address."""

import datetime as dt
from typing import Any

import pytest

from services.notify.domain.recipients import address, allowed, masked, recipients
from shared.events.notify import Channel
from shared.events.tasks import Away, OfficerState

TODAY = dt.date(2025, 6, 16)
ROLES = ("officer", "head")


def officer(officer_id: str, **changes: Any) -> OfficerState:
    facts: dict[str, Any] = {
        "officer_id": officer_id,
        "version": 1,
        "agency_code": "SNV25",
        "roles": ("officer",),
        "name": "Lò Thị Mai",
        "email": "mai@snv.sonla.gov.vn",
        "phone": "0912 345 678",
        **changes,
    }
    return OfficerState(**facts)


def told(*people: OfficerState) -> list[tuple[str, str]]:
    return [(r.officer.officer_id, r.role) for r in recipients(ROLES, "SNV25", people, TODAY)]


def test_active_officers_and_heads_of_the_agency_are_told() -> None:
    people = [
        officer("o1"),
        officer("o2", roles=("head",)),
        officer("o3", active=False),
        officer("o4", agency_code="STC"),
        officer("o5", roles=("appraiser",)),
    ]

    assert told(*people) == [("o1", "officer"), ("o2", "head")]


def test_one_who_is_both_officer_and_head_is_told_once() -> None:
    assert told(officer("o1", roles=("head", "officer"))) == [("o1", "officer")]


def test_a_deputy_stands_in_for_someone_away_and_is_told_once() -> None:
    away = Away(since=TODAY, until=TODAY, deputy_id="o2")
    people = [officer("o1", away=away), officer("o2", roles=("head",))]

    assert told(*people) == [("o2", "head")]


def test_a_deputy_from_elsewhere_is_told_for_the_one_he_stands_in_for() -> None:
    away = Away(since=TODAY, until=TODAY, deputy_id="x")
    people = [officer("o1", away=away), officer("x", agency_code="VPUBND", roles=())]

    found = recipients(ROLES, "SNV25", people, TODAY)

    assert [(r.officer.officer_id, r.deputy_for) for r in found] == [("x", "o1")]


@pytest.mark.parametrize(
    "away",
    [
        Away(since=TODAY, until=TODAY),
        Away(since=TODAY, until=TODAY, deputy_id="gone"),
        Away(
            since=TODAY + dt.timedelta(days=1), until=TODAY + dt.timedelta(days=2), deputy_id="o2"
        ),
    ],
)
def test_without_a_deputy_who_is_there_the_person_is_told(away: Away) -> None:
    assert told(officer("o1", away=away)) == [("o1", "officer")]


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        ("0912345678", "+84912345678"),
        ("+84 912 345 678", "+84912345678"),
        ("0168 234 5678", None),  # the old eleven-digit form is gone
        ("0283 829 1234", None),  # a landline takes no SMS
        ("113", None),
        ("+1 202 555 0123", None),
        ("", None),
        (None, None),
    ],
)
def test_only_vietnamese_mobile_numbers_get_sms(phone: str | None, expected: str | None) -> None:
    assert address(officer("o1", phone=phone), Channel.SMS) == expected


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("Mai@SonLa.gov.vn", "Mai@sonla.gov.vn"),
        ("snv25.canbo@cchc.test", "snv25.canbo@cchc.test"),
        ("not an address", None),
        ("a@b\r\nBcc: x@y.vn", None),
        (None, None),
    ],
)
def test_only_addresses_that_can_exist_get_mail(email: str | None, expected: str | None) -> None:
    assert address(officer("o1", email=email), Channel.EMAIL) == expected


def test_pages_show_masked_addresses() -> None:
    assert masked("mai@sonla.gov.vn") == "m***@sonla.gov.vn"
    assert masked("+84912345678") == "***678"
    assert masked(None) == ""


def test_an_allow_list_lets_only_its_own_through() -> None:
    listed = frozenset({"mai@sonla.gov.vn", "0912345678"})

    assert allowed("mai@sonla.gov.vn", listed)
    assert allowed("+84912345678", listed)
    assert not allowed("hoa@sonla.gov.vn", listed)
    assert allowed("hoa@sonla.gov.vn", frozenset())


def test_who_stands_in_for_a_colleague_is_told_for_the_own_duty() -> None:
    away = Away(since=TODAY, until=TODAY, deputy_id="o1")
    people = [officer("o1"), officer("o2", roles=("head",), away=away)]

    found = recipients(ROLES, "SNV25", people, TODAY)

    assert [(r.officer.officer_id, r.role, r.deputy_for) for r in found] == [
        ("o1", "officer", None)
    ]
