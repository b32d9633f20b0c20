"""A bot and its tests: run `pytest test_quoting_bot.py` where `exchange-sdk[testing]` is installed.

The bot keeps one bid a given distance below the best one. The fixture `exchange` is a real exchange for each test.
"""

from decimal import Decimal

from exchange_sdk import Client, OrderStatus
from exchange_sdk.testing import TestExchange

MARKET = "BTC-USDC"


class QuotingBot:
    """Keeps one bid `distance` (quote units) below the best bid of the others."""

    def __init__(self, client: Client, distance: Decimal) -> None:
        self._client = client
        self._distance = distance
        self.order_id: int | None = None

    def step(self) -> None:
        """Look at the book once and put the bid where it belongs."""
        with self._client.stream_order_book(MARKET) as stream:
            best = stream.book.best_bid
        if best is None:
            return
        price = best.price - self._distance
        if self.order_id is None:
            placed = self._client.place_order(market=MARKET, side="buy", quantity="0.5", price=price)
            self.order_id = placed.order_id
        else:
            self._client.amend_order(order_id=self.order_id, price=price)


def test_the_bot_quotes_below_the_best_bid_and_follows_it(exchange: TestExchange) -> None:
    """The others' best bid rises, and so does the bot's."""
    alice = exchange.client("alice", {"USDC": 100_000})
    bot = QuotingBot(alice, Decimal(10))
    exchange.quote(MARKET, bids=[(50_000, 1)], asks=[(50_100, 1)])
    bot.step()
    assert [order.price for order in alice.list_orders(open_only=True)] == [Decimal(49_990)]
    exchange.quote(MARKET, bids=[(50_050, 1)], asks=[(50_100, 1)])
    bot.step()
    assert [order.price for order in alice.list_orders(open_only=True)] == [Decimal(50_040)]


def test_the_bot_buys_when_the_market_comes_to_it(exchange: TestExchange) -> None:
    """A seller takes the best bid and then the bot's."""
    alice = exchange.client("alice", {"USDC": 100_000})
    bot = QuotingBot(alice, Decimal(10))
    exchange.quote(MARKET, bids=[(50_000, 1)])
    bot.step()
    bob = exchange.client("bob", {"BTC": 10})
    bob.place_order(market=MARKET, side="sell", quantity="1.5", price=49_990)
    assert bot.order_id is not None
    assert alice.get_order(order_id=bot.order_id).status is OrderStatus.FILLED
