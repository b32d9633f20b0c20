"""Orders, cancels and amends as they stand in the journal: alone, as parts of other commands, as items of a batch."""

from typing import Final

from exchange.journal.v1 import journal_pb2
from exchange_server.engine.commands import AmendOrder, BatchItem, BatchOrders, CancelOrder, PlaceOrder
from exchange_server.engine.terms import SpecialTerms, terms_of
from exchange_server.engine.types import (
    SELF_TRADE_EXPIRE_MAKER,
    AccountId,
    Atoms,
    Lots,
    MarketId,
    OrderId,
    Ticks,
    TimeNs,
)

SPECIAL_FIELDS: Final = (
    "quote_amount_atoms",
    "display_lots",
    "self_trade_prevention",
    "expire_time_ns",
    "slide",
    "session_id",
    "trigger_price_ticks",
    "trailing_offset_ticks",
    "trailing_offset_bps",
    "activation_price_ticks",
    "peg_reference",
    "peg_offset_ticks",
)
"""In the order of `SpecialTerms.row`."""


def place_order(place: journal_pb2.PlaceOrder) -> PlaceOrder:
    """Decode a plain order."""
    return PlaceOrder(
        place.account_id,  # type: ignore[arg-type]
        place.market_id,  # type: ignore[arg-type]
        place.side,
        terms_of(place.type, place.time_in_force, place.post_only),
        place.price_ticks,  # type: ignore[arg-type]
        place.quantity_lots,  # type: ignore[arg-type]
        place.client_order_id,
    )


def place_special_order(place: journal_pb2.PlaceOrder) -> PlaceOrder:
    """Decode an order that is not plain."""
    return PlaceOrder(
        AccountId(place.account_id),
        MarketId(place.market_id),
        place.side,
        SpecialTerms(
            place.type,
            place.time_in_force,
            place.post_only,
            Atoms(place.quote_amount_atoms),
            Lots(place.display_lots),
            place.self_trade_prevention or SELF_TRADE_EXPIRE_MAKER,
            TimeNs(place.expire_time_ns),
            place.slide,
            place.session_id,
            Ticks(place.trigger_price_ticks),
            Ticks(place.trailing_offset_ticks),
            place.trailing_offset_bps,
            Ticks(place.activation_price_ticks),
            place.peg_reference,
            place.peg_offset_ticks,
        ),
        Ticks(place.price_ticks),
        Lots(place.quantity_lots),
        place.client_order_id,
    )


def any_place_order(place: journal_pb2.PlaceOrder) -> PlaceOrder:
    """Decode an order that is part of another command, where its kind does not tell whether it is plain."""
    special = any(getattr(place, name) for name in SPECIAL_FIELDS)
    return place_special_order(place) if special else place_order(place)


def cancel_order(cancel: journal_pb2.CancelOrder) -> CancelOrder:
    """Decode a cancel."""
    return CancelOrder(cancel.account_id, cancel.order_id, cancel.client_order_id)  # type: ignore[arg-type]


def amend_order(amend: journal_pb2.AmendOrder) -> AmendOrder:
    """Decode an amend."""
    return AmendOrder(
        AccountId(amend.account_id),
        OrderId(amend.order_id),
        amend.client_order_id,
        Ticks(amend.price_ticks),
        Lots(amend.quantity_lots),
    )


def batch_orders(batch: journal_pb2.BatchOrders) -> BatchOrders:
    """Decode a batch; raises ValueError when an item is of a kind that this version does not know."""
    return BatchOrders([_item(item) for item in batch.items])


def _item(item: journal_pb2.BatchItem) -> BatchItem:
    match item.WhichOneof("command"):
        case "place_order":
            return any_place_order(item.place_order)
        case "cancel_order":
            return cancel_order(item.cancel_order)
        case "amend_order":
            return amend_order(item.amend_order)
        case _:
            raise ValueError("a batch with a command of a kind that this version does not know")
