"""Playing the history: forward only, each act once, going on where it stopped."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import filetype
import pytest

from dev import history_player
from dev.history_acts import Act, Kind
from dev.history_api import HistoryError, TasksApi
from dev.history_player import Stage, play
from dev.history_words import ascii_of, pdf
from shared.clock import LOCAL, SystemClock, move, read
from shared.lifecycle import Stop

START = dt.datetime(2025, 1, 1, 8, 0, tzinfo=LOCAL)
UNTIL = dt.datetime(2025, 6, 16, 7, 30, tzinfo=LOCAL)
ACTS = [
    Act(day=dt.date(2025, 1, 2), kind=Kind.START, key="a", username="x.canbo", target="part"),
    Act(day=dt.date(2025, 1, 2), kind=Kind.MEASURE, key="b", username="x.canbo", target="figure"),
    Act(day=dt.date(2025, 2, 1), kind=Kind.SUCCESSION, key="c", username="", target="plan"),
    Act(day=dt.date(2025, 2, 3), kind=Kind.APPROVE, key="d", username="y.thamdinh", target="b"),
]


class Told(TasksApi):
    """Notes what it is asked for and refuses the act that it is told to."""

    def __init__(self, clock_file: Path, refused: str = "") -> None:
        super().__init__("http://127.0.0.1:1", "", Stop())
        self.asked: list[tuple[str, str, dt.date]] = []
        self.together_asked: list[list[str]] = []
        self._clock_file = clock_file
        self._refused = refused

    def act(self, act: Act, target: str) -> Mapping[str, Any]:
        if act.key == self._refused:
            raise HistoryError("refused")
        now = read(self._clock_file).at(SystemClock().now())
        self.asked.append((act.key, target, now.astimezone(LOCAL).date()))
        return {"id": f"id-of-{act.key}"}

    def together(self, acts: Sequence[Act]) -> None:
        for one in acts:
            self.act(one, one.target)
        self.together_asked.append([one.key for one in acts])


@pytest.fixture
def clock_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # No process has to see the clock here, so nothing needs waiting for.
    monkeypatch.setattr(history_player, "_SEEN_AFTER_SECONDS", 0.0)
    move(tmp_path / "clock.json", START, system=SystemClock())
    return tmp_path / "clock.json"


def stage(api: TasksApi, clock_file: Path, succeeded: list[dt.date]) -> Stage:
    def succeed() -> None:
        succeeded.append(read(clock_file).at(SystemClock().now()).astimezone(LOCAL).date())

    return Stage(
        api=api,
        clock_file=clock_file,
        state_file=clock_file.with_name("history.json"),
        succeed=succeed,
        show=lambda _day, _done, _all: None,
        stop=Stop(),
    )


def test_each_act_is_played_on_its_day_and_the_clock_ends_where_it_should(
    clock_file: Path,
) -> None:
    api, succeeded = Told(clock_file), list[dt.date]()

    played = play(ACTS, UNTIL, stage(api, clock_file, succeeded))

    assert played == 4
    assert api.asked == [
        ("a", "part", dt.date(2025, 1, 2)),
        ("b", "figure", dt.date(2025, 1, 2)),
        ("d", "id-of-b", dt.date(2025, 2, 3)),
    ]
    assert succeeded == [dt.date(2025, 2, 1)]
    end = read(clock_file)
    assert (end.business, end.rate) == (UNTIL, 1.0)


def test_a_finished_history_is_left_alone(clock_file: Path) -> None:
    play(ACTS, UNTIL, stage(Told(clock_file), clock_file, []))
    again = Told(clock_file)

    assert play(ACTS, UNTIL, stage(again, clock_file, [])) == 0
    assert again.asked == []


def test_a_stopped_history_goes_on_with_the_act_that_was_not_played(clock_file: Path) -> None:
    with pytest.raises(HistoryError):
        play(ACTS, UNTIL, stage(Told(clock_file, refused="d"), clock_file, []))
    stopped_at = read(clock_file)
    api, succeeded = Told(clock_file), list[dt.date]()

    play(ACTS, UNTIL, stage(api, clock_file, succeeded))

    assert stopped_at.rate == 0.0
    assert [(key, target) for key, target, _day in api.asked] == [("d", "id-of-b")]
    assert succeeded == []


def test_when_told_to_stop_it_plays_no_further_act_and_the_clock_stands(clock_file: Path) -> None:
    api = Told(clock_file)
    stopped = stage(api, clock_file, [])
    stopped.stop.set()

    with pytest.raises(HistoryError, match="run it again"):
        play(ACTS, UNTIL, stopped)

    assert api.asked == []
    assert read(clock_file).rate == 0.0


def test_a_lost_file_of_progress_sends_the_acts_again_without_moving_the_clock_back(
    clock_file: Path,
) -> None:
    with pytest.raises(HistoryError):
        play(ACTS, UNTIL, stage(Told(clock_file, refused="d"), clock_file, []))
    clock_file.with_name("history.json").unlink()
    api = Told(clock_file)

    play(ACTS, UNTIL, stage(api, clock_file, []))

    assert [key for key, _target, _day in api.asked] == ["a", "b", "d"]
    assert {day for _key, _target, day in api.asked} == {dt.date(2025, 2, 3)}


def test_a_session_is_one_request_and_is_sent_whole_again_when_it_was_not_taken(
    clock_file: Path,
) -> None:
    acts = [
        *(session(key, "x.lanhdao", loose=True) for key in "pq"),
        session("r", "y.lanhdao", loose=True),
        *(session(key, "x.lanhdao", loose=False) for key in "st"),
        dataclasses.replace(ACTS[3], kind=Kind.START, target="part"),
    ]
    with pytest.raises(HistoryError):
        play(acts, UNTIL, stage(Told(clock_file, refused="q"), clock_file, []))
    api = Told(clock_file)

    assert play(acts, UNTIL, stage(api, clock_file, [])) == len(acts)
    assert sorted(api.together_asked[:2]) == [["p", "q"], ["r"]]
    assert api.together_asked[2:] == [["s", "t"]]
    assert len(api.asked) == len(acts)


def session(key: str, username: str, *, loose: bool) -> Act:
    return Act(
        day=dt.date(2025, 1, 2),
        kind=Kind.REPORT,
        key=key,
        username=username,
        target=f"part-{key}",
        session=True,
        loose=loose,
    )


def test_the_progress_of_another_history_is_refused(clock_file: Path) -> None:
    play(ACTS, UNTIL, stage(Told(clock_file), clock_file, []))

    with pytest.raises(HistoryError, match="another history"):
        play(ACTS[:2], UNTIL, stage(Told(clock_file), clock_file, []))


def test_a_clock_that_is_past_the_end_is_refused(clock_file: Path) -> None:
    move(clock_file, UNTIL + dt.timedelta(days=1), system=SystemClock())

    with pytest.raises(HistoryError, match="later than"):
        play(ACTS, UNTIL, stage(Told(clock_file), clock_file, []))


def test_the_evidence_is_a_pdf_file_by_its_content() -> None:
    found = filetype.guess_extension(pdf("Tài liệu (minh họa) Đề án"))

    assert found == "pdf"
    assert ascii_of("Đề án cải cách") == "De an cai cach"
