"""What one account sees of a command: its orders, fills and balances, made from the command's events; as bytes."""

from collections.abc import Iterable, Mapping, Sequence

from exchange.v1.account_streams_pb2 import StreamAccountResponse, StreamFillsResponse
from exchange.v1.types_pb2 import Balance, Fill, Heartbeat
from exchange_server.engine.entities import Asset
from exchange_server.engine.events import (
    BalanceChanged,
    Event,
    OrderCanceled,
    OrderRested,
    Trade,
)
from exchange_server.engine.orders import Order
from exchange_server.engine.types import AccountId, AssetId, Atoms, TimeNs
from exchange_server.wire.accounts import balance_message
from exchange_server.wire.order_states import states_after
from exchange_server.wire.orders import (
    maker_fill_message,
    order_state_message,
    present_order_message,
    taker_fill_message,
)
from exchange_server.wire.times import Hops, write_hops, write_timestamp

__all__ = [
    "Fill",
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
) -> bytes:
    """Return the first message of an account stream: the engine's state after the command `sequence`.

    Orders oldest first; balances (asset, available, reserved) in any order.
    """
    response = StreamAccountResponse(sequence=sequence)
    snapshot = response.snapshot
    snapshot.SetInParent()
    snapshot.open_orders.extend(map(present_order_message, open_orders))
    messages = [balance_message(assets[asset_id], free, reserved) for asset_id, free, reserved in balances]
    snapshot.balances.extend(sorted(messages, key=_asset_name))
    return response.SerializeToString()


def account_update_response(
    account_id: AccountId,
    events: Sequence[Event],
    assets: Mapping[AssetId, Asset],
    sequence: int,
    prev_sequence: int,
    time_ns: TimeNs,
    hops: Hops,
) -> bytes:
    """Return what a command changed for an account, from the command's events alone."""
    response = StreamAccountResponse(sequence=sequence, prev_sequence=prev_sequence)
    update = response.update
    write_timestamp(update.event_time, time_ns)
    write_hops(update.hops, hops)
    update.orders.extend(map(order_state_message, states_after(account_id, events, time_ns).values()))
    update.fills.extend(account_fills(account_id, events, sequence, time_ns))
    update.balances.extend(_balances_after(account_id, events, assets))
    return response.SerializeToString()


def account_heartbeat_response(sequence: int, prev_sequence: int, server_time_ns: int) -> bytes:
    """Return the sign of life of a quiet account; everything up to `sequence` was sent."""
    response = StreamAccountResponse(sequence=sequence, prev_sequence=prev_sequence)
    _write_heartbeat(response.heartbeat, server_time_ns, sequence)
    return response.SerializeToString()


def fills_response(fills: Iterable[Fill], sequence: int, prev_sequence: int, hops: Hops) -> bytes:
    """Return fills, oldest first; everything up to `sequence` was sent, up to `prev_sequence` before."""
    response = StreamFillsResponse(sequence=sequence, prev_sequence=prev_sequence)
    response.fills.fills.extend(fills)
    write_hops(response.fills.hops, hops)
    return response.SerializeToString()


def fills_heartbeat_response(sequence: int, prev_sequence: int, server_time_ns: int) -> bytes:
    """Return the sign of life of an account without fills; everything up to `sequence` was sent."""
    response = StreamFillsResponse(sequence=sequence, prev_sequence=prev_sequence)
    _write_heartbeat(response.heartbeat, server_time_ns, sequence)
    return response.SerializeToString()


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


def _balances_after(
    account_id: AccountId, events: Iterable[Event], assets: Mapping[AssetId, Asset]
) -> Iterable[Balance]:
    """Return the account's changed balances as the command left them: of two events of one balance the later counts."""
    latest: dict[AssetId, tuple[int, int]] = {}
    for event in events:
        if type(event) is OrderRested or type(event) is OrderCanceled:
            if event.order.account_id == account_id:
                latest[event.order.reserved_asset.asset_id] = event.available_atoms, event.reserved_atoms
        elif type(event) is BalanceChanged and event.account_id == account_id:
            latest[event.asset_id] = event.available_atoms, event.reserved_atoms
    for asset_id, (available_atoms, reserved_atoms) in latest.items():
        yield balance_message(assets[asset_id], available_atoms, reserved_atoms)


def _write_heartbeat(message: Heartbeat, server_time_ns: int, sequence: int) -> None:
    write_timestamp(message.server_time, server_time_ns)
    message.sequence = sequence


def _asset_name(balance: Balance) -> str:
    return balance.asset
