"""Calls by their bytes: sound requests to spoil, what is told of a refusal, and that nothing has changed.

What each reason's status is stands in the contract's comments.
"""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from exchange.v1 import admin_service_pb2 as admin_pb
from exchange_server.api.server import contract_methods, method_path
from exchange_server.engine.events import Rejected
from exchange_server.journal import JournalReader, engine_at
from exchange_server.wire.journal_codec import decode_command
from tests.integration.bad_input.cases import Case, sound_place
from tests.integration.bad_input.history_fields import SOUND_HISTORY
from tests.integration.bad_input.order_fields import sound_above, sound_below
from tests.integration.bad_input.table import TABLE
from tests.integration.exchange_fixture import ADMIN, BUY, READ, TRADE, Exchange, Metadata, Trader
from tools.generate_errors_doc import contract_reasons

STATUS = {reason.name: grpc.StatusCode[reason.status] for reason in contract_reasons()}
REASON_NAME = {reason.number: reason.name for reason in contract_reasons()}
METHODS = {method_path(method): method for method in contract_methods()}
PUBLIC = {path for path in METHODS if path.startswith("/exchange.v1.MarketDataService/")}
ANY_KEY = {f"/exchange.v1.AccountService/{name}" for name in ("CreateOwnApiKey", "RevokeOwnApiKey")}
"""What every key may call; what it may do there is in `test_own_api_keys`."""
SCOPES = {
    path: (
        ADMIN
        if "AdminService" in path
        else TRADE
        if path.startswith("/exchange.v1.OrderService/") and path.rpartition("/")[2] not in {"GetOrder", "ListOrders"}
        else READ
    )
    for path in METHODS
    if path not in PUBLIC
}

SOUND: dict[str, dict[str, Any]] = {
    "GetMarketRequest": {"market": "BTC-USDC"},
    "GetOrderBookRequest": {"market": "BTC-USDC"},
    **SOUND_HISTORY,
    "StreamOrderBookRequest": {"market": "BTC-USDC"},
    "StreamTradesRequest": {"market": "BTC-USDC"},
    "StreamBboRequest": {"market": "BTC-USDC"},
    "StreamTickerRequest": {"market": "BTC-USDC"},
    "StreamCandlesRequest": {"market": "BTC-USDC", "interval": 2},
    "StreamOrdersRequest": {"market": "BTC-USDC"},
    "UpdateSubscriptionRequest": {"stream_id": "unknown"},
    "PlaceOrderRequest": {"market": "BTC-USDC", "side": 1, "type": 1, "price": "100", "quantity": "1"},
    "AmendOrderRequest": {"client_order_id": "resting", "price": "101"},
    "CancelOrderRequest": {"client_order_id": "resting"},
    "CancelReplaceOrderRequest": {
        "cancel_order": {"client_order_id": "resting"},
        "place_order": {"market": "BTC-USDC", "side": 1, "type": 1, "price": "100", "quantity": "1"},
    },
    "PlaceOcoOrderRequest": {"above": sound_above, "below": sound_below},
    "PlaceBracketOrderRequest": {
        "entry": sound_place,
        "take_profit": {"trigger_price": "110"},
        "stop_loss": {"trigger_price": "95"},
    },
    "SetCancelAllAfterRequest": {"timeout_ms": 1000},
    "SetMarketProtectionRequest": {"market": "BTC-USDC", "protection": {"price_band_bps": 100}},
    "SetTradeGroupRequest": {"account_id": 1001, "trade_group_id": 5},
    "GetOrderRequest": {"client_order_id": "resting"},
    "ListOrdersRequest": {"open_only": True},
    "CreateAssetRequest": {"name": "NEW", "decimals": 6},
    "CreateMarketRequest": {
        "base_asset": "ETH",
        "quote_asset": "USDC",
        "tick_size": "0.01",
        "lot_size": "0.01",
        "taker_fee_ppm": 100_000,
    },
    "SetMarketStatusRequest": {"market": "BTC-USDC", "status": 2},
    "CreateAccountRequest": {"name": "new"},
    "CreateApiKeyRequest": {"account_id": 1001, "scopes": [1]},
    "RevokeApiKeyRequest": {},
    "CreateOwnApiKeyRequest": {"scopes": [1]},
    "RevokeOwnApiKeyRequest": {},
    "CreditRequest": {"account_id": 1001, "asset": "USDC", "amount": "1"},
}
"""Of each request, fields with which it works; the key to revoke is made by the test."""


@pytest.fixture(scope="module")
def caller(exchange: Exchange) -> Trader:
    """Trade under test: one order rests; the key has no scope ADMIN."""
    exchange.admin.CreateAsset(admin_pb.CreateAssetRequest(name="ETH", decimals=8), metadata=exchange.operator)
    trader = exchange.trader(READ, TRADE)
    exchange.place(trader, BUY, "50", "1", client_order_id="resting")
    key = exchange.api_key(trader.account_id, READ)
    SOUND["RevokeApiKeyRequest"] = SOUND["RevokeOwnApiKeyRequest"] = {"key_id": key.key_id}
    return trader


def call(
    exchange: Exchange, method: MethodDescriptor, payload: bytes, metadata: Metadata
) -> tuple[grpc.StatusCode, str, str]:
    """Send bytes; return status, reason and field of the answer."""
    path = method_path(method)
    try:
        if method.server_streaming:
            stream = exchange.channel.unary_stream(path, bytes, bytes)(payload, metadata=metadata, timeout=20)
            next(iter(stream))
            stream.cancel()
        else:
            exchange.channel.unary_unary(path, bytes, bytes)(payload, metadata=metadata, timeout=20)
    except grpc.RpcError as error:
        return told(error)
    return grpc.StatusCode.OK, "", ""


def told(error: grpc.RpcError) -> tuple[grpc.StatusCode, str, str]:
    """Return status, reason and field of a refusal; fail when it is not as the contract promises."""
    assert isinstance(error, grpc.Call)
    status = rpc_status.from_call(error)
    assert status is not None, error
    info, bad_request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    (first, *others) = status.details
    assert first.Unpack(info)
    assert info.domain == "exchange"
    for detail in others:
        detail.Unpack(bad_request)
    violations = bad_request.field_violations
    assert all(violation.field and violation.description for violation in violations)
    assert not any(word in status.message for word in ("Error", "Exception", "Traceback", "exchange_server"))
    return error.code(), info.reason, violations[0].field if violations else ""


def build(message: str, fields: dict[str, Any]) -> Message:
    found = (method.input_type.file.message_types_by_name.get(message) for method in METHODS.values())
    descriptor = next(descriptor for descriptor in found if descriptor is not None)
    present = {name: value for name, value in fields.items() if value is not None}
    return GetMessageClass(descriptor)(**copy.deepcopy(present))


def requests(message: str, field: str, case: Case) -> list[Message]:
    """Return a case's requests: with `validate_only`, where there is that, and without it only if it is refused."""
    fields = SOUND.get(message, {}) | {field: case.value}
    if "validate_only" not in TABLE[message]:
        return [build(message, fields)]
    dry = build(message, fields | {"validate_only": True})
    return [dry] if case.reason is None else [dry, build(message, fields)]


def expected(field: str, case: Case) -> tuple[grpc.StatusCode, str, str]:
    if case.reason is None:
        return grpc.StatusCode.OK, "", ""
    return STATUS[case.reason], case.reason, field if case.field is None else case.field


def metadata_for(exchange: Exchange, path: str, caller: Trader) -> Metadata:
    if path in PUBLIC:
        return ()
    return exchange.operator if SCOPES[path] == ADMIN else caller.metadata


@contextmanager
def nothing_changes(exchange: Exchange) -> Iterator[None]:
    """Fail when the state differs afterwards.

    What the engine itself refused was journaled, so the state's hash, which counts commands, differs: then the journal
    is replayed, and each command must have been refused and have left everything but the counters as it was.
    """
    before = exchange.state()
    yield
    after = exchange.state()
    if before[0] == after[0]:
        assert before == after
        return
    engine = engine_at(exchange.process.data_dir, before[0])
    reader = JournalReader(exchange.process.data_dir, before[0])
    kept = engine.dump().tables()
    try:
        for sequence, time_ns, payload in reader.read(after[0]):
            command = decode_command(payload)
            (outcome,) = engine.apply(sequence, time_ns, command)  # type: ignore[arg-type]
            assert isinstance(outcome, Rejected), command
    finally:
        reader.close()
    assert [rows for rows in engine.dump().tables() if rows[0] != "counters"] == [
        rows for rows in kept if rows[0] != "counters"
    ]
    assert engine.state_hash() == after[1]
