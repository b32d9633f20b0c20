"""MarketDataService: public, so no handler looks at the principal."""

from collections.abc import AsyncIterator
from typing import Final

from exchange.v1 import market_data_service_pb2 as pb
from exchange.v1 import market_streams_pb2 as streams_pb
from exchange.v1 import types_pb2
from exchange_server.api.call import Call, Method
from exchange_server.api.core import Core
from exchange_server.api.errors import METHOD_NOT_FOUND, CallError
from exchange_server.engine.entities import Market
from exchange_server.wire.market_data import asset_message, market_message

DEFAULT_DEPTH: Final = 100


class MarketDataService:
    """Assets, markets, books and trades of one shard."""

    def __init__(self, core: Core) -> None:
        self._core: Final = core

    def methods(self) -> dict[str, Method]:
        """Return the table of this service."""
        service = "/exchange.v1.MarketDataService"
        return {
            f"{service}/ListAssets": Method(self.list_assets, None),
            f"{service}/ListMarkets": Method(self.list_markets, None),
            f"{service}/GetMarket": Method(self.get_market, None),
            f"{service}/GetOrderBook": Method(self.get_order_book, None),
            f"{service}/StreamOrderBook": Method(self.stream_order_book, None, streams=True),
            f"{service}/StreamTrades": Method(self.stream_trades, None, streams=True),
            f"{service}/UpdateSubscription": Method(self._to_come, None),
            **{
                f"{service}/{name}": Method(self._stream_to_come, None, streams=True)
                for name in ("StreamBbo", "StreamTicker", "StreamCandles", "StreamOrders", "Subscribe")
            },
        }

    async def _to_come(self, request: object, call: Call) -> object:
        raise CallError(METHOD_NOT_FOUND)

    async def _stream_to_come(self, request: object, call: Call) -> AsyncIterator[object]:
        raise CallError(METHOD_NOT_FOUND)
        yield request

    async def list_assets(self, request: pb.ListAssetsRequest, call: Call) -> pb.ListAssetsResponse:
        assets = self._core.engine.assets_by_name
        response = pb.ListAssetsResponse(assets=[asset_message(assets[name]) for name in sorted(assets)])
        await self._core.settled()
        return response

    async def list_markets(self, request: pb.ListMarketsRequest, call: Call) -> pb.ListMarketsResponse:
        markets = self._core.engine.markets_by_name
        response = pb.ListMarketsResponse(markets=[self._message(markets[name]) for name in sorted(markets)])
        await self._core.settled()
        return response

    async def get_market(self, request: pb.GetMarketRequest, call: Call) -> pb.GetMarketResponse:
        market = self._core.market(request.market)
        response = pb.GetMarketResponse(market=self._message(market))
        await self._core.settled()
        return response

    def _message(self, market: Market) -> types_pb2.Market:
        return market_message(market, market.status, self._core.engine.indication(market.market_id))

    async def get_order_book(self, request: pb.GetOrderBookRequest, call: Call) -> pb.GetOrderBookResponse:
        # Published books hold only what is durable.
        market = self._core.market(request.market)
        await self._core.settled()
        book = self._core.feeds.order_book(market.market_id, request.depth or DEFAULT_DEPTH)
        return pb.GetOrderBookResponse(order_book=book)

    async def stream_order_book(
        self, request: streams_pb.StreamOrderBookRequest, call: Call
    ) -> AsyncIterator[streams_pb.StreamOrderBookResponse]:
        market = self._core.market(request.market)
        await self._core.settled()
        async for response in self._core.feeds.stream_order_book(market.market_id):
            yield response

    async def stream_trades(
        self, request: streams_pb.StreamTradesRequest, call: Call
    ) -> AsyncIterator[streams_pb.StreamTradesResponse]:
        market = self._core.market(request.market)
        await self._core.settled()
        after = request.after_trade_id if request.HasField("after_trade_id") else None
        async for response in self._core.feeds.stream_trades(market.market_id, after):
            yield response
