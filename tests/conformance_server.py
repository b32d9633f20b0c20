"""A real gRPC server that plays conformance cases: who calls with the key of a case gets that case's answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf import any_pb2, duration_pb2, json_format
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from exchange.v1 import account_service_pb2, admin_service_pb2, market_data_service_pb2, order_service_pb2

_SERVICES = (market_data_service_pb2, order_service_pb2, account_service_pb2, admin_service_pb2)


@dataclass
class Play:
    """One case: the answer of its method, or the status it ends with; and the requests that came."""

    rpc: str
    answer: Any = None
    status: dict[str, Any] | None = None
    session_answer: dict[str, Any] | None = None
    seen: list[Any] = field(default_factory=list)


def message(name: str, content: dict[str, Any]) -> Any:
    """Read a message of a service in the contract's JSON form."""
    (module,) = (each for each in _SERVICES if hasattr(each, name))
    return json_format.ParseDict(content, getattr(module, name)())


class ConformanceServer(grpc.GenericRpcHandler):
    """Serves `plays[key]` to the caller whose API key it is."""

    def __init__(self) -> None:
        self.plays: dict[str, Play] = {}
        self.server = grpc.aio.server()
        self.server.add_generic_rpc_handlers((self,))
        self.address = f"127.0.0.1:{self.server.add_insecure_port('127.0.0.1:0')}"

    def service(self, details: Any) -> grpc.RpcMethodHandler[Any, Any] | None:
        metadata = dict(details.invocation_metadata)
        play = self.plays.get(str(metadata.get("authorization", "")).removeprefix("Bearer "))
        name = details.method.rpartition("/")[2]
        if play is None:
            return None
        if name == "OrderEntry" and play.session_answer is not None:
            return _stream(play, play.session_answer)
        if play.session_answer is not None:
            # The session asks whether its key may trade by a cancel of an order that there is not.
            return _unary(play, name, status={"code": "NOT_FOUND", "reason": "ORDER_NOT_FOUND"}, is_seen=False)
        if name != play.rpc:
            return None
        return _unary(play, name, status=play.status)


def _unary(
    play: Play, name: str, status: dict[str, Any] | None, is_seen: bool = True
) -> grpc.RpcMethodHandler[Any, Any]:
    async def answer(request: Any, context: Any) -> Any:
        if is_seen:
            play.seen.append(request)
        if status is not None:
            await context.abort_with_status(rpc_status.to_status(encoded(status)))
        return play.answer

    decode: Callable[[bytes], Any] = type(message(f"{name}Request", {})).FromString
    return grpc.unary_unary_rpc_method_handler(answer, decode, lambda reply: reply.SerializeToString())


def _stream(play: Play, content: dict[str, Any]) -> grpc.RpcMethodHandler[Any, Any]:
    async def answers(requests: Any, _context: Any) -> AsyncIterator[Any]:
        async for request in requests:
            play.seen.append(request)
            answer = json_format.ParseDict(content, order_service_pb2.OrderEntryResponse())
            answer.request_id = request.request_id
            yield answer

    return grpc.stream_stream_rpc_method_handler(
        answers, order_service_pb2.OrderEntryRequest.FromString, lambda reply: reply.SerializeToString()
    )


def encoded(status: dict[str, Any]) -> status_pb2.Status:
    """Write the status of a case; details that are empty are left out."""
    code = grpc.StatusCode[status["code"]]
    told = status_pb2.Status(code=code.value[0], message="told to fail")
    details: list[Any] = []
    if status.get("reason") or status.get("metadata"):
        details.append(error_details_pb2.ErrorInfo(reason=status["reason"], metadata=status.get("metadata") or {}))
    if status.get("field"):
        violation = error_details_pb2.BadRequest.FieldViolation(field=status["field"])
        details.append(error_details_pb2.BadRequest(field_violations=[violation]))
    if status.get("retry_after") is not None:
        delay = duration_pb2.Duration(nanos=int(status["retry_after"] * 1e9))
        details.append(error_details_pb2.RetryInfo(retry_delay=delay))
    for detail in details:
        packed = any_pb2.Any()
        packed.Pack(detail)
        told.details.append(packed)
    return told
