"""What the stack itself must know of the plan: few words of plan.yaml and demonstration.yaml.

``python -m dev.plan`` checks the folders in ``plans/`` and tells every fault.
"""

import dataclasses
import datetime as dt
import sys
from pathlib import Path

import yaml

from dev.history_scenario import read_scenario
from services.tasks.planfiles import PlanFaultsError, read_plan

_PLANS = Path(__file__).parents[1] / "plans"


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


def main() -> int:
    """Check every plan; return 1 when one has faults."""
    faulty = 0
    for folder in sorted(path for path in _PLANS.iterdir() if path.is_dir()):
        try:
            files = read_plan(folder)
        except PlanFaultsError as error:
            faulty += 1
            print(f"{folder.name}:\n{error}", file=sys.stderr)
        else:
            print(f"{folder.name}: {len(files.tasks)} tasks, {len(files.indicators)} indicators")
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
