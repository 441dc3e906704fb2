"""The identity cookie: whose it is can be read by all, made by the owner of the key alone."""

import datetime as dt
from pathlib import Path

import jwt
import pytest

from dev.secrets_kept import IdentityKeys, ensure_identity
from shared.clock import SystemClock
from shared.web.identity import sign, verify
from tests.visitors import person


@pytest.fixture
def keys(tmp_path: Path) -> IdentityKeys:
    return ensure_identity(tmp_path / "ours")


def test_what_was_signed_is_read_again(keys: IdentityKeys) -> None:
    mai = person("officer", "appraiser", acting_for="o-boss", acting_for_agency="UBND")

    read = verify(sign(mai, keys.private), keys.public.read_text())

    assert read is not None
    assert read.roles == ("officer", "appraiser")
    assert (read.acting_for, read.acting_for_agency) == ("o-boss", "UBND")
    assert read.expires_at == mai.expires_at.replace(microsecond=0)


def test_a_changed_cookie_is_nobodys(keys: IdentityKeys) -> None:
    head, claims, signature = sign(person("officer"), keys.private).split(".")
    forged = sign(person("administrator"), keys.private).split(".")[1]

    assert verify(f"{head}.{forged}.{signature}", keys.public.read_text()) is None
    assert verify(f"{head}.{claims}.", keys.public.read_text()) is None
    assert verify("anything", keys.public.read_text()) is None


def test_a_cookie_of_another_key_is_nobodys(keys: IdentityKeys, tmp_path: Path) -> None:
    other = ensure_identity(tmp_path / "theirs")

    assert verify(sign(person("officer"), other.private), keys.public.read_text()) is None


def test_a_cookie_without_a_signature_is_nobodys(keys: IdentityKeys) -> None:
    claims = jwt.decode(sign(person(), keys.private), options={"verify_signature": False})
    unsigned = jwt.encode(claims, key="", algorithm="none")
    # The public key is no secret: it must not do as the key of a symmetric signature.
    symmetric = jwt.encode(claims, key="x" * 64, algorithm="HS256")

    assert verify(unsigned, keys.public.read_text()) is None
    assert verify(symmetric, keys.public.read_text()) is None


def test_an_identity_ends(keys: IdentityKeys) -> None:
    past = SystemClock().now() - dt.timedelta(seconds=2)

    assert verify(sign(person(expires_at=past), keys.private), keys.public.read_text()) is None


@pytest.mark.parametrize("missing", ["exp", "officer_id", "roles", "csrf"])
def test_an_identity_is_whole(keys: IdentityKeys, missing: str) -> None:
    claims = jwt.decode(sign(person("head"), keys.private), options={"verify_signature": False})
    del claims[missing]
    cookie = jwt.encode(claims, keys.private.read_text(), algorithm="EdDSA")

    assert verify(cookie, keys.public.read_text()) is None


def test_an_identity_of_a_later_make_is_nobodys(keys: IdentityKeys) -> None:
    claims = jwt.decode(sign(person("head"), keys.private), options={"verify_signature": False})
    cookie = jwt.encode(claims | {"shoe": 41}, keys.private.read_text(), algorithm="EdDSA")

    assert verify(cookie, keys.public.read_text()) is None
