"""All kinds of orders: the engine does what the naive exchange does, which was written from docs/orders.md.

The same outcomes, trades, ends, triggers, orders, balances and levels, command by command, over random commands of
every kind at a dozen prices. `EXCHANGE_TEST_SIZE=nightly` tries a million commands.
"""

import os
import random

import pytest

from exchange_server.engine import Engine
from exchange_server.engine import types as t
from exchange_server.engine.commands import (
    AmendOrder,
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
from exchange_server.engine.events import (
    CancelReplaced,
    Event,
    OrderAccepted,
    OrderAmended,
    OrderCanceled,
    OrderClosed,
    OrderDeduplicated,
    OrderListAccepted,
    OrderMoved,
    OrderRested,
    OrdersCanceled,
    OrderTriggered,
    Rejected,
    Trade,
)
from exchange_server.engine.invariants import check
from exchange_server.engine.orders import Order
from exchange_server.engine.terms import SpecialTerms, terms_of
from tests.oracle.naive_exchange import NaiveExchange, NaiveMarket, NaiveOrder, Outcome, Protection

COMMANDS = 250
SEEDS = {"nightly": 4_000, "mutants": 6}.get(os.environ.get("EXCHANGE_TEST_SIZE", ""), 80)

REASONS = {value: name.removeprefix("REJECT_") for name, value in vars(t).items() if name.startswith("REJECT_")}
ENDS = {value: name.removeprefix("CLOSE_") for name, value in vars(t).items() if name.startswith("CLOSE_")}
ENDS |= {t.CLOSE_BY_OWNER: "CANCELED_BY_OWNER", t.CLOSE_NONE: ""}
STATES = {
    t.ORDER_OPEN: "open",
    t.ORDER_FILLED: "filled",
    t.ORDER_CANCELED: "canceled",
    t.ORDER_EXPIRED: "expired",
    t.ORDER_PENDING_TRIGGER: "pending",
}
TIFS = {"GTC": t.TIF_GTC, "IOC": t.TIF_IOC, "FOK": t.TIF_FOK, "GTT": t.TIF_GTT}
MODES = {
    "EXPIRE_MAKER": t.SELF_TRADE_EXPIRE_MAKER,
    "EXPIRE_TAKER": t.SELF_TRADE_EXPIRE_TAKER,
    "EXPIRE_BOTH": t.SELF_TRADE_EXPIRE_BOTH,
    "DECREMENT": t.SELF_TRADE_DECREMENT,
}
KINDS = {
    "LIMIT": t.TYPE_LIMIT,
    "MARKET": t.TYPE_MARKET,
    "STOP_MARKET": t.TYPE_STOP_MARKET,
    "STOP_LIMIT": t.TYPE_STOP_LIMIT,
    "TAKE_PROFIT_MARKET": t.TYPE_TAKE_PROFIT_MARKET,
    "TAKE_PROFIT_LIMIT": t.TYPE_TAKE_PROFIT_LIMIT,
    "TRAILING_STOP": t.TYPE_TRAILING_STOP,
    "PEGGED": t.TYPE_PEGGED,
}
PEGS = {"OWN": t.PEG_OWN, "MID": t.PEG_MID, "OPPOSITE": t.PEG_OPPOSITE}
STATUSES = {
    "OPEN": t.MARKET_OPEN,
    "POST_ONLY": t.MARKET_POST_ONLY,
    "CANCEL_ONLY": t.MARKET_CANCEL_ONLY,
    "HALTED": t.MARKET_HALTED,
    "AUCTION": t.MARKET_AUCTION,
}
MARKET = t.MarketId(1)
BASE, QUOTE = t.AssetId(1), t.AssetId(2)
ACCOUNTS = [1001, 1002, 1003]


class Pair:
    """The engine and the oracle side by side, and a source of commands."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        maker_ppm = self.random.choice([-3_333, 0, 90_001])
        rich = self.random.choice([60, 400, 40_000])
        self.openness = self.random.choice([40, 40, 3])
        """How often the market is open rather than in an auction or closed."""
        market = NaiveMarket(BASE, QUOTE, 7, 10, 20, maker_ppm, 12_345)
        self.oracle = NaiveExchange({1: market}, ACCOUNTS)
        self.engine = Engine()
        self.apply(CreateAsset("AAA", 1))
        self.apply(CreateAsset("QQQ", 0))
        self.apply(CreateMarket("AAA", "QQQ", 7, 0, 1, 0, t.Atoms(20), t.Ppm(maker_ppm), t.Ppm(12_345)))
        for account in ACCOUNTS:
            self.apply(CreateAccount(f"trader-{account}"))
            for asset, atoms in ((BASE, rich * 10), (QUOTE, rich * 70)):
                self.apply(Credit(t.AccountId(account), asset, t.Atoms(atoms), ""))
                self.oracle.credit(account, asset, atoms, "")
        if self.random.random() < 0.5:
            for account in ACCOUNTS[:2]:
                self.apply(SetTradeGroup(t.AccountId(account), 5))
                self.oracle.set_trade_group(account, 5)

    def apply(self, command: Command) -> list[Event]:
        sequence = t.Sequence(self.engine.sequence + 1)
        self.oracle.now = sequence * 1_000
        refusal = self.engine.check(command, t.TimeNs(self.oracle.now))
        events = self.engine.apply(sequence, t.TimeNs(self.oracle.now), command)
        if not isinstance(command, CancelReplaceOrder):
            first = events[0] if isinstance(events[0], Rejected) else None
            assert (refusal and (refusal.reason, refusal.field)) == (first and (first.reason, first.field))
        return events

    # ------------------------------------------------------------ orders

    def order(self) -> tuple[PlaceOrder, NaiveOrder]:
        draw = self.random
        kind, tif, price = "LIMIT", "GTC", draw.randint(5, 15)
        lots, stp = draw.randint(1, 12), draw.choice([*["EXPIRE_MAKER"] * 3, *MODES])
        post_only = slide = False
        amount = display = expire = trigger = offset = bps = activation = peg_offset = 0
        peg = ""
        what = draw.randint(0, 13)
        if what == 0:
            kind, tif = "MARKET", draw.choice(["IOC", "FOK"])
        elif what == 1:
            kind, tif, lots, amount = "MARKET", draw.choice(["IOC", "FOK"]), 0, draw.randint(1, 900)
            stp = draw.choice(["EXPIRE_MAKER", "EXPIRE_TAKER", "EXPIRE_BOTH"])
        elif what == 2:
            kind, tif = draw.choice(["STOP_MARKET", "TAKE_PROFIT_MARKET"]), draw.choice(["IOC", "FOK"])
            trigger = draw.randint(5, 15)
        elif what == 3:
            kind, trigger = draw.choice(["STOP_LIMIT", "TAKE_PROFIT_LIMIT"]), draw.randint(5, 15)
            tif = draw.choice(["GTC", "GTT", "IOC", "FOK"])
            if tif in ("GTC", "GTT"):
                post_only = draw.random() < 0.3
                slide = post_only and draw.random() < 0.5
        elif what == 4:
            kind, tif, offset = "TRAILING_STOP", draw.choice(["IOC", "GTT"]), draw.randint(1, 4)
        elif what == 5:
            kind, tif, bps = "TRAILING_STOP", "IOC", draw.randint(1, 4_000)
            activation = draw.choice([0, draw.randint(5, 15)])
        elif what == 6:
            post_only, slide = True, draw.random() < 0.5
        elif what == 7:
            display = draw.randint(1, lots)
        elif what == 8:
            tif = draw.choice(["IOC", "FOK"])
        elif what == 9:
            tif = "GTT"
        elif what == 10:
            kind, tif, peg = "PEGGED", draw.choice(["GTC", "GTC", "GTT"]), draw.choice([*PEGS])
            peg_offset = draw.randint(-3, 3)
        if tif == "GTT":
            expire = (self.engine.sequence + draw.randint(0, 40)) * 1_000
        if kind in ("MARKET", "STOP_MARKET", "TAKE_PROFIT_MARKET", "TRAILING_STOP"):
            price = 0
        key = draw.choice(["", "", "", "a", "b", "c1", "c2", "c3"])
        session = draw.choice([0, 0, 0, 7])
        account, buy = draw.choice(ACCOUNTS), draw.random() < 0.5
        first = (amount, display, MODES[stp], expire, slide, session, trigger, offset, bps)
        row = (*first, activation, PEGS.get(peg, 0), peg_offset)
        if any((amount, display, expire, slide, session, trigger, offset, bps, peg)) or stp != "EXPIRE_MAKER":
            terms = SpecialTerms(KINDS[kind], TIFS[tif], post_only, *row)  # type: ignore[arg-type]
        else:
            terms = terms_of(KINDS[kind], TIFS[tif], post_only)  # type: ignore[assignment]
        side = t.SIDE_BUY if buy else t.SIDE_SELL
        command = PlaceOrder(t.AccountId(account), MARKET, side, terms, t.Ticks(price), t.Lots(lots), key)
        naive = NaiveOrder(
            self.next_order_id(),
            account,
            1,
            buy,
            price or None,
            lots,
            tif,
            post_only,
            key,
            lots,
            kind=kind,
            quote_amount=amount,
            display=display,
            stp=stp,
            expire_time=expire,
            slide=slide,
            session=session,
            trigger=trigger,
            trailing_offset=offset,
            trailing_bps=bps,
            activation=activation,
            peg=peg,
            peg_offset=peg_offset,
        )
        return command, naive

    def any_order_id(self) -> tuple[int, int]:
        """An account and one of its orders, open more often than not."""
        draw, orders = self.random, self.oracle.orders
        if not orders:
            return ACCOUNTS[0], 1
        live = self.oracle.open_orders()
        order = draw.choice(live) if live and draw.random() < 0.8 else draw.choice(orders)
        return order.account, order.order_id

    # ------------------------------------------------------------ commands

    def step(self) -> tuple[list[Event], Outcome]:
        """Apply one command to both."""
        draw, oracle = self.random, self.oracle
        kind = draw.randint(0, 99)
        if kind < 62:
            command, naive = self.order()
            events = self.apply(command)
            return events, oracle.place(naive)
        account, order_id = self.any_order_id()
        if kind < 74:
            order = next((o for o in oracle.orders if o.order_id == order_id), None)
            priced = order is not None and order.price is not None and order.kind != "PEGGED"
            price = draw.choice([0, draw.randint(5, 15)]) if priced else 0
            lots = draw.randint(1, 15) if not price else draw.choice([0, draw.randint(1, 15)])
            if order is not None and order.display and lots > order.display * 100:
                lots = order.display
            events = self.apply(AmendOrder(t.AccountId(account), t.OrderId(order_id), "", t.Ticks(price), t.Lots(lots)))
            return events, oracle.amend(account, order_id, "", price or None, lots or None)
        if kind < 80:
            events = self.apply(CancelOrder(t.AccountId(account), t.OrderId(order_id), ""))
            return events, oracle.cancel(account, order_id, "")
        if kind < 82:
            return self.list_step()
        if kind < 85:
            command, naive = self.order()
            cancel = CancelOrder(command.account_id, t.OrderId(order_id), "")
            stop = draw.random() < 0.5
            events = self.apply(CancelReplaceOrder(cancel, command, stop))
            return events, oracle.cancel_replace(naive.account, order_id, "", naive, stop)
        return self.rare_step(kind)

    def list_step(self) -> tuple[list[Event], Outcome]:
        """An OCO or a bracket."""
        draw, oracle = self.random, self.oracle
        buy, lots, low = draw.random() < 0.5, draw.randint(1, 9), draw.randint(5, 9)
        high = low + draw.randint(1, 5)
        account = draw.choice(ACCOUNTS)
        keys = draw.choice([["", "", ""], ["", "", ""], ["a", "", ""], ["o1", "o2", "o3"]])
        if draw.random() < 0.5:
            limit = draw.choice(["LIMIT", "TAKE_PROFIT_MARKET", "TAKE_PROFIT_LIMIT"])
            stop = draw.choice(["STOP_MARKET", "STOP_LIMIT"])
            kinds = (stop, limit) if buy else (limit, stop)
            parts = [
                self.part(account, buy, lots, kind, at, key, number)
                for number, (kind, at, key) in enumerate(zip(kinds, (high, low), keys, strict=False))
            ]
            events = self.apply(PlaceOcoOrder(*(command for command, _ in parts)))
            return events, oracle.place_oco(*(naive for _, naive in parts))
        price = draw.randint(7, 12)
        profit, loss = (price + 2, price - 1) if buy else (price - 2, price + 1)
        profits = ["TAKE_PROFIT_MARKET", "TAKE_PROFIT_LIMIT"]
        parts = [
            self.part(account, buy, lots, draw.choice(["LIMIT", "MARKET"]), price, keys[0], 0),
            self.part(account, not buy, 0, draw.choice(profits), profit, keys[1], 1),
            self.part(account, not buy, 0, draw.choice(["STOP_MARKET", "STOP_LIMIT"]), loss, keys[2], 2),
        ]
        events = self.apply(PlaceBracketOrder(*(command for command, _ in parts)))
        return events, oracle.place_bracket(*(naive for _, naive in parts))

    def part(
        self, account: int, buy: bool, lots: int, kind: str, at: int, key: str, number: int
    ) -> tuple[PlaceOrder, NaiveOrder]:
        """One order of a list."""
        trigger = 0 if kind in ("LIMIT", "MARKET") else at
        price = self.random.randint(5, 15) if kind.endswith("_LIMIT") else at if kind == "LIMIT" else 0
        tif = "GTC" if price else "IOC"
        terms = (
            SpecialTerms(KINDS[kind], TIFS[tif], False, trigger_price_ticks=t.Ticks(trigger))
            if trigger
            else terms_of(KINDS[kind], TIFS[tif], False)
        )
        side = t.SIDE_BUY if buy else t.SIDE_SELL
        command = PlaceOrder(t.AccountId(account), MARKET, side, terms, t.Ticks(price), t.Lots(lots), key)
        order_id = self.next_order_id() + number
        naive = NaiveOrder(
            order_id, account, 1, buy, price or None, lots, tif, False, key, lots, kind=kind, trigger=trigger
        )
        return command, naive

    def next_order_id(self) -> int:
        return self.engine.sequence + 1 + self.engine.extra_orders

    def rare_step(self, kind: int) -> tuple[list[Event], Outcome]:
        draw, oracle = self.random, self.oracle
        account = t.AccountId(draw.choice(ACCOUNTS))
        if kind < 87:
            buy, prefix = draw.choice([None, True, False]), draw.choice(["", "c", "a"])
            side = 0 if buy is None else t.SIDE_BUY if buy else t.SIDE_SELL
            events = self.apply(CancelAllOrders(account, draw.choice([t.MarketId(0), MARKET]), side, prefix))
            if oracle.status[1] == "HALTED":
                return events, Outcome("MARKET_HALTED" if isinstance(events[0], Rejected) else "canceled 0")
            return events, oracle.cancel_all(account, 0, buy, prefix)
        if kind < 90:
            return self.apply(ExpireOrders()), oracle.expire()
        if kind < 91:
            timeout = draw.choice([0, t.MIN_TIMEOUT_NS])
            events = self.apply(SetCancelAllAfter(account, timeout))
            return events, oracle.set_cancel_all_after(account, timeout)
        if kind < 92:
            due = oracle.switches.get(account, 0)
            return self.apply(RunCancelAllAfter(account, t.TimeNs(due))), oracle.run_cancel_all_after(account, due)
        if kind < 93:
            return self.apply(CancelSessionOrders(account, 7)), oracle.cancel_session(account, 7)
        if kind < 95:
            # Mostly none, and never so many that little is accepted.
            limits = [self.seldom(2), self.seldom(11), self.seldom(50), self.seldom(900)]
            bands = [self.seldom(12), self.seldom(5_000), self.seldom(3_000), self.seldom(10)]
            events = self.apply(SetMarketProtection(MARKET, *limits, *bands))  # type: ignore[arg-type]
            return events, oracle.set_protection(1, Protection(*limits, *bands))
        status = draw.choice([*["OPEN"] * self.openness, "POST_ONLY", "CANCEL_ONLY", "HALTED", *["AUCTION"] * 4])
        events = self.apply(SetMarketStatus(MARKET, STATUSES[status]))
        return events, oracle.set_status(1, status)

    def seldom(self, value: int) -> int:
        """The value one time in five, otherwise 0."""
        return value if self.random.random() < 0.2 else 0


def word(events: list[Event]) -> str:
    """Return the outcome in the oracle's words."""
    first = events[0]
    if isinstance(first, Rejected):
        return REASONS[first.reason]
    if isinstance(first, OrderAccepted | OrderRested | OrderListAccepted):
        return "accepted"
    if isinstance(first, OrderDeduplicated):
        return "repeated"
    if isinstance(first, OrderAmended):
        return "amended"
    if isinstance(first, OrderCanceled | OrderClosed):
        return "canceled 1"
    if isinstance(first, OrdersCanceled):
        return f"canceled {first.count}"
    if isinstance(first, CancelReplaced):
        canceled = "canceled 1" if first.cancel_refusal is None else REASONS[first.cancel_refusal.reason]
        placed = "accepted" if first.place_refusal is None else REASONS[first.place_refusal.reason]
        return f"{canceled} then {placed}"
    return "done"


def expected_word(outcome: Outcome) -> str:
    """Return the oracle's word; a cancel-replace of which nothing was done is refused with the place's reason."""
    canceled, _, placed = outcome.word.partition(" then ")
    return placed if placed and canceled.isupper() and placed.isupper() else outcome.word


def told(events: list[Event]) -> list[tuple[object, ...]]:
    """Return what happened to orders in the oracle's form."""
    lines: list[tuple[object, ...]] = []
    for event in events:
        if isinstance(event, Trade):
            maker, taker = event.maker.order_id, event.taker.order_id
            lines.append(("trade", maker, taker, event.price_ticks, event.quantity_lots))
        elif isinstance(event, OrderClosed | OrderCanceled):
            order = event.order
            lines.append((STATES[order.status], order.order_id, ENDS[order.close_reason]))
        elif isinstance(event, OrderMoved):
            lines.append(("moved", event.order.order_id, event.order.pegged_price_ticks or None))
        elif isinstance(event, OrderTriggered):
            lines.append(("triggered", event.order.order_id))
    return lines


def row(order: Order) -> tuple[object, ...]:
    """Return what the oracle knows of an order."""
    state = STATES[order.status]
    return (
        *(order.order_id, state, order.price_ticks, order.quantity_lots, order.filled_lots, order.cost_atoms),
        *(order.prevented_lots, order.open_lots if state in ("open", "pending") else 0),
        *(order.fee_atoms, order.visible_lots if state == "open" else 0, ENDS[order.close_reason]),
        order.special.extreme.ticks if isinstance(order.terms, SpecialTerms) else 0,
    )


def naive_row(order: NaiveOrder) -> tuple[object, ...]:
    fee = -(-order.fee.numerator // order.fee.denominator)
    return (
        *(order.order_id, order.state, order.price or 0, order.quantity, order.filled, order.cost),
        *(order.prevented, order.open if order.state in ("open", "pending") else 0),
        *(fee, order.shown if order.state == "open" else 0, order.reason),
        order.extreme or 0,
    )


def compare(engine: Engine, oracle: NaiveExchange) -> None:
    """Compare every order, balance and level."""
    for number in ACCOUNTS:
        account = engine.accounts[t.AccountId(number)]
        known = {**account.open_orders, **account.closed_orders}
        mine = [row(order) for _, order in sorted(known.items())]
        assert mine == [naive_row(order) for order in oracle.orders if order.account == number]
        held = {asset: (available, reserved) for asset, available, reserved in engine.balances(account.account_id)}
        for asset in (BASE, QUOTE):
            assert held.get(asset, (0, 0)) == (oracle.available(number, asset), oracle.reserved(number, asset))
    for side in (t.SIDE_BUY, t.SIDE_SELL):
        levels: dict[int, int] = {}
        for order in oracle.side(1, side == t.SIDE_BUY):
            assert order.level is not None
            levels[order.level] = levels.get(order.level, 0) + order.shown
        assert engine.levels(MARKET, side) == list(levels.items())


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_engine_agrees_with_the_naive_exchange_on_every_kind_of_order(seed: int) -> None:
    pair = Pair(seed)
    for _ in range(COMMANDS):
        events, outcome = pair.step()
        assert word(events) == expected_word(outcome)
        assert told(events) == outcome.events or outcome.word.startswith("repeated")
        check(pair.engine)
        compare(pair.engine, pair.oracle)
    again = Engine.load(pair.engine.dump(), 0)
    check(again)
    assert again.state_hash() == pair.engine.state_hash()
    # What was read goes on like what was written.
    for _ in range(20):
        command, naive = pair.order()
        sequence = t.Sequence(pair.engine.sequence + 1)
        again.apply(sequence, t.TimeNs(sequence * 1_000), command)
        pair.apply(command)
        pair.oracle.place(naive)
    assert again.state_hash() == pair.engine.state_hash()
