"""Addresses of receipts: only who was given one can speak of a delivery."""

from urllib.parse import parse_qs, urlsplit

from services.notify.domain.receipts import address, is_signed

SECRET = "a-secret-of-the-receipts"


def test_the_address_of_a_receipt_carries_a_signature_that_is_ours() -> None:
    parts = urlsplit(address("https://notify.test/receipts", SECRET, "d-1").replace("%d", "8"))
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}

    assert parts.path == "/receipts"
    assert (query["id"], query["type"]) == ("d-1", "8")
    assert is_signed(SECRET, query["id"], query["sig"])


def test_a_signature_speaks_of_one_delivery_under_one_secret() -> None:
    signature = parse_qs(urlsplit(address("x", SECRET, "d-1")).query)["sig"][0]

    assert not is_signed(SECRET, "d-2", signature)
    assert not is_signed("another-secret", "d-1", signature)
    assert not is_signed(SECRET, "d-1", "")
    assert not is_signed(SECRET, "d-1", "chữ ký")
