import time

import pytest

from exchange_server.sequencer.clock import Clock


def test_the_clock_tells_the_systems_time() -> None:
    before = time.time_ns()
    assert before <= Clock(0).now_ns() <= time.time_ns()


def test_the_clock_stands_still_when_the_system_steps_back(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(0)
    told: list[int] = []
    for system in (1000, 1500, 900, 1499, 1500, 1501):
        monkeypatch.setattr(time, "time_ns", lambda system=system: system)
        told.append(clock.now_ns())
    assert told == [1000, 1500, 1500, 1500, 1500, 1501]


def test_the_clock_never_goes_behind_the_journal_it_continues() -> None:
    far = time.time_ns() + 10**12
    assert Clock(far).now_ns() == far
