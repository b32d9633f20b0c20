"""A journal with everything in it that can happen, written as the core writes it, and what must come of it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from exchange_server.engine import Engine
from exchange_server.engine.commands import (
    AmendOrder,
    BatchOrders,
    CancelAllOrders,
    CancelOrder,
    CancelReplaceOrder,
    CancelSessionOrders,
    Command,
    CreateAccount,
    CreateApiKey,
    CreateAsset,
    CreateMarket,
    Credit,
    ExpireOrders,
    PlaceBracketOrder,
    PlaceOrder,
    RevokeApiKey,
    SetMarketStatus,
    SetTradeGroup,
)
from exchange_server.engine.events import (
    Credited,
    Event,
    OrderAccepted,
    OrderAmended,
    OrderCanceled,
    OrderClosed,
    OrderDecremented,
    OrderMoved,
    OrderRested,
    OrderTriggered,
    Trade,
)
from exchange_server.engine.terms import SpecialTerms, row_of, terms_of
from exchange_server.engine.types import (
    FIRST_CLIENT_ACCOUNT,
    MARKET_AUCTION,
    MARKET_OPEN,
    SIDE_BUY,
    SIDE_SELL,
    TIF_FOK,
    TIF_GTC,
    TIF_GTT,
    TIF_IOC,
    TYPE_LIMIT,
    TYPE_MARKET,
    TYPE_PEGGED,
    TYPE_STOP_LIMIT,
    TYPE_STOP_MARKET,
    TYPE_TAKE_PROFIT_LIMIT,
    TYPE_TAKE_PROFIT_MARKET,
    TYPE_TRAILING_STOP,
    AccountId,
    AssetId,
    Atoms,
    Lots,
    MarketId,
    OrderId,
    Ppm,
    Sequence,
    Ticks,
    TimeNs,
)
from exchange_server.journal import DurableMark, Layout, MarkWriter, SegmentWriter
from exchange_server.journal.records import append_records
from exchange_server.journal.segments import WritePosition
from exchange_server.wire.journal_codec import encode_command

ACCOUNTS = 8
START_NS = 1_700_000_000_000_000_000


@dataclass
class WrittenJournal:
    """Appends commands durably, moves the mark, and keeps the events: the core, without its front."""

    directory: Path
    segment_bytes: int = 1 << 20
    engine: Engine = field(default_factory=Engine)
    events: list[tuple[int, int, list[Event]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        layout = Layout(self.directory)
        layout.create()
        self._segments = SegmentWriter(layout, self.engine.shard_id, WritePosition.genesis(), self.segment_bytes)
        self.mark = MarkWriter(layout.mark)

    @property
    def sequence(self) -> int:
        return self.engine.sequence

    def append(self, commands: list[Command], time_ns: int | None = None) -> None:
        """Append commands of one time; by default a microsecond a command has passed."""
        first = self.engine.sequence + 1
        time_ns = START_NS + self.engine.sequence * 1_000 if time_ns is None else time_ns
        for command in commands:
            sequence = Sequence(self.engine.sequence + 1)
            self.events.append((sequence, time_ns, self.engine.apply(sequence, TimeNs(time_ns), command)))
        records = bytearray()
        append_records(records, True, first, time_ns, [encode_command(command) for command in commands])
        self._segments.write(records, first)
        self.mark.publish(DurableMark(self.engine.sequence, self.engine.event_digest, time_ns))

    def close(self) -> None:
        self._segments.close()
        self.mark.close()


def flow(seed: int = 1) -> Iterator[Command]:
    """Give commands without end: first a set-up, then orders of every kind, good ones and bad ones."""
    source = random.Random(seed)
    yield from opening()
    number = 0
    while True:
        number += 1
        account = AccountId(FIRST_CLIENT_ACCOUNT + source.randrange(ACCOUNTS))
        kind = source.random()
        if kind < 0.56:
            yield _order(source, account, number)
        elif kind < 0.60:
            yield _special_order(source, account, number)
        elif kind < 0.61:
            yield _bracket(source, account, number)
        elif kind < 0.66:
            price = source.choice((0, 650_000 + source.randrange(-20, 21)))
            key = f"key-{max(1, number - source.randrange(60))}"
            yield AmendOrder(account, OrderId(0), key, Ticks(price), Lots(source.randrange(500)))
        elif kind < 0.67:
            canceled = CancelOrder(account, OrderId(0), f"key-{max(1, number - source.randrange(60))}")
            yield CancelReplaceOrder(canceled, _special_order(source, account, number), source.random() < 0.5)
        elif kind < 0.68:
            yield _batch(source, account, number)
        elif kind < 0.69:
            yield source.choice((ExpireOrders(), CancelSessionOrders(account, 7), SetTradeGroup(account, number % 3)))
        elif kind < 0.93:
            yield CancelOrder(account, OrderId(0), f"key-{max(1, number - source.randrange(60))}")
        elif kind < 0.95:
            yield CancelAllOrders(account, MarketId(source.randrange(3)))
        elif kind < 0.97:
            yield Credit(account, AssetId(source.randrange(1, 5)), Atoms(source.randrange(10**9)), f"c{number % 50}")
        elif kind < 0.98:
            yield CreateApiKey(f"{number:016x}", account, number.to_bytes(32, "big"), 2, f"label {number}", TimeNs(0))
        elif kind < 0.985:
            yield RevokeApiKey(f"{source.randrange(number):016x}")
        elif kind < 0.99:
            yield CreateAccount(f"late-{number}")
        elif kind < 0.995:
            yield SetMarketStatus(MarketId(2), source.randrange(MARKET_OPEN, MARKET_AUCTION + 1))
        else:
            yield SetMarketStatus(MarketId(2), MARKET_OPEN)


def opening() -> Iterator[Command]:
    """Give the commands that set up three assets, two markets and rich accounts."""
    yield CreateAsset("BTC", 8)
    yield CreateAsset("ETH", 8)
    yield CreateAsset("USDC", 6)
    yield CreateMarket("BTC", "USDC", 1, 1, 1, 5, Atoms(1_000), Ppm(-50), Ppm(400))
    yield CreateMarket("ETH", "USDC", 1, 2, 1, 4, Atoms(1_000), Ppm(100), Ppm(100))
    yield CreateAsset("BTC", 8)
    for number in range(ACCOUNTS):
        yield CreateAccount(f"trader-{number}")
        for asset_id in (1, 2, 3):
            yield Credit(AccountId(FIRST_CLIENT_ACCOUNT + number), AssetId(asset_id), Atoms(10**14), "")


def _order(source: random.Random, account: AccountId, number: int) -> PlaceOrder:
    kind = source.random()
    is_market = kind < 0.1
    time_in_force = TIF_IOC if kind < 0.2 else TIF_FOK if kind < 0.25 else TIF_GTC
    return PlaceOrder(
        account,
        MarketId(source.choice((1, 1, 1, 2))),
        source.choice((SIDE_BUY, SIDE_SELL)),
        terms_of(
            TYPE_MARKET if is_market else TYPE_LIMIT,
            time_in_force,
            time_in_force == TIF_GTC and source.random() < 0.1,
        ),
        Ticks(0 if is_market else 650_000 + source.randrange(-20, 21)),
        Lots(source.randrange(1, 500)),
        f"key-{number}" if source.random() < 0.95 else "",
    )


def _bracket(source: random.Random, account: AccountId, number: int) -> PlaceBracketOrder:
    """Give a bracket to buy, whose exits are near enough to trigger."""
    price = 650_000 + source.randrange(-10, 11)
    market, lots = MarketId(1), Lots(source.randrange(10, 200))
    profit = SpecialTerms(TYPE_TAKE_PROFIT_MARKET, TIF_IOC, False, trigger_price_ticks=Ticks(price + 8))
    loss = SpecialTerms(TYPE_STOP_MARKET, TIF_IOC, False, trigger_price_ticks=Ticks(price - 8))
    return PlaceBracketOrder(
        PlaceOrder(
            account, market, SIDE_BUY, terms_of(TYPE_LIMIT, TIF_GTC, False), Ticks(price), lots, f"key-{number}"
        ),
        PlaceOrder(account, market, SIDE_SELL, profit, Ticks(0), Lots(0), f"up-{number}"),
        PlaceOrder(account, market, SIDE_SELL, loss, Ticks(0), Lots(0), ""),
    )


def _batch(source: random.Random, account: AccountId, number: int) -> BatchOrders:
    """Give an all-or-none batch; the amend in it is refused now and then, and so is all of it."""
    order, other = _special_order(source, account, number), _order(source, account, -number)
    amended = AmendOrder(account, OrderId(0), f"key-{number}", Ticks(0), Lots(source.randrange(1, 500)))
    return BatchOrders([order, other, amended] if source.random() < 0.5 else [order, other])


def _special_order(source: random.Random, account: AccountId, number: int) -> PlaceOrder:
    """Give an order of one of the kinds that few orders are, around the price at which all trade."""
    price = 650_000 + source.randrange(-20, 21)
    lots = source.randrange(10, 500)
    trigger = Ticks(650_000 + source.randrange(-15, 16))
    soon = TimeNs(START_NS + (number + source.randrange(500)) * 1_000)
    stop = source.choice((TYPE_STOP_LIMIT, TYPE_TAKE_PROFIT_LIMIT))
    side = source.choice((SIDE_BUY, SIDE_SELL))
    kind: tuple[SpecialTerms, int, int] = source.choice(
        (
            (SpecialTerms(TYPE_LIMIT, TIF_GTC, False, self_trade=source.randrange(1, 5)), price, lots),
            (SpecialTerms(TYPE_LIMIT, TIF_GTC, False, display_lots=Lots(lots // 5 + 1)), price, lots),
            (SpecialTerms(TYPE_LIMIT, TIF_GTT, True, expire_time_ns=soon, slide=True), price, lots),
            (SpecialTerms(TYPE_MARKET, TIF_IOC, False, quote_amount_atoms=Atoms(lots * 10**7)), 0, 0),
            (SpecialTerms(stop, TIF_GTC, False, trigger_price_ticks=trigger), price, lots),
            (SpecialTerms(TYPE_STOP_MARKET, TIF_IOC, False, trigger_price_ticks=trigger), 0, lots),
            (SpecialTerms(TYPE_LIMIT, TIF_GTC, False, session_id=7), price, lots),
            (
                SpecialTerms(TYPE_PEGGED, TIF_GTC, False, peg_reference=side, peg_offset_ticks=price % 7 - 3),
                price,
                lots,
            ),
        )
    )
    terms, price_ticks, quantity_lots = kind
    return PlaceOrder(account, MarketId(1), side, terms, Ticks(price_ticks), Lots(quantity_lots), f"key-{number}")


def expected_orders(events: list[tuple[int, int, list[Event]]]) -> dict[int, tuple[object, ...]]:
    """Work out every order's row from the events alone, by id."""
    rows: dict[int, dict[str, object]] = {}
    for _, time_ns, command_events in events:
        for event in command_events:
            match event:
                case OrderRested(order=order) | OrderAccepted(order=order):
                    pending = TYPE_STOP_MARKET <= order.type <= TYPE_TRAILING_STOP
                    rows[order.order_id] = {
                        "fixed": (
                            *(order.order_id, order.account_id, order.market.market_id, order.client_order_id),
                            *(order.side, order.type, order.time_in_force, order.post_only),
                        ),
                        "terms": (order.price_ticks, order.quantity_lots),
                        "filled": (order.quantity_lots, 0, 0),
                        "status": (5 if pending else 1, 0),
                        "times": (time_ns, time_ns),
                        "decremented": 0,
                        "asked": row_of(order.terms)[:10],
                        "triggered": (0, 0),
                        "list": order.list_id,
                        "peg": row_of(order.terms)[10:],
                        "stands": 0,
                    }
                case Trade():
                    for order, filled in (
                        (
                            event.maker,
                            (event.maker_open_lots, event.maker_total_cost_atoms, event.maker_total_fee_atoms),
                        ),
                        (
                            event.taker,
                            (event.taker_open_lots, event.taker_total_cost_atoms, event.taker_total_fee_atoms),
                        ),
                    ):
                        rows[order.order_id] |= {"filled": filled, "times": (order.create_time_ns, time_ns)}
                case OrderAmended(order=order):
                    rows[order.order_id] |= {
                        "terms": (order.price_ticks, order.quantity_lots),
                        "filled": (event.open_lots, event.cost_atoms, event.fee_atoms),
                        "times": (order.create_time_ns, time_ns),
                    }
                case OrderMoved(order=order):
                    rows[order.order_id] |= {
                        "times": (order.create_time_ns, time_ns),
                        "stands": order.pegged_price_ticks,
                    }
                case OrderTriggered(order=order):
                    rows[order.order_id] |= {
                        "terms": (order.price_ticks, order.quantity_lots),
                        "status": (1, 0),
                        "times": (order.create_time_ns, time_ns),
                        "triggered": (time_ns, 0),
                    }
                case OrderDecremented(order=order):
                    row = rows[order.order_id]
                    row |= {
                        "filled": (event.open_lots, *row["filled"][1:]),  # type: ignore[index]
                        "times": (order.create_time_ns, time_ns),
                        "decremented": event.prevented_lots,
                    }
                case OrderCanceled(order=order) | OrderClosed(order=order):
                    row = rows[order.order_id]
                    row |= {
                        "status": (order.status, order.close_reason),
                        "times": (order.create_time_ns, time_ns),
                        "triggered": (row["triggered"][0], order.trigger_refusal),  # type: ignore[index]
                    }
                    if row["asked"][0]:  # type: ignore[index]
                        # By quote amount: what was ordered is what was executed.
                        row |= {"terms": (0, order.quantity_lots), "filled": (0, order.cost_atoms, order.fee_atoms)}
    return {
        order_id: (
            *(*row["fixed"], *row["terms"], *row["filled"], *row["status"], *row["times"]),  # type: ignore[misc]
            *(row["decremented"], *row["asked"], *row["triggered"], row["list"]),  # type: ignore[misc]
            *(*row["peg"], row["stands"]),  # type: ignore[misc]
        )
        for order_id, row in rows.items()
    }


def expected_fills(events: list[tuple[int, int, list[Event]]]) -> set[tuple[int, ...]]:
    """Work out market, trade, liquidity, sequence, order, account, side, price, lots, cost and fee of every fill."""
    fills: set[tuple[int, ...]] = set()
    for sequence, _, command_events in events:
        for event in command_events:
            if isinstance(event, Trade):
                for liquidity, order, fee in (
                    (3 if event.auction else 1, event.maker, event.maker_fee_atoms),
                    (3 if event.auction else 2, event.taker, event.taker_fee_atoms),
                ):
                    fills.add(
                        (
                            *(order.market.market_id, event.trade_id, liquidity, sequence),
                            *(order.order_id, order.account_id, order.side),
                            *(event.price_ticks, event.quantity_lots, event.cost_atoms, fee),
                        )
                    )
    return fills


def credited(events: list[tuple[int, int, list[Event]]]) -> int:
    """Count the credits that moved money."""
    return sum(isinstance(event, Credited) and event.created for _, _, made in events for event in made)
