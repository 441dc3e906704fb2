"""Programs show the other webs a signed identity that tasks lends them for a token."""

from pathlib import Path
from typing import Any

from flask import Flask

from shared.web.identity import by_signature
from tests.integration.tasks.house import PASSWORD, House
from tests.integration.tasks_web.person import make_app

TOKEN = "/api/v1/auth/token"
IDENTITY = "/api/v1/auth/identity"


def test_a_token_is_changed_into_an_identity_that_the_other_webs_can_check(
    house: House, keys: tuple[Path, Path]
) -> None:
    client: Any = make_app(house, keys).test_client()
    given = {"username": "snv.thamdinh", "password": PASSWORD}
    token = client.post(TOKEN, json=given).json["token"]

    answer = client.post(IDENTITY, headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 200, answer.text
    headers = {"Authorization": f"Bearer {answer.json['identity']}"}
    other = Flask("scoring")
    with other.test_request_context("/api/v1/x", headers=headers):
        seen = by_signature(keys[1])()
    assert seen is not None
    assert (seen.agency_code, seen.roles) == ("SNV", ("appraiser",))
    with other.test_request_context("/", headers={"Authorization": f"Bearer {token}"}):
        assert by_signature(keys[1])() is None


def test_an_identity_is_lent_to_nobody_unknown(house: House, keys: tuple[Path, Path]) -> None:
    client = make_app(house, keys).test_client()

    assert client.post(IDENTITY).status_code == 401
