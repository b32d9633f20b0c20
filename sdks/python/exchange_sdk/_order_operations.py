"""The methods about orders, once for both clients: what is sent, how it is read, whether it may be sent twice."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from exchange.v1 import order_service_pb2 as pb
from exchange_sdk import _order_requests as requests
from exchange_sdk import _parse as parse
from exchange_sdk._decimals import from_wire
from exchange_sdk._enums import CancelReplaceMode, CloseReason, OrderStatus, Side, wire_number
from exchange_sdk._model import to_datetime
from exchange_sdk._operations import Listed, Operation, Stubs, listed, page, read
from exchange_sdk._order_items import AmendOrder, BatchItem, BracketExit, CancelOrder, NewOrder
from exchange_sdk._times import time_ns, to_timestamp
from exchange_sdk.errors import ExchangeError, OrderClosed
from exchange_sdk.order_models import (
    AmendedOrder,
    Order,
    OrderResult,
    PlacedBracket,
    PlacedOco,
    PlacedOrder,
    ReplacedOrder,
)

T = TypeVar("T")


def place_order(order: NewOrder) -> Operation[PlacedOrder]:
    """Repeatable with a key: a known key answers with the original."""
    request = requests.place_order(order)
    return _keyed(lambda stubs: stubs.orders.PlaceOrder, request, parse.placed_order, request.client_order_id)


def amend_order(amend: AmendOrder) -> Operation[AmendedOrder]:
    """Repeatable: the terms are absolute. A repeated one that comes too late asks whether the order has the terms."""
    request = requests.amend_order(amend)

    def amended(answer: pb.GetOrderResponse) -> AmendedOrder | None:
        order = parse.order(answer.order)
        return AmendedOrder(order, ()) if has_terms(order, request) else None

    return _of_open_order(lambda stubs: stubs.orders.AmendOrder, request, parse.amended_order, amended)


def has_terms(order: Order, amend: pb.AmendOrderRequest) -> bool:
    """Whether an order has the terms that an amend asked for. One that slides may stand at another price."""
    has_price = not amend.price or order.price == from_wire(amend.price)
    return has_price and (not amend.quantity or order.quantity == from_wire(amend.quantity))


def cancel_order(cancel: CancelOrder) -> Operation[Order]:
    """Repeatable. A repeated one that comes too late asks whether it was an attempt before that canceled the order."""
    request = requests.cancel_order(cancel)

    def canceled(answer: pb.GetOrderResponse) -> Order | None:
        order = parse.order(answer.order)
        return order if order.close_reason is CloseReason.CANCELED_BY_OWNER else None

    return _of_open_order(
        lambda stubs: stubs.orders.CancelOrder, request, lambda answer: parse.order(answer.order), canceled
    )


def may_trade() -> Operation[Order]:
    """Return a call that shows whether the key may trade and changes nothing: NotFound says that it may."""
    return cancel_order(CancelOrder(order_id=1, validate_only=True))


def cancel_all_orders(
    market: str, side: Side | str | None, client_order_id_prefix: str, validate_only: bool
) -> Operation[list[int]]:
    return Operation(
        lambda stubs: stubs.orders.CancelAllOrders,
        requests.cancel_all_orders(market, side, client_order_id_prefix, validate_only),
        lambda answer: list(answer.order_ids),
        mutates=not validate_only,
    )


def cancel_replace_order(
    cancel: CancelOrder, order: NewOrder, mode: CancelReplaceMode | str, validate_only: bool
) -> Operation[ReplacedOrder]:
    """Repeatable when the new order has a key: with a known one nothing is canceled, and the original is the answer."""
    request = requests.cancel_replace_order(cancel, order, mode, validate_only)
    key = request.place_order.client_order_id
    return _keyed(lambda stubs: stubs.orders.CancelReplaceOrder, request, parse.replaced_order, key)


def place_oco_order(above: NewOrder, below: NewOrder, validate_only: bool) -> Operation[PlacedOco]:
    """Repeatable when any of its orders has a key: a known one answers with the original pair."""
    request = requests.place_oco_order(above, below, validate_only)
    return _keyed(lambda stubs: stubs.orders.PlaceOcoOrder, request, parse.placed_oco, _first_key(request))


def place_bracket_order(
    entry: NewOrder, take_profit: BracketExit, stop_loss: BracketExit, validate_only: bool
) -> Operation[PlacedBracket]:
    """Repeatable when any of its orders has a key: a known one answers with the original bracket."""
    request = requests.place_bracket_order(entry, take_profit, stop_loss, validate_only)
    return _keyed(lambda stubs: stubs.orders.PlaceBracketOrder, request, parse.placed_bracket, _first_key(request))


def _first_key(request: pb.PlaceOcoOrderRequest | pb.PlaceBracketOrderRequest) -> str:
    keys = [order.client_order_id for order in requests.list_orders(request)]
    return next(filter(None, keys), "")


def batch_orders(items: Iterable[BatchItem], all_or_none: bool) -> Operation[list[OrderResult]]:
    """Repeatable when every order in it has a key, or is only checked.

    All or none of them: when there is nothing else in it. A cancel or an amend that an attempt before had done would be
    refused, and the whole batch with it.
    """
    built = requests.batch_items(items)
    placed = [item.place_order for item in built if item.HasField("place_order")]
    singles: list[Any] = list(map(single, built))

    def results(answer: pb.BatchOrdersResponse) -> list[OrderResult]:
        pairs = zip(answer.results, singles, strict=True)
        return [parse.order_result(result, request.client_order_id) for result, request in pairs]

    return Operation(
        lambda stubs: stubs.orders.BatchOrders,
        pb.BatchOrdersRequest(items=built, all_or_none=all_or_none),
        results,
        mutates=not all(request.validate_only for request in singles),
        repeatable=all(request.client_order_id or request.validate_only for request in placed)
        and not (all_or_none and len(placed) < len(built)),
    )


def single(item: pb.OrderBatchItem) -> pb.PlaceOrderRequest | pb.AmendOrderRequest | pb.CancelOrderRequest:
    """Return what an item of a batch asks."""
    if item.HasField("place_order"):
        return item.place_order
    return item.amend_order if item.HasField("amend_order") else item.cancel_order


def set_cancel_all_after(after: timedelta | float, validate_only: bool) -> Operation[datetime | None]:
    """Repeatable: each attempt sets it anew, from its own time."""
    return Operation(
        lambda stubs: stubs.orders.SetCancelAllAfter,
        requests.set_cancel_all_after(after, validate_only),
        cancel_time,
        mutates=not validate_only,
    )


def cancel_time(answer: pb.SetCancelAllAfterResponse) -> datetime | None:
    """Return when all orders will be canceled; None when the switch is disarmed."""
    return to_datetime(time_ns(answer.cancel_time)) if answer.HasField("cancel_time") else None


def get_order(request: pb.GetOrderRequest) -> Operation[Order]:
    return read(lambda stubs: stubs.orders.GetOrder, request, lambda answer: parse.order(answer.order))


def list_orders(
    market: str,
    open_only: bool,
    statuses: Iterable[OrderStatus | str],
    start: datetime | None,
    end: datetime | None,
    client_order_id_prefix: str,
    page_size: int,
    account_id: int,
) -> Listed[Order]:
    request = pb.ListOrdersRequest(
        market=market,
        open_only=open_only,
        page_size=page_size,
        account_id=account_id,
        statuses=[wire_number(OrderStatus, status) for status in statuses],
        start_time=None if start is None else to_timestamp(start, "start"),
        end_time=None if end is None else to_timestamp(end, "end"),
        client_order_id_prefix=client_order_id_prefix,
    )
    return listed(
        lambda stubs: stubs.orders.ListOrders,
        request,
        lambda answer: page(answer.orders, parse.order, answer.next_page_token),
    )


def _keyed(rpc: Callable[[Stubs], Any], request: Any, parse: Callable[[Any], T], key: str) -> Operation[T]:
    """Return a call that is safe to send again when it has a key, or is only tried."""
    return Operation(
        rpc,
        request,
        parse,
        mutates=not request.validate_only,
        repeatable=bool(key) or request.validate_only,
        client_order_id=key,
    )


def _of_open_order(
    rpc: Callable[[Stubs], Any],
    request: pb.AmendOrderRequest | pb.CancelOrderRequest,
    parse: Callable[[Any], T],
    done: Callable[[pb.GetOrderResponse], T | None],
) -> Operation[T]:
    """Return a call about an open order; a repeated one that comes too late asks by `done` whether it had succeeded."""

    def settle(refusal: ExchangeError) -> Operation[T | None] | None:
        is_late = isinstance(refusal, OrderClosed)
        return read(lambda stubs: stubs.orders.GetOrder, _again(request), done) if is_late else None

    return Operation(
        rpc,
        request,
        parse,
        mutates=not request.validate_only,
        client_order_id=request.client_order_id,
        order_id=request.order_id,
        settle=settle,
    )


def _again(request: pb.AmendOrderRequest | pb.CancelOrderRequest) -> pb.GetOrderRequest:
    if request.client_order_id:
        return requests.get_order(client_order_id=request.client_order_id)
    return requests.get_order(order_id=request.order_id)
