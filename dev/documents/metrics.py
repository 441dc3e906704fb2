"""docs/metrics.md: every metric of every service with its sentence."""

from collections.abc import Iterable
from types import ModuleType

from prometheus_client import Counter
from prometheus_client.metrics import MetricWrapperBase

from dev.documents.tables import table
from services.notify import metrics as notify_metrics
from services.scoring import metrics as scoring_metrics
from services.tasks import metrics as tasks_metrics
from shared.metrics import PipelineMetrics
from shared.web import metrics as web_metrics

_HEAD = """# Metrics

Written by `python -m dev.documents` from the `metrics.py` of each service; do not edit.

Each process serves `/metrics` on its operations port.
No label holds an id, a name, an address or a telephone number. Beside these, every process shows
what the Python client measures by itself (`process_*`, `python_*`).
"""
HOMES: dict[str, ModuleType] = {
    "tasks": tasks_metrics,
    "scoring": scoring_metrics,
    "notify": notify_metrics,
    "every web": web_metrics,
}


def page() -> str:
    """Return the whole page."""
    parts = [_HEAD]
    for home, module in HOMES.items():
        rows = [_row(metric) for metric in found_in(module)]
        parts += [f"## {home}\n", table(["metric", "kind", "labels", "meaning"], sorted(rows))]
    return "\n".join(parts)


def documented() -> set[str]:
    """Return the names of all metrics on the page, as the registry has them."""
    return {metric._name for module in HOMES.values() for metric in found_in(module)}  # noqa: SLF001 - the client has no public name


def found_in(module: ModuleType) -> Iterable[MetricWrapperBase]:
    """Return the metrics of a module, those of its pipelines too."""
    for value in vars(module).values():
        if isinstance(value, MetricWrapperBase):
            yield value
        elif isinstance(value, PipelineMetrics):
            yield from vars(value).values()


def _row(metric: MetricWrapperBase) -> list[str]:
    name = f"{metric._name}_total" if isinstance(metric, Counter) else metric._name  # noqa: SLF001 - the same
    labels = " ".join(f"`{label}`" for label in metric._labelnames)  # noqa: SLF001 - the same
    return [f"`{name}`", str(metric._type), labels, metric._documentation]  # noqa: SLF001 - the same
