"""MarketDataService: public; only Subscribe looks at who calls, if there is a key."""

from typing import Any, Final

from exchange.v1 import market_data_service_pb2 as pb
from exchange.v1 import types_pb2
from exchange_server.api.call import Call, Method
from exchange_server.api.core import Core
from exchange_server.api.readers import Readers
from exchange_server.api.subscriptions import Subscriptions
from exchange_server.engine.entities import Market
from exchange_server.feeds import Reader
from exchange_server.wire.market_data import asset_message, market_message

DEFAULT_DEPTH: Final = 100

_STREAMS: Final = ("StreamOrderBook", "StreamBbo", "StreamTicker", "StreamTrades", "StreamCandles", "StreamOrders")


class MarketDataService:
    """Assets, markets, books and trades of one shard."""

    def __init__(self, core: Core, readers: Readers) -> None:
        self._core: Final = core
        self._readers: Final = readers
        self._subscriptions: Final = Subscriptions(core, readers)

    def methods(self) -> dict[str, Method]:
        """Return the table of this service."""
        service = "/exchange.v1.MarketDataService"
        subscriptions = self._subscriptions
        return {
            f"{service}/ListAssets": Method(self.list_assets, None),
            f"{service}/ListMarkets": Method(self.list_markets, None),
            f"{service}/GetMarket": Method(self.get_market, None),
            f"{service}/GetOrderBook": Method(self.get_order_book, None),
            **{f"{service}/{name}": Method(self._stream, None, streams=True, reads=True) for name in _STREAMS},
            f"{service}/Subscribe": Method(subscriptions.subscribe, None, streams=True, reads=True, takes_key=True),
            f"{service}/UpdateSubscription": Method(subscriptions.update_subscription, None, takes_key=True),
        }

    async def _stream(self, request: Any, call: Call) -> Reader:
        return await self._readers.open(request, call.principal)

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
