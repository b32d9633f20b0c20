"""Order entry: what goes in, and the two sessions that send it."""

from exchange_sdk._order_entry_async import AsyncOrderEntry
from exchange_sdk._order_entry_sync import OrderEntry
from exchange_sdk._pipeline import DEFAULT_IN_FLIGHT, BatchItem, CancelOrder, NewOrder

__all__ = ["DEFAULT_IN_FLIGHT", "AsyncOrderEntry", "BatchItem", "CancelOrder", "NewOrder", "OrderEntry"]
