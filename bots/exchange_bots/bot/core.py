"""One bot without its connections: what it knows, what it wants next, and what came of it.

Whoever drives it brings time, market data, account events and answers, and sends what `step` returns: live that is
`runner`, in a backtest the engine itself in virtual time. It does no I/O and asks no clock.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from exchange_bots.bot.config import BotConfig
from exchange_bots.bot.own_orders import OwnOrders
from exchange_bots.bot.reconcile import affordable, reconcile
from exchange_bots.bot.safety import KillSwitch, State
from exchange_bots.bot.strategy import Strategy
from exchange_bots.bot.view import ZERO, OwnFill, Quote, Terms, View
from exchange_bots.clock import NS
from exchange_bots.feed.messages import TradePrint
from exchange_bots.feed.venue_feed import Look
from exchange_bots.logs import BotLog
from exchange_bots.play.actions import Side
from exchange_sdk import (
    AccountUpdate,
    AmendOrder,
    Balance,
    CancelOrder,
    DecimalInput,
    ExchangeError,
    Fill,
    Liquidity,
    MarketClosed,
    NewOrder,
    NotFound,
    OrderClosed,
    OrderResult,
    OrderStatus,
    OutcomeUnknown,
    PostOnlyWouldCross,
    QuantityNotAboveFilled,
    TimeInForce,
)

Item = NewOrder | AmendOrder | CancelOrder
LARGEST_BATCH = 500
UNTOLD_SECONDS = 3.0
"""After which a fill that was answered and not told on the account's stream puts everything in doubt."""
WAITING_TRADES = 1_000
"""Of the reference, between two views; older ones are left out."""


class Step(NamedTuple):
    """What to send: everything canceled, or these items as one batch."""

    cancel_all: bool
    items: Sequence[Item]


NO_STEP = Step(False, ())


class UntoldFills:
    """What answers said was taken, and the account's stream has not told yet: until then holdings are out of date."""

    def __init__(self) -> None:
        self._told: dict[str, Decimal] = {}
        self._untold: dict[str, Decimal] = {}
        self._since_ns = 0

    def answered(self, at_ns: int, key: str, filled: Decimal) -> None:
        """Take what an answer said."""
        missing = filled - self._told.pop(key, ZERO)
        if missing > 0:
            self._untold[key] = missing
            self._since_ns = at_ns

    def told(self, key: str, quantity: Decimal) -> None:
        """Take what the stream told."""
        if key not in self._untold:
            self._told[key] = self._told.get(key, ZERO) + quantity
        elif quantity >= self._untold[key]:
            del self._untold[key]
        else:
            self._untold[key] -= quantity

    def settled(self) -> None:
        """Nothing is under way any more: what was told of orders that rest is of no concern here."""
        self._told.clear()

    def clear(self) -> None:
        """Forget everything: the holdings were asked for."""
        self._told.clear()
        self._untold.clear()

    def are_there(self) -> bool:
        """Tell whether to wait."""
        return bool(self._untold)

    def are_overdue(self, at_ns: int) -> bool:
        """Tell whether to wait no longer."""
        return bool(self._untold) and at_ns - self._since_ns > UNTOLD_SECONDS * NS


@dataclass(slots=True)
class Holdings:
    """What the account holds, and held at the start; whole balances."""

    base: Decimal = ZERO
    quote: Decimal = ZERO
    start_base: Decimal | None = None
    start_quote: Decimal = ZERO


class BotCore:
    """Connect, sync, decide, reconcile: all of it but the connecting."""

    def __init__(self, config: BotConfig, strategy: Strategy[Any], run: str) -> None:
        """`run`: a name that no earlier run of this account had; order keys begin with it."""
        self.config = config
        self.strategy = strategy
        self.log = BotLog(config.name)
        self.counts: Counter[str] = Counter()
        self.state, self.reason = State.STARTING, ""
        self.last_error = ""
        self.needs_sync = True
        self.orders = OwnOrders()
        self._run = run
        self._keys = 0
        self._terms: Terms | None = None
        self._assets = ("", "")
        self._holdings = Holdings()
        self._safety = KillSwitch(config.safety)
        self._mark: Decimal | None = None
        self._trades: list[TradePrint] = []
        self._fills: list[OwnFill] = []
        self._untold = UntoldFills()

    # ---------------------------------------------------------------- what it hears

    def connected(self, terms: Terms, base_asset: str, quote_asset: str) -> None:
        """Learn the market. Everything else is unknown until `synced`."""
        self._terms, self._assets = terms, (base_asset, quote_asset)
        self.needs_sync = True

    def synced(self, balances: Iterable[Balance]) -> None:
        """Start clean: no order of ours is open, and these are the balances."""
        self.orders.clear()
        self._untold.clear()
        self._take_balances(balances)
        if self._holdings.start_base is None:
            self._holdings.start_base, self._holdings.start_quote = self._holdings.base, self._holdings.quote
        self.needs_sync = False
        self.strategy.forget()
        self._count("syncs")

    def doubt_orders(self, why: str) -> None:
        """Take note that what is open is not known any more: it is canceled before anything else."""
        self.needs_sync = True
        self.last_error = why
        self.log.warning("orders_in_doubt", why=why)

    def account_changed(self, update: AccountUpdate) -> None:
        """Take an update of the account's stream."""
        self._take_balances(update.balances)
        self.orders.heard(order for order in update.orders if order.market == self.config.market)
        for fill in update.fills:
            if fill.market == self.config.market:
                self._filled(fill)

    def traded(self, trades: Iterable[TradePrint]) -> None:
        """Take trades of the reference."""
        self._trades.extend(trades)
        del self._trades[:-WAITING_TRADES]

    # ---------------------------------------------------------------- what it does

    @property
    def inventory(self) -> Decimal:
        """Base units beyond the neutral amount."""
        neutral = self.config.neutral_base
        if neutral is None:
            neutral = self._holdings.start_base or ZERO
        return self._holdings.base - neutral

    @property
    def result(self) -> Decimal | None:
        """Profit or loss since the start in quote units, what was bought or sold at the reference's middle price."""
        held = self._holdings
        if held.start_base is None or self._mark is None:
            return None
        return held.quote - held.start_quote + (held.base - held.start_base) * self._mark

    def step(self, at_ns: int, look: Look) -> Step:
        """Return what to do at this time, with this look at the reference."""
        if self._untold.are_overdue(at_ns):
            self.doubt_orders("a fill was answered and never told")
        if self._terms is None or self.needs_sync:
            return NO_STEP
        if look.book is not None:
            self._mark = look.book.mid
        doubt = look.doubt if self.strategy.needs_reference else None
        self._to_state(*self._safety.judge(at_ns, doubt=doubt, result=self.result, inventory=self.inventory))
        if self.state is not State.RUNNING:
            # What was traded meanwhile is history when it goes on.
            self._trades.clear()
            return Step(True, ()) if len(self.orders) else NO_STEP
        if self._untold.are_there():
            return NO_STEP
        view = View(
            time_ns=at_ns,
            terms=self._terms,
            reference=look.book,
            trades=tuple(self._trades),
            own=self.orders.resting(),
            fills=tuple(self._fills),
            inventory=self.inventory,
            base=self._holdings.base,
            quote=self._holdings.quote,
        )
        self._trades.clear()
        self._fills.clear()
        decision = self.strategy.decide(view)
        self._count("decisions")
        items: list[Item] = []
        if decision.quotes is not None:
            quotes = affordable(decision.quotes, view.base, view.quote)
            if len(quotes) < len(decision.quotes):
                self._count("short_of_money")
            for change in reconcile(view.own, quotes):
                items.append(self._quote(change) if isinstance(change, Quote) else change)
        for take in decision.takes:
            items.append(self._order(take.side, take.price, take.quantity, takes=True))
        return Step(False, tuple(items[:LARGEST_BATCH]))

    def canceled_all(self) -> None:
        """Take the answer to a cancel of everything."""
        self.orders.clear()
        self.strategy.forget()
        self._count("cancels_of_all")

    def answered(self, at_ns: int, items: Sequence[Item], results: Sequence[OrderResult]) -> None:
        """Take the answers to a batch."""
        for item, result in zip(items, results, strict=True):
            key = item.client_order_id or ""
            rests = result.status is OrderStatus.OPEN
            # What self-trade prevention took is gone like what was filled.
            filled = result.filled_quantity + result.prevented_quantity
            if result.error is not None:
                self._refused(at_ns, key, result.error)
            elif isinstance(item, NewOrder):
                if item.time_in_force is TimeInForce.IOC:
                    self._count("takes")
                    self._untold.answered(at_ns, key, result.filled_quantity)
                else:
                    self._count("places")
                price, quantity = Decimal(str(item.price)), Decimal(str(item.quantity))
                self.orders.placed(key, _side(item), price, quantity, filled, rests=rests)
            elif isinstance(item, AmendOrder):
                self._count("amends")
                self.orders.amended(key, _number(item.price), _number(item.quantity), filled, rests=rests)
            else:
                self._count("cancels")
                self.orders.ended(key)
        self.orders.answered()
        self._untold.settled()

    def status(self) -> dict[str, Any]:
        """Return what `exchange bot status` shows: JSON's types only."""
        result = self.result
        return {
            "name": self.config.name,
            "market": self.config.market,
            "state": self.state.value,
            "reason": self.reason,
            "inventory": f"{self.inventory:f}",
            "result": None if result is None else f"{result:f}",
            "open_orders": len(self.orders),
            "counts": dict(sorted(self.counts.items())),
            "last_error": self.last_error,
        }

    # ---------------------------------------------------------------- inside

    def _refused(self, at_ns: int, key: str, error: ExchangeError) -> None:
        reason = error.reason_name or type(error).__name__
        self.last_error = str(error)
        if isinstance(error, NotFound | OrderClosed | PostOnlyWouldCross | QuantityNotAboveFilled):
            # The market was quicker, and that is no fault. Of the first two: filled, or canceled from outside, while we
            # asked.
            self._count(f"outrun_{reason.lower()}")
            if isinstance(error, NotFound | OrderClosed):
                self.orders.ended(key)
            return
        self._count(f"refused_{reason.lower()}")
        if isinstance(error, OutcomeUnknown):
            self.doubt_orders(str(error))
        elif isinstance(error, MarketClosed):
            self._safety.pause(at_ns, f"market: {reason.lower()}")
        else:
            self._safety.refused(at_ns)
            self.log.warning("refused", order=key, reason=reason, message=error.message)

    def _to_state(self, state: State, reason: str) -> None:
        if (state, reason.partition(":")[0]) == (self.state, self.reason.partition(":")[0]):
            return
        # Who has just come has heard nothing yet, and that is as it should be.
        is_as_expected = not reason or (self.state is State.STARTING and state is State.PAUSED)
        self.state, self.reason = state, reason
        self._count(state.value)
        log = self.log.info if is_as_expected else self.log.warning
        log(state.value, **({"reason": reason} if reason else {}))

    def _take_balances(self, balances: Iterable[Balance]) -> None:
        for balance in balances:
            if balance.asset == self._assets[0]:
                self._holdings.base = balance.total
            elif balance.asset == self._assets[1]:
                self._holdings.quote = balance.total

    def _filled(self, fill: Fill) -> None:
        self._count("fills")
        self._untold.told(fill.client_order_id, fill.quantity)
        side = Side(fill.side.name.lower())
        is_maker = fill.liquidity is Liquidity.MAKER
        self._fills.append(OwnFill(side, fill.price, fill.quantity, fill.quote_amount, fill.fee, is_maker))

    def _quote(self, quote: Quote) -> NewOrder:
        return self._order(quote.side, quote.price, quote.quantity, takes=False)

    def _order(self, side: Side, price: Decimal, quantity: Decimal, *, takes: bool) -> NewOrder:
        self._keys += 1
        return NewOrder(
            market=self.config.market,
            side=side.value,
            price=price,
            quantity=quantity,
            time_in_force=TimeInForce.IOC if takes else TimeInForce.GTC,
            post_only=not takes,
            client_order_id=f"{self._run}-{self._keys}",
        )

    def _count(self, what: str) -> None:
        self.counts[what] += 1


def _side(order: NewOrder) -> Side:
    return Side(str(order.side))


def _number(value: DecimalInput | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
