"""The commands of tasks, run as an operator runs them."""

import json
import logging
from pathlib import Path

import pytest

from services.tasks.__main__ import main
from services.tasks.bootstrap import House as Parts
from services.tasks.config import Settings
from services.tasks.domain.permissions import OfficerRole
from shared.settings import SettingsError
from tests.integration.tasks import small_plan
from tests.integration.tasks.house import PASSWORD, House

CLOCK = {"real": "2026-01-01T00:00:00Z", "business": "2025-03-01T01:00:00Z", "rate": 0.0}


@pytest.fixture
def operator(loaded: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    clock = tmp_path / "clock.json"
    clock.write_text(json.dumps(CLOCK))
    host, port = loaded.client.address or ("127.0.0.1", 0)
    monkeypatch.setenv("MONGODB_URI", f"mongodb://{host}:{port}/?directConnection=true")
    monkeypatch.setenv("MONGODB_DATABASE", loaded.database.name)
    monkeypatch.setenv("CCHC_DEVELOPMENT", "1")
    monkeypatch.setenv("CCHC_CLOCK_FILE", str(clock))
    # A command sends the logs of its process to standard error; give them back afterwards.
    monkeypatch.setattr(logging.getLogger(), "handlers", list(logging.getLogger().handlers))
    return monkeypatch


@pytest.mark.usefixtures("operator")
def test_init_may_be_run_again() -> None:
    assert main(["init"]) == 0
    assert main(["init"]) == 0


@pytest.mark.usefixtures("operator")
def test_a_succession_tells_what_it_moved(
    loaded: House, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["succession"]) == 0

    assert "SNV → SNV25: 2 parts moved" in capsys.readouterr().out
    assert loaded.database["assignments"].count_documents({"agency_code": "SNV"}) == 0


def test_the_first_administrator_comes_once_and_signs_in(
    operator: pytest.MonkeyPatch, loaded: House, capsys: pytest.CaptureFixture[str]
) -> None:
    operator.setenv("TASKS_ADMIN_PASSWORD", PASSWORD)
    create = ["admin", "create", "--username", "quantri", "--name", "Trần Thị Bình"]

    assert main(create) == 0
    assert main(create) == 1

    assert "administrator already" in capsys.readouterr().err
    assert loaded.sessions.find(loaded.sessions.sign_in("quantri", PASSWORD)) is not None


def test_demonstration_accounts_want_the_switch_and_a_local_database(
    operator: pytest.MonkeyPatch, loaded: House, capsys: pytest.CaptureFixture[str]
) -> None:
    operator.setenv("DEMO_PASSWORD", PASSWORD)
    assert main(["demo-accounts", small_plan.SLUG]) == 0
    assert loaded.sessions.sign_in("stp.lanhdao", PASSWORD)
    assert main(["demo-accounts", "khong-co"]) == 1

    operator.setenv("MONGODB_URI", "mongodb://10.0.0.1:27017/")
    assert main(["demo-accounts", small_plan.SLUG]) == 2
    assert "loopback" in capsys.readouterr().err

    operator.delenv("CCHC_DEVELOPMENT")
    operator.delenv("CCHC_CLOCK_FILE")
    assert main(["demo-accounts", small_plan.SLUG]) == 2
    assert "CCHC_DEVELOPMENT" in capsys.readouterr().err


def test_demonstration_accounts_are_not_served_without_the_switch(
    operator: pytest.MonkeyPatch, loaded: House
) -> None:
    loaded.officers.create_demonstration(small_plan.SLUG, PASSWORD)
    for development in ("1", "0"):
        operator.setenv("CCHC_DEVELOPMENT", development)
        if development == "0":
            operator.delenv("CCHC_CLOCK_FILE")
        parts = Parts(Settings.for_command())
        try:
            if development == "1":
                parts.refuse_demonstration()
            else:
                with pytest.raises(SettingsError, match="demonstration accounts"):
                    parts.refuse_demonstration()
        finally:
            parts.close()


def test_wrong_settings_are_told_all_at_once(
    operator: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    operator.delenv("MONGODB_URI")
    operator.setenv("OPS_PORT", "x")
    operator.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)

    assert main(["worker"]) == 2

    told = capsys.readouterr().err
    assert all(name in told for name in ("MONGODB_URI", "OPS_PORT", "KAFKA_BOOTSTRAP_SERVERS"))


@pytest.mark.usefixtures("operator")
def test_republish_sends_the_whole_journal_again(
    loaded: House, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded.account("stp.canbo", OfficerRole.OFFICER, "STP")
    loaded.database["outbox"].update_many({}, {"$set": {"published_at": loaded.system.now()}})
    number = loaded.database["outbox"].count_documents({})

    assert main(["republish"]) == 0

    assert f"{number} events" in capsys.readouterr().out
    assert loaded.database["outbox"].count_documents({"published_at": None}) == number
