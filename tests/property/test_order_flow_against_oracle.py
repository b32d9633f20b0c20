"""The engine agrees with the naive exchange also where hardly a command is refused, so that the books are full."""

import os

import pytest

from exchange_server.engine.invariants import check
from tests.property.order_flow import Flow
from tests.property.test_order_types_against_oracle import compare, expected_word, told, word

COMMANDS = 250
SEEDS = {"nightly": 4_000, "mutants": 16}.get(os.environ.get("EXCHANGE_TEST_SIZE", ""), 40)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_engine_agrees_with_the_naive_exchange_when_no_key_is_used_twice(seed: int) -> None:
    flow = Flow(seed)
    for _ in range(COMMANDS):
        events, outcome = flow.step()
        assert word(events) == expected_word(outcome)
        assert told(events) == outcome.events or outcome.word.startswith("repeated")
        check(flow.engine)
        compare(flow.engine, flow.oracle)
