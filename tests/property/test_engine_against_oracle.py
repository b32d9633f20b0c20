"""The engine does what the naive exchange does: the same outcomes, trades, orders and balances, command by command.

`EXCHANGE_TEST_SIZE=nightly` tries a million commands instead of some twenty thousand.
"""

import os
from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from exchange_server.engine import Engine
from exchange_server.engine import types as t
from exchange_server.engine.commands import (
    CancelAllOrders,
    CancelOrder,
    Command,
    CreateAccount,
    CreateAsset,
    CreateMarket,
    Credit,
    PlaceOrder,
    SetMarketStatus,
)
from exchange_server.engine.events import (
    Credited,
    Event,
    MarketStatusChanged,
    OrderAccepted,
    OrderCanceled,
    OrderDeduplicated,
    OrderRested,
    OrdersCanceled,
    Rejected,
    Trade,
)
from exchange_server.engine.invariants import check
from exchange_server.engine.terms import terms_of
from tests.oracle.naive_exchange import FEES, NaiveExchange, NaiveMarket, NaiveOrder, NaiveTrade, Outcome
from tests.property.event_reader import EventReader

SIZE = os.environ.get("EXCHANGE_TEST_SIZE", "")
NIGHTLY = SIZE == "nightly"
COMMANDS_PER_RUN = 100
RUNS = {"nightly": 10_000, "mutants": 8}.get(SIZE, 250)
# Of a mutant it is enough to know that it fails.
PHASES = [Phase.generate] if SIZE == "mutants" else list(Phase)

REASONS = {value: name.removeprefix("REJECT_") for name, value in vars(t).items() if name.startswith("REJECT_")}
STATUSES = {t.MARKET_OPEN: "OPEN", t.MARKET_POST_ONLY: "POST_ONLY", t.MARKET_CANCEL_ONLY: "CANCEL_ONLY"}
STATUSES[t.MARKET_HALTED] = "HALTED"
TIFS = {t.TIF_GTC: "GTC", t.TIF_IOC: "IOC", t.TIF_FOK: "FOK"}
STATES = {t.ORDER_OPEN: "open", t.ORDER_FILLED: "filled", t.ORDER_CANCELED: "canceled", t.ORDER_EXPIRED: "expired"}

# Two markets that share their quote asset: one with a rebate and a minimum, one whose maker pays more than the taker.
MARKETS = {
    1: NaiveMarket(base=1, quote=3, quote_atoms=7, base_atoms=10, min_notional=40, maker_ppm=-3_333, taker_ppm=12_345),
    2: NaiveMarket(base=2, quote=3, quote_atoms=1, base_atoms=1, min_notional=0, maker_ppm=90_001, taker_ppm=1),
}
ACCOUNTS = [1001, 1002, 1003]

accounts = st.sampled_from(ACCOUNTS)
market_ids = st.sampled_from([1, 1, 1, 2])
some_keys = st.sampled_from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
keys = st.one_of(st.just(""), some_keys)
order_ids = st.integers(12, 12 + COMMANDS_PER_RUN)
quantities = st.one_of(st.integers(1, 8), st.integers(1, 40))


def limit_orders() -> st.SearchStrategy[PlaceOrder]:
    """Limit orders, mostly resting ones, at few prices."""
    terms = st.sampled_from([(t.TIF_GTC, False)] * 5 + [(t.TIF_GTC, True), (t.TIF_IOC, False), (t.TIF_FOK, False)])
    return st.builds(
        lambda account, market, side, term, price, quantity, key: PlaceOrder(
            account, market, side, terms_of(t.TYPE_LIMIT, term[0], term[1]), price, quantity, key
        ),
        accounts,
        market_ids,
        st.sampled_from([t.SIDE_BUY, t.SIDE_SELL]),
        terms,
        st.integers(1, 9),
        quantities,
        keys,
    )


def market_orders() -> st.SearchStrategy[PlaceOrder]:
    """Market orders, IOC or FOK."""
    return st.builds(
        lambda account, market, side, tif, quantity, key: PlaceOrder(
            account, market, side, terms_of(t.TYPE_MARKET, tif, False), t.Ticks(0), quantity, key
        ),
        accounts,
        market_ids,
        st.sampled_from([t.SIDE_BUY, t.SIDE_SELL]),
        st.sampled_from([t.TIF_IOC, t.TIF_FOK]),
        quantities,
        keys,
    )


@dataclass(frozen=True)
class CancelNth:
    """Cancel the order that was the n-th to be accepted, counted round, in its owner's name."""

    number: int

    def command(self, oracle: NaiveExchange) -> CancelOrder:
        if not oracle.orders:
            return CancelOrder(t.AccountId(ACCOUNTS[0]), t.OrderId(self.number + 1), "")
        order = oracle.orders[self.number % len(oracle.orders)]
        return CancelOrder(t.AccountId(order.account), t.OrderId(order.order_id), "")


statuses = st.sampled_from([t.MARKET_OPEN] * 6 + [t.MARKET_POST_ONLY, t.MARKET_CANCEL_ONLY, t.MARKET_HALTED])
# What a command is, with its share in percent.
KINDS: list[tuple[int, st.SearchStrategy[Command | CancelNth]]] = [
    (62, limit_orders()),
    (10, market_orders()),
    (10, st.builds(CancelNth, st.integers(0, COMMANDS_PER_RUN))),
    (3, st.builds(CancelOrder, accounts, order_ids, st.just(""))),
    (4, st.builds(CancelOrder, accounts, st.just(0), some_keys)),
    (2, st.builds(CancelAllOrders, accounts, st.sampled_from([0, 1, 2]))),
    (4, st.builds(SetMarketStatus, market_ids, statuses)),
    (5, st.builds(Credit, accounts, st.sampled_from([1, 2, 3]), st.integers(1, 200), keys)),
]
KIND_OF_PERCENT = [strategy for share, strategy in KINDS for _ in range(share)]


@st.composite
def any_command(draw: st.DrawFn) -> Command | CancelNth:
    """Draw one command."""
    return draw(KIND_OF_PERCENT[draw(st.integers(0, 99))])


@dataclass
class Pair:
    """The engine and the oracle, side by side, each fed the same commands."""

    engine: Engine
    oracle: NaiveExchange

    def apply(self, command: Command) -> list[Event]:
        sequence = t.Sequence(self.engine.sequence + 1)
        return self.engine.apply(sequence, t.TimeNs(sequence * 1_000), command)


def opened() -> Pair:
    """Two markets and three accounts, one of them poor."""
    pair = Pair(Engine(), NaiveExchange(MARKETS, ACCOUNTS))
    for name, decimals in (("AAA", 1), ("BBB", 0), ("QQQ", 0)):
        pair.apply(CreateAsset(name, decimals))
    pair.apply(CreateMarket("AAA", "QQQ", 7, 0, 1, 0, t.Atoms(40), t.Ppm(-3_333), t.Ppm(12_345)))
    pair.apply(CreateMarket("BBB", "QQQ", 1, 0, 1, 0, t.Atoms(0), t.Ppm(90_001), t.Ppm(1)))
    for number, account in enumerate(ACCOUNTS):
        pair.apply(CreateAccount(f"trader-{number}"))
        if number < 2:
            for asset, atoms in ((1, 1_500), (2, 150), (3, 9_000)):
                pair.oracle.credit(account, asset, atoms, "")
    for account in ACCOUNTS[:2]:
        for asset, atoms in ((1, 1_500), (2, 150), (3, 9_000)):
            pair.apply(Credit(t.AccountId(account), t.AssetId(asset), t.Atoms(atoms), ""))
    return pair


def expected(oracle: NaiveExchange, command: Command, order_id: int) -> Outcome:
    """Ask the oracle."""
    if isinstance(command, PlaceOrder):
        price = command.price_ticks if command.type == t.TYPE_LIMIT else None
        return oracle.place(
            NaiveOrder(
                order_id,
                command.account_id,
                command.market_id,
                command.side == t.SIDE_BUY,
                price,
                command.quantity_lots,
                TIFS[command.time_in_force],
                command.post_only,
                command.client_order_id,
                command.quantity_lots,
            )
        )
    if isinstance(command, CancelOrder):
        return oracle.cancel(command.account_id, command.order_id, command.client_order_id)
    if isinstance(command, CancelAllOrders):
        return oracle.cancel_all(command.account_id, command.market_id)
    if isinstance(command, Credit):
        return oracle.credit(command.account_id, command.asset_id, command.amount_atoms, command.credit_id)
    assert isinstance(command, SetMarketStatus)
    oracle.status[command.market_id] = STATUSES[command.status]
    return Outcome("done")


def word(events: list[Event]) -> str:
    """Say the engine's outcome in the oracle's words."""
    outcome = events[0]
    if isinstance(outcome, Rejected):
        assert len(events) == 1
        return REASONS[outcome.reason]
    if isinstance(outcome, OrderRested | OrderAccepted):
        return "accepted"
    if isinstance(outcome, OrderDeduplicated):
        return "repeated"
    if isinstance(outcome, OrderCanceled):
        return "canceled 1"
    if isinstance(outcome, OrdersCanceled):
        return f"canceled {outcome.count}"
    if isinstance(outcome, Credited):
        return "done" if outcome.created else "repeated"
    assert isinstance(outcome, MarketStatusChanged)
    return "done"


def trades(events: list[Event]) -> list[NaiveTrade]:
    """Return the engine's trades in the oracle's form."""
    return [
        NaiveTrade(
            event.maker.order_id,
            event.taker.order_id,
            event.price_ticks,
            event.quantity_lots,
            event.maker_fee_atoms,
            event.taker_fee_atoms,
        )
        for event in events
        if isinstance(event, Trade)
    ]


def compare_states(engine: Engine, oracle: NaiveExchange) -> None:
    """Compare every open order, balance and level."""
    for account in ACCOUNTS:
        mine = [(o.order_id, o.open_lots, o.cost_atoms, o.fee_micro) for o in engine.open_orders(t.AccountId(account))]
        theirs = [(o.order_id, o.open, o.cost, int(o.fee * t.PPM)) for o in oracle.open_orders(account)]
        assert mine == theirs
        held = {asset: (available, reserved) for asset, available, reserved in engine.balances(t.AccountId(account))}
        for asset in (1, 2, 3):
            expect = (oracle.available(account, asset), oracle.reserved(account, asset))
            assert held.get(t.AssetId(asset), (0, 0)) == expect
    fees = {asset: available for asset, available, _ in engine.balances(t.FEE_ACCOUNT)}
    assert fees.get(t.AssetId(3), 0) == oracle.totals.get((FEES, 3), 0)
    for market_id in MARKETS:
        for side in (t.SIDE_BUY, t.SIDE_SELL):
            levels: dict[int, int] = {}
            for order in oracle.opposite(market_id, side != t.SIDE_BUY, None):
                assert order.price is not None
                levels[order.price] = levels.get(order.price, 0) + order.open
            assert engine.levels(t.MarketId(market_id), side) == list(levels.items())


@settings(
    max_examples=RUNS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=not NIGHTLY,
    phases=PHASES,
)
@given(st.lists(any_command(), min_size=60, max_size=COMMANDS_PER_RUN))
def test_the_engine_agrees_with_the_naive_exchange(commands: list[Command | CancelNth]) -> None:
    pair = opened()
    engine, oracle = pair.engine, pair.oracle
    reader = EventReader(engine)
    for drawn in commands:
        command = drawn.command(oracle) if isinstance(drawn, CancelNth) else drawn
        digest_before, hash_before = engine.event_digest, engine.sequence
        refusal = engine.check(command, t.TimeNs(0))
        assert (engine.event_digest, engine.sequence) == (digest_before, hash_before)

        events = pair.apply(command)
        outcome = expected(oracle, command, engine.sequence)
        assert word(events) == outcome.word
        assert trades(events) == outcome.trades
        assert refusal is (events[0] if isinstance(events[0], Rejected) else None) or (
            refusal is not None
            and isinstance(events[0], Rejected)
            and (refusal.reason, refusal.field) == (events[0].reason, events[0].field)
        )
        if isinstance(events[0], OrderRested | OrderAccepted):
            placed = events[0].order
            assert outcome.order is not None
            assert (STATES[placed.status], placed.open_lots) == (outcome.order.state, outcome.order.open)
        check(engine)
        compare_states(engine, oracle)

        # The events tell every change of an order, a level and a balance, each once.
        reader.read(events)

    # The state survives being written and read, and goes on the same.
    again = Engine.load(engine.dump(), 0)
    check(again)
    assert again.state_hash() == engine.state_hash()
    assert again.dump().tables() == engine.dump().tables()
    assert again.event_digest == engine.event_digest
