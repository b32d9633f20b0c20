"""The one table from reasons to gRPC statuses, and every refusal as `google.rpc.Status` with typed details.

A client sees only what stands here: never UNKNOWN, never INTERNAL, never the name of a class. `docs/errors.md` is
generated from the table and the contract.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

import grpc
from google.protobuf import any_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from exchange.v1 import order_service_pb2, types_pb2
from exchange_server.engine import events
from exchange_server.engine.commands import CancelReplaceOrder, Command
from exchange_server.engine.types import REJECT_MARKET_HALTED
from exchange_server.feeds.errors import StreamRefused
from exchange_server.sequencer import NotSequenced, OutcomeUnknown
from exchange_server.wire.errors import FieldError, Violation
from exchange_server.wire.refusals import request_field

DOMAIN: Final = "exchange"
"""`google.rpc.ErrorInfo.domain` of every error."""

Code = grpc.StatusCode


@dataclass(frozen=True, slots=True)
class Row:
    """How a reason looks to a client: status, default message, what to do about it, when a retry makes sense."""

    code: grpc.StatusCode
    message: str
    advice: str
    retry_after_ms: int = 0


INVALID_FIELD: Final = 1
UNDECODABLE: Final = 2
ASSET_NOT_FOUND: Final = 9
ACCOUNT_NOT_FOUND: Final = 11
ORDER_NOT_FOUND: Final = 12
API_KEY_NOT_FOUND: Final = 13
UNAUTHENTICATED: Final = 23
SCOPE_MISSING: Final = 24
OVERLOADED: Final = 25
SEQUENCE_TOO_OLD: Final = 28
SEQUENCE_IN_FUTURE: Final = 29
PAGE_TOKEN_INVALID: Final = 30
STATE_NOT_KEPT: Final = 31
UNAVAILABLE: Final = 32
METHOD_NOT_FOUND: Final = 33
STREAM_NOT_FOUND: Final = 43
CHANNEL_NOT_FOUND: Final = 44
TOO_MANY_API_KEYS: Final = 45

_CORRECT = "Correct the field that is named and send again."
_STEP = "Round to the market's step (`GetMarket`) before sending."
_WAIT = "Follow the market's status (`GetMarket`) and send when it accepts the order."

TABLE: Final[Mapping[int, Row]] = {
    1: Row(Code.INVALID_ARGUMENT, "a field is missing, malformed or out of its range", _CORRECT),
    2: Row(Code.INVALID_ARGUMENT, "the bytes are not the message that the method takes", "Generate the client anew."),
    3: Row(Code.INVALID_ARGUMENT, "the price is not a multiple of the tick size", _STEP),
    4: Row(Code.INVALID_ARGUMENT, "the quantity is not a multiple of the lot size", _STEP),
    5: Row(Code.INVALID_ARGUMENT, "the price is above what the market can represent", _CORRECT),
    6: Row(Code.INVALID_ARGUMENT, "the quantity is above what the market can represent", _CORRECT),
    7: Row(Code.INVALID_ARGUMENT, "price × quantity is below the market's minimum", "Order more, or elsewhere."),
    8: Row(Code.INVALID_ARGUMENT, "price × quantity is above what the market takes", "Split the order."),
    9: Row(Code.NOT_FOUND, "there is no such asset", "Look at `ListAssets`."),
    10: Row(Code.NOT_FOUND, "there is no such market", "Look at `ListMarkets`."),
    11: Row(Code.NOT_FOUND, "there is no such account", "Use the account that the key belongs to."),
    12: Row(Code.NOT_FOUND, "there is no such order", "Look at `ListOrders`; older closed orders are only there."),
    13: Row(Code.NOT_FOUND, "there is no such API key", "Look at `ListApiKeys`."),
    14: Row(Code.FAILED_PRECONDITION, "the order is already filled, canceled or expired", "Nothing; it is closed."),
    15: Row(Code.FAILED_PRECONDITION, "the post-only order would have traded at once", "Place it at a price behind."),
    16: Row(Code.FAILED_PRECONDITION, "the available balance does not cover the order", "Order less, or add funds."),
    17: Row(Code.FAILED_PRECONDITION, "the market takes post-only orders and cancels only", _WAIT),
    18: Row(Code.FAILED_PRECONDITION, "the market takes cancels only", _WAIT),
    19: Row(Code.FAILED_PRECONDITION, "the market takes nothing", _WAIT),
    20: Row(Code.ALREADY_EXISTS, "the client order id was used with another payload", "Use a new key for a new order."),
    21: Row(Code.ALREADY_EXISTS, "it exists with other properties", "Use another name or key."),
    22: Row(Code.FAILED_PRECONDITION, "the asset's supply would exceed what can be represented", "Credit less."),
    23: Row(
        Code.UNAUTHENTICATED,
        "the call needs a valid API key in the header `authorization: Bearer <api key>`",
        "Send a key that is known, not revoked and not expired.",
    ),
    24: Row(Code.PERMISSION_DENIED, "the API key lacks the scope", "Use a key with the scope that is named."),
    25: Row(
        Code.RESOURCE_EXHAUSTED,
        "more is waiting than the exchange takes; the request was not executed",
        "Send again after the delay in `RetryInfo`.",
        100,
    ),
    26: Row(
        Code.DEADLINE_EXCEEDED,
        "the deadline passed before the request was sequenced; it was not executed",
        "Send again, with more time.",
    ),
    27: Row(
        Code.RESOURCE_EXHAUSTED,
        "the stream's reader was too slow",
        "Resume from the sequence or trade in `ErrorInfo.metadata`.",
        0,
    ),
    28: Row(
        Code.OUT_OF_RANGE,
        "what was asked for is older than what is kept",
        "Start without resuming, from a snapshot; what lies between is in the history.",
    ),
    29: Row(Code.OUT_OF_RANGE, "the sequence lies in the future", "Use a sequence that the exchange has sent."),
    30: Row(
        Code.INVALID_ARGUMENT,
        "the page token is malformed or belongs to another query",
        "Start from the first page; keep the query the same from page to page.",
    ),
    31: Row(Code.NOT_FOUND, "the state at this sequence is not kept", "Ask for the present (0) or a kept snapshot."),
    32: Row(
        Code.UNAVAILABLE,
        "it is not reachable now",
        "Retry with backoff. An order whose outcome is unknown is asked for by its `client_order_id`.",
        1_000,
    ),
    33: Row(Code.UNIMPLEMENTED, "the method does not exist", "Look at the contract or ask reflection."),
    34: Row(
        Code.FAILED_PRECONDITION,
        "this very request made the engine fail before; it is kept aside and refused",
        "Do not send it again; tell the operator.",
    ),
    35: Row(
        Code.FAILED_PRECONDITION,
        "the amended quantity is not more than what is filled and prevented",
        "Cancel the order, or amend it to more.",
    ),
    36: Row(Code.INVALID_ARGUMENT, "the quantity is below the market's minimum", "Order more, or elsewhere."),
    37: Row(Code.INVALID_ARGUMENT, "the quantity is above the market's maximum", "Split the order."),
    38: Row(
        Code.FAILED_PRECONDITION,
        "the account has as many open orders in the market as it may",
        "Cancel some, or wait until some are filled.",
    ),
    39: Row(
        Code.FAILED_PRECONDITION,
        "the price is outside the market's price band",
        "Look at the band and the last price (`GetMarket`), and place it nearer.",
    ),
    40: Row(
        Code.FAILED_PRECONDITION,
        "the last trade already satisfies the trigger",
        "Place the order that it would become, or another trigger.",
    ),
    41: Row(
        Code.FAILED_PRECONDITION,
        "the quantity of an order in a list cannot be amended",
        "Cancel the list and place another.",
    ),
    42: Row(
        Code.FAILED_PRECONDITION,
        "the market is in an auction and does not take this, or its book is crossed after one",
        _WAIT,
    ),
    43: Row(
        Code.NOT_FOUND,
        "there is no such open stream of the caller",
        "Use the `stream_id` from `opened` with the key that opened the stream, while it is open.",
    ),
    44: Row(Code.NOT_FOUND, "the stream has no such channel", "Look at `channel_ids` of the last answer."),
    45: Row(
        Code.FAILED_PRECONDITION,
        "the account has had as many API keys as it may make by itself",
        "Use a key that works; an operator can make more.",
    ),
}


class CallError(Exception):
    """A call that ends without its answer. What is not given comes from the table.

    `field` is the path at fault, `metadata` goes into `ErrorInfo`.
    """

    def __init__(
        self,
        reason: int,
        field: str = "",
        message: str = "",
        *,
        metadata: Mapping[str, str] | None = None,
        retry_after_ms: int | None = None,
        others: tuple[Violation, ...] = (),
    ) -> None:
        row = TABLE[reason]
        self.reason: Final = reason
        self.code: Final = row.code
        self.field: Final = field
        self.message: Final = message or row.message
        self.metadata: Final = dict(metadata or {})
        self.retry_after_ms: Final = row.retry_after_ms if retry_after_ms is None else retry_after_ms
        self.others: Final = others
        super().__init__(f"{field}: {self.message}" if field else self.message)


def call_error(error: BaseException) -> CallError | None:
    """Return what a client is told of an exception that is meant for it; None for a bug."""
    match error:
        case CallError():
            return error
        case FieldError():
            return CallError(error.reason, error.field, error.message, others=error.others)
        case NotSequenced():
            return CallError(error.reason, retry_after_ms=error.retry_after_ms)
        case StreamRefused():
            return CallError(error.reason, "", error.message, metadata=error.metadata)
        case OutcomeUnknown():
            return CallError(UNAVAILABLE, message="the exchange stopped; whether the request was executed is unknown")
        case _:
            return None


def rejected_error(rejected: events.Rejected) -> CallError:
    """Return what a client is told of a command that the engine refused."""
    return CallError(rejected.reason, request_field(rejected.field))


def command_error(command: Command, rejected: events.Rejected) -> CallError:
    """Return what a client is told of a command that the engine refused, of whichever kind it was.

    Of a CancelReplaceOrder nothing was done then; the field's path begins with the part that was refused.
    """
    error = rejected_error(rejected)
    if not isinstance(command, CancelReplaceOrder) or not error.field:
        return error
    halted = rejected.reason == REJECT_MARKET_HALTED and command.stop_on_failure
    part = "cancel_order" if halted or rejected.field == "order" else "place_order"
    return CallError(rejected.reason, f"{part}.{error.field}")


def status_proto(error: CallError) -> status_pb2.Status:
    """Return the status with its details: ErrorInfo always, BadRequest with a field, RetryInfo with a delay."""
    details: list[Message] = [
        error_details_pb2.ErrorInfo(reason=reason_name(error.reason), domain=DOMAIN, metadata=error.metadata)
    ]
    if error.field:
        violations = [(error.field, error.message), *error.others]
        details.append(
            error_details_pb2.BadRequest(
                field_violations=[
                    error_details_pb2.BadRequest.FieldViolation(field=field, description=text)
                    for field, text in violations
                ]
            )
        )
    if error.retry_after_ms:
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromMilliseconds(error.retry_after_ms)
        details.append(retry)
    status = status_pb2.Status(code=error.code.value[0], message=str(error))
    for detail in details:
        packed = any_pb2.Any()
        packed.Pack(detail)
        status.details.append(packed)
    return status


def order_error(error: CallError | FieldError) -> order_service_pb2.OrderError:
    """Return the same for the order entry stream."""
    return order_service_pb2.OrderError(
        reason=cast(types_pb2.RejectReason, error.reason),
        field=error.field,
        message=error.message,
        code=TABLE[error.reason].code.value[0],
    )


def part_error(error: order_service_pb2.OrderError, part: str) -> order_service_pb2.OrderError:
    """Return the same error with its field's path in the request that `part` is a part of; none stays none."""
    whole = order_service_pb2.OrderError()
    whole.CopyFrom(error)
    if error.field:
        whole.field = f"{part}.{error.field}"
    return whole


def reason_name(reason: int) -> str:
    """Return the reason's name without its prefix: `google.rpc.ErrorInfo.reason`."""
    name: str = types_pb2.RejectReason.Name(cast(types_pb2.RejectReason, reason))
    return name.removeprefix("REJECT_REASON_")
