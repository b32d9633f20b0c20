"""A market, and requests for orders in it."""

from types import SimpleNamespace
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from exchange.v1 import order_service_pb2 as pb
from exchange_server.engine.commands import Command
from exchange_server.engine.entities import Asset, Market
from exchange_server.engine.types import MARKET_OPEN, AccountId, AssetId, Atoms, MarketId, Ppm
from exchange_server.wire.journal_codec import Value, command_values
from exchange_server.wire.order_requests import OrderReader

ACCOUNT = AccountId(1001)
MARKET = Market(
    MarketId(7),
    Asset(AssetId(1), "BTC", 8),
    Asset(AssetId(2), "USDC", 6),
    tick_units=5,
    price_decimals=1,
    lot_units=1,
    quantity_decimals=3,
    min_notional_atoms=Atoms(0),
    maker_fee_ppm=Ppm(0),
    taker_fee_ppm=Ppm(0),
    quote_atoms_per_tick_lot=500,
    base_atoms_per_lot=100_000,
    status=MARKET_OPEN,
    next_trade_id=1,
)
EXPIRE = Timestamp(seconds=4_000_000_000)


def reader() -> OrderReader:
    return OrderReader({MARKET.name: MARKET})


def limit(**fields: Any) -> pb.PlaceOrderRequest:
    values: dict[str, Any] = {"market": "BTC-USDC", "side": 1, "type": 1, "price": "100.5", "quantity": "0.25"} | fields
    return pb.PlaceOrderRequest(**values)


def attributes(command: Command) -> dict[str, Value]:
    return command_values(command)


def amending() -> OrderReader:
    """Return a reader that knows of one order, "mine"."""
    order: Any = SimpleNamespace(market=MARKET, status=1)
    return OrderReader({MARKET.name: MARKET}, lambda account_id, order_id, key: order if key == "mine" else None)
