import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tasks.domain import people as rules
from services.tasks.domain.browsers import browser_of
from services.tasks.domain.errors import InvalidError, NotAllowedError
from services.tasks.domain.permissions import Actor, OfficerRole, RoleRow
from tests.unit.tasks.samples import person

ROWS = st.lists(
    st.builds(
        RoleRow,
        role=st.sampled_from(OfficerRole),
        agency=st.sampled_from(["STP", "STC", "*"]),
    ),
    max_size=3,
)
AGENCIES = st.sampled_from(["STP", "STC", ""])


def may(actor: Actor, agency: str, rows: list[RoleRow]) -> bool:
    try:
        rules.may_manage(actor, agency, rows)
    except NotAllowedError:
        return False
    return True


@given(AGENCIES, ROWS)
def test_an_administrator_keeps_every_account(agency: str, rows: list[RoleRow]) -> None:
    assert may(person(OfficerRole.ADMINISTRATOR, agency="*"), agency, rows)


@given(AGENCIES, ROWS)
def test_a_head_keeps_the_own_agency_and_gives_nothing_beyond_it(
    agency: str, rows: list[RoleRow]
) -> None:
    inside = all(
        row.agency == "STP" and row.role in (OfficerRole.OFFICER, OfficerRole.HEAD) for row in rows
    )
    assert may(person(OfficerRole.HEAD, agency="STP"), agency, rows) is (agency == "STP" and inside)


@given(st.sampled_from(OfficerRole), AGENCIES, ROWS)
def test_no_other_role_keeps_accounts(role: OfficerRole, agency: str, rows: list[RoleRow]) -> None:
    keeps = {OfficerRole.ADMINISTRATOR, OfficerRole.HEAD}
    assert role in keeps or not may(person(role, agency="STP"), agency, rows)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(" STP.Hương ", "stp.huong"), ("a-b_1", "a-b_1"), ("Đức.an", "duc.an")],
)
def test_a_username_is_kept_without_marks(typed: str, kept: str) -> None:
    assert rules.username_of(typed) == kept


@given(st.text(max_size=80))
def test_whatever_is_typed_gives_a_value_or_a_sentence(text: str) -> None:
    for rule in (rules.username_of, rules.email_of, rules.phone_of, rules.name_of):
        with contextlib.suppress(InvalidError):
            found = rule(text)
            assert found is None or found


@pytest.mark.parametrize("typed", ["0912 345 678", "+84912345678", "0912.345.678"])
def test_a_mobile_number_is_kept_in_one_form(typed: str) -> None:
    assert rules.phone_of(typed) == "+84912345678"


@pytest.mark.parametrize("typed", ["024 3825 1234", "912", "+1 202 555 0100", "không có"])
def test_a_number_that_takes_no_message_is_refused(typed: str) -> None:
    with pytest.raises(InvalidError) as refused:
        rules.phone_of(typed)
    assert refused.value.field == "phone"


def test_a_role_does_not_end_before_it_begins() -> None:
    day = dt.date(2025, 3, 5)
    row = RoleRow(role=OfficerRole.HEAD, since=day, until=day)
    rules.check_roles([row])
    with pytest.raises(InvalidError):
        rules.check_roles([RoleRow(role=OfficerRole.HEAD, since=day, until=dt.date(2025, 3, 4))])


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0 Safari/537.36", "chrome windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "edge windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "safari iphone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "firefox linux"),
        ("curl/8.5", "other other"),
        ("", "other other"),
    ],
)
def test_of_a_browser_two_words_are_kept(told: str, words: str) -> None:
    assert browser_of(told) == words
