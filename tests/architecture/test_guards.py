"""Each view of the three webs says who may call it, and asks."""

import re

from tests.architecture.conftest import Webs

# What anybody may call: signing in, the first start, what describes the interface, receipts
# (which are signed).
PUBLIC = {
    ("tasks", "POST", "/api/v1/auth/token"),
    ("tasks", "GET", "/api/openapi.json"),
    ("tasks", "GET", "/api/docs"),
    ("tasks", "GET", "/dang-nhap"),
    ("tasks", "POST", "/dang-nhap"),
    ("tasks", "GET", "/bat-dau"),
    ("tasks", "GET", "/lich/<secret>.ics"),
    ("tasks", "GET", "/moi/<token>"),
    ("tasks", "POST", "/moi/<token>"),
    ("tasks", "GET", "/quen-mat-khau"),
    ("tasks", "POST", "/quen-mat-khau"),
    ("notify", "GET", "/receipts"),
}
_ARGUMENT = re.compile(r"<[^>]+>")


def test_every_view_has_a_guard(webs: Webs) -> None:
    found = list(webs.rules())

    without = [rule[:3] for rule in found if not getattr(rule[3], "guard", None)]
    assert len(found) > 40
    assert without == []


def test_only_these_addresses_are_public(webs: Webs) -> None:
    public = {rule[:3] for rule in webs.rules() if getattr(rule[3], "guard", None) == "public"}

    assert public == PUBLIC


def test_every_other_address_asks_who_calls(webs: Webs) -> None:
    wrong = []
    asked = 0
    for service, method, rule, view in webs.rules():
        if getattr(view, "guard", None) == "public":
            continue
        client = webs.apps[service].test_client()
        answer = client.open(_ARGUMENT.sub("x", rule), method=method)
        sent = answer.status_code, answer.headers.get("Location", "")
        leads_in = sent[0] == 303 and re.search(r"/(dang-nhap|dinh-danh)\?tiep=", sent[1])
        asked += 1
        if sent[0] != 401 and not (method == "GET" and leads_in):
            wrong.append((service, method, rule, *sent))

    assert asked > 40
    assert wrong == []
