"""The Python SDK on the order flows that every SDK has to see alike (`tests/conformance/order_flows.json`)."""

from collections.abc import Iterator

import pytest

from exchange_sdk.testing import TestExchange
from tests.conformance_flows import FLOWS, expected, outcome, prepared, with_placeholders


@pytest.fixture(scope="module")
def exchange() -> Iterator[TestExchange]:
    with TestExchange() as exchange:
        yield exchange


@pytest.mark.parametrize("number", range(len(FLOWS["cases"])), ids=[case["name"] for case in FLOWS["cases"]])
async def test_a_flow_is_answered_and_told_as_the_case_says(number: int, exchange: TestExchange) -> None:
    case = FLOWS["cases"][number]
    flow = prepared(case, exchange, f"PY{number}")
    assert with_placeholders(await outcome(flow, exchange.address), flow) == expected(case)
