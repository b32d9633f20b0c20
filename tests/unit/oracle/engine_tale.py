"""The examples of docs/orders.md told by the engine: orders written down in the oracle's form, become commands."""

from __future__ import annotations

from collections.abc import Mapping

from exchange_server.engine import Engine
from exchange_server.engine import types as t
from exchange_server.engine.commands import (
    AmendOrder,
    BatchOrders,
    CancelAllOrders,
    CancelOrder,
    CancelReplaceOrder,
    CancelSessionOrders,
    Command,
    CreateAccount,
    CreateAsset,
    CreateMarket,
    Credit,
    ExpireOrders,
    PlaceBracketOrder,
    PlaceOcoOrder,
    PlaceOrder,
    RunCancelAllAfter,
    SetCancelAllAfter,
    SetMarketProtection,
    SetMarketStatus,
    SetTradeGroup,
)
from exchange_server.engine.events import Event, Trade
from exchange_server.engine.invariants import check
from exchange_server.engine.orders import Order
from exchange_server.engine.terms import PLAIN_ROW, SpecialTerms, terms_of
from tests.oracle.naive_exchange import NaiveOrder, NaiveTrade, Outcome, Protection
from tests.property.test_order_types_against_oracle import ENDS, REASONS, STATES, told, word
from tests.unit.oracle.tale import BASE, MILLION, NAMES, QUOTE, Item, Tale

MARKET = t.MarketId(1)
PEGS = {"": 0, "OWN": 1, "MID": 2, "OPPOSITE": 3}


class EngineTale(Tale):
    """Told by the engine; an order that was written down shows what the engine knows of it after each command."""

    def __init__(
        self, maker_ppm: int = 0, taker_ppm: int = 0, holds: Mapping[tuple[str, int], int] | None = None
    ) -> None:
        super().__init__()
        self.now = 0
        self.engine = Engine()
        self.written: dict[int, NaiveOrder] = {}
        self._apply(CreateAsset("AAA", 0))
        self._apply(CreateAsset("QQQ", 0))
        self._apply(CreateMarket("AAA", "QQQ", 1, 0, 1, 0, t.Atoms(0), t.Ppm(maker_ppm), t.Ppm(taker_ppm)))
        for account, who in enumerate(NAMES):
            self._apply(CreateAccount(who))
            for asset in (BASE, QUOTE):
                atoms = (holds or {}).get((who, asset), MILLION)
                self._apply(Credit(account_id(account), t.AssetId(asset), t.Atoms(atoms), ""))

    # ------------------------------------------------------------ commands

    def place(self, order: NaiveOrder) -> Outcome:
        return self._say(command_of(order), order)

    def place_oco(self, above: NaiveOrder, below: NaiveOrder) -> Outcome:
        return self._say(PlaceOcoOrder(command_of(above), command_of(below)), above, below)

    def place_bracket(self, entry: NaiveOrder, take_profit: NaiveOrder, stop_loss: NaiveOrder) -> Outcome:
        orders = (entry, take_profit, stop_loss)
        return self._say(PlaceBracketOrder(*map(command_of, orders)), *orders)

    def amend(self, outcome: Outcome, price: int | None = None, quantity: int | None = None) -> Outcome:
        assert outcome.order is not None
        order_id = self._id_of(outcome.order.order_id)
        account = account_id(outcome.order.account)
        return self._say(AmendOrder(account, order_id, "", t.Ticks(price or 0), t.Lots(quantity or 0)))

    def cancel(self, who: str, number: int) -> Outcome:
        return self._say(CancelOrder(account_of(who), self._id_of(number), ""))

    def cancel_replace(self, old: NaiveOrder, new: NaiveOrder, stop_on_failure: bool) -> Outcome:
        cancel = CancelOrder(account_id(old.account), self._id_of(old.order_id), "")
        return self._say(CancelReplaceOrder(cancel, command_of(new), stop_on_failure), new)

    def batch(self, items: list[Item], all_or_none: bool) -> list[Outcome]:
        if all_or_none:
            return self._all_or_none(items)
        return [self.place(item) if isinstance(item, NaiveOrder) else self.cancel(*item) for item in items]

    def cancel_all(self, who: str, buy: bool | None, prefix: str) -> Outcome:
        side = 0 if buy is None else side_of(buy)
        return self._say(CancelAllOrders(account_of(who), MARKET, side, prefix))

    def cancel_session(self, who: str, session: int) -> Outcome:
        return self._say(CancelSessionOrders(account_of(who), session))

    def expire(self) -> Outcome:
        return self._say(ExpireOrders())

    def set_cancel_all_after(self, who: str, timeout: int) -> Outcome:
        return self._say(SetCancelAllAfter(account_of(who), timeout))

    def run_cancel_all_after(self, who: str, cancel_time: int) -> Outcome:
        return self._say(RunCancelAllAfter(account_of(who), t.TimeNs(cancel_time)))

    def set_trade_group(self, who: str, group: int) -> Outcome:
        return self._say(SetTradeGroup(account_of(who), group))

    def set_protection(self, protection: Protection) -> Outcome:
        return self._say(
            SetMarketProtection(
                MARKET,
                t.Lots(protection.min_quantity),
                t.Lots(protection.max_quantity),
                t.Atoms(protection.min_notional or 0),
                t.Atoms(protection.max_notional),
                protection.max_open_orders,
                protection.band_bps,
                protection.market_bps,
                t.Ticks(protection.reference),
            )
        )

    def set_status(self, status: str) -> Outcome:
        return self._say(SetMarketStatus(MARKET, vars(t)[f"MARKET_{status}"]))

    # ------------------------------------------------------------ what it knows

    def book(self, buy: bool) -> list[tuple[str, int, int | None]]:
        rows: list[tuple[str, int, int | None]] = []
        for level in self.engine.books[MARKET].own(side_of(buy)).best_first():
            order: Order | None = level.first
            while order is not None:
                rows.append((self.engine.accounts[order.account_id].name, order.visible_lots, level.price_ticks))
                order = order.next
        return rows

    def open_orders(self, who: str) -> list[int]:
        return [self.written[order.order_id].order_id for order in self.engine.open_orders(account_of(who))]

    # ------------------------------------------------------------ work

    def _apply(self, command: Command) -> list[Event]:
        events = self.engine.apply(t.Sequence(self.engine.sequence + 1), t.TimeNs(self.now), command)
        check(self.engine)
        return events

    def _say(self, command: Command, *placed: NaiveOrder) -> Outcome:
        """Apply a command that creates these orders, and say what came of it with their numbers."""
        first = self.engine.sequence + 1 + self.engine.extra_orders
        events = self._apply(command)
        for order_id, order in enumerate(placed, first):
            if self.engine.find_order(account_id(order.account), t.OrderId(order_id), "") is not None:
                self.written[order_id] = order
        self._look_again()
        numbers = {order_id: order.order_id for order_id, order in self.written.items()}
        trades = [
            NaiveTrade(
                numbers[event.maker.order_id],
                numbers[event.taker.order_id],
                event.price_ticks,
                event.quantity_lots,
                event.maker_fee_atoms,
                event.taker_fee_atoms,
            )
            for event in events
            if isinstance(event, Trade)
        ]
        ids = {"trade": 2}
        lines: list[tuple[object, ...]] = [
            (what, *(numbers[one] for one in rest[: ids.get(what, 1)]), *rest[ids.get(what, 1) :])  # type: ignore[call-overload, index]
            for what, *rest in told(events)
        ]
        return Outcome(word(events), placed[0] if placed else None, trades, lines)

    def _all_or_none(self, items: list[Item]) -> list[Outcome]:
        """Apply a batch; what it is refused with is its one outcome, with the field that names the item."""
        commands = [
            command_of(item)
            if isinstance(item, NaiveOrder)
            else CancelOrder(account_of(item[0]), self._id_of(item[1]), "")
            for item in items
        ]
        (refused,) = self._apply(BatchOrders(commands))
        self._look_again()
        return [Outcome(word([refused]))]

    def _look_again(self) -> None:
        for order_id, shown in self.written.items():
            order = self.engine.find_order(account_id(shown.account), t.OrderId(order_id), "")
            assert order is not None
            shown.state, shown.reason = STATES[order.status], ENDS[order.close_reason]
            shown.quantity, shown.open = order.quantity_lots, order.open_lots
            shown.filled, shown.prevented = order.filled_lots, order.prevented_lots
            shown.refusal = REASONS[order.trigger_refusal] if order.trigger_refusal else ""

    def _id_of(self, number: int) -> t.OrderId:
        """The engine's id of an order, or the number itself when no order has it."""
        return t.OrderId(next((of for of, order in self.written.items() if order.order_id == number), number))


def account_id(account: int) -> t.AccountId:
    return t.AccountId(t.FIRST_CLIENT_ACCOUNT + account)


def account_of(who: str) -> t.AccountId:
    return account_id(NAMES.index(who))


def side_of(buy: bool) -> int:
    return t.SIDE_BUY if buy else t.SIDE_SELL


def command_of(order: NaiveOrder) -> PlaceOrder:
    """The command that places an order as it was written down."""
    kind, tif = vars(t)[f"TYPE_{order.kind}"], vars(t)[f"TIF_{order.tif}"]
    special = SpecialTerms(
        kind,
        tif,
        order.post_only,
        t.Atoms(order.quote_amount),
        t.Lots(order.display),
        vars(t)[f"SELF_TRADE_{order.stp}"],
        t.TimeNs(order.expire_time),
        order.slide,
        order.session,
        t.Ticks(order.trigger),
        t.Ticks(order.trailing_offset),
        order.trailing_bps,
        t.Ticks(order.activation),
        PEGS[order.peg],
        order.peg_offset,
    )
    terms = special if special.row() != PLAIN_ROW else terms_of(kind, tif, order.post_only)
    price, side = t.Ticks(order.price or 0), side_of(order.buy)
    return PlaceOrder(account_id(order.account), MARKET, side, terms, price, t.Lots(order.quantity), order.key)
