"""The front end's files: fetched once, every icon that a page names is there."""

import re
from pathlib import Path

import pytest

from dev import frontend
from dev.frontend import FrontendError

ROOT = Path(__file__).parents[3]
_CALL = re.compile(r"""icon\(\s*["']([a-z0-9-]+)["']""")
_TABLE = re.compile(r"set [A-Z]+_ICONS = \{(.*?)\}")
_VALUE = re.compile(r""":\s*["']([a-z0-9-]+)["']""")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A front end of its own with two icons, already fetched."""
    packages = tmp_path / "node_modules"
    for source in frontend.FILES:
        file = packages / source
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("body{}/*# sourceMappingURL=bootstrap.min.css.map */")
    icons = packages / "bootstrap-icons" / "icons"
    icons.mkdir(parents=True)
    for name in ("send", "sun"):
        (icons / f"{name}.svg").write_text(f'<svg width="16"><path d="{name}"/></svg>')
    (tmp_path / "package-lock.json").write_text("{}")
    (tmp_path / "icons.txt").write_text("sun\nsend\nsun\n")
    fetched: list[int] = []
    monkeypatch.setattr(frontend, "FRONTEND", tmp_path)
    monkeypatch.setattr(frontend, "PACKAGES", packages)
    monkeypatch.setattr(frontend, "VENDOR", tmp_path / "vendor")
    monkeypatch.setattr(frontend, "_fetch", lambda: fetched.append(1))
    return tmp_path


def test_done_before_with_the_same_lock_it_does_nothing(place: Path) -> None:
    assert frontend.ensure()
    sprite = place / "vendor" / "icons.svg"
    sprite.write_text("kept")

    assert not frontend.ensure()
    assert sprite.read_text() == "kept"
    (place / "icons.txt").write_text("sun\n")
    assert frontend.ensure()
    assert sprite.read_text() != "kept"


def test_the_sprite_holds_each_icon_once(place: Path) -> None:
    frontend.ensure()

    sprite = (place / "vendor" / "icons.svg").read_text()
    assert re.findall(r'<symbol id="([a-z]+)"', sprite) == ["send", "sun"]
    assert '<path d="sun"/>' in sprite
    assert "sourceMappingURL" not in (place / "vendor" / "bootstrap.min.css").read_text()


def test_an_icon_that_does_not_exist_is_named(place: Path) -> None:
    (place / "icons.txt").write_text("sun\nunicorn\n")

    with pytest.raises(FrontendError, match=r"icons\.txt: there is no icon 'unicorn'"):
        frontend.ensure()
    # What is half laid out is not taken for done.
    (place / "icons.txt").write_text("sun\n")
    assert frontend.ensure()


def test_every_icon_of_a_page_is_listed() -> None:
    listed = set((frontend.FRONTEND / "icons.txt").read_text().split())
    named: dict[str, str] = {}
    for file in [*ROOT.glob("shared/web/**/*.html"), *ROOT.glob("services/**/*.html")]:
        text = file.read_text(encoding="utf-8")
        found = _CALL.findall(text)
        for table in _TABLE.findall(text):
            found += _VALUE.findall(table)
        named |= dict.fromkeys(found, str(file.relative_to(ROOT)))
    for file in [ROOT / "shared/web/navigation.py", *ROOT.glob("services/**/*.py")]:
        found = re.findall(r"""icon=["']([a-z0-9-]+)["']""", file.read_text(encoding="utf-8"))
        named |= dict.fromkeys(found, str(file.relative_to(ROOT)))

    assert len(named) > 20
    assert {name: where for name, where in named.items() if name not in listed} == {}
