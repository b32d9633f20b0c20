"""Full speed while nothing comes, rests while orders flow, and a lag that does not shrink makes the rests shorter."""

from exchange_server.follower.pacing import (
    FLOWING_SECONDS,
    LONGEST_REST_SECONDS,
    NEAR_COMMANDS,
    REST_RATIO,
    WINDOW_SECONDS,
    Pace,
)

STEP = 0.01


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Run:
    """A pace with its clock; a core that appends and a follower that writes so many commands a second."""

    def __init__(self, lag: int = 0) -> None:
        self.clock = Clock()
        self.pace = Pace(self.clock)
        self.durable = lag
        self.written = 0
        self.pace.look(self.durable, self.written)

    def go_on(self, seconds: float, coming: int, written: int) -> None:
        """Let time pass, look by look."""
        for _ in range(round(seconds / STEP)):
            self.clock.now += STEP
            self.durable += round(coming * STEP)
            self.written += round(written * STEP)
            self.pace.look(self.durable, self.written)


def test_it_works_at_full_speed_while_the_mark_stands_still() -> None:
    run = Run(lag=100_000)
    assert not run.pace.gentle
    run.go_on(5, coming=0, written=1_000)
    assert not run.pace.gentle
    assert run.pace.rest_seconds(STEP) == 0


def test_it_rests_as_soon_as_an_order_comes_and_until_none_has_come_for_a_while() -> None:
    run = Run(lag=100_000)
    run.go_on(STEP, coming=100, written=0)
    assert run.pace.gentle
    assert run.pace.rest_seconds(STEP) == REST_RATIO * STEP
    run.go_on(FLOWING_SECONDS - 2 * STEP, coming=0, written=1_000)
    assert run.pace.gentle
    run.go_on(3 * STEP, coming=0, written=1_000)
    assert run.pace.rest_seconds(STEP) == 0


def test_a_lag_that_shrinks_leaves_the_rests_as_they_are() -> None:
    run = Run(lag=1_000_000)
    run.go_on(20 * WINDOW_SECONDS, coming=300, written=10_000)
    assert run.pace.rest_seconds(STEP) == REST_RATIO * STEP


def test_a_lag_that_does_not_shrink_makes_the_rests_shorter_and_at_last_none() -> None:
    run = Run(lag=10_000)
    rests = []
    for _ in range(10):
        run.go_on(WINDOW_SECONDS, coming=5_000, written=4_000)
        rests.append(run.pace.rest_seconds(STEP))
    assert rests == sorted(rests, reverse=True)
    assert rests[-1] == 0
    assert run.pace.gentle  # the steps stay small


def test_when_the_lag_shrinks_again_the_rests_return() -> None:
    run = Run(lag=10_000)
    run.go_on(10 * WINDOW_SECONDS, coming=5_000, written=4_000)
    assert run.pace.rest_seconds(STEP) == 0
    run.go_on(2 * WINDOW_SECONDS, coming=5_000, written=5_500)
    assert 0 < run.pace.rest_seconds(STEP) < REST_RATIO * STEP
    run.go_on(20 * WINDOW_SECONDS, coming=5_000, written=5_200)
    assert run.pace.rest_seconds(STEP) == REST_RATIO * STEP


def test_a_small_lag_is_no_reason_to_hurry() -> None:
    run = Run(lag=NEAR_COMMANDS - 100)
    run.go_on(10 * WINDOW_SECONDS, coming=300, written=300)
    assert run.pace.rest_seconds(STEP) == REST_RATIO * STEP


def test_no_rest_is_long_whatever_a_step_took() -> None:
    run = Run(lag=100_000)
    run.go_on(STEP, coming=100, written=0)
    assert run.pace.rest_seconds(60) == LONGEST_REST_SECONDS
