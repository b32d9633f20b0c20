"""The ladder is a sorted list, and what a command costs does not grow with what rests."""

import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.engine_flow import MARKET, MIDDLE_TICKS, START_NS, apply_all, opening
from exchange_server.compiled_engine import variant
from exchange_server.engine import Engine
from exchange_server.engine import types as t
from exchange_server.engine.commands import CancelOrder, Command, PlaceOrder
from exchange_server.engine.events import OrderCanceled, Rejected
from exchange_server.engine.ladder import CHUNK, PriceLadder
from exchange_server.engine.terms import GOOD_TILL_CANCELED, terms_of

ANN = t.AccountId(1001)
BOB = t.AccountId(1002)


@given(st.lists(st.integers(1, 60), max_size=200))
def test_the_ladder_is_a_sorted_list(prices: list[int]) -> None:
    ladder = PriceLadder()
    model: list[int] = []
    for price in prices:
        if price in model:
            model.remove(price)
            ladder.remove(price)
        else:
            model.append(price)
            ladder.add(price)
        if model and price + 60 not in model:
            ladder.move(model[0], price + 60)
            model[0] = price + 60
        assert list(ladder.ascending()) == sorted(model)
        assert list(ladder.descending()) == sorted(model, reverse=True)
        assert (ladder.lowest(), ladder.highest()) == ((min(model), max(model)) if model else (0, 0))
        ascending = sorted(model)
        assert [ladder.above(there) for there in ascending] == [*ascending[1:], 0][: len(ascending)]
        assert [ladder.below(there) for there in ascending] == [0, *ascending][: len(ascending)]


def test_the_ladder_splits_and_drops_its_chunks() -> None:
    count = 10 * CHUNK
    prices = [1 + (number * 7_919) % count for number in range(count)]
    ladder = PriceLadder()
    for price in prices:
        ladder.add(price)
    assert list(ladder.ascending()) == list(range(1, count + 1))
    assert [ladder.above(price) for price in range(1, count + 1)] == [*range(2, count + 1), 0]
    assert [ladder.below(price) for price in range(1, count + 1)] == [0, *range(1, count)]
    for price in prices[: count // 2]:
        ladder.remove(price)
    assert list(ladder.ascending()) == sorted(prices[count // 2 :])
    for price in prices[count // 2 :]:
        ladder.remove(price)
    assert (list(ladder.ascending()), ladder.lowest()) == ([], 0)


def _limit(account: t.AccountId, side: int, price: int, lots: int, tif: int = t.TIF_GTC) -> PlaceOrder:
    return PlaceOrder(account, MARKET, side, terms_of(t.TYPE_LIMIT, tif, False), t.Ticks(price), t.Lots(lots), "")


def _deep(orders_a_level: int, levels: int) -> Engine:
    """Return an engine whose book has asks of one account at many prices, many at each."""
    engine = Engine()
    apply_all(engine, opening())
    commands: list[Command] = [
        _limit(ANN, t.SIDE_SELL, MIDDLE_TICKS + level, 5) for _ in range(orders_a_level) for level in range(levels)
    ]
    apply_all(engine, commands)
    return engine


def test_client_order_ids_lie_beside_their_hashes_also_after_a_load() -> None:
    engine = Engine()
    apply_all(engine, opening())
    keys = [f"key-{number}" for number in range(1_000)]
    apply_all(
        engine,
        [
            PlaceOrder(ANN, MARKET, t.SIDE_SELL, GOOD_TILL_CANCELED, t.Ticks(MIDDLE_TICKS), t.Lots(5), key)
            for key in keys
        ],
    )
    texts_only = {}
    for key in keys:
        texts_only[key] = 0
    for one in (engine, Engine.load(engine.dump())):
        assert list(one.accounts[ANN].client_orders) == keys
        assert sys.getsizeof(one.accounts[ANN].client_orders) > sys.getsizeof(texts_only)


def _lines(work: Callable[[], object]) -> int:
    """Count the lines of Python that a call executes: the same on every machine."""
    count = 0

    def local(frame: object, event: str, argument: object) -> object:
        nonlocal count
        count += event == "line"
        return local

    sys.settrace(lambda frame, event, argument: local)  # type: ignore[arg-type, return-value]
    try:
        work()
    finally:
        sys.settrace(None)
    return count


def _probe(engine: Engine, orders_a_level: int, levels: int) -> dict[str, int]:
    """Count the lines of one command of each kind, in the middle of what rests."""
    first = engine.sequence - orders_a_level * levels + 1
    middle = t.OrderId(first + levels * (orders_a_level // 2) + levels // 2)
    commands: dict[str, Command] = {
        "add at a price that exists": _limit(BOB, t.SIDE_SELL, MIDDLE_TICKS + levels // 2, 5),
        "add at a new price": _limit(BOB, t.SIDE_SELL, MIDDLE_TICKS + levels, 5),
        "cancel in the middle": CancelOrder(ANN, middle, ""),
        "cancel the first": CancelOrder(ANN, t.OrderId(first), ""),
        "take one": _limit(BOB, t.SIDE_BUY, MIDDLE_TICKS, 5, t.TIF_IOC),
        "take nothing": _limit(BOB, t.SIDE_BUY, MIDDLE_TICKS - 1, 5, t.TIF_IOC),
        "fill or kill one": _limit(BOB, t.SIDE_BUY, MIDDLE_TICKS + levels, 5, t.TIF_FOK),
        "refuse": _limit(BOB, t.SIDE_BUY, MIDDLE_TICKS, 0),
    }
    lines: dict[str, int] = {}
    for name, command in commands.items():
        sequence = t.Sequence(engine.sequence + 1)
        events: list[object] = []

        def work(sequence: t.Sequence = sequence, command: Command = command, events: list[object] = events) -> None:
            events.extend(engine.apply(sequence, t.TimeNs(START_NS), command))

        lines[name] = _lines(work)
        assert isinstance(events[0], Rejected) == (name == "refuse"), name
        if "cancel" in name:
            assert isinstance(events[0], OrderCanceled)
    return lines


@pytest.mark.skipif(variant().compiled, reason="counts lines that Python executes; the same source, run pure, says it")
def test_a_command_executes_as_many_lines_in_a_deep_book_as_in_a_shallow_one() -> None:
    shallow = _probe(_deep(4, 10), 4, 10)
    deep = _probe(_deep(100, 1_000), 100, 1_000)
    # A new price may split a chunk of the ladder: a few lines more, however many prices there are.
    for name, lines in shallow.items():
        assert lines > 5, name
        assert deep[name] <= lines + 8, f"{name}: {lines} lines shallow, {deep[name]} deep"
