"""The gRPC server: every service registered from the contract's descriptors, health, reflection, and an orderly end."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health, health_pb2
from grpc_reflection.v1alpha import reflection, reflection_pb2
from grpc_status import rpc_status

from exchange.v1 import account_service_pb2, admin_service_pb2, market_data_service_pb2, order_service_pb2
from exchange_server.api.call import UNDECODABLE, Method
from exchange_server.api.errors import METHOD_NOT_FOUND, UNAVAILABLE, CallError, status_proto
from exchange_server.api.guard import Guard, Metadata, guard_native
from exchange_server.wire.plain_requests import request_class

log = logging.getLogger(__name__)

SERVICES: Final[tuple[ServiceDescriptor, ...]] = (
    market_data_service_pb2.DESCRIPTOR.services_by_name["MarketDataService"],
    order_service_pb2.DESCRIPTOR.services_by_name["OrderService"],
    account_service_pb2.DESCRIPTOR.services_by_name["AccountService"],
    admin_service_pb2.DESCRIPTOR.services_by_name["AdminService"],
)
_HEALTH: Final = health_pb2.DESCRIPTOR.services_by_name["Health"]
_REFLECTION: Final = reflection_pb2.DESCRIPTOR.services_by_name["ServerReflection"]

STREAM_WINDOW_BYTES: Final = 64 << 10
"""Received and not read, a stream: some nine hundred orders."""
MAX_HEADER_BYTES: Final = 64 << 10
"""Of the headers of a call; twice what the gateway lets through."""

ServingStatus = health_pb2.HealthCheckResponse


class PortTaken(Exception):
    """The address to serve on is not free."""


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """Bounds of the transport."""

    max_concurrent_streams: int = 256
    max_message_bytes: int = 4 << 20
    keepalive_seconds: float = 30
    keepalive_timeout_seconds: float = 10

    def channel_arguments(self) -> list[tuple[str, int]]:
        """Return them as gRPC names them."""
        return [
            # A taken port must be an error, not a port shared with a stranger.
            ("grpc.so_reuseport", 0),
            # Without it one client's flood of streams starves all others.
            ("grpc.max_concurrent_streams", self.max_concurrent_streams),
            ("grpc.max_receive_message_length", self.max_message_bytes),
            # A whole order book may be larger than what a client may send.
            ("grpc.max_send_message_length", -1),
            # Between the two limits gRPC refuses by chance, so they are one: above what the gateway lets through.
            ("grpc.max_metadata_size", MAX_HEADER_BYTES),
            ("grpc.absolute_max_metadata_size", MAX_HEADER_BYTES),
            ("grpc.keepalive_time_ms", int(self.keepalive_seconds * 1000)),
            ("grpc.keepalive_timeout_ms", int(self.keepalive_timeout_seconds * 1000)),
            # Left to itself, gRPC probes the link and lets megabytes in: seconds of orders that nobody has read, and
            # no flow control that the sender would feel.
            ("grpc.http2.bdp_probe", 0),
            ("grpc.http2.lookahead_bytes", STREAM_WINDOW_BYTES),
            ("grpc.http2.min_recv_ping_interval_without_data_ms", 5_000),
        ]


class GrpcServer:
    """Listens from `start`, serves the contract from `open` until `drain`; health says so."""

    def __init__(self, options: ServerOptions) -> None:
        self._health: Final = health.aio.HealthServicer()
        self._server: Final = grpc.aio.server(options=options.channel_arguments())
        reflected = [service.full_name for service in (*SERVICES, _HEALTH, _REFLECTION)]
        native = _native_handlers(_HEALTH, self._health)
        native |= _native_handlers(_REFLECTION, reflection.aio.ReflectionServicer(reflected))
        self._handlers: Final = _Handlers(native)
        self._server.add_generic_rpc_handlers((self._handlers,))

    async def start(self, host: str, port: int) -> int:
        """Listen and answer health and reflection only; return the port. Raises PortTaken."""
        await self._set_health(ServingStatus.NOT_SERVING)
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        try:
            bound = self._server.add_insecure_port(address)
        except RuntimeError as error:
            raise PortTaken(f"cannot listen on {address}: it is taken, or no address of this host") from error
        await self._server.start()
        return bound

    async def open(self, methods: Mapping[str, Method], guard: Guard, opened: Callable[[], None]) -> None:
        """Serve a table of methods, and say so of every call that is opened, before its request is read.

        Raises ValueError when the table does not name exactly the methods of the contract.
        """
        openers = {path: guard.announcer(method) for path, method in methods.items()}
        self._handlers.open(_contract_handlers(methods, guard), openers, opened)
        await self._set_health(ServingStatus.SERVING)

    async def drain(self) -> None:
        """Tell health checks that the exchange is going."""
        await self._health.enter_graceful_shutdown()

    async def stop(self, grace_seconds: float) -> None:
        """Refuse new calls, give those under way some time, then cancel them."""
        await self._server.stop(grace_seconds)

    async def _set_health(self, status: Any) -> None:
        for name in ("", *(service.full_name for service in SERVICES)):
            await self._health.set(name, status)


class _Handlers(grpc.GenericRpcHandler):
    """Finds the handler of a method; a method that there is not, or not yet, is refused with a reason."""

    def __init__(self, native: Mapping[str, Any]) -> None:
        self._handlers: dict[str, Any] = dict(native)
        self._openers: dict[str, Callable[[Metadata], None]] = {}
        self._opened: Callable[[], None] = lambda: None
        self._early: Final = {method_path(method) for method in contract_methods()}
        self._refuse_early: Final = _refusing(CallError(UNAVAILABLE, message="the exchange is starting"))
        self._refuse_missing: Final = _refusing(CallError(METHOD_NOT_FOUND))

    def open(
        self,
        handlers: Mapping[str, Any],
        openers: Mapping[str, Callable[[Metadata], None] | None],
        opened: Callable[[], None],
    ) -> None:
        """Add the contract's methods, what hears of a call of one of them before its request is read, and of any."""
        self._handlers |= handlers
        self._openers |= {path: opener for path, opener in openers.items() if opener is not None}
        self._opened = opened
        self._early.clear()

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        method = handler_call_details.method
        self._opened()
        opener = self._openers.get(method)
        if opener is not None:
            opener(handler_call_details.invocation_metadata)
        handler = self._handlers.get(method)
        if handler is not None:
            return handler
        return self._refuse_early if method in self._early else self._refuse_missing


def _refusing(error: CallError) -> Any:
    status = rpc_status.to_status(status_proto(error))

    async def refuse(_requests: object, context: grpc.aio.ServicerContext[Any, Any]) -> None:
        await context.abort_with_status(status)

    # Of all four kinds only this one takes whatever a client sends.
    make: Any = grpc.stream_stream_rpc_method_handler
    return make(refuse)


def method_path(method: MethodDescriptor) -> str:
    """Return a method's name on the wire."""
    return f"/{method.containing_service.full_name}/{method.name}"


def contract_methods() -> Iterable[MethodDescriptor]:
    """Iterate over every method of the contract."""
    for service in SERVICES:
        yield from service.methods


def _contract_handlers(methods: Mapping[str, Method], guard: Guard) -> dict[str, Any]:
    contract = {method_path(method): method for method in contract_methods()}
    if contract.keys() != methods.keys():
        raise ValueError(f"methods that differ from the contract: {sorted(contract.keys() ^ methods.keys())}")
    for path, method in contract.items():
        if methods[path].streams != method.server_streaming:
            raise ValueError(f"{path} streams in the contract or in the table, not in both")
    return {
        path: _rpc_handler(method, guard.wrap(path, methods[path]), serialised=methods[path].reads)
        for path, method in contract.items()
    }


def _native_handlers(service: ServiceDescriptor, servicer: object) -> dict[str, Any]:
    handlers = {}
    for method in service.methods:
        behavior = guard_native(getattr(servicer, method.name), method.client_streaming, method.server_streaming)
        handlers[method_path(method)] = _rpc_handler(method, behavior)
    return handlers


def _rpc_handler(method: MethodDescriptor, behavior: Any, serialised: bool = False) -> Any:
    """Return what gRPC registers; `serialised`: the behavior gives bytes."""
    kinds = {
        (False, False): grpc.unary_unary_rpc_method_handler,
        (False, True): grpc.unary_stream_rpc_method_handler,
        (True, False): grpc.stream_unary_rpc_method_handler,
        (True, True): grpc.stream_stream_rpc_method_handler,
    }
    make: Any = kinds[method.client_streaming, method.server_streaming]
    return make(
        behavior,
        request_deserializer=_deserializer(request_class(method.input_type)),
        response_serializer=None if serialised else GetMessageClass(method.output_type).SerializeToString,
    )


def _deserializer(message_class: type[Message]) -> Callable[[bytes], object]:
    """Return a decoder that never raises: grpc would answer UNKNOWN with the exception's name."""
    decode = message_class.FromString

    def deserialize(data: bytes) -> object:
        try:
            return decode(data)
        except DecodeError:
            return UNDECODABLE

    return deserialize
