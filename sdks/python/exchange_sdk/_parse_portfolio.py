"""From the contract's messages about an account's worth, its trading and its keys to models."""

from exchange.v1 import account_service_pb2, admin_service_pb2
from exchange_sdk._decimals import from_wire
from exchange_sdk._enums import Scope
from exchange_sdk._times import time_ns
from exchange_sdk.models import ApiKey
from exchange_sdk.portfolio_models import (
    EquityHistory,
    EquityPoint,
    Performance,
    PerformanceTable,
    Portfolio,
    Position,
)


def portfolio(message: account_service_pb2.GetPortfolioResponse) -> Portfolio:
    return Portfolio(
        quote_asset=message.quote_asset,
        equity=from_wire(message.equity),
        positions=tuple(map(_position, message.positions)),
        as_of_sequence=message.as_of_sequence,
    )


def _position(message: account_service_pb2.Position) -> Position:
    return Position(
        market=message.market,
        net_quantity=from_wire(message.net_quantity),
        average_price=from_wire(message.average_price) if message.average_price else None,
        realized_pnl=from_wire(message.realized_pnl),
        unrealized_pnl=from_wire(message.unrealized_pnl),
        fees=from_wire(message.fees),
        volume=from_wire(message.volume),
        fill_count=message.fill_count,
        last_fill_time_ns=time_ns(message.last_fill_time),
    )


def equity_history(message: account_service_pb2.ListEquityResponse) -> EquityHistory:
    points = (EquityPoint(time_ns(point.time), from_wire(point.equity)) for point in message.points)
    return EquityHistory(message.quote_asset, tuple(points))


def performance_table(message: admin_service_pb2.ListPerformanceResponse) -> PerformanceTable:
    return PerformanceTable(message.quote_asset, tuple(map(_performance, message.accounts)), message.as_of_sequence)


def _performance(message: admin_service_pb2.Performance) -> Performance:
    return Performance(
        account_id=message.account_id,
        name=message.name,
        equity=from_wire(message.equity),
        realized_pnl=from_wire(message.realized_pnl),
        unrealized_pnl=from_wire(message.unrealized_pnl),
        fees=from_wire(message.fees),
        volume=from_wire(message.volume),
        fill_count=message.fill_count,
        open_order_count=message.open_order_count,
        last_fill_time_ns=time_ns(message.last_fill_time),
    )


def api_key(message: account_service_pb2.ApiKey) -> ApiKey:
    return ApiKey(
        key_id=message.key_id,
        account_id=message.account_id,
        scopes=tuple(map(Scope, message.scopes)),
        label=message.label,
        create_time_ns=time_ns(message.create_time) if message.HasField("create_time") else None,
        expire_time_ns=time_ns(message.expire_time) if message.HasField("expire_time") else None,
        current=message.current,
    )
