"""What orders would do, as protobuf: as answers tell what they did, but without trade ids, and a new order without its.

Fills have no fee: it is of the whole order, and in the sums.
"""

from collections.abc import Sequence
from typing import TypeAlias

from exchange.v1 import order_service_pb2 as pb
from exchange.v1 import types_pb2
from exchange_server.engine.entities import Market
from exchange_server.engine.previews import Preview
from exchange_server.engine.special_orders import waits
from exchange_server.engine.types import Atoms
from exchange_server.wire.decimals import MAX_SCALE, format_units
from exchange_server.wire.list_results import ListAnswer, list_messages
from exchange_server.wire.order_results import write_state
from exchange_server.wire.order_states import present_state
from exchange_server.wire.orders import LIQUIDITY_TAKER, write_order_state
from exchange_server.wire.times import timestamp
from exchange_server.wire.units import format_price, format_quantity, format_quote

OrderAnswer: TypeAlias = pb.PlaceOrderResponse | pb.AmendOrderResponse | pb.CancelReplaceOrderResponse


def write_preview(response: OrderAnswer, told: Preview) -> None:
    """Fill in the answer to a call that places or amends one order."""
    write_order_state(response.order, present_state(told.order))
    _write_arrival(response, told)


def write_list_preview(response: ListAnswer, previews: Sequence[Preview]) -> None:
    """Fill in the answer to a call that places a list."""
    for message, told in zip(list_messages(response), previews, strict=True):
        write_order_state(message, present_state(told.order))
    # At most one arrives. Where none does, either tells as much: that nothing happens.
    arriving = next((told for told in previews if not waits(told.order.type)), previews[0])
    _write_arrival(response, arriving)


def preview_result(told: Preview) -> pb.OrderResult:
    """Return the answer on the order entry stream, and of an item of a batch."""
    result = pb.OrderResult()
    write_state(result, present_state(told.order))
    return result


def _write_arrival(response: OrderAnswer | ListAnswer, told: Preview) -> None:
    response.fills.extend(_fills(told))
    response.preview.CopyFrom(_sums(told))


def _sums(told: Preview) -> pb.OrderPreview:
    order = told.order
    market = order.market
    asset = order.reserved_asset
    return pb.OrderPreview(
        sequence=told.sequence,
        average_price=_average_price(market, told.cost_atoms, sum(lots for _, lots in told.fills)),
        fee=format_quote(market, told.fee_atoms),
        reserved=format_units(told.reserved_atoms, asset.decimals),
        reserved_asset=asset.name,
        prevented_quantity=format_quantity(market, told.prevented_lots),
        self_trade_order_ids=told.self_trades,
    )


def _fills(told: Preview) -> list[types_pb2.Fill]:
    order = told.order
    market = order.market
    return [
        types_pb2.Fill(
            order_id=order.order_id,
            client_order_id=order.client_order_id,
            market=market.name,
            side=order.side,  # type: ignore[arg-type]
            price=format_price(market, price_ticks),
            quantity=format_quantity(market, lots),
            quote_amount=format_quote(market, Atoms(price_ticks * lots * market.quote_atoms_per_tick_lot)),
            liquidity=LIQUIDITY_TAKER,  # type: ignore[arg-type]
            trade_time=timestamp(order.update_time_ns),
        )
        for price_ticks, lots in told.fills
    ]


def _average_price(market: Market, cost_atoms: int, lots: int) -> str:
    """Return quote units per base unit, rounded down to 18 decimals; nothing for no lots."""
    if not lots:
        return ""
    # cost × 10^-quote decimals ÷ (lots × lot units × 10^-quantity decimals), in units of 10^-18.
    scale = MAX_SCALE + market.quantity_decimals - market.quote.decimals
    numerator, denominator = cost_atoms, lots * market.lot_units
    if scale >= 0:
        numerator *= 10**scale
    else:
        denominator *= 10**-scale
    return format_units(numerator // denominator, MAX_SCALE)
