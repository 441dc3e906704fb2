import datetime as dt

import phonenumbers
import pytest
from email_validator import validate_email

from services.tasks.domain.errors import InvalidError, NotAllowedError, SignInError
from services.tasks.domain.permissions import OfficerRole
from services.tasks.store.officers import contact_card
from services.tasks.usecases.officers import NewOfficer
from shared.events.tasks import OFFICER_CHANGED
from tests.integration.tasks import small_plan
from tests.integration.tasks.house import PASSWORD, House


@pytest.fixture
def staffed(loaded: House) -> House:
    loaded.account("stp.canbo", OfficerRole.OFFICER, "STP")
    return loaded


def wrong(house: House, times: int, username: str = "stp.canbo") -> None:
    for _ in range(times):
        with pytest.raises(SignInError, match="sign_in"):
            house.sessions.sign_in(username, "sai")


def test_a_signed_in_officer_is_found_until_the_session_ends(staffed: House) -> None:
    token = staffed.sessions.sign_in("STP.CanBo", PASSWORD)

    found = staffed.sessions.find(token)

    assert found is not None
    assert (found.actor.username, found.actor.agency_code) == ("stp.canbo", "STP")
    assert found.actor.role_names == ("officer",)
    assert found.csrf
    staffed.system.advance(dt.timedelta(hours=12))
    assert staffed.sessions.find(token) is None


def test_the_business_clock_ends_no_session(staffed: House) -> None:
    token = staffed.sessions.sign_in("stp.canbo", PASSWORD)
    staffed.business.advance(dt.timedelta(days=300))

    assert staffed.sessions.find(token) is not None


def test_signing_out_and_closing_an_account_end_sessions(staffed: House) -> None:
    token = staffed.sessions.sign_in("stp.canbo", PASSWORD)
    other = staffed.sessions.sign_in("stp.canbo", PASSWORD)
    staffed.sessions.sign_out(token)
    assert staffed.sessions.find(token) is None

    staffed.database["officers"].update_one({"username": "stp.canbo"}, {"$set": {"active": False}})
    assert staffed.sessions.find(other) is None
    with pytest.raises(SignInError):
        staffed.sessions.sign_in("stp.canbo", PASSWORD)


def test_secrets_rest_as_hashes(staffed: House) -> None:
    session = staffed.sessions.sign_in("stp.canbo", PASSWORD)
    token, _ = staffed.sessions.issue_token("stp.canbo", PASSWORD)

    stored = str([*staffed.database["sessions"].find(), *staffed.database["api_tokens"].find()])
    assert session not in stored
    assert token not in stored
    assert PASSWORD not in str(staffed.database["officers"].find_one())


def test_a_token_is_no_session_and_a_session_no_token(staffed: House) -> None:
    session = staffed.sessions.sign_in("stp.canbo", PASSWORD)
    token, expires_at = staffed.sessions.issue_token("stp.canbo", PASSWORD)

    assert staffed.sessions.find_token(token) is not None
    assert staffed.sessions.find(token) is None
    assert staffed.sessions.find_token(session) is None
    assert expires_at == staffed.system.now() + dt.timedelta(hours=12)


@pytest.mark.parametrize("username", ["stp.canbo", "khong.co"])
def test_five_wrong_tries_make_one_wait_longer_each_time(staffed: House, username: str) -> None:
    wrong(staffed, 5, username)

    with pytest.raises(SignInError, match="locked_out") as first:
        staffed.sessions.sign_in(username, PASSWORD)
    staffed.system.advance(dt.timedelta(seconds=first.value.retry_after))
    wrong(staffed, 1, username)
    with pytest.raises(SignInError, match="locked_out") as second:
        staffed.sessions.sign_in(username, PASSWORD)

    assert second.value.retry_after > first.value.retry_after > 0


def test_signing_in_forgets_wrong_tries(staffed: House) -> None:
    wrong(staffed, 4)
    staffed.sessions.sign_in("stp.canbo", PASSWORD)
    wrong(staffed, 4)

    assert staffed.sessions.sign_in("stp.canbo", PASSWORD)


def test_a_role_that_ended_is_gone(staffed: House) -> None:
    token = staffed.sessions.sign_in("stp.canbo", PASSWORD)
    staffed.database["officers"].update_one(
        {"username": "stp.canbo"}, {"$set": {"roles.0.to": "2025-02-02"}}
    )

    found = staffed.sessions.find(token)

    assert found is not None
    assert found.actor.roles == ()


def test_the_first_administrator_is_created_once(loaded: House) -> None:
    assert not loaded.officers.has_administrator()
    loaded.officers.create_first_administrator(
        username="quantri", name="Trần Thị Bình", password=PASSWORD
    )

    assert loaded.officers.has_administrator()
    with pytest.raises(NotAllowedError, match="administrator_exists"):
        loaded.officers.create_first_administrator(
            username="khac", name="Lê Văn Chi", password=PASSWORD
        )


def test_an_account_wants_a_long_password_a_free_name_and_a_known_agency(staffed: House) -> None:
    new = NewOfficer(username="moi", name="Lò Văn Nam", agency_code="STP", roles=())
    with pytest.raises(InvalidError, match="password_short"):
        staffed.officers.create(new, "ngan")
    with pytest.raises(InvalidError, match="username_taken"):
        staffed.account("STP.canbo", OfficerRole.OFFICER, "STP")
    with pytest.raises(InvalidError, match="unknown_agency"):
        staffed.account("moi", OfficerRole.OFFICER, "KHONG")


def test_the_demonstration_has_its_people_once(loaded: House) -> None:
    made = loaded.officers.create_demonstration(small_plan.SLUG, PASSWORD)

    names = {row["username"]: row for row in loaded.database["officers"].find()}
    assert made == len(names) == 5 + 2 * len(small_plan.AGENCIES)
    assert {"admin", "lanhdao", "snv.thamdinh", "vpubnd.thamdinh", "snv.kehoach"} < set(names)
    assert {"snv25.canbo", "snv25.lanhdao", "stp.canbo", "stp.lanhdao"} < set(names)
    assert loaded.officers.create_demonstration(small_plan.SLUG, PASSWORD) == 0
    assert len(loaded.events(OFFICER_CHANGED)) == made
    assert loaded.sessions.sign_in("snv.thamdinh", PASSWORD)
    for row in names.values():
        assert phonenumbers.is_valid_number(phonenumbers.parse(row["phone"]))
        assert validate_email(row["email"], check_deliverability=False).domain == "example.com"


def test_the_directory_row_holds_no_contact_and_reads_it_later(staffed: House) -> None:
    row = staffed.events(OFFICER_CHANGED)[0]

    assert row["body"] is None
    card = contact_card(staffed.database, row["key"])
    assert card is not None
    assert (card.name, card.roles) == ("Nguyễn Văn An", ("officer",))
    assert contact_card(staffed.database, "khong-co") is None
