"""A real gRPC server that fails as told: what the real exchange cannot be made to do at will."""

from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from exchange.v1 import account_service_pb2_grpc, admin_service_pb2_grpc, market_data_service_pb2_grpc
from exchange.v1 import order_service_pb2_grpc as order_grpc

Step = Any
"""A message to answer with, an exception to fail with, or an async function of the request and the context."""


class Fault(Exception):
    """Ends a call with a status; a reason and a delay go into its details."""

    def __init__(self, code: grpc.StatusCode, reason: str = "", retry_after: float | None = None) -> None:
        self.code = code
        details = []
        if reason:
            details.append(error_details_pb2.ErrorInfo(reason=reason))
        if retry_after is not None:
            delay = duration_pb2.Duration(nanos=int(retry_after * 1e9))
            details.append(error_details_pb2.RetryInfo(retry_delay=delay))
        self.status = status_pb2.Status(code=code.value[0], message="told to fail")
        for detail in details:
            packed = any_pb2.Any()
            packed.Pack(detail)
            self.status.details.append(packed)


class FaultyServer:
    """Plays `script[method]` step by step, the last step for ever; remembers the requests in `seen[method]`."""

    def __init__(self) -> None:
        self.script: dict[str, deque[Step]] = {}
        self.seen: dict[str, list[Any]] = {}
        self.server = grpc.aio.server()
        # Any method is answered, see __getattr__.
        servicer: Any = self
        market_data_service_pb2_grpc.add_MarketDataServiceServicer_to_server(servicer, self.server)
        order_grpc.add_OrderServiceServicer_to_server(servicer, self.server)
        account_service_pb2_grpc.add_AccountServiceServicer_to_server(servicer, self.server)
        admin_service_pb2_grpc.add_AdminServiceServicer_to_server(servicer, self.server)
        self.port = self.server.add_insecure_port("127.0.0.1:0")
        self.address = f"127.0.0.1:{self.port}"

    def __getattr__(self, method: str) -> Callable[..., Any]:
        if method.startswith("_") or not method[0].isupper():
            raise AttributeError(method)
        if method.startswith("Stream") or method in ("OrderEntry", "Subscribe"):

            async def stream(request: Any, context: Any) -> AsyncIterator[Any]:
                async for message in self._next(method, request)(request, context):
                    if isinstance(message, Fault):
                        await context.abort_with_status(rpc_status.to_status(message.status))
                    yield message

            return stream

        async def unary(request: Any, context: Any) -> Any:
            step = self._next(method, request)
            if isinstance(step, Fault):
                await context.abort_with_status(rpc_status.to_status(step.status))
            return step

        return unary

    def _next(self, method: str, request: Any) -> Step:
        self.seen.setdefault(method, []).append(request)
        steps = self.script[method]
        return steps.popleft() if len(steps) > 1 else steps[0]

    def play(self, method: str, *steps: Step) -> None:
        self.script[method] = deque(steps)

    def calls(self, method: str) -> int:
        return len(self.seen.get(method, []))
