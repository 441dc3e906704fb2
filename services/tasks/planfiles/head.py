"""Reads plan.yaml: decision, areas, levels, groups, policies, short titles."""

import re
from collections.abc import Mapping
from pathlib import Path

from services.tasks.domain.planrows import AgencyRow, Members, PlanHead, Province
from services.tasks.planfiles import trees, values
from services.tasks.planfiles.faults import Fault, Place, nearest
from services.tasks.planfiles.sources import Branch, Leaf, read_tree
from shared.events.tasks import Area, Decision, Policies

FILE = "plan.yaml"
LONGEST_SHORT_TITLE = 28
_PARTS = (
    *("slug", "title", "year", "edition", "effective_on", "province", "decision", "areas"),
    *("levels", "tiers", "groups", "policies", "short_title_vi"),
)
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_POLICIES = (
    *("appraisers", "extension_authority", "max_extensions", "count_all_year"),
    "deadline_roll",
)
_ROLLS = ("none", "next")


def read_head(folder: Path, found: list[Fault]) -> Branch | None:
    """Return the tree of plan.yaml with its keys checked."""
    tree = read_tree(folder, FILE, found)
    if tree is not None:
        trees.check_keys(tree, _PARTS)
    return tree


def head_of(tree: Branch, agencies: Mapping[str, AgencyRow]) -> PlanHead | None:
    """Return what the tree says of the plan; None when there is not enough to go on."""
    slug = trees.take(tree, "slug", _slug)
    year = trees.take(tree, "year", values.whole)
    edition = trees.take(tree, "edition", values.whole)
    effective_on = trees.take(tree, "effective_on", values.date)
    decision, province = _decision(tree), _province(tree)
    levels = trees.names(tree, "levels")
    policies = _policies(tree, agencies)
    title = trees.text(tree, "title")
    if not slug or not year or not edition or not effective_on or not decision:
        return None
    return PlanHead(
        slug=slug,
        title=title,
        year=year,
        edition=edition,
        decision=decision,
        effective_on=effective_on,
        province=province,
        areas=tuple(
            Area(code=code, title=name) for code, name in trees.names(tree, "areas").items()
        ),
        levels=levels,
        tiers=_tiers(tree, levels),
        groups=_groups(tree, levels, agencies),
        policies=policies,
    )


def short_titles(tree: Branch, indicators: Mapping[str, Place]) -> Mapping[str, str]:
    """Return the short title of each indicator.

    :param indicators: code of an indicator → where it stands.
    """
    titles = trees.branch(tree, "short_title_vi")
    if titles is None:
        return {}
    for code in indicators.keys() - titles.children.keys():
        titles.place.at(column=f"short_title_vi.{code}").fault("key_missing")
    read: dict[str, str] = {}
    for code, node in titles.children.items():
        if code not in indicators:
            hint = nearest(code, indicators.keys() - titles.children.keys())
            node.place.fault("unknown_indicator", code, suggestion=hint)
        title = trees.leaf(node, values.required)
        if title and len(title) > LONGEST_SHORT_TITLE:
            node.place.fault("short_title_long", title, most=LONGEST_SHORT_TITLE, given=len(title))
        read[code] = title or ""
    return read


def _slug(text: str, place: Place) -> str | None:
    if not _SLUG.fullmatch(text):
        place.fault("slug", text)
        return None
    return text


def _ascii(text: str, place: Place) -> str | None:
    if not text.isascii() or not text:
        place.fault("ascii", text)
        return None
    return text


def _decision(tree: Branch) -> Decision | None:
    part = trees.branch(tree, "decision")
    if part is None:
        return None
    trees.check_keys(part, ("number", "issuer", "signed_on"))
    signed_on = trees.take(part, "signed_on", values.date)
    number, issuer = trees.text(part, "number"), trees.text(part, "issuer")
    return Decision(number=number, issuer=issuer, signed_on=signed_on) if signed_on else None


def _province(tree: Branch) -> Province:
    part = trees.branch(tree, "province")
    if part is None:
        return Province(name="", short_name="", ascii_name="")
    trees.check_keys(part, ("name", "short_name", "ascii_name"))
    return Province(
        name=trees.text(part, "name"),
        short_name=trees.text(part, "short_name"),
        ascii_name=trees.take(part, "ascii_name", _ascii) or "",
    )


def _tiers(tree: Branch, levels: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    part = trees.branch(tree, "tiers")
    if part is None:
        return {}
    return {
        tier: tuple(
            level
            for node in trees.items(part, tier)
            if (level := trees.leaf(node, lambda text, at: values.known(text, at, levels, "level")))
        )
        for tier in part.children
    }


def _groups(
    tree: Branch, levels: Mapping[str, str], agencies: Mapping[str, AgencyRow]
) -> Mapping[str, Members]:
    part = trees.branch(tree, "groups")
    if part is None:
        return {}
    groups: dict[str, Members] = {}
    for code, node in part.children.items():
        values.known(code, node.place, agencies, "agency")
        if isinstance(node, Leaf):
            groups[code] = values.known(node.text, node.place, levels, "level") or ""
        else:
            members = trees.words(part, code)
            for member in members:
                values.known(member, node.place, agencies, "agency")
            groups[code] = members
    return groups


def _policies(tree: Branch, agencies: Mapping[str, AgencyRow]) -> Policies:
    part = trees.branch(tree, "policies")
    if part is None:
        return Policies(appraisers=(), extension_authority="")
    trees.check_keys(part, _POLICIES)

    def agency(text: str, place: Place) -> str | None:
        return values.known(text, place, agencies, "agency")

    def truth(text: str, place: Place) -> bool | None:
        return values.yes(text, place, words=("true", "false"))

    read = (trees.leaf(node, agency) for node in trees.items(part, "appraisers"))
    return Policies(
        appraisers=tuple(code for code in read if code),
        extension_authority=trees.take(part, "extension_authority", agency) or "",
        max_extensions=trees.take(part, "max_extensions", values.whole) or 0,
        count_all_year=trees.take(part, "count_all_year", truth) is not False,
        deadline_roll=trees.take(part, "deadline_roll", _roll) or _ROLLS[0],
    )


def _roll(text: str, place: Place) -> str | None:
    if text not in _ROLLS:
        place.fault("choice", text, suggestion=nearest(text, _ROLLS), words=", ".join(_ROLLS))
        return None
    return text
