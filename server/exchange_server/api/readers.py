"""From a request for a stream to its reader: the same for a stream of its own and for a channel of Subscribe."""

from collections.abc import Callable
from typing import Any, Final

from exchange.v1 import account_streams_pb2 as account_pb
from exchange.v1 import market_streams_pb2 as market_pb
from exchange_server.api.auth import Principal
from exchange_server.api.core import Core
from exchange_server.api.errors import OVERLOADED, SEQUENCE_IN_FUTURE, SEQUENCE_TOO_OLD, CallError, call_error
from exchange_server.feeds import Budget, Reader, StreamRefused
from exchange_server.wire.book_views import read_step

Open = Callable[[], Reader]


class Readers:
    """Opens the streams of one shard.

    In two steps, because between them everything that the first has read must become durable: it reads the request and
    raises FieldError, the second raises CallError when the stream cannot begin.
    """

    def __init__(self, core: Core) -> None:
        self._core: Final = core
        self._kinds: Final[dict[type, Callable[[Any, Principal, Budget | None], Open]]] = {
            market_pb.StreamOrderBookRequest: self._order_book,
            market_pb.StreamBboRequest: self._bbo,
            market_pb.StreamTickerRequest: self._ticker,
            market_pb.StreamTradesRequest: self._trades,
            market_pb.StreamCandlesRequest: self._candles,
            market_pb.StreamOrdersRequest: self._orders,
            account_pb.StreamAccountRequest: self._account,
            account_pb.StreamFillsRequest: self._fills,
        }

    async def open(self, request: object, principal: Principal) -> Reader:
        """Return the reader of a stream of its own. Raises FieldError or CallError."""
        prepared = self.prepare(request, principal, None)
        await self._core.settled()
        return prepared()

    def prepare(self, request: object, principal: Principal, budget: Budget | None) -> Open:
        """Read a request; `budget` is that of the stream whose channel it becomes."""
        prepared = self._kinds[type(request)](request, principal, budget)

        def open_it() -> Reader:
            try:
                return prepared()
            except StreamRefused as refused:
                error = call_error(refused)
                assert error is not None
                field = _field(request, error.reason)
                raise CallError(error.reason, field, error.message, metadata=error.metadata) from refused

        return open_it

    def _order_book(self, request: market_pb.StreamOrderBookRequest, _: Principal, __: Budget | None) -> Open:
        market = self._core.market(request.market)
        view = request.view
        step_ticks = read_step(market, view)
        return lambda: self._core.feeds.read_book(market.market_id, view.depth, step_ticks, view.interval_ms)

    def _bbo(self, request: market_pb.StreamBboRequest, _: Principal, __: Budget | None) -> Open:
        market = self._core.market(request.market)
        return lambda: self._core.feeds.read_bbo(market.market_id, request.interval_ms)

    def _ticker(self, request: market_pb.StreamTickerRequest, _: Principal, __: Budget | None) -> Open:
        market = self._core.market(request.market)
        return lambda: self._core.feeds.read_ticker(market.market_id, request.interval_ms)

    def _trades(self, request: market_pb.StreamTradesRequest, _: Principal, budget: Budget | None) -> Open:
        market = self._core.market(request.market)
        after = request.after_trade_id if request.HasField("after_trade_id") else None
        return lambda: self._core.feeds.read_trades(market.market_id, after, budget)

    def _candles(self, request: market_pb.StreamCandlesRequest, _: Principal, __: Budget | None) -> Open:
        market = self._core.market(request.market)
        return lambda: self._core.feeds.read_candles(market.market_id, request.interval, request.interval_ms)

    def _orders(self, request: market_pb.StreamOrdersRequest, _: Principal, budget: Budget | None) -> Open:
        market = self._core.market(request.market)
        return lambda: self._core.feeds.read_orders(market.market_id, budget)

    def _account(self, request: account_pb.StreamAccountRequest, principal: Principal, budget: Budget | None) -> Open:
        after = request.after_sequence if request.HasField("after_sequence") else None
        return lambda: self._core.feeds.read_account(principal.account_id, after, budget)

    def _fills(self, request: account_pb.StreamFillsRequest, principal: Principal, budget: Budget | None) -> Open:
        after = request.after_sequence if request.HasField("after_sequence") else None
        return lambda: self._core.feeds.read_fills(principal.account_id, after, budget)


def _field(request: object, reason: int) -> str:
    """Return the field to which a stream owes that it cannot begin; empty for none."""
    if reason in (SEQUENCE_IN_FUTURE, SEQUENCE_TOO_OLD):
        return "after_trade_id" if isinstance(request, market_pb.StreamTradesRequest) else "after_sequence"
    return "view" if reason == OVERLOADED and isinstance(request, market_pb.StreamOrderBookRequest) else ""
