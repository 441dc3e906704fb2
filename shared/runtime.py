"""Runs a worker process: logs, operations port, signals, loops, in that order and back."""

import logging
from collections.abc import Mapping

from shared.health import Check, OpsServer
from shared.lifecycle import Loop, Stop, install_signals, run_loops
from shared.metrics import PipelineMetrics
from shared.settings import ProcessSettings

_log = logging.getLogger(__name__)


def work(
    process: ProcessSettings,
    *,
    loops: Mapping[str, Loop],
    checks: Mapping[str, Check],
    metrics: PipelineMetrics,
) -> None:
    """Run the loops until SIGTERM or SIGINT; the operations port is open meanwhile.

    :param checks: what ``/readyz`` asks, e.g. ``{"mongodb": …, "kafka": …}``.
    """
    stop = Stop()
    install_signals(stop)
    for name in loops:
        metrics.crashes.labels(name)
    operations = OpsServer(process.ops_host, process.ops_port, checks)
    operations.start()
    _log.info("started", extra={"loops": sorted(loops), "operations_port": operations.port})
    try:
        run_loops(loops, stop, on_crash=lambda name: metrics.crashes.labels(name).inc())
    finally:
        operations.stop()
        _log.info("stopped")
