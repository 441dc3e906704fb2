"""Reads rules.yaml: how each indicator is measured and judged, each field sourced or assumed."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from services.tasks.domain.planrows import IndicatorRow, RuleRow
from services.tasks.planfiles import trees, values
from services.tasks.planfiles.faults import Fault, Place, nearest
from services.tasks.planfiles.sources import Branch, Node, Series, read_tree
from shared.events.tasks import (
    Band,
    Baseline,
    Comparator,
    Direction,
    Limits,
    Nature,
    PathPoint,
    Periodicity,
)

FILE = "rules.yaml"
_NEEDED = ("nature", "direction", "periodicity")
_FREE = ("baselines", "path", "bands", "limits", "tolerance", "known_after")
_KINDS = ("estimate", "assessed", "final", "score", "rank")
_RANKED = frozenset({Comparator.RANK_UP, Comparator.SCORE_AND_RANK_UP, Comparator.RANK_BAND})
_PLAIN = frozenset(
    {Comparator.AT_LEAST, Comparator.ABOVE, Comparator.EQUAL, Comparator.AT_MOST, Comparator.APPROX}
)


def read_rules(
    folder: Path, indicators: Mapping[str, IndicatorRow], found: list[Fault]
) -> dict[str, RuleRow]:
    """Return the rule of each indicator; a missing one and one too many are faults."""
    tree = read_tree(folder, FILE, found)
    if tree is None:
        return {}
    for code in indicators.keys() - tree.children.keys():
        tree.place.at(row=1, column=code).fault("rule_missing")
    rules: dict[str, RuleRow] = {}
    for code, node in tree.children.items():
        if code not in indicators:
            hint = nearest(code, indicators.keys() - tree.children.keys())
            node.place.fault("unknown_indicator", code, suggestion=hint)
        elif not isinstance(node, Branch):
            node.place.fault("mapping_wanted")
        else:
            rule = _rule(code, node)
            if rule is not None:
                _check(rule, indicators[code], node.place)
                rules[code] = rule
    return rules


def _rule(code: str, tree: Branch) -> RuleRow | None:
    trees.check_keys(tree, _NEEDED, _FREE)
    fields: dict[str, Any] = {}
    assumed: list[str] = []
    sources: dict[str, str] = {}
    for name, node in tree.children.items():
        if name not in _READERS:
            continue
        if not isinstance(node, Branch):
            node.place.fault("mapping_wanted")
            continue
        source = _mark(node)
        if source is None:
            assumed.append(name)
        else:
            sources[name] = source
        given = node.children.get("is")
        if given is not None:
            fields[name] = _READERS[name](given, source is None)
    if any(fields.get(name) is None for name in _NEEDED):
        return None
    return RuleRow(code=code, assumed=tuple(assumed), sources=sources, **fields)


def _mark(tree: Branch) -> str | None:
    """Return the source of a field, or None for an assumption; one of them must be said."""
    trees.check_keys(tree, ("is",), ("sourced", "assumed"))
    if ("sourced" in tree) == ("assumed" in tree):
        tree.place.fault("mark_missing")
    if "assumed" in tree:
        trees.take(tree, "assumed", _true)
        return None
    return trees.text(tree, "sourced")


def _true(text: str, place: Place) -> bool | None:
    if text != "true":
        place.fault("choice", text, words="true")
    return True


def _word(kind: type[Any]) -> Callable[[Node, bool], Any]:
    return lambda node, _assumed: trees.leaf(node, lambda text, at: values.choice(text, at, kind))


def _branches(node: Node) -> list[Branch]:
    if not isinstance(node, Series):
        node.place.fault("list_wanted")
        return []
    for item in node.items:
        if not isinstance(item, Branch):
            item.place.fault("mapping_wanted")
    return [item for item in node.items if isinstance(item, Branch)]


def _baselines(node: Node, assumed: bool) -> tuple[Baseline, ...]:  # noqa: FBT001 - one table
    read = []
    for tree in _branches(node):
        trees.check_keys(tree, ("value", "of", "kind"), ("known_on",))
        value = trees.take(tree, "value", values.decimal)
        kind = trees.take(tree, "kind", _kind)
        known_on = trees.take(tree, "known_on", values.date)
        if value is not None and kind is not None:
            of = trees.text(tree, "of")
            read.append(Baseline(value=value, of=of, kind=kind, known_on=known_on, assumed=assumed))
    return tuple(read)


def _kind(text: str, place: Place) -> str | None:
    if text not in _KINDS:
        place.fault("choice", text, suggestion=nearest(text, _KINDS), words=", ".join(_KINDS))
        return None
    return text


def _path(node: Node, _assumed: bool) -> tuple[PathPoint, ...]:  # noqa: FBT001 - one table
    points: list[PathPoint] = []
    for tree in _branches(node):
        trees.check_keys(tree, ("on", "value"))
        on, value = trees.take(tree, "on", values.date), trees.take(tree, "value", values.decimal)
        if on is None or value is None:
            continue
        if points and on <= points[-1].on:
            tree.place.fault("path_order", on.isoformat(), earlier=points[-1].on.isoformat())
        points.append(PathPoint(on=on, value=value))
    return tuple(points)


def _bands(node: Node, _assumed: bool) -> tuple[Band, ...]:  # noqa: FBT001 - one table
    bands = []
    for tree in _branches(node):
        trees.check_keys(tree, ("name", "best", "worst", "of"))
        best, worst, of = (trees.take(tree, key, values.whole) for key in ("best", "worst", "of"))
        if best is None or worst is None or of is None:
            continue
        if not best <= worst <= of:
            tree.place.fault("band_order", f"{best}, {worst}, {of}")
        bands.append(Band(name=trees.text(tree, "name"), best=best, worst=worst, of=of))
    return tuple(bands)


def _limits(node: Node, _assumed: bool) -> Limits | None:  # noqa: FBT001 - one table
    if not isinstance(node, Branch):
        node.place.fault("mapping_wanted")
        return None
    trees.check_keys(node, (), ("low", "high"))
    low, high = trees.take(node, "low", values.decimal), trees.take(node, "high", values.decimal)
    if low is not None and high is not None and low >= high:
        node.place.fault("range_order", f"{low}..{high}")
    return Limits(low=low, high=high)


def _tolerance(node: Node, _assumed: bool) -> Decimal | None:  # noqa: FBT001 - one table
    value = trees.leaf(node, values.decimal)
    if value is not None and not 0 < value < 1:
        node.place.fault("tolerance", str(value))
    return value


_READERS: Mapping[str, Callable[[Node, bool], Any]] = {
    "nature": _word(Nature),
    "direction": _word(Direction),
    "periodicity": _word(Periodicity),
    "baselines": _baselines,
    "path": _path,
    "bands": _bands,
    "limits": _limits,
    "tolerance": _tolerance,
    "known_after": lambda node, _assumed: trees.leaf(node, values.date),
}


def _check(rule: RuleRow, indicator: IndicatorRow, place: Place) -> None:
    """Note where the rule and the indicator's comparator do not fit together."""
    comparator = indicator.comparator
    for nature, wanted in (
        (Nature.YES_NO, comparator is Comparator.BOOLEAN),
        (Nature.RANK, comparator in _RANKED),
    ):
        if (rule.nature is nature) != wanted:
            place.fault("nature", rule.nature.value, comparator=comparator.value)
            return
    if (rule.tolerance is not None) != (comparator is Comparator.APPROX):
        place.fault("tolerance_for_approx", comparator=comparator.value)
    ranks = {baseline.value for baseline in rule.baselines if baseline.kind == "rank"}
    if indicator.rank_to_beat is not None and indicator.rank_to_beat not in ranks:
        told = ", ".join(str(rank) for rank in sorted(ranks)) or "–"
        place.fault("rank_baseline_differs", str(indicator.rank_to_beat), baseline=told)
    for target in indicator.targets:
        if target.band is not None and target.band not in {band.name for band in rule.bands}:
            place.fault("band_missing", target.band)
        if comparator in _PLAIN and target.value is not None:
            _check_target(rule, target.value, place)


def _check_target(rule: RuleRow, target: Decimal, place: Place) -> None:
    limits = rule.limits or Limits()
    if (limits.low is not None and target < limits.low) or (
        limits.high is not None and target > limits.high
    ):
        place.fault("target_outside_limits", str(target), low=limits.low, high=limits.high)
