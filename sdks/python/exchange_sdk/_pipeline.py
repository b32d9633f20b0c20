"""The order entry stream without its I/O: what waits, what was sent, what an answer or a break means for it."""

import itertools
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from exchange.v1 import order_service_pb2 as pb
from exchange_sdk import _parse as parse
from exchange_sdk import errors
from exchange_sdk._order_operations import cancel_time, single
from exchange_sdk._order_outcomes import Single, unknown
from exchange_sdk._order_requests import list_orders
from exchange_sdk.errors import ExchangeError, OutcomeUnknown, UnexpectedAnswer
from exchange_sdk.order_models import CancelReplaceResult, OrderListResult, OrderResult

_LISTS = ("place_oco_order", "place_bracket_order")

DEFAULT_IN_FLIGHT = 1_000
"""Requests of one session that may be under way; a batch is one."""


class Future(Protocol):
    """What asyncio's and concurrent.futures' have in common."""

    def done(self) -> bool: ...

    def set_result(self, result: Any, /) -> None: ...

    def set_exception(self, exception: BaseException, /) -> None: ...


class Pending:
    """A request that was handed in, and the future of its answer."""

    __slots__ = ("future", "request")

    def __init__(self, request: pb.OrderEntryRequest, future: Future) -> None:
        self.request = request
        self.future = future

    @property
    def _kind(self) -> str:
        return self.request.WhichOneof("request") or ""

    def singles(self) -> list[Single | None]:
        """Return the requests about one order in it; None stands for one that names no order to ask by."""
        kind = self._kind
        if kind == "batch":
            return list(map(single, self.request.batch.items))
        if kind == "cancel_replace_order":
            both = self.request.cancel_replace_order
            return [both.cancel_order, both.place_order]
        if kind in _LISTS:
            return list(self._list_orders())
        if kind in ("place_order", "amend_order", "cancel_order"):
            return [getattr(self.request, kind)]
        return [None]

    def lost(self, why: str) -> OutcomeUnknown:
        """Return the error of a request that nobody will answer any more."""
        # Of a cancel-replace the new order, whose key makes it safe to send again.
        # Of a list any order that has a key.
        if self._kind in _LISTS:
            keyed = [order for order in self._list_orders() if order.client_order_id]
            return unknown(keyed[0] if keyed else None, why)
        return unknown(None if self._kind == "batch" else self.singles()[-1], why)

    def _list_orders(self) -> list[pb.PlaceOrderRequest]:
        """Return the orders of a list; of one that is only to be checked, none can be asked by its key."""
        request = getattr(self.request, self._kind)
        orders = list_orders(request)
        if request.validate_only:
            orders = [
                pb.PlaceOrderRequest(client_order_id=order.client_order_id, validate_only=True) for order in orders
            ]
        return orders

    def finish(self, results: Sequence[OrderResult]) -> None:
        """Hand over the results of `singles`: a batch as a list, a pair as one, a single one as itself or its error."""
        if self.future.done():
            return
        if self._kind == "batch":
            self._finish_batch(results)
        elif self._kind in _LISTS:
            self._finish_list(results)
        elif results[-1].error is not None:
            self.future.set_exception(results[-1].error)
        elif self._kind == "cancel_replace_order":
            self.future.set_result(CancelReplaceResult(results[0], results[1]))
        else:
            self.future.set_result(results[0])

    def _finish_batch(self, results: Sequence[OrderResult]) -> None:
        """Hand over a batch. One that was to happen wholly or not at all fails with what was not found of it."""
        missing = [result.error for result in results if result.error is not None]
        if self.request.batch.all_or_none and missing:
            self.future.set_exception(missing[0])
        else:
            self.future.set_result(list(results))

    def _finish_list(self, results: Sequence[OrderResult]) -> None:
        """Hand over a list that was looked up: its orders were accepted together, so a missing one tells of all."""
        error = next((result.error for result in results if result.error is not None), None)
        if error is not None:
            self.future.set_exception(error)
        else:
            self.future.set_result(OrderListResult(results[0].order_id, tuple(results)))

    def fail(self, error: ExchangeError) -> None:
        if not self.future.done():
            self.future.set_exception(error)

    def answer(self, response: pb.OrderEntryResponse) -> None:
        """Hand over the exchange's answer."""
        outcome = response.WhichOneof("outcome")
        if outcome == "error":
            self.fail(parse.order_error(response.error))
        elif outcome == "result":
            self.finish([_result(response.result, self.singles()[0])])
        elif outcome == "batch":
            self.finish([_result(*pair) for pair in zip(response.batch.results, self.singles(), strict=True)])
        elif outcome == "cancel_replace":
            self._succeed(self._replaced(response.cancel_replace))
        elif outcome == "order_list":
            told = response.order_list
            results = [_result(*pair) for pair in zip(told.results, self.singles(), strict=True)]
            self._succeed(OrderListResult(told.order_list_id, tuple(results)))
        elif outcome == "cancel_all_orders":
            self._succeed(list(response.cancel_all_orders.order_ids))
        elif outcome == "set_cancel_all_after":
            self._succeed(cancel_time(response.set_cancel_all_after))
        else:
            self.fail(UnexpectedAnswer("an answer without an outcome"))

    def _succeed(self, result: Any) -> None:
        if not self.future.done():
            self.future.set_result(result)

    def _replaced(self, answer: pb.CancelReplaceResult) -> CancelReplaceResult:
        cancel, place = self.singles()
        return CancelReplaceResult(
            cancel=_result(answer.cancel, cancel) if answer.HasField("cancel") else None,
            place=_result(answer.place, place),
        )


class Pipeline:
    """Requests in the order in which they were handed in; answers come in the same order.

    `released` is called once for each request that is no longer under way. `cancel_on_disconnect`: of the first request
    of a stream; all have it, because any may become the first after a break. Not thread-safe.
    """

    def __init__(self, released: Callable[[], None], cancel_on_disconnect: bool = False) -> None:
        self._released = released
        self._cancel_on_disconnect = cancel_on_disconnect
        self._numbers = itertools.count(1)
        self._waiting: deque[Pending] = deque()
        self._sent: deque[Pending] = deque()

    def __len__(self) -> int:
        return len(self._waiting) + len(self._sent)

    def add(self, request: pb.OrderEntryRequest, future: Future) -> None:
        """Queue a request; numbers it."""
        request.request_id = next(self._numbers)
        request.cancel_on_disconnect = self._cancel_on_disconnect
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


def _result(result: pb.OrderResult, request: Single | None) -> OrderResult:
    return parse.order_result(result, request.client_order_id if request is not None else "")
