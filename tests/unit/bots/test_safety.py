"""The kill switch: what pauses, what halts, and what ends a pause."""

from decimal import Decimal

import pytest

from exchange_bots.bot.config import SafetyConfig
from exchange_bots.bot.safety import KillSwitch, State
from exchange_bots.clock import NS

ZERO = Decimal(0)
QUIET = {"doubt": None, "result": ZERO, "inventory": ZERO}


def judge(switch: KillSwitch, at: float = 0.0, **changes: object) -> tuple[State, str]:
    return switch.judge(int(at * NS), **(QUIET | changes))  # type: ignore[arg-type]


def test_doubt_pauses_as_long_as_it_lasts() -> None:
    switch = KillSwitch(SafetyConfig())
    assert judge(switch, doubt="stale") == (State.PAUSED, "feed: stale")
    assert judge(switch) == (State.RUNNING, "")


def test_drawdown_is_counted_from_the_best_and_halts_for_good() -> None:
    switch = KillSwitch(SafetyConfig(max_drawdown=Decimal(10)))
    assert judge(switch, result=Decimal(7))[0] is State.RUNNING
    assert judge(switch, result=Decimal(-3))[0] is State.RUNNING
    assert judge(switch, result=Decimal("-3.1"))[0] is State.HALTED
    assert judge(switch, result=Decimal(100)) == (State.HALTED, "drawdown: -3.1 after 7")


@pytest.mark.parametrize("inventory", ["5.1", "-5.1"])
def test_inventory_of_either_sign_halts(inventory: str) -> None:
    switch = KillSwitch(SafetyConfig(max_inventory=Decimal(5)))
    assert judge(switch, inventory=Decimal(5))[0] is State.RUNNING
    assert judge(switch, inventory=Decimal(inventory))[0] is State.HALTED


def test_too_many_refusals_within_a_minute_pause_for_a_while() -> None:
    switch = KillSwitch(SafetyConfig(max_refusals_per_minute=3, pause_seconds=10))
    for at in (0, 1, 2, 61):
        switch.refused(at * NS)
        assert judge(switch, at)[0] is State.RUNNING
    for _ in range(3):
        switch.refused(62 * NS)
    assert judge(switch, 62) == (State.PAUSED, "refusals")
    assert judge(switch, 71.9)[0] is State.PAUSED
    assert judge(switch, 72) == (State.RUNNING, "")
