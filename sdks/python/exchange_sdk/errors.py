"""Everything that the SDK raises about the exchange.

    ExchangeError                      reason, field, message, code
    ├── InvalidRequest                 the request is malformed; `field` names the place
    │   └── InvalidOrder               … the market's rules say so: tick, lot, range, least, most (also OrderRejected)
    ├── OrderRejected                  understood, and refused
    │   ├── InvalidOrder
    │   ├── InsufficientFunds          the available balance does not cover it
    │   ├── PostOnlyWouldCross         it would have traded at once
    │   ├── WouldTriggerImmediately    the last trade already satisfies its trigger
    │   ├── PriceOutsideBand           too far from the last trade
    │   ├── TooManyOpenOrders          the account has as many in the market as it may
    │   ├── OrderClosed                too late: filled, canceled or expired
    │   ├── QuantityNotAboveFilled     an amend to no more than what is filled and prevented
    │   └── MarketClosed               the market does not take this now
    ├── NotFound                       no such thing, or not yours
    ├── AlreadyExists                  the key or name exists with other properties
    ├── Unauthenticated                no key, or an unknown, revoked or expired one
    ├── PermissionDenied               the key lacks the scope
    ├── RateLimited                    `retry_after` seconds
    │   └── Overloaded                 the exchange has more waiting than it takes; not executed
    ├── StreamTooSlow                  the stream was not read fast enough; `resume_after`
    ├── OutOfRange                     a sequence that cannot be served
    │   ├── SequenceTooOld             `oldest` is the first to resume from
    │   └── SequenceInFuture
    ├── DeadlineExceeded               no answer in time (for a mutation: the exchange says it did nothing)
    ├── Unavailable                    not reachable; nothing was executed
    ├── OutcomeUnknown                 sent, and no answer came: ask again with `client_order_id`
    ├── UnexpectedAnswer               a status or message that this version does not understand
    └── BookOutOfSync                  a local book does not match its stream any more
        ├── Gap                        a message was lost
        └── ChecksumMismatch           the levels differ from the exchange's

A float where a decimal belongs is a TypeError, text that is no number a ValueError: those are raised before sending.
"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Protocol

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

from exchange_sdk._enums import RejectReason


class ExchangeError(Exception):
    """The exchange refused a request, or could not be reached.

    `reason` is None when none was given or this version does not know it; `reason_name` has it as sent. `field` is the
    path of the field at fault, or empty. `code` is the gRPC status.
    """

    default_code: ClassVar[grpc.StatusCode] = grpc.StatusCode.UNKNOWN

    def __init__(
        self,
        message: str,
        *,
        code: grpc.StatusCode | None = None,
        reason: RejectReason | None = None,
        reason_name: str = "",
        field: str = "",
        metadata: Mapping[str, str] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.reason = reason
        self.reason_name = reason_name or (reason.name if reason else "")
        self.field = field
        self.metadata: Mapping[str, str] = dict(metadata or {})
        self.retry_after = retry_after

    def __str__(self) -> str:
        place = f" ({self.field})" if self.field and self.field not in self.message else ""
        return f"{self.reason_name or self.code.name}: {self.message}{place}"


class InvalidRequest(ExchangeError):
    """The request is malformed; `field` names the place."""

    default_code = grpc.StatusCode.INVALID_ARGUMENT


class OrderRejected(ExchangeError):
    """The request was understood and refused; `reason` says why."""

    default_code = grpc.StatusCode.FAILED_PRECONDITION


class InvalidOrder(InvalidRequest, OrderRejected):
    """The order does not fit the market: off tick or lot, out of range, quantity or notional too small or large."""


class InsufficientFunds(OrderRejected):
    """The account's available balance does not cover the order, its worst fee included."""


class PostOnlyWouldCross(OrderRejected):
    """A post-only order would have traded at once."""


class WouldTriggerImmediately(OrderRejected):
    """The last trade already satisfies the order's trigger."""


class PriceOutsideBand(OrderRejected):
    """The limit price is farther from the last trade than the market allows."""


class TooManyOpenOrders(OrderRejected):
    """The account has as many open orders in the market as it may, waiting ones included."""


class OrderClosed(OrderRejected):
    """The order is already filled, canceled or expired."""


class QuantityNotAboveFilled(OrderRejected):
    """An amend to a quantity that is not more than what is filled and prevented already."""


class MarketClosed(OrderRejected):
    """The market does not take this now; `reason` says what it takes."""


class NotFound(ExchangeError):
    """There is no such thing, or it is another account's."""

    default_code = grpc.StatusCode.NOT_FOUND


class AlreadyExists(ExchangeError):
    """The client order id, credit id or name was used with other properties."""

    default_code = grpc.StatusCode.ALREADY_EXISTS


class Unauthenticated(ExchangeError):
    """No API key, or an unknown, revoked or expired one."""

    default_code = grpc.StatusCode.UNAUTHENTICATED


class PermissionDenied(ExchangeError):
    """The API key lacks the scope."""

    default_code = grpc.StatusCode.PERMISSION_DENIED


class RateLimited(ExchangeError):
    """Too much at once; nothing was executed. `retry_after`: seconds to wait, None when not told."""

    default_code = grpc.StatusCode.RESOURCE_EXHAUSTED


class Overloaded(RateLimited):
    """The exchange has more waiting than it takes; nothing was executed."""


class StreamTooSlow(ExchangeError):
    """A stream was not read fast enough and was closed. `resume_after`: where to resume; None when not told."""

    default_code = grpc.StatusCode.RESOURCE_EXHAUSTED

    @property
    def resume_after(self) -> int | None:
        return _number(self.metadata, ("after_sequence", "after_trade_id"))


class OutOfRange(ExchangeError):
    """A sequence or trade id that the exchange cannot serve."""

    default_code = grpc.StatusCode.OUT_OF_RANGE


class SequenceTooOld(OutOfRange):
    """What lies after it is no longer kept. `oldest`: the first that a stream can resume after; None when not told."""

    @property
    def oldest(self) -> int | None:
        return _number(self.metadata, ("oldest_sequence", "oldest_trade_id"))


class SequenceInFuture(OutOfRange):
    """The exchange has not come so far."""


class DeadlineExceeded(ExchangeError):
    """No answer came in time. For a mutation: the exchange says that it did nothing."""

    default_code = grpc.StatusCode.DEADLINE_EXCEEDED


class Unavailable(ExchangeError):
    """The exchange, or a database behind it, is not reachable. A mutation that raises this was not executed."""

    default_code = grpc.StatusCode.UNAVAILABLE


class OutcomeUnknown(ExchangeError):
    """A request was sent and no answer came, so that it may have been executed or not.

    `client_order_id` (or `order_id`) names the order: `get_order` tells; placing it again with the same key is safe.
    """

    default_code = grpc.StatusCode.UNAVAILABLE

    def __init__(self, message: str, *, client_order_id: str = "", order_id: int = 0) -> None:
        super().__init__(message)
        self.client_order_id = client_order_id
        self.order_id = order_id

    def __str__(self) -> str:
        key = self.client_order_id or self.order_id
        return f"OUTCOME_UNKNOWN: {self.message}" + (f" (order {key})" if key else "")


class UnexpectedAnswer(ExchangeError):
    """A status or message that this version of the SDK does not understand."""


class BookOutOfSync(ExchangeError):
    """A local book does not match its stream any more: take a new snapshot."""

    default_code = grpc.StatusCode.DATA_LOSS


class Gap(BookOutOfSync):
    """A message of the book stream was lost, repeated or out of order."""


class ChecksumMismatch(BookOutOfSync):
    """The ten best levels differ from the exchange's."""


_BY_REASON: dict[RejectReason, type[ExchangeError]] = {
    RejectReason.PRICE_OFF_TICK: InvalidOrder,
    RejectReason.QUANTITY_OFF_LOT: InvalidOrder,
    RejectReason.PRICE_OUT_OF_RANGE: InvalidOrder,
    RejectReason.QUANTITY_OUT_OF_RANGE: InvalidOrder,
    RejectReason.NOTIONAL_TOO_SMALL: InvalidOrder,
    RejectReason.NOTIONAL_TOO_LARGE: InvalidOrder,
    RejectReason.QUANTITY_TOO_SMALL: InvalidOrder,
    RejectReason.QUANTITY_TOO_LARGE: InvalidOrder,
    RejectReason.ORDER_CLOSED: OrderClosed,
    RejectReason.QUANTITY_NOT_ABOVE_FILLED: QuantityNotAboveFilled,
    RejectReason.POST_ONLY_WOULD_CROSS: PostOnlyWouldCross,
    RejectReason.WOULD_TRIGGER_IMMEDIATELY: WouldTriggerImmediately,
    RejectReason.PRICE_OUTSIDE_BAND: PriceOutsideBand,
    RejectReason.TOO_MANY_OPEN_ORDERS: TooManyOpenOrders,
    RejectReason.INSUFFICIENT_FUNDS: InsufficientFunds,
    RejectReason.MARKET_POST_ONLY: MarketClosed,
    RejectReason.MARKET_CANCEL_ONLY: MarketClosed,
    RejectReason.MARKET_HALTED: MarketClosed,
    RejectReason.MARKET_IN_AUCTION: MarketClosed,
    RejectReason.OVERLOADED: Overloaded,
    RejectReason.STREAM_TOO_SLOW: StreamTooSlow,
    RejectReason.SEQUENCE_TOO_OLD: SequenceTooOld,
    RejectReason.SEQUENCE_IN_FUTURE: SequenceInFuture,
}

_BY_CODE: dict[grpc.StatusCode, type[ExchangeError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidRequest,
    grpc.StatusCode.FAILED_PRECONDITION: OrderRejected,
    grpc.StatusCode.NOT_FOUND: NotFound,
    grpc.StatusCode.ALREADY_EXISTS: AlreadyExists,
    grpc.StatusCode.UNAUTHENTICATED: Unauthenticated,
    grpc.StatusCode.PERMISSION_DENIED: PermissionDenied,
    grpc.StatusCode.RESOURCE_EXHAUSTED: RateLimited,
    grpc.StatusCode.OUT_OF_RANGE: OutOfRange,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExceeded,
    grpc.StatusCode.UNAVAILABLE: Unavailable,
}

_CODES: dict[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}

_DETAILS_KEY = "grpc-status-details-bin"


class RpcFailure(Protocol):
    """What blocking and asyncio calls have in common when they fail."""

    def code(self) -> grpc.StatusCode: ...

    def details(self) -> str | None: ...

    def trailing_metadata(self) -> Any: ...


def from_rpc(failure: RpcFailure) -> ExchangeError:
    """Decode a failed call: `google.rpc.Status` in its trailers when there is one, the bare status otherwise."""
    status = _status(failure.trailing_metadata() or ())
    return from_status(failure.code(), failure.details() or "", status.details if status else ())


def from_status(code: grpc.StatusCode, message: str, details: Iterable[Any]) -> ExchangeError:
    """Build the error of a status; `details` are `google.protobuf.Any` with `google.rpc` messages."""
    reason_name, field, retry_after = "", "", None
    metadata: dict[str, str] = {}
    for detail in details:
        if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
            info = _unpacked(detail, error_details_pb2.ErrorInfo())
            reason_name = info.reason
            metadata.update(info.metadata)
        elif detail.Is(error_details_pb2.BadRequest.DESCRIPTOR):
            violations = _unpacked(detail, error_details_pb2.BadRequest()).field_violations
            field = violations[0].field if violations else ""
        elif detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR):
            delay = _unpacked(detail, error_details_pb2.RetryInfo()).retry_delay
            retry_after = delay.seconds + delay.nanos / 1e9
    reason = RejectReason.__members__.get(reason_name)
    return _error(code, reason)(
        message or code.name,
        code=code,
        reason=reason,
        reason_name=reason_name,
        field=field,
        metadata=metadata,
        retry_after=retry_after,
    )


def from_order_error(reason: int, field: str, message: str, code: int) -> ExchangeError:
    """Build the error of a refusal on the order entry stream; the numbers are the contract's."""
    known = RejectReason(reason) if reason else None
    status = _CODES.get(code, grpc.StatusCode.UNKNOWN)
    return _error(status, known)(message or status.name, code=status, reason=known, field=field)


def was_never_sent(error: ExchangeError) -> bool:
    """Whether a failed call certainly did not reach the exchange: the connection could not be made."""
    return isinstance(error, Unavailable) and not error.reason_name and error.message.startswith(_NO_CONNECTION)


# grpc says only in words whether it had a connection; other words turn "not sent" into "unknown", which is safe.
_NO_CONNECTION = ("failed to connect to all addresses", "DNS resolution failed", "Domain name not found")


def _error(code: grpc.StatusCode, reason: RejectReason | None) -> type[ExchangeError]:
    specific = _BY_REASON.get(reason) if reason else None
    return specific or _BY_CODE.get(code, UnexpectedAnswer)


def _status(trailers: Iterable[tuple[str, str | bytes]]) -> status_pb2.Status | None:
    for key, value in trailers:
        if key == _DETAILS_KEY and isinstance(value, bytes):
            try:
                return status_pb2.Status.FromString(value)
            except DecodeError:
                return None
    return None


def _unpacked(detail: Any, message: Any) -> Any:
    try:
        detail.Unpack(message)
    except DecodeError:
        # A detail that cannot be read must not hide the error that it decorates.
        message.Clear()
    return message


def _number(metadata: Mapping[str, str], keys: Iterable[str]) -> int | None:
    for key in keys:
        text = metadata.get(key, "")
        if text.isascii() and text.isdigit():
            return int(text)
    return None
