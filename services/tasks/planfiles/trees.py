"""Taking fields out of a YAML mapping: a key that is missing, unknown or misshapen is a fault."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TypeVar

from services.tasks.planfiles import values
from services.tasks.planfiles.faults import Place, nearest
from services.tasks.planfiles.sources import Branch, Leaf, Node, Series

_T = TypeVar("_T")
_Read = Callable[[str, Place], _T | None]


def check_keys(branch: Branch, needed: Collection[str], free: Collection[str] = ()) -> None:
    """Note keys that are missing or unknown."""
    prefix = f"{branch.place.column}." if branch.place.column else ""
    for key in needed:
        if key not in branch:
            branch.place.at(column=prefix + key).fault("key_missing")
    words = {*needed, *free}
    for key, node in branch.children.items():
        if key not in words:
            hint = nearest(key, words - set(branch.children))
            node.place.fault("key_unknown", key, suggestion=hint)


def text(branch: Branch, key: str) -> str:
    """Return the text of a key; empty when there is none."""
    return take(branch, key, values.required) or ""


def take(branch: Branch, key: str, read: "_Read[_T]") -> _T | None:
    """Return the value of a key, read by ``read``; None when it is missing or faulty."""
    node = branch.children.get(key)
    return None if node is None else leaf(node, read)


def leaf(node: Node, read: "_Read[_T]") -> _T | None:
    """Return the value of a node that must be a text."""
    if not isinstance(node, Leaf):
        node.place.fault("text_wanted")
        return None
    return read(node.text, node.place)


def branch(parent: Branch, key: str) -> Branch | None:
    """Return the mapping of a key, or None with a fault unless the key is missing."""
    node = parent.children.get(key)
    if node is None or isinstance(node, Branch):
        return node
    node.place.fault("mapping_wanted")
    return None


def items(parent: Branch, key: str) -> Iterator[Node]:
    """Give the items of the list of a key."""
    node = parent.children.get(key)
    if isinstance(node, Series):
        yield from node.items
    elif node is not None:
        node.place.fault("list_wanted")


def words(parent: Branch, key: str) -> tuple[str, ...]:
    """Return a list of texts."""
    found = (leaf(node, values.required) for node in items(parent, key))
    return tuple(word for word in found if word is not None)


def names(parent: Branch, key: str) -> Mapping[str, str]:
    """Return a mapping of texts."""
    found = branch(parent, key)
    if found is None:
        return {}
    read = {name: leaf(node, values.required) for name, node in found.children.items()}
    return {name: value for name, value in read.items() if value is not None}
