"""What the stack itself must know of the plan: few words of plan.yaml and demonstration.yaml."""

import dataclasses
import datetime as dt
from pathlib import Path

import yaml

from dev.history_scenario import read_scenario


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PlanWords:
    """The slug, the day of the plan, its province, and when the invented history ends."""

    slug: str
    effective_on: dt.date
    province: str
    history_ends: dt.datetime


def read_words(folder: Path) -> PlanWords:
    """Return the words of a plan's folder."""
    plan = yaml.safe_load((folder / "plan.yaml").read_text(encoding="utf-8"))
    return PlanWords(
        slug=plan["slug"],
        effective_on=plan["effective_on"],
        province=plan["province"]["short_name"],
        history_ends=read_scenario(folder).until,
    )
