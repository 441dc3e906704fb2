import json
import logging
import re
import threading
import uuid
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.fold import fold
from shared.ids import new_id, stable_id
from shared.lifecycle import Stop, every, run_loops
from shared.logs import JsonFormatter, correlated, correlation, mask
from shared.outbox import traceparent
from shared.settings import (
    AddressSettings,
    ProcessSettings,
    Reader,
    SettingsError,
    refuse_unsafe,
)
from shared.texts import MissingTextError, Texts


class TestFold:
    @pytest.mark.parametrize(
        ("text", "folded"),
        [
            ("Đường Điện Biên", "duong dien bien"),
            ("Kiểm tra văn bản  quy phạm\npháp luật", "kiem tra van ban quy pham phap luat"),
            ("Ca\u0301ch", "cach"),
            ("NV-58", "nv-58"),
        ],
    )
    def test_marks_case_and_the_stroke_of_d_are_gone(self, text: str, folded: str) -> None:
        assert folded == fold(text)

    @given(st.text())
    def test_folding_twice_changes_nothing(self, text: str) -> None:
        assert fold(fold(text)) == fold(text)


class TestIds:
    def test_the_same_row_gives_the_same_id(self) -> None:
        assert stable_id("plan", "a") == stable_id("plan", "a")
        assert stable_id("plan", "a") != stable_id("plana")

    @given(st.lists(st.text(max_size=5), min_size=1, max_size=3))
    def test_a_stable_id_is_a_uuid5(self, parts: list[str]) -> None:
        assert uuid.UUID(stable_id(*parts)).version == 5

    def test_new_ids_are_uuid7_and_grow_with_time(self) -> None:
        first, second = new_id(), new_id()

        assert uuid.UUID(first).version == 7
        assert uuid.UUID(first).variant == uuid.RFC_4122
        assert first[:8] <= second[:8]


class TestLogs:
    def test_addresses_and_numbers_are_masked(self) -> None:
        line = mask("gửi lo.van@example.com và 0912345678, NV-58 hạn 2025-02-28")

        assert "lo.van" not in line
        assert "09123456" not in line
        assert "NV-58 hạn 2025-02-28" in line

    def test_a_line_is_json_with_its_correlation(self) -> None:
        record = logging.makeLogRecord({"msg": "đã nhận %s", "args": ("NV-58",), "task": "x@y.vn"})

        with correlated("abc"):
            line = json.loads(JsonFormatter("tasks", "web").format(record))

        assert line["message"] == "đã nhận NV-58"
        assert line["correlation_id"] == "abc"
        assert line["task"] == "***@y.vn"

    def test_the_correlation_ends_with_its_block(self) -> None:
        with correlated() as inner:
            assert correlation() == inner
        assert correlation() == ""

    def test_a_traceparent_has_the_form_of_the_standard(self) -> None:
        made = traceparent(new_id())

        assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", made)
        assert traceparent("same")[:35] == traceparent("same")[:35]


class TestLifecycle:
    def test_a_crashing_loop_is_counted_and_comes_back(self) -> None:
        stop = Stop()
        crashes: list[str] = []
        runs: list[int] = []

        def loop(own: Stop) -> None:
            assert own is stop
            runs.append(1)
            if len(runs) == 1:
                raise RuntimeError
            stop.set()

        run_loops({"shaky": loop}, stop, on_crash=crashes.append)

        assert crashes == ["shaky"]
        assert len(runs) == 2

    def test_every_works_until_it_is_stopped(self) -> None:
        stop = Stop()
        rounds: list[int] = []

        def work() -> None:
            rounds.append(1)
            if len(rounds) == 3:
                stop.set()

        every(stop, 0.001, work)

        assert len(rounds) == 3

    def test_waiting_ends_when_stop_is_set(self) -> None:
        stop = Stop()
        threading.Timer(0.02, stop.set).start()

        assert stop.wait(5)


class TestTexts:
    def write(self, folder: Path, *lines: str) -> Path:
        path = folder / "texts.csv"
        path.write_text("key,vi,en\n" + "\n".join(lines) + "\n", encoding="utf-8")
        return path

    def test_parameters_are_filled_in(self, tmp_path: Path) -> None:
        texts = Texts.load([self.write(tmp_path, "time.left,Còn {n} ngày,{n} days left")])

        assert texts.get("time.left", n=3) == "Còn 3 ngày"
        assert texts.get("time.left", "en", n=3) == "3 days left"
        assert texts.get("time.left", "fr", n=3) == "Còn 3 ngày"

    def test_an_unknown_key_is_an_error(self, tmp_path: Path) -> None:
        texts = Texts.load([self.write(tmp_path, "a,b,c")])

        with pytest.raises(MissingTextError):
            texts.get("nothing")

    def test_a_key_may_stand_only_once(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="twice"):
            Texts.load([self.write(tmp_path, "a,b,c", "a,d,e")])

    def test_a_translation_may_not_be_empty(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="lacks"):
            Texts.load([self.write(tmp_path, "a,b,")])

    def test_a_comma_that_nobody_quoted_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="too many columns"):
            Texts.load([self.write(tmp_path, "a,one, two,three")])


class TestSettings:
    def test_all_faults_are_told_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("MONGODB_URI", raising=False)
        monkeypatch.setenv("OPS_PORT", "many")
        reader = Reader()
        reader.mongo("tasks")
        reader.process()

        with pytest.raises(SettingsError) as fault:
            reader.finish()

        assert "MONGODB_URI" in str(fault.value)
        assert "OPS_PORT" in str(fault.value)

    def test_the_password_is_never_shown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MONGODB_URI", "mongodb://u:hidden@localhost/x")
        monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "localhost:1")
        monkeypatch.setenv("KAFKA_SASL_PASSWORD", "hidden")
        reader = Reader()

        assert "hidden" not in repr(reader.mongo("tasks"))
        assert "hidden" not in repr(reader.kafka())

    @pytest.mark.parametrize(
        ("development", "clock", "host", "fault"),
        [
            (False, Path("clock.json"), "127.0.0.1", "CCHC_CLOCK_FILE"),
            (True, None, "0.0.0.0", "CCHC_DEVELOPMENT"),  # noqa: S104 - the refused case
        ],
    )
    def test_development_powers_are_refused_elsewhere(
        self, *, development: bool, clock: Path | None, host: str, fault: str
    ) -> None:
        process = ProcessSettings(
            ops_host="127.0.0.1",
            ops_port=0,
            log_level="INFO",
            development=development,
            clock_file=clock,
        )
        web = AddressSettings(
            host=host,
            port=1,
            tasks_url="",
            scoring_url="",
            notify_url="",
            identity_public_key_file=Path("key"),
        )

        with pytest.raises(SettingsError, match=fault):
            refuse_unsafe(process, web)
