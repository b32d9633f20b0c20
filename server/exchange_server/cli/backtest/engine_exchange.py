"""The engine as an exchange in virtual time, in the words of the SDK."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from exchange_bots.bot.core import Item
from exchange_bots.bot.view import Terms
from exchange_bots.feed.messages import Level, TradePrint
from exchange_bots.play.actions import Side
from exchange_sdk import (
    AccountUpdate,
    AmendOrder,
    Balance,
    CancelOrder,
    DecimalInput,
    Fill,
    Liquidity,
    NewOrder,
    Order,
    OrderResult,
    OrderStatus,
    OrderType,
    TimeInForce,
)
from exchange_sdk import Side as SdkSide
from exchange_sdk.errors import from_order_error
from exchange_server.engine import Engine, commands
from exchange_server.engine import types as t
from exchange_server.engine.events import Event, OrderClosed, Rejected, Trade
from exchange_server.engine.orders import Order as EngineOrder
from exchange_server.engine.terms import terms_of
from exchange_server.wire.errors import FieldError
from exchange_server.wire.units import MarketUnits

MARKET_ID = t.MarketId(1)
BASE_ID, QUOTE_ID = t.AssetId(1), t.AssetId(2)
INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION = 3, 5, 9
NO_QUANTITY = Decimal(0)


class EngineExchange:
    """One market on an engine of its own, `engine`. Commands carry the time of the caller, which must not go back."""

    def __init__(
        self, terms: Terms, funds: Mapping[str, tuple[Decimal, Decimal]], *, maker_fee_ppm: int, taker_fee_ppm: int
    ) -> None:
        """`funds`: base and quote by account. Raises ValueError for terms that the engine refuses."""
        self.terms = terms
        base, _, quote = terms.market.partition("-")
        self.assets = (base, quote)
        self.engine = Engine()
        self._accounts: dict[str, t.AccountId] = {}
        self._names: dict[int, str] = {}
        self._updates: list[tuple[str, AccountUpdate]] = []
        self._trades: list[TradePrint] = []
        # A tick times a lot is whole atoms with as many decimals as both have together.
        self._base_decimals = _decimals(terms.lot_size)
        self._quote_decimals = _decimals(terms.tick_size) + self._base_decimals
        self._apply(commands.CreateAsset(base, self._base_decimals), 0)
        self._apply(commands.CreateAsset(quote, self._quote_decimals), 0)
        self._apply(
            commands.CreateMarket(
                base,
                quote,
                *_units(terms.tick_size),
                *_units(terms.lot_size),
                self._atoms(terms.min_notional, self._quote_decimals),
                t.Ppm(maker_fee_ppm),
                t.Ppm(taker_fee_ppm),
            ),
            0,
        )
        self._units = MarketUnits(self.engine.markets[MARKET_ID])
        for name, (base_amount, quote_amount) in funds.items():
            self._apply(commands.CreateAccount(name), 0)
            account_id = self.engine.accounts_by_name[name].account_id
            self._accounts[name], self._names[account_id] = account_id, name
            for asset_id, amount, decimals in (
                (BASE_ID, base_amount, self._base_decimals),
                (QUOTE_ID, quote_amount, self._quote_decimals),
            ):
                if amount:
                    self._apply(
                        commands.Credit(account_id, asset_id, self._atoms(amount, decimals), f"start-{asset_id}"), 0
                    )

    # ---------------------------------------------------------------- what bots do

    def execute(self, account: str, at_ns: int, items: Sequence[Item]) -> list[OrderResult]:
        """Execute the items one after the other, each for itself."""
        return [self._execute(self._accounts[account], at_ns, item) for item in items]

    def cancel_all(self, account: str, at_ns: int) -> None:
        """Cancel every order of an account."""
        self._apply(commands.CancelAllOrders(self._accounts[account], MARKET_ID), at_ns)

    def balances(self, account: str) -> list[Balance]:
        """Return what an account holds."""
        decimals = {BASE_ID: self._base_decimals, QUOTE_ID: self._quote_decimals}
        names = {BASE_ID: self.assets[0], QUOTE_ID: self.assets[1]}
        return [
            Balance(names[asset_id], _amount(available, decimals[asset_id]), _amount(reserved, decimals[asset_id]))
            for asset_id, available, reserved in self.engine.balances(self._accounts[account])
        ]

    def news(self) -> tuple[list[tuple[str, AccountUpdate]], list[TradePrint]]:
        """Return what has changed for accounts and what was traded since the last call, in order."""
        updates, self._updates = self._updates, []
        trades, self._trades = self._trades, []
        return updates, trades

    def levels(self) -> tuple[list[Level], list[Level]]:
        """Return the twenty best bids and asks, the best first."""
        bids, asks = (
            [
                Level(ticks * self.terms.tick_size, lots * self.terms.lot_size)
                for ticks, lots in self.engine.levels(MARKET_ID, side, 20)
            ]
            for side in (t.SIDE_BUY, t.SIDE_SELL)
        )
        return bids, asks

    # ---------------------------------------------------------------- inside

    def _execute(self, account_id: t.AccountId, at_ns: int, item: Item) -> OrderResult:
        key = item.client_order_id or ""
        try:
            command = self._command(account_id, item)
        except FieldError as fault:
            return _refused(key, fault.reason, fault.field, INVALID_ARGUMENT)
        outcome = self._apply(command, at_ns)[0]
        if isinstance(outcome, Rejected):
            code = NOT_FOUND if outcome.reason == t.REJECT_ORDER_NOT_FOUND else FAILED_PRECONDITION
            return _refused(key, outcome.reason, outcome.field, code)
        order = self.engine.find_order(account_id, t.OrderId(0), key)
        assert order is not None
        return OrderResult(
            order.order_id,
            key,
            OrderStatus(order.status),
            order.filled_lots * self.terms.lot_size,
            _amount(order.cost_atoms, self._quote_decimals),
            _amount(order.fee_atoms, self._quote_decimals),
            deduplicated=False,
            error=None,
            prevented_quantity=order.prevented_lots * self.terms.lot_size,
        )

    def _command(self, account_id: t.AccountId, item: Item) -> commands.Command:
        key = item.client_order_id or ""
        match item:
            case CancelOrder():
                return commands.CancelOrder(account_id, t.OrderId(0), key)
            case AmendOrder():
                return commands.AmendOrder(
                    account_id, t.OrderId(0), key, self._ticks(item.price), self._lots(item.quantity)
                )
            case NewOrder():
                side = t.SIDE_BUY if str(item.side) == "buy" else t.SIDE_SELL
                tif = t.TIF_IOC if item.time_in_force is TimeInForce.IOC else t.TIF_GTC
                terms = terms_of(t.TYPE_LIMIT, tif, item.post_only)
                ticks, lots = self._ticks(item.price), self._lots(item.quantity)
                return commands.PlaceOrder(account_id, MARKET_ID, side, terms, ticks, lots, key)

    def _apply(self, command: commands.Command, at_ns: int) -> list[Event]:
        sequence = t.Sequence(self.engine.sequence + 1)
        events = self.engine.apply(sequence, t.TimeNs(at_ns), command)
        if at_ns == 0 and isinstance(events[0], Rejected):
            raise ValueError(f"{type(command).__name__}: refused, reason {events[0].reason} ({events[0].field})")
        trades = [event for event in events if isinstance(event, Trade)]
        closed = [event.order for event in events if isinstance(event, OrderClosed)]
        if trades or (closed and isinstance(command, commands.PlaceOrder | commands.AmendOrder)):
            # What rested has changed; an arriving order's answer says what became of it.
            changed = {trade.maker.order_id: trade.maker for trade in trades}
            changed |= {order.order_id: order for order in closed}
            self._note(trades, changed, sequence, at_ns)
        return events

    def _note(
        self, trades: Sequence[Trade], changed: Mapping[t.OrderId, EngineOrder], sequence: int, at_ns: int
    ) -> None:
        """Tell the owners of each trade and of what was closed, and everybody of the trades."""
        fills: dict[str, list[Fill]] = {self._names[order.account_id]: [] for order in changed.values()}
        for trade in trades:
            price, quantity = trade.price_ticks * self.terms.tick_size, trade.quantity_lots * self.terms.lot_size
            for order, fee, liquidity in (
                (trade.maker, trade.maker_fee_atoms, Liquidity.MAKER),
                (trade.taker, trade.taker_fee_atoms, Liquidity.TAKER),
            ):
                fill = Fill(
                    trade.trade_id,
                    order.order_id,
                    order.client_order_id,
                    self.terms.market,
                    SdkSide(order.side),
                    price,
                    quantity,
                    _amount(trade.cost_atoms, self._quote_decimals),
                    _amount(fee, self._quote_decimals),
                    liquidity,
                    at_ns,
                    sequence,
                )
                fills.setdefault(self._names[order.account_id], []).append(fill)
            taker_side = Side.BUY if trade.taker.side == t.SIDE_BUY else Side.SELL
            self._trades.append(TradePrint(self.terms.market, at_ns, taker_side, price, quantity, trade.trade_id))
        for name, own in fills.items():
            orders = tuple(self._order(order) for order in changed.values() if self._names[order.account_id] == name)
            update = AccountUpdate(orders, tuple(own), tuple(self.balances(name)), sequence, 0, at_ns)
            self._updates.append((name, update))

    def _order(self, order: EngineOrder) -> Order:
        lot = self.terms.lot_size
        return Order(
            order_id=order.order_id,
            account_id=order.account_id,
            market=self.terms.market,
            client_order_id=order.client_order_id,
            side=SdkSide(order.side),
            type=OrderType.LIMIT,
            time_in_force=TimeInForce(order.time_in_force),
            post_only=order.post_only,
            price=order.price_ticks * self.terms.tick_size,
            quantity=order.quantity_lots * lot,
            filled_quantity=order.filled_lots * lot,
            open_quantity=order.open_lots * lot,
            filled_quote=_amount(order.cost_atoms, self._quote_decimals),
            fee=_amount(order.fee_atoms, self._quote_decimals),
            status=OrderStatus(order.status),
            close_reason=None,
            create_time_ns=order.create_time_ns,
            update_time_ns=order.update_time_ns,
            prevented_quantity=order.prevented_lots * lot,
        )

    def _ticks(self, price: DecimalInput | None) -> t.Ticks:
        """Read a price as the exchange does; 0 for None. Raises FieldError."""
        if price is None:
            return t.Ticks(0)
        text = f"{Decimal(price):f}"
        return self._units.ticks.get(text) or self._units.read_price(text)

    def _lots(self, quantity: DecimalInput | None) -> t.Lots:
        """Read a quantity as the exchange does; 0 for None. Raises FieldError."""
        if quantity is None:
            return t.Lots(0)
        text = f"{Decimal(quantity):f}"
        return self._units.lots.get(text) or self._units.read_quantity(text)

    @staticmethod
    def _atoms(amount: Decimal, decimals: int) -> t.Atoms:
        return t.Atoms(int(amount.scaleb(decimals)))


def _refused(key: str, reason: int, field: str, code: int) -> OrderResult:
    error = from_order_error(reason, field, "refused", code)
    return OrderResult(0, key, None, NO_QUANTITY, NO_QUANTITY, NO_QUANTITY, deduplicated=False, error=error)


def _units(step: Decimal) -> tuple[int, int]:
    """Return a step as units and decimals."""
    decimals = _decimals(step)
    return int(step.scaleb(decimals)), decimals


def _decimals(step: Decimal) -> int:
    exponent = step.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return max(-exponent, 0)


def _amount(atoms: int, decimals: int) -> Decimal:
    return Decimal(atoms).scaleb(-decimals)
