"""Processor time and memory of processes with their children, from /proc."""

from collections.abc import Iterator
from pathlib import Path

import psutil

_KILOBYTE = 1024
_MEGABYTE = 1024 * 1024


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process and its living children have used."""
    return sum(sum(process.cpu_times()[:2]) for process in _tree(pid))


def pss_megabytes(pid: int) -> float:
    """Return the proportional set size of a process and its children."""
    return sum(_pss(process.pid) for process in _tree(pid)) / _MEGABYTE


def _tree(pid: int) -> Iterator[psutil.Process]:
    process = psutil.Process(pid)
    yield process
    yield from process.children(recursive=True)


def _pss(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * _KILOBYTE
    return 0
