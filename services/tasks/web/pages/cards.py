"""A card as the board shows it, and the acts of its menu."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.tasks.domain.assignment import FROM, possible
from services.tasks.domain.permissions import TABLE, Act, Actor, Matter, refusal
from services.tasks.queries.board import Picked
from services.tasks.web.pages.periods import period_text
from services.tasks.web.pages.task_next import SLUGS, label
from services.tasks.web.words import Due, due_of, partial_state, state_kind
from shared.events.tasks import AssignmentState, PlanState, Role

# The worst comes first: it is the one that a card shows.
_WORST = ("missed", "at_risk", "no_data", "on_track", "not_due", "achieved", "not_applicable")
_MENU = (Act.START, Act.REPORT, Act.NOTE, Act.TAKE_BACK, Act.ACCEPT, Act.RETURN)
_BARS = {"late": "late", "near": "near", "today": "near"}
_NO_CHIP: Mapping[str, Any] = {"status": "no_data", "flags": ()}


@dataclasses.dataclass(frozen=True, slots=True)
class Chip:
    """The worst indicator of a card and how many more it has."""

    code: str
    status: str
    flags: Sequence[str]
    more: int
    title: str

    @property
    def key(self) -> str:
        """Return what tells it from the other chips of a page."""
        return f"{self.code}+{self.more}"


@dataclasses.dataclass(frozen=True, slots=True)
class Item:
    """One line of a card's menu; ``at_once`` is sent straight from the board."""

    label: str
    href: str
    at_once: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a card shows; ``bar`` is ``late``, ``near`` or ""; ``handler`` is a person's name."""

    id: str
    href: str
    code: str
    title: str
    who: str
    handler: str
    role: str
    periods: str
    period: str
    files: int
    kind: str
    due: Due
    bar: str
    chip: Chip | None
    chips: Sequence[Chip]
    menu: Sequence[Item]
    version: int


class Cards:
    """Makes the cards of one request; what many cards share is worked out once.

    :param chips: indicator code → its status.
    :param own_view: whether every card belongs to one agency, which is then not repeated.
    """

    def __init__(
        self,
        actor: Actor,
        plan: Mapping[str, Any],
        today: dt.date,
        *,
        names: Mapping[str, str],
        chips: Mapping[str, Mapping[str, Any]],
        t: Callable[..., str],
        own_view: bool,
    ) -> None:
        self._actor = actor
        self._plan = plan
        self._today = today
        self._names = names
        self._chips = chips
        self._t = t
        self._own_view = own_view
        # What nobody with these roles may do is not asked card by card.
        self._acts = [act for act in _MENU if actor.has(*TABLE[act])]
        self._refused: dict[tuple[str, str, str, Act], bool] = {}
        self._made: dict[tuple[str, ...], Sequence[Chip]] = {}

    def card(self, row: Mapping[str, Any], picked: Picked) -> Card:
        """Return one card."""
        state = partial_state(row)
        said = due_of(state, self._today, self._t)
        chips = self._chips_of(row["indicator_codes"])
        several = picked.periods > 1
        return Card(
            id=row["_id"],
            href=f"/nhiem-vu/{row['task_id']}?phan={row['_id']}",
            code=row["task_code"],
            title=row["title"],
            who=self._who(row),
            handler=row.get("handler", ""),
            role=row["role"],
            periods=self._t("board.periods", done=picked.done_periods, all=picked.periods)
            if several
            else "",
            period=period_text(row["period"]) if several else "",
            files=row["evidence_count"],
            kind=state_kind(row),
            due=said,
            bar=_BARS.get(said.kind, ""),
            chip=chips[0] if chips else None,
            chips=chips,
            menu=self._menu(row, state),
            version=row["version"],
        )

    def _menu(self, row: Mapping[str, Any], state: AssignmentState) -> list[Item]:
        """Return the acts that this person may do on a part today."""
        if self._plan["applying"] or self._plan["state"] == PlanState.CLOSED:
            return []
        return [
            Item(label(act, row), f"/phan-viec/{row['_id']}/{SLUGS[act]}", act is Act.START)
            for act in self._acts
            if state.state in FROM[act]
            and not self._refuses(act, row)
            and possible(act, state, self._today) is None
        ]

    def _refuses(self, act: Act, row: Mapping[str, Any]) -> bool:
        asked = (row["agency_code"], row["lead_agency"], row["role"], act)
        if asked not in self._refused:
            matter = Matter(
                plan_id=self._plan["_id"],
                agency_code=row["agency_code"],
                lead_agency=row["lead_agency"],
                appraisers=tuple(self._plan["appraisers_now"]),
                role=Role(row["role"]),
                heads_send=row["agency_code"] in self._plan.get("heads_send", ()),
            )
            self._refused[asked] = refusal(act, self._actor, matter) is not None
        return self._refused[asked]

    def _who(self, row: Mapping[str, Any]) -> str:
        lead = self._names.get(row["lead_agency"], row["lead_agency"])
        if row["role"] == Role.LEAD.value:
            count = row["coord_count"]
            if self._own_view:
                return self._t("board.coordinators", n=count) if count else ""
            return f"{lead} +{count}" if count else lead
        if self._own_view:
            return self._t("board.with_lead", lead=lead)
        holder = self._names.get(row["agency_code"], row["agency_code"])
        return self._t(f"board.holds_{row['role']}", agency=holder)

    def _chips_of(self, codes: Sequence[str]) -> Sequence[Chip]:
        """Return the chips of a card, the worst first; cards of one task share them."""
        key = tuple(codes)
        if key not in self._made:
            self._made[key] = self._new_chips(key)
        return self._made[key]

    def _new_chips(self, codes: Sequence[str]) -> Sequence[Chip]:
        found = [
            Chip(
                code=code,
                status=chip["status"],
                flags=chip["flags"],
                more=len(codes) - 1,
                title=_figures(chip),
            )
            for code in codes
            for chip in (self._chips.get(code, _NO_CHIP),)
        ]
        return sorted(found, key=lambda chip: _WORST.index(chip.status))


def _figures(chip: Mapping[str, Any]) -> str:
    value, target = chip.get("value_text", ""), chip.get("target_text", "")
    return " / ".join(text for text in (value, target) if text)
