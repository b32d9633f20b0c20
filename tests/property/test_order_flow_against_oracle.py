"""The engine agrees with the naive exchange also where hardly a command is refused, so that the books are full.

And whoever knows it by its events alone knows all of it.
"""

import os

import pytest

from exchange_server.engine import Engine
from exchange_server.engine import types as t
from exchange_server.engine.invariants import check
from tests.property.event_reader import EventReader
from tests.property.order_flow import Flow
from tests.property.test_engine_against_oracle import trades
from tests.property.test_order_types_against_oracle import (
    ACCOUNTS,
    MARKET,
    REASONS,
    compare,
    expected_word,
    told,
    word,
)

COMMANDS = 250
SEEDS = {"nightly": 4_000, "mutants": 8}.get(os.environ.get("EXCHANGE_TEST_SIZE", ""), 40)


def every_list_lives(engine: Engine) -> bool:
    """Whether no list is kept that has no open order any more."""
    is_open = {order.order_id for number in ACCOUNTS for order in engine.open_orders(t.AccountId(number))}
    return all(is_open.intersection(members) for members in engine.order_lists.values())


def trigger_refusals(flow: Flow) -> tuple[dict[int, str], dict[int, str]]:
    """Which orders were refused when they triggered, and why: as the engine and as the naive exchange has it."""
    accounts = [flow.engine.accounts[t.AccountId(number)] for number in ACCOUNTS]
    mine = {order.order_id: REASONS[order.trigger_refusal] for account in accounts for order in account.closed}
    theirs = {order.order_id: order.refusal for order in flow.oracle.orders}
    return {i: why for i, why in mine.items() if why != "NONE"}, {i: why for i, why in theirs.items() if why}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_engine_agrees_with_the_naive_exchange_when_no_key_is_used_twice(seed: int) -> None:
    flow = Flow(seed)
    reader = EventReader(flow.engine)
    for _ in range(COMMANDS):
        events, outcome = flow.step()
        assert word(events) == expected_word(outcome)
        if not outcome.word.startswith("repeated"):
            assert told(events) == outcome.events
            assert trades(events) == outcome.trades
        check(flow.engine)
        compare(flow.engine, flow.oracle)
        reader.read(events)
        assert every_list_lives(flow.engine)
        for trailing in (
            flow.engine.books[MARKET].waiting.trailing_buys,
            flow.engine.books[MARKET].waiting.trailing_sells,
        ):
            assert trailing.count == len(list(trailing))
    mine, theirs = trigger_refusals(flow)
    assert mine == theirs
