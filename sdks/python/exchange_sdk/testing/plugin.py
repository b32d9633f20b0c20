"""Fixtures for pytest, there as soon as `exchange-sdk[testing]` is installed.

`exchange` is new for every test; `shared_exchange` is one for all of them, for tests that do not mind each other's
orders. Both have the markets of the fixture `exchange_markets`, which a project may define anew in its conftest.py.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from exchange_sdk.testing import MarketTerms, TestExchange


@pytest.fixture(scope="session")
def exchange_markets() -> "list[MarketTerms | str]":
    """Return the markets of the exchanges: terms or names."""
    return ["BTC-USDC"]


@pytest.fixture
def exchange(exchange_markets: "list[MarketTerms | str]") -> "Iterator[TestExchange]":
    """Return a running exchange of the test's own."""
    # Imported when it is asked for: plugins are loaded for every run of pytest.
    from exchange_sdk.testing import TestExchange

    with TestExchange(*exchange_markets) as exchange:
        yield exchange


@pytest.fixture(scope="session")
def shared_exchange(exchange_markets: "list[MarketTerms | str]") -> "Iterator[TestExchange]":
    """Return a running exchange that all tests of the session share."""
    from exchange_sdk.testing import TestExchange

    with TestExchange(*exchange_markets) as exchange:
        yield exchange
