"""The Python SDK on the cases that every SDK has to pass (`tests/conformance`)."""

import inspect
import json
from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import json_format

import exchange_sdk as sdk
from exchange.v1 import account_service_pb2 as account_pb
from exchange.v1 import admin_service_pb2 as admin_pb
from exchange.v1 import order_service_pb2 as order_pb
from exchange_sdk import PriceLevel
from exchange_sdk._admin_async import AsyncAdmin
from exchange_sdk._decimals import from_wire, to_wire
from exchange_sdk.local_order_book import book_checksum
from tests.integration.sdk_fixture import AnyClient, AnyStream
from tests.unit.sdk.faulty_server import Fault, FaultyServer

CASES = Path(__file__).parents[2] / "conformance"
DECIMALS = json.loads((CASES / "decimals.json").read_text("utf-8"))
CHECKSUMS = json.loads((CASES / "book_checksums.json").read_text("utf-8"))["cases"]
METHODS = json.loads((CASES / "order_methods.json").read_text("utf-8"))["cases"]
READS = json.loads((CASES / "read_methods.json").read_text("utf-8"))["cases"]

KINDS = {"text": str, "integer": int, "decimal": Decimal, "binary": float}
ERRORS = {"type": TypeError, "value": ValueError}


@pytest.mark.parametrize("case", DECIMALS["to_wire"], ids=lambda case: f"{case['kind']}-{case['input']}")
def test_a_decimal_goes_out_exactly_or_not_at_all(case: dict[str, str]) -> None:
    value: Any = KINDS[case["kind"]](case["input"])
    if "error" in case:
        with pytest.raises(ERRORS[case["error"]], match=r"^price: "):
            to_wire(value, "price")
    else:
        assert to_wire(value, "price") == case["wire"]


@pytest.mark.parametrize("case", DECIMALS["from_wire"], ids=lambda case: case["wire"])
def test_a_decimal_comes_in_exactly(case: dict[str, str]) -> None:
    assert from_wire(case["wire"]) == Decimal(case["equals"])


def test_a_bool_is_no_number() -> None:
    with pytest.raises(TypeError):
        to_wire(True, "price")


@pytest.mark.parametrize("case", CHECKSUMS, ids=lambda case: case["name"])
def test_a_book_has_the_checksum(case: dict[str, Any]) -> None:
    asks = [PriceLevel(Decimal(price), Decimal(quantity)) for price, quantity in case["asks"]]
    bids = [PriceLevel(Decimal(price), Decimal(quantity)) for price, quantity in case["bids"]]
    assert book_checksum(asks, bids, case["price_decimals"], case["quantity_decimals"]) == case["checksum"]


# ---------------------------------------------------------------- methods

VALUES: dict[str, Any] = {
    "new_order": sdk.NewOrder,
    "bracket_exit": sdk.BracketExit,
    "amend_order": sdk.AmendOrder,
    "cancel_order": sdk.CancelOrder,
    "protection": sdk.MarketProtection,
}
NO_ORDER = Fault(grpc.StatusCode.NOT_FOUND, "ORDER_NOT_FOUND")


def argument(value: Any) -> Any:
    """Make the value that a case's argument stands for."""
    if isinstance(value, list):
        return list(map(argument, value))
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "time":
        return datetime.fromisoformat(content)
    if kind == "protection":
        content = {name: Decimal(item) if isinstance(item, str) else item for name, item in content.items()}
    return VALUES[kind](**content)


def message(rpc: str, suffix: str, content: dict[str, Any]) -> Any:
    (service,) = (each for each in (order_pb, account_pb, admin_pb) if hasattr(each, rpc + suffix))
    return json_format.ParseDict(content, getattr(service, rpc + suffix)())


def assert_result(result: Any, expected: dict[str, Any] | None) -> None:
    if expected is None:
        assert result is None
        return
    for path, value in expected.items():
        found = result
        for part in path.split("."):
            found = found[int(part)] if part.isdigit() else getattr(found, part)
        found = found() if callable(found) else found
        found = list(found) if isinstance(found, tuple) else found
        if isinstance(found, Decimal):
            assert found == Decimal(value), path
        else:
            assert (found.name if isinstance(found, Enum) else found) == value, path


@pytest.mark.parametrize("case", METHODS, ids=lambda case: case["name"])
async def test_a_method_sends_its_request_and_reads_the_answer(
    case: dict[str, Any], server: FaultyServer, client: AnyClient
) -> None:
    server.play(case["rpc"], message(case["rpc"], "Response", case["answer"]))
    arguments = {name: argument(value) for name, value in case["arguments"].items()}
    result = await client(case["method"], **arguments)
    assert server.seen == {case["rpc"]: [message(case["rpc"], "Request", case["request"])]}
    assert_result(result, case["result"])


@pytest.mark.parametrize("case", [case for case in METHODS if "session" in case], ids=lambda case: case["name"])
async def test_a_session_sends_the_same_request_and_reads_its_answer(
    case: dict[str, Any], server: FaultyServer, client: AnyClient
) -> None:
    received: list[order_pb.OrderEntryRequest] = []

    async def answers(requests: Any, context: Any) -> AsyncIterator[Any]:
        async for request in requests:
            received.append(request)
            answer = json_format.ParseDict(case["session_answer"], order_pb.OrderEntryResponse())
            answer.request_id = request.request_id
            yield answer

    server.play("CancelOrder", NO_ORDER)
    server.play("OrderEntry", answers)
    arguments = {name: argument(value) for name, value in case["arguments"].items()}
    session = AnyStream(await client("order_entry"))
    async with session:
        result = await AnyClient(session.stream)(case["session"], **arguments)
    assert_result(result, case["session_result"])
    (request,) = received
    kind = request.WhichOneof("request")
    assert kind is not None
    sent = getattr(request, kind)
    # A batch on the stream is a message of another name with the same fields.
    assert sent.SerializeToString() == message(case["rpc"], "Request", case["request"]).SerializeToString()


def test_the_cases_are_about_every_method() -> None:
    def public(kind: type) -> set[str]:
        return {name for name, _ in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_")}

    told = {case["method"] for case in (*METHODS, *READS)}
    # Streams have cases of their own, and so do sessions.
    rest = {name for name in public(sdk.AsyncClient) - told if not name.startswith("stream_")}
    assert rest == {"close", "order_entry", "subscribe"}
    assert {f"admin.{name}" for name in public(AsyncAdmin)} <= told
    assert public(sdk.AsyncOrderEntry) - {case.get("session") for case in METHODS} == {"place_many"}
