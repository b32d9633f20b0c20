"""What one account sees of a command: its orders, fills and balances, made from the command's events."""

from collections.abc import Iterable, Mapping, Sequence

from exchange.v1.account_service_pb2 import StreamAccountResponse, StreamFillsResponse
from exchange.v1.types_pb2 import Balance, Fill
from exchange.v1.types_pb2 import Order as OrderMessage
from exchange_server.engine.entities import Asset
from exchange_server.engine.events import (
    BalanceChanged,
    Event,
    OrderAccepted,
    OrderCanceled,
    OrderClosed,
    OrderRested,
    Trade,
)
from exchange_server.engine.orders import Order
from exchange_server.engine.types import CLOSE_NONE, ORDER_OPEN, AccountId, AssetId, Atoms, OrderId, TimeNs
from exchange_server.wire.accounts import balance_message
from exchange_server.wire.orders import (
    maker_fill_message,
    order_message,
    present_order_message,
    taker_fill_message,
)
from exchange_server.wire.times import timestamp

__all__ = [
    "Fill",
    "StreamAccountResponse",
    "StreamFillsResponse",
    "account_fills",
    "account_heartbeat_response",
    "account_snapshot_response",
    "account_update_response",
    "fills_heartbeat_response",
    "fills_response",
    "has_fill",
]


def account_snapshot_response(
    open_orders: Iterable[Order],
    balances: Iterable[tuple[AssetId, Atoms, Atoms]],
    assets: Mapping[AssetId, Asset],
    sequence: int,
) -> StreamAccountResponse:
    """Return the first message of an account stream: the engine's state after the command `sequence`.

    Orders oldest first; balances (asset, available, reserved) in any order.
    """
    response = StreamAccountResponse(sequence=sequence)
    snapshot = response.snapshot
    snapshot.SetInParent()
    snapshot.open_orders.extend(map(present_order_message, open_orders))
    messages = [balance_message(assets[asset_id], free, reserved) for asset_id, free, reserved in balances]
    snapshot.balances.extend(sorted(messages, key=_asset_name))
    return response


def account_update_response(
    account_id: AccountId,
    events: Sequence[Event],
    assets: Mapping[AssetId, Asset],
    sequence: int,
    prev_sequence: int,
    time_ns: TimeNs,
) -> StreamAccountResponse:
    """Return what a command changed for an account, from the command's events alone."""
    response = StreamAccountResponse(sequence=sequence, prev_sequence=prev_sequence)
    update = response.update
    update.event_time.CopyFrom(timestamp(time_ns))
    update.orders.extend(_orders_after(account_id, events, time_ns))
    update.fills.extend(account_fills(account_id, events, sequence, time_ns))
    update.balances.extend(_balances_after(account_id, events, assets))
    return response


def account_heartbeat_response(sequence: int, prev_sequence: int, server_time_ns: int) -> StreamAccountResponse:
    """Return the sign of life of a quiet account; everything up to `sequence` was sent."""
    response = StreamAccountResponse(sequence=sequence, prev_sequence=prev_sequence)
    response.heartbeat.server_time.CopyFrom(timestamp(server_time_ns))
    return response


def fills_response(fills: Iterable[Fill], sequence: int) -> StreamFillsResponse:
    """Return fills, oldest first; everything up to `sequence` was sent."""
    response = StreamFillsResponse(sequence=sequence)
    response.fills.fills.extend(fills)
    return response


def fills_heartbeat_response(sequence: int, server_time_ns: int) -> StreamFillsResponse:
    """Return the sign of life of an account without fills; everything up to `sequence` was sent."""
    response = StreamFillsResponse(sequence=sequence)
    response.heartbeat.server_time.CopyFrom(timestamp(server_time_ns))
    return response


def account_fills(account_id: AccountId, events: Iterable[Event], sequence: int, time_ns: TimeNs) -> list[Fill]:
    """Return the account's executions in a command, in their order."""
    fills = []
    for event in events:
        if type(event) is Trade:
            if event.taker.account_id == account_id:
                fills.append(taker_fill_message(event, sequence, time_ns))
            elif event.maker.account_id == account_id:
                fills.append(maker_fill_message(event, sequence, time_ns))
    return fills


def has_fill(account_id: AccountId, events: Iterable[Event]) -> bool:
    """Tell whether any order of the account was executed."""
    return any(
        type(event) is Trade and account_id in (event.taker.account_id, event.maker.account_id) for event in events
    )


def _orders_after(account_id: AccountId, events: Iterable[Event], time_ns: TimeNs) -> Iterable[OrderMessage]:
    """Return the account's new and changed orders as the command left them, in the order of their first mention."""
    # Open lots, cost and total fee of each order; none once it is closed, when the order itself says all.
    latest: dict[OrderId, tuple[Order, tuple[int, int, int] | None]] = {}
    for event in events:
        if type(event) is OrderRested or type(event) is OrderAccepted:
            order = event.order
            if order.account_id == account_id:
                latest[order.order_id] = order, (order.quantity_lots, 0, 0)
        elif type(event) is Trade:
            if event.taker.account_id == account_id:
                state = event.taker_open_lots, event.taker_total_cost_atoms, event.taker_total_fee_atoms
                latest[event.taker.order_id] = event.taker, state
            elif event.maker.account_id == account_id:
                state = event.maker_open_lots, event.maker_total_cost_atoms, event.maker_total_fee_atoms
                latest[event.maker.order_id] = event.maker, state
        elif type(event) is OrderCanceled or type(event) is OrderClosed:
            order = event.order
            if order.account_id == account_id:
                latest[order.order_id] = order, None
    for order, state_after in latest.values():
        if state_after is None:
            yield present_order_message(order)
        else:
            yield order_message(order, order.market, *state_after, ORDER_OPEN, CLOSE_NONE, time_ns)


def _balances_after(
    account_id: AccountId, events: Iterable[Event], assets: Mapping[AssetId, Asset]
) -> Iterable[Balance]:
    """Return the account's changed balances as the command left them; a command has one event for each."""
    for event in events:
        if type(event) is OrderRested or type(event) is OrderCanceled:
            if event.order.account_id == account_id:
                yield balance_message(event.order.reserved_asset, event.available_atoms, event.reserved_atoms)
        elif type(event) is BalanceChanged and event.account_id == account_id:
            yield balance_message(assets[event.asset_id], event.available_atoms, event.reserved_atoms)


def _asset_name(balance: Balance) -> str:
    return balance.asset
