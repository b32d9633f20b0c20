"""An exchange of one's own, to test bots against: the real server, empty, on a free port, without databases.

    with TestExchange() as exchange:
        alice = exchange.client("alice", {"BTC": 10, "USDC": 100_000})

With pytest, the fixtures `exchange` and `shared_exchange` are there as soon as `exchange-sdk[testing]` is installed.
"""

from exchange_sdk.testing._exchange import TestExchange, TestExchangeError
from exchange_sdk.testing._markets import DEFAULT_MARKET, MarketTerms

__all__ = ["DEFAULT_MARKET", "MarketTerms", "TestExchange", "TestExchangeError"]
