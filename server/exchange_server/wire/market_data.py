"""Assets, markets, price levels and trades as protobuf."""

from typing import cast

from exchange.v1 import types_pb2
from exchange_server.engine import events
from exchange_server.engine.auction import Indication
from exchange_server.engine.entities import Asset, Market, Protection
from exchange_server.engine.types import MARKET_AUCTION, SIDE_BUY, SIDE_SELL, Atoms, Lots
from exchange_server.wire.decimals import format_units
from exchange_server.wire.times import timestamp
from exchange_server.wire.units import format_price, format_quantity, format_quote


def asset_message(asset: Asset) -> types_pb2.Asset:
    """Return an asset."""
    return types_pb2.Asset(name=asset.name, decimals=asset.decimals)


def market_message(market: Market, status: int, indication: Indication | None = None) -> types_pb2.Market:
    """Return a market as it is now, with a status: of the event that is answered, or `market.status`.

    `indication`: what an auction would do now; only told while the status is AUCTION, None for nothing.
    """
    message = types_pb2.Market(
        name=market.name,
        base_asset=market.base.name,
        quote_asset=market.quote.name,
        tick_size=format_units(market.tick_units, market.price_decimals),
        lot_size=format_units(market.lot_units, market.quantity_decimals),
        min_notional=format_quote(market, min_notional_atoms(market)),
        maker_fee_ppm=market.maker_fee_ppm,
        taker_fee_ppm=market.taker_fee_ppm,
        status=cast(types_pb2.MarketStatus, status),
        price_decimals=market.price_decimals,
        quantity_decimals=market.quantity_decimals,
        protection=protection_message(market, market.protection),
        last_price=format_price(market, market.last_price_ticks) if market.last_price_ticks else "",
    )
    if status == MARKET_AUCTION:
        message.auction.CopyFrom(indication_message(market, indication))
    return message


def indication_message(market: Market, indication: Indication | None) -> types_pb2.AuctionIndication:
    """Return what an auction would do; None is nothing."""
    if indication is None:
        return types_pb2.AuctionIndication(quantity="0", imbalance="0")
    surplus = indication.surplus_lots
    side = SIDE_BUY if surplus > 0 else SIDE_SELL if surplus < 0 else 0
    return types_pb2.AuctionIndication(
        price=format_price(market, indication.price_ticks),
        quantity=format_quantity(market, indication.volume_lots),
        imbalance=format_quantity(market, Lots(abs(surplus))),
        imbalance_side=cast(types_pb2.Side, side),
    )


def min_notional_atoms(market: Market) -> Atoms:
    """Return the least notional that a market takes now."""
    return market.min_notional_atoms if market.protection is None else market.protection.min_notional_atoms


def protection_message(market: Market, protection: Protection | None) -> types_pb2.MarketProtection:
    """Return a market's limits; before an admin has set any, `min_notional` is what the market was created with."""
    if protection is None:
        minimum = market.min_notional_atoms
        return types_pb2.MarketProtection(min_notional=format_quote(market, minimum) if minimum else "")
    return types_pb2.MarketProtection(
        min_quantity=format_quantity(market, protection.min_lots) if protection.min_lots else "",
        max_quantity=format_quantity(market, protection.max_lots) if protection.max_lots else "",
        min_notional=format_quote(market, protection.min_notional_atoms) if protection.min_notional_atoms else "",
        max_notional=format_quote(market, protection.max_notional_atoms) if protection.max_notional_atoms else "",
        max_open_orders=protection.max_open_orders,
        price_band_bps=protection.price_band_bps,
        market_protection_bps=protection.market_protection_bps,
        reference_price=(
            format_price(market, protection.reference_price_ticks) if protection.reference_price_ticks else ""
        ),
    )


def trade_message(trade: events.Trade, sequence: int, time_ns: int) -> types_pb2.Trade:
    """Return a trade as everybody sees it."""
    market = trade.taker.market
    return types_pb2.Trade(
        trade_id=trade.trade_id,
        market=market.name,
        price=format_price(market, trade.price_ticks),
        quantity=format_quantity(market, trade.quantity_lots),
        taker_side=cast(types_pb2.Side, 0 if trade.auction else trade.taker.side),
        trade_time=timestamp(time_ns),
        sequence=sequence,
    )
