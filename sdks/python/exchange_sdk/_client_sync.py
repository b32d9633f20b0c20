"""The blocking client."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

import grpc

from exchange_sdk import errors
from exchange_sdk._account_sync import AccountReads
from exchange_sdk._admin_sync import Admin
from exchange_sdk._connection import (
    DEFAULT_LIVENESS,
    DEFAULT_TIMEOUT,
    Attempts,
    RetryPolicy,
    connection,
)
from exchange_sdk._market_data_sync import MarketData
from exchange_sdk._operations import Operation, Stubs
from exchange_sdk._order_entry_sync import OrderEntry
from exchange_sdk._orders_sync import Orders
from exchange_sdk._pipeline import DEFAULT_IN_FLIGHT
from exchange_sdk.models import Reconnected

T = TypeVar("T")


class Client(Orders, MarketData, AccountReads):
    """The exchange, for code that blocks. Use it as `with Client() as client`, or call `close()`. Threads may share it.

    `address`: host:port; else EXCHANGE_ADDRESS, else 127.0.0.1:50051. `api_key`: else EXCHANGE_API_KEY; public market
    data needs none. `tls`: True, or channel credentials of your own; a key in plaintext to another machine is refused
    (ValueError) unless `insecure`. `timeout`: seconds that a call may take with all its retries; each call can have its
    own. Calls are repeated when that is safe: reads, cancels, amends, and orders and credits with a key, which they
    have unless told otherwise. A mutation that was sent and not answered raises OutcomeUnknown. `liveness`: seconds
    without a message after which a stream reconnects.
    """

    def __init__(
        self,
        address: str | None = None,
        *,
        api_key: str | None = None,
        tls: bool | grpc.ChannelCredentials = False,
        insecure: bool = False,
        timeout: float = DEFAULT_TIMEOUT,
        retry: RetryPolicy | None = None,
        liveness: float = DEFAULT_LIVENESS,
    ) -> None:
        self._connection = connection(
            address, api_key, tls=tls, insecure=insecure, timeout=timeout, retry=retry, liveness=liveness
        )
        self._channel: grpc.Channel = self._connection.channel(grpc.secure_channel, grpc.insecure_channel)
        self._opened = Stubs(self._channel)
        self.admin = Admin(self._call)

    def __repr__(self) -> str:
        return f"Client({self._connection!r})"

    @property
    def address(self) -> str:
        return self._connection.address

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every call and stream and close the connection."""
        self._channel.close()

    # ---------------------------------------------------------------- order entry

    def order_entry(
        self,
        *,
        max_in_flight: int = DEFAULT_IN_FLIGHT,
        on_reconnect: Callable[[Reconnected], None] | None = None,
        cancel_on_disconnect: bool = False,
    ) -> OrderEntry:
        """Return a session for many orders, answered in order without waiting in between: `with` it.

        `cancel_on_disconnect`: when the session ends or its connection breaks, the exchange cancels what is open of the
        orders that were placed over that connection, and of no others.
        """
        return OrderEntry(self, max_in_flight, on_reconnect, cancel_on_disconnect)

    # ---------------------------------------------------------------- the call itself

    def _call(self, operation: Operation[T], timeout: float | None = None) -> T:
        attempts = Attempts(operation, self._connection.retry, self._connection.timeout if timeout is None else timeout)
        while True:
            try:
                answer = operation.rpc(self._stubs)(
                    operation.request, timeout=attempts.remaining(), metadata=self._connection.metadata
                )
                return operation.parse(answer)
            except grpc.RpcError as failure:
                error = errors.from_rpc(failure)
                if operation.settle and attempts.is_repeated and (read := operation.settle(error)):
                    settled = self._call(read, attempts.remaining())
                    if settled is not None:
                        return settled
                delay = attempts.failed(error)
            time.sleep(delay)

    @property
    def _stubs(self) -> Stubs:
        return self._opened
