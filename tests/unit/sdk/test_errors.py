"""A failed call becomes the error that its google.rpc.Status says."""

import grpc
import pytest
from google.protobuf import any_pb2, duration_pb2
from google.rpc import error_details_pb2, status_pb2

import exchange_sdk as sdk
from exchange.v1 import order_service_pb2, types_pb2
from exchange_sdk import errors
from exchange_sdk._enums import RejectReason

Code = grpc.StatusCode


class Failure:
    """A failed call as grpc shows it."""

    def __init__(self, code: grpc.StatusCode, message: str, trailers: tuple[tuple[str, str | bytes], ...] = ()) -> None:
        self._parts = code, message, trailers

    def code(self) -> grpc.StatusCode:
        return self._parts[0]

    def details(self) -> str:
        return self._parts[1]

    def trailing_metadata(self) -> tuple[tuple[str, str | bytes], ...]:
        return self._parts[2]


def failure(
    code: grpc.StatusCode,
    reason: str,
    *,
    field: str = "",
    retry_after: duration_pb2.Duration | None = None,
    **metadata: str,
) -> Failure:
    details = [any_pb2.Any()]
    details[0].Pack(error_details_pb2.ErrorInfo(reason=reason, domain="exchange", metadata=metadata))
    if field:
        violation = error_details_pb2.BadRequest.FieldViolation(field=field, description="is wrong")
        details.append(any_pb2.Any())
        details[-1].Pack(error_details_pb2.BadRequest(field_violations=[violation]))
    if retry_after is not None:
        details.append(any_pb2.Any())
        details[-1].Pack(error_details_pb2.RetryInfo(retry_delay=retry_after))
    status = status_pb2.Status(code=code.value[0], message="what happened", details=details)
    return Failure(code, "what happened", (("grpc-status-details-bin", status.SerializeToString()),))


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        (Code.INVALID_ARGUMENT, "INVALID_FIELD", sdk.InvalidRequest),
        (Code.INVALID_ARGUMENT, "PRICE_OFF_TICK", sdk.InvalidOrder),
        (Code.INVALID_ARGUMENT, "NOTIONAL_TOO_SMALL", sdk.InvalidOrder),
        (Code.NOT_FOUND, "ORDER_NOT_FOUND", sdk.NotFound),
        (Code.ALREADY_EXISTS, "CLIENT_ORDER_ID_REUSED", sdk.AlreadyExists),
        (Code.FAILED_PRECONDITION, "INSUFFICIENT_FUNDS", sdk.InsufficientFunds),
        (Code.FAILED_PRECONDITION, "POST_ONLY_WOULD_CROSS", sdk.PostOnlyWouldCross),
        (Code.FAILED_PRECONDITION, "ORDER_CLOSED", sdk.OrderClosed),
        (Code.FAILED_PRECONDITION, "MARKET_HALTED", sdk.MarketClosed),
        (Code.INVALID_ARGUMENT, "QUANTITY_TOO_SMALL", sdk.InvalidOrder),
        (Code.INVALID_ARGUMENT, "QUANTITY_TOO_LARGE", sdk.InvalidOrder),
        (Code.FAILED_PRECONDITION, "QUANTITY_NOT_ABOVE_FILLED", sdk.QuantityNotAboveFilled),
        (Code.FAILED_PRECONDITION, "TOO_MANY_OPEN_ORDERS", sdk.TooManyOpenOrders),
        (Code.FAILED_PRECONDITION, "PRICE_OUTSIDE_BAND", sdk.PriceOutsideBand),
        (Code.FAILED_PRECONDITION, "WOULD_TRIGGER_IMMEDIATELY", sdk.WouldTriggerImmediately),
        (Code.FAILED_PRECONDITION, "MARKET_IN_AUCTION", sdk.MarketClosed),
        (Code.FAILED_PRECONDITION, "SOMETHING_NEW", sdk.OrderRejected),
        (Code.UNAUTHENTICATED, "UNAUTHENTICATED", sdk.Unauthenticated),
        (Code.PERMISSION_DENIED, "SCOPE_MISSING", sdk.PermissionDenied),
        (Code.RESOURCE_EXHAUSTED, "OVERLOADED", sdk.Overloaded),
        (Code.RESOURCE_EXHAUSTED, "STREAM_TOO_SLOW", sdk.StreamTooSlow),
        (Code.OUT_OF_RANGE, "SEQUENCE_TOO_OLD", sdk.SequenceTooOld),
        (Code.OUT_OF_RANGE, "SEQUENCE_IN_FUTURE", sdk.SequenceInFuture),
        (Code.DEADLINE_EXCEEDED, "DEADLINE_PASSED", sdk.DeadlineExceeded),
        (Code.UNAVAILABLE, "UNAVAILABLE", sdk.Unavailable),
        (Code.UNIMPLEMENTED, "METHOD_NOT_FOUND", sdk.UnexpectedAnswer),
    ],
)
def test_each_reason_is_its_own_error(code: grpc.StatusCode, reason: str, kind: type[sdk.ExchangeError]) -> None:
    error = errors.from_rpc(failure(code, reason))
    assert type(error) is kind
    assert error.code is code
    assert error.reason is RejectReason.__members__.get(reason)
    assert error.reason_name == reason
    assert str(error) == f"{reason}: what happened"


def test_field_delay_and_metadata_are_read() -> None:
    off_tick = errors.from_rpc(failure(Code.INVALID_ARGUMENT, "PRICE_OFF_TICK", field="price"))
    assert off_tick.field == "price"
    assert isinstance(off_tick, sdk.OrderRejected)
    overloaded = errors.from_rpc(
        failure(Code.RESOURCE_EXHAUSTED, "OVERLOADED", retry_after=duration_pb2.Duration(seconds=1, nanos=500_000_000))
    )
    assert overloaded.retry_after == 1.5
    too_old = errors.from_rpc(failure(Code.OUT_OF_RANGE, "SEQUENCE_TOO_OLD", oldest_sequence="42"))
    assert isinstance(too_old, sdk.SequenceTooOld)
    assert too_old.oldest == 42
    too_slow = errors.from_rpc(failure(Code.RESOURCE_EXHAUSTED, "STREAM_TOO_SLOW", after_trade_id="7"))
    assert isinstance(too_slow, sdk.StreamTooSlow)
    assert too_slow.resume_after == 7


@pytest.mark.parametrize("trailer", [b"\xff\xff\xff", b""])
def test_a_status_without_readable_details_is_still_an_error(trailer: bytes) -> None:
    error = errors.from_rpc(Failure(Code.NOT_FOUND, "gone", (("grpc-status-details-bin", trailer),)))
    assert isinstance(error, sdk.NotFound)
    assert str(error) == "NOT_FOUND: gone"


def test_a_detail_that_cannot_be_read_does_not_hide_the_others() -> None:
    broken = any_pb2.Any(type_url="type.googleapis.com/google.rpc.BadRequest", value=b"\xff")
    info = any_pb2.Any()
    info.Pack(error_details_pb2.ErrorInfo(reason="INSUFFICIENT_FUNDS"))
    assert isinstance(errors.from_status(Code.FAILED_PRECONDITION, "no", [broken, info]), sdk.InsufficientFunds)


def test_an_error_of_the_order_entry_stream_is_the_same_as_of_the_unary_call() -> None:
    error = errors.from_order_error(RejectReason.INSUFFICIENT_FUNDS, "", "not enough", 9)
    assert isinstance(error, sdk.InsufficientFunds)
    assert error.code is Code.FAILED_PRECONDITION
    newer = errors.from_order_error(999, "side", "no", 3)
    assert isinstance(newer, sdk.InvalidRequest)
    assert newer.reason_name == "UNKNOWN_999"


def test_the_enums_are_the_contracts() -> None:
    for kind in (
        sdk.Side, sdk.OrderType, sdk.TimeInForce, sdk.OrderStatus, sdk.CloseReason, sdk.Liquidity, sdk.MarketStatus,
        sdk.Scope, sdk.LedgerEntryKind, sdk.RejectReason, sdk.SelfTradePrevention, sdk.CancelReplaceMode,
    ):  # fmt: skip
        file = order_service_pb2 if kind is sdk.CancelReplaceMode else types_pb2
        values = file.DESCRIPTOR.enum_types_by_name[kind.__name__].values
        prefix = values[0].name.removesuffix("UNSPECIFIED")
        assert {value.name.removeprefix(prefix): value.number for value in values[1:]} == {
            member.name: member.value for member in kind
        }


def test_enums_read_names_and_numbers_and_survive_new_ones() -> None:
    assert sdk.Side("buy") is sdk.Side.BUY  # type: ignore[arg-type]
    assert sdk.Side(2) is sdk.Side.SELL
    assert (str(sdk.Side.BUY), repr(sdk.Side.BUY)) == ("BUY", "Side.BUY")
    assert str(sdk.OrderStatus(77)) == "UNKNOWN_77"
    assert sdk.OrderStatus(77) == 77
    for wrong in ("byu", 0, -1, False):
        with pytest.raises(ValueError, match="is not a valid"):
            sdk.OrderStatus(wrong)  # type: ignore[arg-type]
