"""What an order would do, as protobuf: an order without an id, fills without trade ids, and their sums."""

from exchange.v1 import order_service_pb2 as pb
from exchange.v1 import types_pb2
from exchange_server.engine.entities import Market
from exchange_server.engine.previews import Preview
from exchange_server.engine.types import Atoms
from exchange_server.wire.decimals import MAX_SCALE, format_units
from exchange_server.wire.order_states import present_state
from exchange_server.wire.orders import LIQUIDITY_TAKER, order_state_message
from exchange_server.wire.times import timestamp
from exchange_server.wire.units import format_price, format_quantity, format_quote


def placed_preview(preview: Preview) -> pb.PlaceOrderResponse:
    """Return the answer to a PlaceOrder with `validate_only`."""
    response = pb.PlaceOrderResponse(order=order_state_message(present_state(preview.order)))
    response.fills.extend(preview_fills(preview))
    response.preview.CopyFrom(preview_message(preview))
    return response


def preview_message(preview: Preview) -> pb.OrderPreview:
    """Return the sums of what an order would do on arrival."""
    order = preview.order
    market = order.market
    asset = order.reserved_asset
    prevented = order.prevented_lots
    return pb.OrderPreview(
        sequence=preview.sequence,
        average_price=_average_price(market, order.cost_atoms, order.filled_lots) if preview.fills else "",
        fee=format_quote(market, preview.fee_atoms),
        reserved=format_units(preview.reserved_atoms, asset.decimals),
        reserved_asset=asset.name,
        prevented_quantity=format_quantity(market, prevented),
        self_trade_order_ids=preview.self_trades,
    )


def preview_fills(preview: Preview) -> list[types_pb2.Fill]:
    """Return what an order would execute on arrival. The fee is of the whole order, and in no single fill."""
    order = preview.order
    market = order.market
    return [
        types_pb2.Fill(
            client_order_id=order.client_order_id,
            market=market.name,
            side=order.side,  # type: ignore[arg-type]
            price=format_price(market, price_ticks),
            quantity=format_quantity(market, lots),
            quote_amount=format_quote(market, Atoms(price_ticks * lots * market.quote_atoms_per_tick_lot)),
            liquidity=LIQUIDITY_TAKER,  # type: ignore[arg-type]
            trade_time=timestamp(order.create_time_ns),
        )
        for price_ticks, lots in preview.fills
    ]


def _average_price(market: Market, cost_atoms: int, lots: int) -> str:
    """Return quote units per base unit, rounded down to 18 decimals."""
    # cost × 10^-quote decimals ÷ (lots × lot units × 10^-quantity decimals), in units of 10^-18.
    scale = MAX_SCALE + market.quantity_decimals - market.quote.decimals
    numerator, denominator = cost_atoms, lots * market.lot_units
    if scale >= 0:
        numerator *= 10**scale
    else:
        denominator *= 10**-scale
    return format_units(numerator // denominator, MAX_SCALE)
