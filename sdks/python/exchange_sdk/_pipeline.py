"""The order entry stream without its I/O: what waits, what was sent, what an answer or a break means for it."""

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from exchange.v1 import order_service_pb2 as pb
from exchange_sdk import _order_requests as requests
from exchange_sdk import errors
from exchange_sdk._decimals import DecimalInput, from_wire
from exchange_sdk._enums import CloseReason, OrderStatus, OrderType, RejectReason, Side, TimeInForce
from exchange_sdk.errors import ExchangeError, OrderClosed, OutcomeUnknown, UnexpectedAnswer
from exchange_sdk.models import Order, OrderResult


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """An order to place; the fields are those of `place_order`. Without a key it gets one when it is sent."""

    market: str
    side: Side | str
    quantity: DecimalInput
    price: DecimalInput | None = None
    type: OrderType | str | None = None
    time_in_force: TimeInForce | str | None = None
    post_only: bool = False
    client_order_id: str | None = None
    validate_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder:
    """An order to cancel, named by one of its ids."""

    order_id: int | None = None
    client_order_id: str | None = None
    validate_only: bool = False


DEFAULT_IN_FLIGHT = 1_000
"""Requests of one session that may be under way; a batch is one."""

BatchItem: TypeAlias = NewOrder | CancelOrder
Single: TypeAlias = pb.PlaceOrderRequest | pb.CancelOrderRequest


class Future(Protocol):
    """What asyncio's and concurrent.futures' have in common."""

    def done(self) -> bool: ...

    def set_result(self, result: Any, /) -> None: ...

    def set_exception(self, exception: BaseException, /) -> None: ...


def place_request(order: NewOrder) -> pb.PlaceOrderRequest:
    return requests.place_order(
        market=order.market,
        side=order.side,
        quantity=order.quantity,
        price=order.price,
        type=order.type,
        time_in_force=order.time_in_force,
        post_only=order.post_only,
        client_order_id=order.client_order_id,
        validate_only=order.validate_only,
    )


def cancel_request(cancel: CancelOrder) -> pb.CancelOrderRequest:
    return requests.cancel_order(
        order_id=cancel.order_id, client_order_id=cancel.client_order_id, validate_only=cancel.validate_only
    )


def batch_request(items: Iterable[BatchItem]) -> pb.OrderEntryRequest:
    return pb.OrderEntryRequest(
        batch=pb.OrderBatch(
            items=[
                pb.OrderBatchItem(place_order=place_request(item))
                if isinstance(item, NewOrder)
                else pb.OrderBatchItem(cancel_order=cancel_request(item))
                for item in items
            ]
        )
    )


class Pending:
    """A request that was handed in, and the future of its answer."""

    __slots__ = ("future", "request")

    def __init__(self, request: pb.OrderEntryRequest, future: Future) -> None:
        self.request = request
        self.future = future

    @property
    def is_batch(self) -> bool:
        return self.request.HasField("batch")

    def singles(self) -> list[Single | None]:
        """Return the orders and cancels in it; None stands for a cancel of all, which has no id to ask by."""
        kind = self.request.WhichOneof("request")
        if kind == "batch":
            return [
                item.place_order if item.HasField("place_order") else item.cancel_order
                for item in self.request.batch.items
            ]
        if kind == "place_order":
            return [self.request.place_order]
        return [self.request.cancel_order] if kind == "cancel_order" else [None]

    def lost(self, why: str) -> OutcomeUnknown:
        """Return the error of a request that nobody will answer any more."""
        singles = self.singles()
        return unknown(singles[0] if len(singles) == 1 else None, why)

    def finish(self, results: Sequence[OrderResult]) -> None:
        """Hand over the results of `singles`: a batch as a list, a single one as itself or its error."""
        if self.future.done():
            return
        if self.is_batch:
            self.future.set_result(list(results))
        elif results[0].error is not None:
            self.future.set_exception(results[0].error)
        else:
            self.future.set_result(results[0])

    def fail(self, error: ExchangeError) -> None:
        if not self.future.done():
            self.future.set_exception(error)

    def answer(self, response: pb.OrderEntryResponse) -> None:
        """Hand over the exchange's answer."""
        outcome = response.WhichOneof("outcome")
        if outcome == "error":
            self.fail(_error(response.error))
        elif outcome == "result":
            self.finish([_result(response.result, self.singles()[0])])
        elif outcome == "batch":
            self.finish([_result(*pair) for pair in zip(response.batch.results, self.singles(), strict=True)])
        elif outcome == "cancel_all_orders":
            if not self.future.done():
                self.future.set_result(list(response.cancel_all_orders.order_ids))
        else:
            self.fail(UnexpectedAnswer("an answer without an outcome"))


class Pipeline:
    """Requests in the order in which they were handed in; answers come in the same order.

    `released` is called once for each request that is no longer under way. Not thread-safe.
    """

    def __init__(self, released: Callable[[], None]) -> None:
        self._released = released
        self._numbers = itertools.count(1)
        self._waiting: deque[Pending] = deque()
        self._sent: deque[Pending] = deque()

    def __len__(self) -> int:
        return len(self._waiting) + len(self._sent)

    def add(self, request: pb.OrderEntryRequest, future: Future) -> None:
        """Queue a request; numbers it."""
        request.request_id = next(self._numbers)
        self._waiting.append(Pending(request, future))

    def take(self) -> pb.OrderEntryRequest | None:
        """Return the next request to send, which from now on counts as sent."""
        if not self._waiting:
            return None
        pending = self._waiting.popleft()
        self._sent.append(pending)
        return pending.request

    def answer(self, response: pb.OrderEntryResponse) -> None:
        """Take an answer. Raises UnexpectedAnswer when it is not the oldest request's: the stream cannot be trusted."""
        if not self._sent or self._sent[0].request.request_id != response.request_id:
            raise UnexpectedAnswer(f"an answer to request {response.request_id}, which is not the oldest")
        self._sent.popleft().answer(response)
        self._released()

    def broke(self, error: ExchangeError) -> list[Pending]:
        """Take note that the stream is gone; return the requests whose outcome has to be asked for.

        What certainly did not leave is sent again on the next stream, in order.
        """
        lost = list(self._sent)
        self._sent.clear()
        if errors.was_never_sent(error):
            self._waiting.extendleft(reversed(lost))
            return []
        return lost

    def release(self) -> None:
        """Count a request that was returned by `broke` as done."""
        self._released()

    def fail(self, error: ExchangeError) -> None:
        """End every request that is under way with an error."""
        for pending in (*self._sent, *self._waiting):
            pending.fail(error)
            self._released()
        self._sent.clear()
        self._waiting.clear()

    def abandon(self, why: str) -> None:
        """End every request that is under way without knowing what came of it; what was not sent was not executed."""
        for pending in self._sent:
            pending.fail(pending.lost(why))
            self._released()
        for pending in self._waiting:
            pending.fail(errors.Unavailable(f"not sent: {why}"))
            self._released()
        self._sent.clear()
        self._waiting.clear()


def lookup(single: Single | None) -> pb.GetOrderRequest | None:
    """Return how to ask what came of a request; None when there is no way."""
    if single is None or single.validate_only:
        return None
    if single.client_order_id:
        return requests.get_order(client_order_id=single.client_order_id)
    if isinstance(single, pb.CancelOrderRequest):
        return requests.get_order(order_id=single.order_id)
    return None


def found(single: Single, order: Order) -> OrderResult:
    """Tell from an order as it is now what came of a request that was never answered."""
    result = OrderResult(
        order_id=order.order_id,
        client_order_id=order.client_order_id,
        status=order.status,
        filled_quantity=order.filled_quantity,
        filled_quote=order.filled_quote,
        fee=order.fee,
        deduplicated=True,
        error=None,
    )
    if isinstance(single, pb.PlaceOrderRequest) or order.close_reason is CloseReason.CANCELED_BY_OWNER:
        return result
    if order.status is OrderStatus.OPEN:
        return _refused(single, unknown(single, "the order is still open; the cancel may never have arrived"))
    closed = OrderClosed(f"the order is {order.status.name.lower()}", reason=RejectReason.ORDER_CLOSED)
    return _refused(single, closed)


def not_found(single: Single | None, why: str) -> OrderResult:
    """Return the result of a request of which the exchange says nothing."""
    return _refused(single, unknown(single, why))


def unknown(single: Single | None, why: str) -> OutcomeUnknown:
    return OutcomeUnknown(
        why,
        client_order_id=single.client_order_id if single is not None else "",
        order_id=single.order_id if isinstance(single, pb.CancelOrderRequest) else 0,
    )


def _refused(single: Single | None, error: ExchangeError) -> OrderResult:
    zero = from_wire("")
    key = single.client_order_id if single is not None else ""
    return OrderResult(0, key, None, zero, zero, zero, deduplicated=False, error=error)


def _result(result: pb.OrderResult, single: Single | None) -> OrderResult:
    return OrderResult(
        order_id=result.order_id,
        client_order_id=single.client_order_id if single is not None else "",
        status=OrderStatus(result.status) if result.status else None,
        filled_quantity=from_wire(result.filled_quantity),
        filled_quote=from_wire(result.filled_quote),
        fee=from_wire(result.fee),
        deduplicated=result.deduplicated,
        error=_error(result.error) if result.HasField("error") else None,
    )


def _error(error: pb.OrderError) -> ExchangeError:
    return errors.from_order_error(error.reason, error.field, error.message, error.code)
