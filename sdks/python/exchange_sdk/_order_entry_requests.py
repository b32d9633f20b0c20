"""What a session of order entry can be asked, once for both flavours: what is sent, and what its answer becomes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from exchange.v1 import order_service_pb2 as pb
from exchange_sdk import _order_requests as requests
from exchange_sdk._enums import CancelReplaceMode, Side
from exchange_sdk._order_items import AmendOrder, BatchItem, BracketExit, CancelOrder, NewOrder
from exchange_sdk.order_models import CancelReplaceResult, OrderListResult, OrderResult

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class EntryRequest(Generic[Result]):
    """One request, whose answer `Pending` makes a `Result` of."""

    message: pb.OrderEntryRequest


def place(order: NewOrder) -> EntryRequest[OrderResult]:
    return EntryRequest(pb.OrderEntryRequest(place_order=requests.place_order(order)))


def amend(amend: AmendOrder) -> EntryRequest[OrderResult]:
    return EntryRequest(pb.OrderEntryRequest(amend_order=requests.amend_order(amend)))


def cancel(cancel: CancelOrder) -> EntryRequest[OrderResult]:
    return EntryRequest(pb.OrderEntryRequest(cancel_order=requests.cancel_order(cancel)))


def cancel_all(
    market: str, side: Side | str | None, client_order_id_prefix: str, validate_only: bool
) -> EntryRequest[list[int]]:
    cancel = requests.cancel_all_orders(market, side, client_order_id_prefix, validate_only)
    return EntryRequest(pb.OrderEntryRequest(cancel_all_orders=cancel))


def cancel_replace(
    cancel: CancelOrder, order: NewOrder, mode: CancelReplaceMode | str, validate_only: bool
) -> EntryRequest[CancelReplaceResult]:
    both = requests.cancel_replace_order(cancel, order, mode, validate_only)
    return EntryRequest(pb.OrderEntryRequest(cancel_replace_order=both))


def place_oco(above: NewOrder, below: NewOrder, validate_only: bool) -> EntryRequest[OrderListResult]:
    pair = requests.place_oco_order(above, below, validate_only)
    return EntryRequest(pb.OrderEntryRequest(place_oco_order=pair))


def place_bracket(
    entry: NewOrder, take_profit: BracketExit, stop_loss: BracketExit, validate_only: bool
) -> EntryRequest[OrderListResult]:
    legs = requests.place_bracket_order(entry, take_profit, stop_loss, validate_only)
    return EntryRequest(pb.OrderEntryRequest(place_bracket_order=legs))


def batch(items: Iterable[BatchItem], all_or_none: bool) -> EntryRequest[list[OrderResult]]:
    batch = pb.OrderBatch(items=requests.batch_items(items), all_or_none=all_or_none)
    return EntryRequest(pb.OrderEntryRequest(batch=batch))


def set_cancel_all_after(after: timedelta | float, validate_only: bool) -> EntryRequest[datetime | None]:
    setting = requests.set_cancel_all_after(after, validate_only)
    return EntryRequest(pb.OrderEntryRequest(set_cancel_all_after=setting))
