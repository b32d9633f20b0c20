"""Order entry: what goes in, and the two sessions that send it."""

from exchange_sdk._order_entry_async import AsyncOrderEntry
from exchange_sdk._order_entry_sync import OrderEntry
from exchange_sdk._order_items import AmendOrder, BatchItem, BracketExit, CancelOrder, NewOrder
from exchange_sdk._order_requests import batch_items
from exchange_sdk._pipeline import DEFAULT_IN_FLIGHT

__all__ = [
    "DEFAULT_IN_FLIGHT",
    "AmendOrder",
    "AsyncOrderEntry",
    "BatchItem",
    "BracketExit",
    "CancelOrder",
    "NewOrder",
    "OrderEntry",
    "check_item",
]


def check_item(item: BatchItem) -> None:
    """Raise the TypeError or ValueError that sending the item would raise before anything is sent."""
    batch_items([item])
