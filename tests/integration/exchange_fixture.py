"""A served exchange with a market and two funded traders, and short ways to call it."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import grpc
import pytest

from exchange.v1 import account_service_pb2 as account_pb
from exchange.v1 import admin_service_pb2 as admin_pb
from exchange.v1 import order_service_pb2 as order_pb
from exchange.v1 import types_pb2
from exchange.v1.account_service_pb2_grpc import AccountServiceStub
from exchange.v1.admin_service_pb2_grpc import AdminServiceStub
from exchange.v1.market_data_service_pb2_grpc import MarketDataServiceStub
from exchange.v1.order_service_pb2_grpc import OrderServiceStub
from tests.integration.exchange_process import ExchangeProcess

MARKET = "BTC-USDC"
BUY = types_pb2.SIDE_BUY
SELL = types_pb2.SIDE_SELL
LIMIT = types_pb2.ORDER_TYPE_LIMIT
READ, TRADE, ADMIN = types_pb2.SCOPE_READ, types_pb2.SCOPE_TRADE, types_pb2.SCOPE_ADMIN

Metadata = tuple[tuple[str, str], ...]


def bearer(api_key: str) -> Metadata:
    return (("authorization", f"Bearer {api_key}"),)


@dataclass(frozen=True)
class Trader:
    account_id: int
    api_key: str

    @property
    def metadata(self) -> Metadata:
        return bearer(self.api_key)


class Exchange:
    """A running server, its four stubs, and an operator."""

    def __init__(self, process: ExchangeProcess) -> None:
        self.process = process
        self._names = itertools.count(1)
        self.connect()

    def connect(self) -> None:
        self.channel = grpc.insecure_channel(self.process.address)
        self.market_data = MarketDataServiceStub(self.channel)
        self.orders = OrderServiceStub(self.channel)
        self.accounts = AccountServiceStub(self.channel)
        self.admin = AdminServiceStub(self.channel)
        self.operator = bearer(self.process.admin_key)

    def seed(self) -> None:
        """Create BTC-USDC: tick 0.5, lot 0.001, at least 1 USDC, fees −100 and 500 ppm."""
        for name, decimals in (("BTC", 8), ("USDC", 6)):
            self.admin.CreateAsset(admin_pb.CreateAssetRequest(name=name, decimals=decimals), metadata=self.operator)
        self.admin.CreateMarket(
            admin_pb.CreateMarketRequest(
                base_asset="BTC",
                quote_asset="USDC",
                tick_size="0.5",
                lot_size="0.001",
                min_notional="1",
                maker_fee_ppm=-100,
                taker_fee_ppm=500,
            ),
            metadata=self.operator,
        )

    def set_status(self, status: types_pb2.MarketStatus) -> types_pb2.Market:
        """Set what the market accepts."""
        request = admin_pb.SetMarketStatusRequest(market=MARKET, status=status)
        return self.admin.SetMarketStatus(request, metadata=self.operator).market

    def trader(self, *scopes: types_pb2.Scope, btc: str = "1000", usdc: str = "100000000") -> Trader:
        """Create an account with money and a key; READ and TRADE when no scope is named."""
        name = f"trader-{next(self._names)}"
        account = self.admin.CreateAccount(admin_pb.CreateAccountRequest(name=name), metadata=self.operator).account
        for asset, amount in (("BTC", btc), ("USDC", usdc)):
            self.admin.Credit(
                admin_pb.CreditRequest(account_id=account.account_id, asset=asset, amount=amount),
                metadata=self.operator,
            )
        return Trader(account.account_id, self.api_key(account.account_id, *(scopes or (READ, TRADE))).api_key)

    def api_key(self, account_id: int, *scopes: types_pb2.Scope) -> admin_pb.CreateApiKeyResponse:
        return self.admin.CreateApiKey(
            admin_pb.CreateApiKeyRequest(account_id=account_id, scopes=scopes), metadata=self.operator
        )

    def place(
        self, trader: Trader, side: types_pb2.Side, price: str, quantity: str, **fields: object
    ) -> types_pb2.Order:
        request = order_pb.PlaceOrderRequest(market=MARKET, side=side, type=LIMIT, price=price, quantity=quantity)
        request.MergeFrom(order_pb.PlaceOrderRequest(**fields))  # type: ignore[arg-type]
        return self.orders.PlaceOrder(request, metadata=trader.metadata).order

    def balance(self, trader: Trader, asset: str) -> tuple[str, str]:
        """Return available and reserved."""
        balances = self.accounts.ListBalances(account_pb.ListBalancesRequest(), metadata=trader.metadata).balances
        (balance,) = [balance for balance in balances if balance.asset == asset]
        return balance.available, balance.reserved

    def state(self) -> tuple[int, bytes]:
        """Return the sequence and the hash of the engine's whole state."""
        answer = self.admin.GetStateHash(admin_pb.GetStateHashRequest(), metadata=self.operator)
        return answer.sequence, answer.state_hash


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """Serve an exchange for the tests of one module."""
    process = ExchangeProcess(tmp_path_factory.mktemp("exchange") / "data", heartbeat_seconds=0.2)
    process.start()
    try:
        exchange = Exchange(process)
        exchange.seed()
        yield exchange
    finally:
        process.stop()


@pytest.fixture
def alice(exchange: Exchange) -> Trader:
    return exchange.trader()


@pytest.fixture
def bob(exchange: Exchange) -> Trader:
    return exchange.trader()
