"""A server process for tests: started, waited for, given markets and accounts, restarted or killed, and taken away."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from exchange_sdk._client_async import AsyncClient
from exchange_sdk._client_sync import Client
from exchange_sdk._decimals import DecimalInput
from exchange_sdk._enums import Scope, Side
from exchange_sdk._order_items import NewOrder
from exchange_sdk.testing._markets import DEFAULT_MARKET, MarketTerms, create

START_SECONDS = 60.0
STOP_SECONDS = 30.0
QUOTING_ACCOUNT = "test-exchange-quotes"
HOUSE_DIGITS = 16
"""Of the atoms of each asset that the house has: plenty, and far from what an asset's supply can be."""

# The server's settings are ours alone; which engine it runs is the machine's matter.
_KEPT_SETTINGS = ("EXCHANGE_ENGINE",)

Levels = Sequence[tuple[DecimalInput, DecimalInput]]


class TestExchangeError(Exception):
    """The server could not be started, or is not running; the message has what it said."""

    __test__ = False


class TestExchange:
    """A real exchange for tests, empty but for its markets: `with TestExchange() as exchange`.

    It is a process with a data directory that goes with it, on a free port of this machine, and it has no databases:
    calls that read the history (`list_fills`, `list_candles`, closed orders, …) raise Unavailable; everything live
    works. `markets`: terms or names; `settings`: those of the server, such as `heartbeat_seconds=0.2`. Needs the extra
    `exchange-sdk[testing]`.
    """

    __test__ = False

    def __init__(self, *markets: MarketTerms | str, settings: Mapping[str, object] | None = None) -> None:
        self._markets = [MarketTerms.of(market) for market in markets or (DEFAULT_MARKET,)]
        self._settings = dict(settings or {})
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0
        self._clients: list[Client] = []
        self._accounts: dict[str, int] = {}
        self._admin: Client | None = None
        self._house: Client | None = None

    def __repr__(self) -> str:
        state = f"at {self.address}" if self.is_running else "not running"
        return f"TestExchange({', '.join(f'{each.base_asset}-{each.quote_asset}' for each in self._markets)}, {state})"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---------------------------------------------------------------- the process

    @property
    def address(self) -> str:
        """Where it serves: host:port, the same after a restart."""
        return f"127.0.0.1:{self._port}"

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        """What the server has said so far."""
        return (self._path / "server.log").read_text("utf-8", "replace") if self._folder else ""

    def start(self) -> None:
        """Start the server and return when it serves. Raises TestExchangeError."""
        if self.is_running:
            return
        if find_spec("exchange_server") is None:
            raise TestExchangeError("there is no server to start: install exchange-sdk[testing]")
        is_new = self._folder is None
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="test-exchange-")
        try:
            self._start_process()
            if is_new:
                create(self.admin, self._markets)
        except BaseException:
            self.close()
            raise

    def restart(self) -> None:
        """Stop the server in order and start it again: clients see their streams break and go on."""
        self._end(signal.SIGTERM)
        self._start_process()

    def kill(self) -> None:
        """End the server without a word, as a power cut would; `start` brings it back with all it had acknowledged."""
        self._end(signal.SIGKILL)

    def close(self) -> None:
        """Close the clients, stop the server and remove its data."""
        for client in self._clients:
            client.close()
        self._clients.clear()
        self._accounts.clear()
        self._admin = self._house = None
        self._end(signal.SIGTERM)
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
        self._port = 0

    def _start_process(self) -> None:
        ready = self._path / "ready.json"
        ready.unlink(missing_ok=True)
        settings = {
            "data_dir": self._path / "data",
            "grpc_port": self._port,
            "ready_file": ready,
            "shutdown_seconds": 1,
            **self._settings,
        }
        kept = {key: value for key, value in os.environ.items() if not key.startswith("EXCHANGE_")}
        kept |= {key: os.environ[key] for key in _KEPT_SETTINGS if key in os.environ}
        with (self._path / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "exchange_server.cli", "serve"],
                env=kept | {f"EXCHANGE_{key.upper()}": str(value) for key, value in settings.items()},
                # Its own folder has no .env that would speak for another exchange.
                cwd=self._path,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        # Whoever forgets to close it leaves no process behind.
        self._finalizer = weakref.finalize(self, _kill, self._process)
        deadline = time.monotonic() + START_SECONDS
        while not ready.exists():
            if not self.is_running or time.monotonic() > deadline:
                self._end(signal.SIGKILL)
                raise TestExchangeError(f"the server did not start:\n{self.log}")
            time.sleep(0.01)
        self._port = int(json.loads(ready.read_text())["address"].rpartition(":")[2])

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(how)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    @property
    def _path(self) -> Path:
        if self._folder is None:
            raise TestExchangeError("the exchange has not been started")
        return Path(self._folder.name)

    # ---------------------------------------------------------------- accounts

    @property
    def admin(self) -> Client:
        """The operator's client."""
        if self._admin is None:
            key = (self._path / "data" / "admin.key").read_text().strip()
            self._admin = self._tracked(Client(self.address, api_key=key))
        return self._admin

    def client(self, name: str, funds: Mapping[str, DecimalInput] | None = None, **options: Any) -> Client:
        """Return a client of an account, made when it is new, and credit `funds` (asset: amount) to it.

        `options` are those of `Client`. It is closed with the exchange at the latest.
        """
        return self._tracked(Client(self.address, api_key=self.api_key(name, funds), **options))

    def async_client(self, name: str, funds: Mapping[str, DecimalInput] | None = None, **options: Any) -> AsyncClient:
        """Return a client for asyncio, as `client` does; close it yourself: `async with exchange.async_client(…)`."""
        return AsyncClient(self.address, api_key=self.api_key(name, funds), **options)

    def api_key(
        self,
        name: str,
        funds: Mapping[str, DecimalInput] | None = None,
        scopes: Iterable[Scope | str] = (Scope.READ, Scope.TRADE),
    ) -> str:
        """Return a new key of an account, made when it is new, and credit `funds` (asset: amount) to it."""
        if name not in self._accounts:
            self._accounts[name] = self.admin.admin.create_account(name).account_id
        account_id = self._accounts[name]
        for asset, amount in (funds or {}).items():
            self.admin.admin.credit(account_id, asset, amount)
        return self.admin.admin.create_api_key(account_id, scopes).api_key

    def quote(self, market: str, bids: Levels = (), asks: Levels = ()) -> None:
        """Make these levels (price, quantity) the quotes of the house; those that it made before in the market go.

        The house has an account of its own, with the money that it needs.
        """
        if self._house is None:
            self._house = self.client(QUOTING_ACCOUNT, self._plenty())
        self._house.cancel_all_orders(market=market)
        sides = ((Side.BUY, bids), (Side.SELL, asks))
        orders = [
            NewOrder(market=market, side=side, quantity=quantity, price=price)
            for side, levels in sides
            for price, quantity in levels
        ]
        for result in self._house.batch_orders(orders) if orders else ():
            if result.error is not None:
                raise result.error

    def _plenty(self) -> dict[str, DecimalInput]:
        return {asset.name: 10 ** (HOUSE_DIGITS - asset.decimals) for asset in self.admin.list_assets()}

    def _tracked(self, client: Client) -> Client:
        self._clients.append(client)
        return client


def _kill(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.kill()
        process.wait()
