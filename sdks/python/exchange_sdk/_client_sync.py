"""The blocking client."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

import grpc

from exchange_sdk import _operations as operations
from exchange_sdk import _order_requests as requests
from exchange_sdk import errors
from exchange_sdk._admin_sync import Admin
from exchange_sdk._connection import (
    CHANNEL_OPTIONS,
    DEFAULT_LIVENESS,
    DEFAULT_TIMEOUT,
    Attempts,
    RetryPolicy,
    connection,
)
from exchange_sdk._decimals import DecimalInput
from exchange_sdk._enums import OrderType, Side, TimeInForce
from exchange_sdk._operations import Operation, Stubs
from exchange_sdk._order_entry_sync import OrderEntry
from exchange_sdk._pipeline import DEFAULT_IN_FLIGHT
from exchange_sdk._stream_states import (
    AccountEvent,
    AccountState,
    BookState,
    FillEvent,
    FillState,
    TradeEvent,
    TradeState,
)
from exchange_sdk.models import (
    Account,
    Asset,
    Balance,
    Fill,
    LedgerEntry,
    Market,
    Order,
    OrderBook,
    PlacedOrder,
    Reconnected,
)
from exchange_sdk.pages import Pages
from exchange_sdk.streams import OrderBookStream, Stream

T = TypeVar("T")


class Client:
    """The exchange, for code that blocks. Use it as `with Client() as client`, or call `close()`. Threads may share it.

    `address`: host:port; else EXCHANGE_ADDRESS, else 127.0.0.1:50051. `api_key`: else EXCHANGE_API_KEY; public market
    data needs none. `tls`: True, or channel credentials of your own; a key in plaintext to another machine is refused
    (ValueError) unless `insecure`. `timeout`: seconds that a call may take with all its retries; each call can have its
    own. Calls are repeated when that is safe: reads, cancels, and orders and credits with a key, which they have unless
    told otherwise. A mutation that was sent and not answered raises OutcomeUnknown. `liveness`: seconds without a
    message after which a stream reconnects.
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
        credentials = self._connection.credentials
        self._channel = (
            grpc.secure_channel(self._connection.address, credentials, options=CHANNEL_OPTIONS)
            if credentials
            else grpc.insecure_channel(self._connection.address, options=CHANNEL_OPTIONS)
        )
        self._stubs = Stubs(self._channel)
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

    # ---------------------------------------------------------------- market data

    def list_assets(self, *, timeout: float | None = None) -> list[Asset]:
        """List all assets, by name."""
        return self._call(operations.list_assets(), timeout)

    def list_markets(self, *, timeout: float | None = None) -> list[Market]:
        """List all markets, by name."""
        return self._call(operations.list_markets(), timeout)

    def get_market(self, market: str, *, timeout: float | None = None) -> Market:
        """Get one market. Raises NotFound."""
        return self._call(operations.get_market(market), timeout)

    def get_order_book(self, market: str, *, depth: int = 0, timeout: float | None = None) -> OrderBook:
        """Get the order book as it is now; `depth`: levels a side, up to 5000, 0 is 100. Raises NotFound."""
        return self._call(operations.get_order_book(market, depth), timeout)

    def stream_order_book(self, market: str) -> OrderBookStream:
        """Follow the order book: a snapshot, then deltas; `stream.book` is kept in step and verified.

        After a gap, a wrong checksum or a lost connection come Resynced and a new snapshot. Raises NotFound.
        """
        return OrderBookStream(self, BookState(self._connection, market))

    def stream_trades(self, market: str, *, after_trade_id: int | None = None) -> Stream[TradeEvent]:
        """Follow the trades of one market, none left out; from the next one, or after the given one.

        Yields Reconnected after a break that lost nothing, Resynced after one that may have. Raises NotFound, and
        SequenceTooOld when what lies after the given trade is no longer kept.
        """
        return Stream(self, TradeState(self._connection, market, after_trade_id))

    # ---------------------------------------------------------------- orders

    def place_order(
        self,
        *,
        market: str,
        side: Side | str,
        quantity: DecimalInput,
        price: DecimalInput | None = None,
        type: OrderType | str | None = None,
        time_in_force: TimeInForce | str | None = None,
        post_only: bool = False,
        client_order_id: str | None = None,
        validate_only: bool = False,
        timeout: float | None = None,
    ) -> PlacedOrder:
        """Place an order; returns when it is durable. Without a price it is a market order.

        `quantity` in base units, `price` in quote units per base unit: Decimal, int or str, never a float. A time in
        force not given is GTC for a limit order and IOC for a market order. `client_order_id`: your own key, None to
        have one made, "" for none (then it is not repeated when the connection fails).
        Raises OrderRejected (InsufficientFunds, PostOnlyWouldCross, InvalidOrder, MarketClosed), InvalidRequest,
        NotFound, AlreadyExists, OutcomeUnknown.
        """
        request = requests.place_order(
            market=market,
            side=side,
            quantity=quantity,
            price=price,
            type=type,
            time_in_force=time_in_force,
            post_only=post_only,
            client_order_id=client_order_id,
            validate_only=validate_only,
        )
        return self._call(operations.place_order(request), timeout)

    def cancel_order(
        self,
        *,
        order_id: int | None = None,
        client_order_id: str | None = None,
        validate_only: bool = False,
        timeout: float | None = None,
    ) -> Order:
        """Cancel one open order, named by one of its ids; returns it as it ended. Raises NotFound, OrderClosed."""
        request = requests.cancel_order(order_id=order_id, client_order_id=client_order_id, validate_only=validate_only)
        return self._call(operations.cancel_order(request), timeout)

    def cancel_all_orders(
        self, *, market: str = "", validate_only: bool = False, timeout: float | None = None
    ) -> list[int]:
        """Cancel all open orders, or those of one market; returns their ids, oldest first.

        When it had to be repeated, only the ids that the last attempt canceled.
        """
        return self._call(operations.cancel_all_orders(market, validate_only), timeout)

    def get_order(
        self, *, order_id: int | None = None, client_order_id: str | None = None, timeout: float | None = None
    ) -> Order:
        """Get one order as it is now, named by one of its ids. Raises NotFound; old closed ones are in list_orders."""
        request = requests.get_order(order_id=order_id, client_order_id=client_order_id)
        return self._call(operations.get_order(request), timeout)

    def list_orders(
        self,
        *,
        market: str = "",
        open_only: bool = False,
        page_size: int = 0,
        page_token: str = "",
        account_id: int = 0,
        timeout: float | None = None,
    ) -> Pages[Order]:
        """List orders, newest first: open ones as they are now, or all, which may be a moment behind.

        `page_size`: 1 to 1000, 0 is 100. `account_id`: another account, for keys with the scope ADMIN.
        """
        return Pages(
            lambda token: self._call(operations.list_orders(market, open_only, page_size, account_id, token), timeout),
            page_token,
        )

    def order_entry(
        self,
        *,
        max_in_flight: int = DEFAULT_IN_FLIGHT,
        on_reconnect: Callable[[Reconnected], None] | None = None,
    ) -> OrderEntry:
        """Return a session for many orders, answered in order without waiting in between: `with` it."""
        return OrderEntry(self, max_in_flight, on_reconnect)

    # ---------------------------------------------------------------- account

    def get_account(self, *, account_id: int = 0, timeout: float | None = None) -> Account:
        """Get the account that the key belongs to, with what the key may do; or another one (scope ADMIN)."""
        return self._call(operations.get_account(account_id), timeout)

    def list_balances(self, *, account_id: int = 0, timeout: float | None = None) -> list[Balance]:
        """List balances as they are now, by asset name; assets never held are left out."""
        return self._call(operations.list_balances(account_id), timeout)

    def list_fills(
        self,
        *,
        market: str = "",
        order_id: int = 0,
        page_size: int = 0,
        page_token: str = "",
        account_id: int = 0,
        timeout: float | None = None,
    ) -> Pages[Fill]:
        """List fills from the history, newest first; of one market or order if given. It may be a moment behind."""
        return Pages(
            lambda token: self._call(operations.list_fills(market, order_id, page_size, account_id, token), timeout),
            page_token,
        )

    def list_ledger_entries(
        self,
        *,
        asset: str = "",
        page_size: int = 0,
        page_token: str = "",
        account_id: int = 0,
        timeout: float | None = None,
    ) -> Pages[LedgerEntry]:
        """List ledger entries from the history, newest first; of one asset if given. It may be a moment behind."""
        return Pages(
            lambda token: self._call(operations.list_ledger_entries(asset, page_size, account_id, token), timeout),
            page_token,
        )

    def stream_fills(self, *, after_sequence: int | None = None) -> Stream[FillEvent]:
        """Follow the account's fills, none left out; from the next one, or after the given sequence.

        Yields Reconnected after a break that lost nothing, Resynced after one that may have (`list_fills` has what is
        missing). Raises SequenceTooOld when what lies after the given sequence is no longer kept.
        """
        return Stream(self, FillState(self._connection, after_sequence))

    def stream_account(self, *, after_sequence: int | None = None) -> Stream[AccountEvent]:
        """Follow the account: AccountSnapshot, then every AccountUpdate; resumed after a sequence only the updates.

        Yields Reconnected after a break that lost nothing; Resynced and a new snapshot after one that did. Raises
        SequenceTooOld when what lies after the given sequence is no longer kept.
        """
        return Stream(self, AccountState(self._connection, after_sequence))

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
