"""From the contract's messages to models. Only this module reads them field by field."""

from collections.abc import Iterable

from google.protobuf.timestamp_pb2 import Timestamp

from exchange.v1 import account_service_pb2, market_data_service_pb2, types_pb2
from exchange_sdk._decimals import from_wire
from exchange_sdk._enums import (
    CloseReason,
    LedgerEntryKind,
    Liquidity,
    MarketStatus,
    OrderStatus,
    OrderType,
    Scope,
    Side,
    TimeInForce,
)
from exchange_sdk.models import (
    Account,
    AccountSnapshot,
    AccountUpdate,
    Asset,
    Balance,
    Fill,
    LedgerEntry,
    Market,
    Order,
    OrderBook,
    OrderBookDelta,
    PriceLevel,
    Trade,
)


def time_ns(timestamp: Timestamp) -> int:
    """Nanoseconds since 1970."""
    return timestamp.seconds * 1_000_000_000 + timestamp.nanos


def asset(message: types_pb2.Asset) -> Asset:
    return Asset(message.name, message.decimals)


def market(message: types_pb2.Market) -> Market:
    return Market(
        name=message.name,
        base_asset=message.base_asset,
        quote_asset=message.quote_asset,
        tick_size=from_wire(message.tick_size),
        lot_size=from_wire(message.lot_size),
        min_notional=from_wire(message.min_notional),
        maker_fee_ppm=message.maker_fee_ppm,
        taker_fee_ppm=message.taker_fee_ppm,
        status=MarketStatus(message.status),
        price_decimals=message.price_decimals,
        quantity_decimals=message.quantity_decimals,
    )


def order(message: types_pb2.Order) -> Order:
    return Order(
        order_id=message.order_id,
        account_id=message.account_id,
        market=message.market,
        client_order_id=message.client_order_id,
        side=Side(message.side),
        type=OrderType(message.type),
        time_in_force=TimeInForce(message.time_in_force),
        post_only=message.post_only,
        price=from_wire(message.price) if message.price else None,
        quantity=from_wire(message.quantity),
        filled_quantity=from_wire(message.filled_quantity),
        open_quantity=from_wire(message.open_quantity),
        filled_quote=from_wire(message.filled_quote),
        fee=from_wire(message.fee),
        status=OrderStatus(message.status),
        close_reason=CloseReason(message.close_reason) if message.close_reason else None,
        create_time_ns=time_ns(message.create_time),
        update_time_ns=time_ns(message.update_time),
    )


def fill(message: types_pb2.Fill) -> Fill:
    return Fill(
        trade_id=message.trade_id,
        order_id=message.order_id,
        client_order_id=message.client_order_id,
        market=message.market,
        side=Side(message.side),
        price=from_wire(message.price),
        quantity=from_wire(message.quantity),
        quote_amount=from_wire(message.quote_amount),
        fee=from_wire(message.fee),
        liquidity=Liquidity(message.liquidity),
        trade_time_ns=time_ns(message.trade_time),
        sequence=message.sequence,
    )


def trade(message: types_pb2.Trade) -> Trade:
    return Trade(
        trade_id=message.trade_id,
        market=message.market,
        price=from_wire(message.price),
        quantity=from_wire(message.quantity),
        taker_side=Side(message.taker_side),
        trade_time_ns=time_ns(message.trade_time),
        sequence=message.sequence,
    )


def balance(message: types_pb2.Balance) -> Balance:
    return Balance(message.asset, from_wire(message.available), from_wire(message.reserved))


def ledger_entry(message: types_pb2.LedgerEntry) -> LedgerEntry:
    return LedgerEntry(
        sequence=message.sequence,
        line=message.line,
        account_id=message.account_id,
        asset=message.asset,
        amount=from_wire(message.amount),
        kind=LedgerEntryKind(message.kind),
        market=message.market,
        trade_id=message.trade_id,
        book_time_ns=time_ns(message.book_time),
    )


def account(message: types_pb2.Account, scopes: Iterable[int] = ()) -> Account:
    return Account(message.account_id, message.name, time_ns(message.create_time), tuple(map(Scope, scopes)))


def levels(messages: Iterable[market_data_service_pb2.PriceLevel]) -> tuple[PriceLevel, ...]:
    return tuple(PriceLevel(from_wire(level.price), from_wire(level.quantity)) for level in messages)


def order_book(message: market_data_service_pb2.OrderBook) -> OrderBook:
    return OrderBook(message.market, levels(message.bids), levels(message.asks), message.sequence, message.checksum)


def order_book_delta(message: market_data_service_pb2.OrderBookDelta) -> OrderBookDelta:
    return OrderBookDelta(
        market=message.market,
        bids=levels(message.bids),
        asks=levels(message.asks),
        sequence=message.sequence,
        prev_sequence=message.prev_sequence,
        checksum=message.checksum,
        event_time_ns=time_ns(message.event_time),
    )


def account_snapshot(message: account_service_pb2.AccountSnapshot, sequence: int) -> AccountSnapshot:
    return AccountSnapshot(
        open_orders=tuple(map(order, message.open_orders)),
        balances=tuple(map(balance, message.balances)),
        sequence=sequence,
    )


def account_update(message: account_service_pb2.AccountUpdate, sequence: int, prev_sequence: int) -> AccountUpdate:
    return AccountUpdate(
        orders=tuple(map(order, message.orders)),
        fills=tuple(map(fill, message.fills)),
        balances=tuple(map(balance, message.balances)),
        sequence=sequence,
        prev_sequence=prev_sequence,
        event_time_ns=time_ns(message.event_time),
    )
