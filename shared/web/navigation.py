"""The shell's navigation: which pages a person of these roles has, and which web owns each."""

import dataclasses

from shared.settings import AddressSettings
from shared.web.identity import Identity

_LOOKERS = frozenset({"leader", "auditor"})
_KEEPERS = frozenset({"administrator", "head"})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry: ``name`` is the page's word for ``active`` and the key of its text."""

    name: str
    href: str
    icon: str
    managing: bool
    on_phone: bool


# name, web, path, icon, under "Quản lý", in the phone's bar.
_PAGES = (
    ("overview", "tasks", "/tong-quan", "bar-chart-line", False, True),
    ("my_day", "tasks", "/viec-cua-toi", "sun", False, True),
    ("tasks", "tasks", "/nhiem-vu", "kanban", False, True),
    ("indicators", "scoring", "/chi-tieu", "bullseye", False, True),
    ("appraisal", "tasks", "/tham-dinh", "clipboard-check", False, False),
    ("reminders", "notify", "/nhac-viec", "send", True, False),
    ("agencies", "tasks", "/co-quan", "building", True, False),
    ("plan", "tasks", "/ke-hoach", "journal-text", True, False),
    ("people", "tasks", "/nguoi-dung", "people", True, False),
)


def items(addresses: AddressSettings, person: Identity | None) -> list[Item]:
    """Return the entries for this person; somebody who only looks has no work of his own."""
    if person is None:
        return []
    bases = {
        "tasks": addresses.tasks_url.rstrip("/"),
        "scoring": addresses.scoring_url.rstrip("/"),
        "notify": addresses.notify_url.rstrip("/"),
    }
    keeps = bool(set(person.roles) & _KEEPERS) and person.acting_for is None
    only_looks = set(person.roles) <= _LOOKERS
    return [
        Item(name=name, href=bases[web] + path, icon=icon, managing=managing, on_phone=on_phone)
        for name, web, path, icon, managing, on_phone in _PAGES
        if not (only_looks and name in ("my_day", "appraisal"))
        and not (name == "people" and not keeps)
    ]
