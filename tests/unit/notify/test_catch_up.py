"""A starting worker reads first, but not for ever."""

import datetime as dt

import pytest

from services.notify.catch_up import CatchUp, Offsets
from shared.clock import FixedClock
from shared.kafka import KafkaError, TopicPartition
from shared.lifecycle import Stop

FIRST, SECOND = TopicPartition("tasks.events", 0), TopicPartition("tasks.directory", 0)
LIMIT = dt.timedelta(minutes=2)


class SteppingClock(FixedClock):
    """Each look takes a second, as each round of waiting does."""

    def now(self) -> dt.datetime:
        self.advance(dt.timedelta(seconds=1))
        return super().now()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SteppingClock:
    monkeypatch.setattr("services.notify.catch_up._PAUSE_SECONDS", 0)
    return SteppingClock(dt.datetime(2025, 6, 16, tzinfo=dt.UTC))


def test_it_waits_until_every_partition_is_read(clock: SteppingClock) -> None:
    readings: list[Offsets] = [{}, {FIRST: 7}, {FIRST: 7, SECOND: 2}, {FIRST: 7, SECOND: 3}]
    seen: list[Offsets] = []

    def positions() -> Offsets:
        seen.append(readings[len(seen)])
        return seen[-1]

    catch_up = CatchUp(
        ends=lambda: {FIRST: 7, SECOND: 3}, positions=positions, clock=clock, limit=LIMIT
    )
    catch_up.wait(Stop())
    catch_up.wait(Stop())

    assert seen == readings, "and it asks no more once it has caught up"


def test_an_empty_topic_is_read_at_once(clock: SteppingClock) -> None:
    started = FixedClock.now(clock)
    CatchUp(ends=lambda: {FIRST: 0}, positions=dict, clock=clock, limit=LIMIT).wait(Stop())

    assert FixedClock.now(clock) - started < LIMIT


def test_a_dead_broker_does_not_silence_what_is_planned(clock: SteppingClock) -> None:
    def away() -> Offsets:
        raise KafkaError("no broker")

    started = FixedClock.now(clock)
    CatchUp(ends=away, positions=dict, clock=clock, limit=LIMIT).wait(Stop())

    assert FixedClock.now(clock) - started >= LIMIT
