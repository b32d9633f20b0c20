"""From the contract's messages to models. Only this module, `_parse_market_data` and
`_parse_portfolio` read them field by field.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import TypeAlias

from exchange.v1 import (
    account_streams_pb2,
    order_service_pb2,
    types_pb2,
)
from exchange_sdk import errors
from exchange_sdk._decimals import from_wire
from exchange_sdk._enums import (
    CloseReason,
    LedgerEntryKind,
    Liquidity,
    MarketStatus,
    OrderStatus,
    OrderType,
    PegReference,
    RejectReason,
    Scope,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from exchange_sdk._parse_market_data import (
    bbo_update,
    candle,
    candle_batch,
    hop_times,
    order_book,
    order_book_delta,
    order_queues,
    order_queues_delta,
    ticker,
    ticker_update,
    trade,
    trades,
)
from exchange_sdk._times import time_ns
from exchange_sdk.errors import ExchangeError
from exchange_sdk.market_models import HopTimes
from exchange_sdk.models import (
    Account,
    AccountSnapshot,
    AccountUpdate,
    Asset,
    AuctionIndication,
    Balance,
    Heartbeat,
    LedgerEntry,
    Market,
    MarketProtection,
)
from exchange_sdk.order_models import (
    AmendedOrder,
    Fill,
    Order,
    OrderPreview,
    OrderResult,
    PlacedBracket,
    PlacedOco,
    PlacedOrder,
    ReplacedOrder,
)

__all__ = [
    "account", "account_snapshot", "account_update", "amended_order", "asset", "balance", "bbo_update", "candle",
    "candle_batch", "fill", "fills", "heartbeat", "hop_times", "ledger_entry", "market", "order", "order_book",
    "order_book_delta", "order_error", "order_queues", "order_queues_delta", "order_result", "placed_bracket",
    "placed_oco", "placed_order", "preview", "protection", "replaced_order", "ticker", "ticker_update", "trade",
    "trades",
]  # fmt: skip


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
        protection=protection(message.protection),
        last_price=_optional(message.last_price),
        auction=_indication(message.auction) if message.HasField("auction") else None,
    )


def _indication(message: types_pb2.AuctionIndication) -> AuctionIndication:
    return AuctionIndication(
        price=_optional(message.price),
        quantity=from_wire(message.quantity),
        imbalance=from_wire(message.imbalance),
        imbalance_side=Side(message.imbalance_side) if message.imbalance_side else None,
    )


def protection(message: types_pb2.MarketProtection) -> MarketProtection:
    return MarketProtection(
        min_quantity=_limit(message.min_quantity),
        max_quantity=_limit(message.max_quantity),
        min_notional=_limit(message.min_notional),
        max_notional=_limit(message.max_notional),
        max_open_orders=message.max_open_orders,
        price_band_bps=message.price_band_bps,
        market_protection_bps=message.market_protection_bps,
        reference_price=_limit(message.reference_price),
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
        price=_optional(message.price),
        quantity=from_wire(message.quantity),
        filled_quantity=from_wire(message.filled_quantity),
        open_quantity=from_wire(message.open_quantity),
        filled_quote=from_wire(message.filled_quote),
        fee=from_wire(message.fee),
        status=OrderStatus(message.status),
        close_reason=CloseReason(message.close_reason) if message.close_reason else None,
        create_time_ns=time_ns(message.create_time),
        update_time_ns=time_ns(message.update_time),
        quote_amount=_optional(message.quote_amount),
        display_quantity=_optional(message.display_quantity),
        self_trade_prevention=SelfTradePrevention(message.self_trade_prevention or SelfTradePrevention.EXPIRE_MAKER),
        expire_time_ns=time_ns(message.expire_time) if message.HasField("expire_time") else None,
        slide=message.slide,
        prevented_quantity=from_wire(message.prevented_quantity),
        trigger_price=_optional(message.trigger_price),
        trailing_offset=_optional(message.trailing_offset),
        trailing_offset_bps=message.trailing_offset_bps,
        activation_price=_optional(message.activation_price),
        trigger_time_ns=time_ns(message.trigger_time) if message.HasField("trigger_time") else None,
        trigger_refusal=RejectReason(message.trigger_refusal) if message.trigger_refusal else None,
        order_list_id=message.order_list_id,
        peg_reference=PegReference(message.peg_reference) if message.peg_reference else None,
        peg_offset=_optional(message.peg_offset),
        pegged_price=_optional(message.pegged_price),
    )


def fill(message: types_pb2.Fill, hops: HopTimes | None = None) -> Fill:
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
        hops=hops,
    )


def fills(message: account_streams_pb2.FillBatch) -> list[Fill]:
    """Read the fills of one message; the hop times are those of the last command among them."""
    hops = hop_times(message)
    newest = message.fills[-1].sequence if message.fills else 0
    return [fill(each, hops if each.sequence == newest else None) for each in message.fills]


def preview(message: order_service_pb2.OrderPreview) -> OrderPreview:
    return OrderPreview(
        sequence=message.sequence,
        average_price=_optional(message.average_price),
        fee=from_wire(message.fee),
        reserved=from_wire(message.reserved),
        reserved_asset=message.reserved_asset,
        prevented_quantity=from_wire(message.prevented_quantity),
        self_trade_order_ids=tuple(message.self_trade_order_ids),
    )


_Previewed: TypeAlias = (
    order_service_pb2.PlaceOrderResponse
    | order_service_pb2.AmendOrderResponse
    | order_service_pb2.CancelReplaceOrderResponse
    | order_service_pb2.PlaceOcoOrderResponse
    | order_service_pb2.PlaceBracketOrderResponse
)


def _preview(answer: _Previewed) -> OrderPreview | None:
    """Read the preview of an answer to `validate_only`; other answers have none."""
    return preview(answer.preview) if answer.HasField("preview") else None


def placed_order(message: order_service_pb2.PlaceOrderResponse) -> PlacedOrder:
    return PlacedOrder(
        order=order(message.order),
        fills=tuple(map(fill, message.fills)),
        deduplicated=message.deduplicated,
        preview=_preview(message),
    )


def amended_order(message: order_service_pb2.AmendOrderResponse) -> AmendedOrder:
    return AmendedOrder(
        order=order(message.order),
        fills=tuple(map(fill, message.fills)),
        preview=_preview(message),
    )


def replaced_order(message: order_service_pb2.CancelReplaceOrderResponse) -> ReplacedOrder:
    return ReplacedOrder(
        canceled_order=order(message.canceled_order) if message.HasField("canceled_order") else None,
        cancel_error=order_error(message.cancel_error) if message.HasField("cancel_error") else None,
        order=order(message.order) if message.HasField("order") else None,
        fills=tuple(map(fill, message.fills)),
        place_error=order_error(message.place_error) if message.HasField("place_error") else None,
        deduplicated=message.deduplicated,
        preview=_preview(message),
    )


def placed_oco(message: order_service_pb2.PlaceOcoOrderResponse) -> PlacedOco:
    return PlacedOco(
        order_list_id=message.order_list_id,
        above=order(message.above) if message.HasField("above") else None,
        below=order(message.below) if message.HasField("below") else None,
        fills=tuple(map(fill, message.fills)),
        deduplicated=message.deduplicated,
        preview=_preview(message),
    )


def placed_bracket(message: order_service_pb2.PlaceBracketOrderResponse) -> PlacedBracket:
    return PlacedBracket(
        order_list_id=message.order_list_id,
        entry=order(message.entry) if message.HasField("entry") else None,
        take_profit=order(message.take_profit) if message.HasField("take_profit") else None,
        stop_loss=order(message.stop_loss) if message.HasField("stop_loss") else None,
        fills=tuple(map(fill, message.fills)),
        deduplicated=message.deduplicated,
        preview=_preview(message),
    )


def order_result(message: order_service_pb2.OrderResult, client_order_id: str) -> OrderResult:
    """Read a result; the key is the request's, which the answer does not repeat."""
    return OrderResult(
        order_id=message.order_id,
        client_order_id=client_order_id,
        status=OrderStatus(message.status) if message.status else None,
        filled_quantity=from_wire(message.filled_quantity),
        filled_quote=from_wire(message.filled_quote),
        fee=from_wire(message.fee),
        deduplicated=message.deduplicated,
        error=order_error(message.error) if message.HasField("error") else None,
        prevented_quantity=from_wire(message.prevented_quantity),
    )


def order_error(message: order_service_pb2.OrderError) -> ExchangeError:
    return errors.from_order_error(message.reason, message.field, message.message, message.code)


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
    return Account(
        account_id=message.account_id,
        name=message.name,
        create_time_ns=time_ns(message.create_time),
        scopes=tuple(map(Scope, scopes)),
        trade_group_id=message.trade_group_id,
    )


def account_snapshot(message: account_streams_pb2.AccountSnapshot, sequence: int) -> AccountSnapshot:
    return AccountSnapshot(
        open_orders=tuple(map(order, message.open_orders)),
        balances=tuple(map(balance, message.balances)),
        sequence=sequence,
    )


def account_update(message: account_streams_pb2.AccountUpdate, sequence: int, prev_sequence: int) -> AccountUpdate:
    return AccountUpdate(
        orders=tuple(map(order, message.orders)),
        fills=tuple(map(fill, message.fills)),
        balances=tuple(map(balance, message.balances)),
        sequence=sequence,
        prev_sequence=prev_sequence,
        event_time_ns=time_ns(message.event_time),
        hops=hop_times(message),
    )


def heartbeat(message: types_pb2.Heartbeat) -> Heartbeat:
    return Heartbeat(time_ns(message.server_time), message.sequence)


def _optional(text: str) -> Decimal | None:
    return from_wire(text) if text else None


def _limit(text: str) -> Decimal | None:
    """Read a limit; empty and 0 both say that there is none."""
    return from_wire(text) or None
