"""Order flow from a LOBSTER message file (NASDAQ), order by order.

A row is `seconds,type,order id,size,price × 10,000,direction`; the direction is the resting order's. Types: 1
submission, 2 partial cancellation, 3 deletion, 4 execution of a visible order, 5 execution of a hidden one, 7 halt
(https://lobsterdata.com/info/DataStructure.php).

Orders that rested before the tape begins are only named by what happens to them later. A first pass over the tape finds
them and the quantity that the tape takes from each; they are placed first, in the order of their ids, which NASDAQ
assigns in the order of time. So every visible execution has the order that it names in the book.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from itertools import islice
from pathlib import Path

from exchange_bots.play.actions import Action, Cancel, Counts, Execution, MarketTerms, Outcome, Place, Side, Terms
from exchange_bots.play.tape import Tape

MAKER = "maker"
TAKER = "taker"
PRICE_SCALE = Decimal(10_000)
NS = 1_000_000_000


class Kind(IntEnum):
    """Message types."""

    SUBMISSION = 1
    PARTIAL_CANCELLATION = 2
    DELETION = 3
    VISIBLE_EXECUTION = 4
    HIDDEN_EXECUTION = 5
    CROSS_TRADE = 6
    HALT = 7


@dataclass(frozen=True, slots=True)
class Message:
    """One row. `price` is in 1/10,000 of the quote asset; `side` is the resting order's."""

    time_ns: int
    kind: Kind
    order_id: int
    quantity: int
    price: int
    side: Side


@dataclass(slots=True)
class Resting:
    """An order of the tape: what is left of it there, and the key it rests under here."""

    key: str
    side: Side
    price: Decimal
    quantity: int
    replacements: int = 0


def read_messages(tape: Tape, limit: int | None = None) -> Iterator[Message]:
    """Yield the rows of a tape, without a header if it has one. Raises TapeError."""
    return islice(_rows(tape), limit)


def _rows(tape: Tape) -> Iterator[Message]:
    for line in tape:
        fields = line.split(",")
        if tape.line_number == 1 and fields[0].strip().isalpha():
            continue
        try:
            seconds, kind, order_id, quantity, price, direction = fields[:6]
            side = Side.BUY if int(direction) > 0 else Side.SELL
            yield Message(_nanoseconds(seconds), Kind(int(kind)), int(order_id), int(quantity), int(price), side)
        except ValueError as error:
            raise tape.error(f"not a LOBSTER message: {error}") from error


def _nanoseconds(seconds: str) -> int:
    whole, _, fraction = seconds.partition(".")
    return int(whole) * NS + int(fraction[:9].ljust(9, "0"))


class LobsterFlow:
    """Submissions become limit orders, deletions cancels, and each visible execution an IOC order of a taker.

    A partial cancellation becomes a cancel and a new order of the rest, which then stands last at its price: the
    exchange has no amendment that keeps priority. `symbol` names the base asset.
    """

    accounts = (MAKER, TAKER)

    def __init__(self, path: Path, *, symbol: str = "AAPL", limit: int | None = None) -> None:
        self.market = MarketTerms(symbol, "USD", 0, 6, "0.01", "1")
        self.counts = Counts()
        self._tape = Tape.open(path)
        self._limit = limit
        self._resting: dict[int, Resting] = {}
        self._named_before: set[int] = set()
        self._expected: dict[str, tuple[int, str, int]] = {}
        self._taker_key_of_trade: dict[int, str] = {}
        self._maker_fill_of_trade: dict[int, Execution] = {}
        self._hits: dict[str, dict[str, int]] = {}

    def progress(self) -> float:
        return self._tape.progress

    # ------------------------------------------------------------------ tape → actions

    def actions(self) -> Iterator[Action]:
        yield from self._opening_orders()
        for number, message in enumerate(read_messages(self._tape, self._limit), start=1):
            self.counts.read[message.kind.name.lower()] += 1
            match message.kind:
                case Kind.SUBMISSION:
                    yield from self._submit(message)
                case Kind.PARTIAL_CANCELLATION:
                    yield from self._reduce(message)
                case Kind.DELETION:
                    yield from self._delete(message)
                case Kind.VISIBLE_EXECUTION:
                    yield from self._execute(message, number)
                case Kind.HIDDEN_EXECUTION | Kind.CROSS_TRADE | Kind.HALT:
                    self.counts.skipped[message.kind.name.lower()] += 1

    def _opening_orders(self) -> Iterator[Action]:
        opening, start_ns = find_opening_orders(read_messages(self._tape, self._limit))
        for order_id in sorted(opening):
            message = opening[order_id]
            self._named_before.add(order_id)
            self.counts.read["resting_before_the_tape"] += 1
            yield from self._submit(Message(start_ns, *_without_time(message)))

    def _submit(self, message: Message) -> Iterator[Action]:
        order = Resting(str(message.order_id), message.side, message.price / PRICE_SCALE, message.quantity)
        self._resting[message.order_id] = order
        yield self._place(message.time_ns, order)

    def _place(self, time_ns: int, order: Resting) -> Action:
        place = Place(order.key, order.side, order.price, Decimal(order.quantity), Terms.GTC)
        return Action(time_ns, MAKER, place)

    def _reduce(self, message: Message) -> Iterator[Action]:
        order = self._resting.get(message.order_id)
        if order is None:
            self.counts.skipped["order_already_gone"] += 1
            return
        yield Action(message.time_ns, MAKER, Cancel(order.key))
        order.quantity -= message.quantity
        if order.quantity <= 0:
            del self._resting[message.order_id]
            return
        order.replacements += 1
        order.key = f"{message.order_id}.{order.replacements}"
        yield self._place(message.time_ns, order)

    def _delete(self, message: Message) -> Iterator[Action]:
        order = self._resting.pop(message.order_id, None)
        if order is None:
            self.counts.skipped["order_already_gone"] += 1
            return
        yield Action(message.time_ns, MAKER, Cancel(order.key))

    def _execute(self, message: Message, number: int) -> Iterator[Action]:
        order = self._resting.get(message.order_id)
        if order is None:
            self.counts.skipped["order_already_gone"] += 1
            return
        key = f"x{number}"
        self._expected[key] = (message.order_id, order.key, message.quantity)
        order.quantity -= message.quantity
        if order.quantity <= 0:
            del self._resting[message.order_id]
        place = Place(key, message.side.opposite, order.price, Decimal(message.quantity), Terms.IOC)
        yield Action(message.time_ns, TAKER, place)

    # ------------------------------------------------------------------ what came of it

    def on_outcome(self, action: Action, outcome: Outcome) -> None:
        """Nothing is to be learned: the tape alone decides what comes next."""

    def on_execution(self, execution: Execution) -> None:
        """Join the two sides of a trade by its id, in whichever order they come."""
        if execution.account == TAKER:
            self._taker_key_of_trade[execution.trade_id] = execution.key
        else:
            self._maker_fill_of_trade[execution.trade_id] = execution
        taker_key = self._taker_key_of_trade.get(execution.trade_id)
        maker_fill = self._maker_fill_of_trade.get(execution.trade_id)
        if taker_key is None or maker_fill is None:
            return
        hits = self._hits.setdefault(taker_key, {})
        hits[maker_fill.key] = hits.get(maker_fill.key, 0) + int(maker_fill.quantity)
        del self._taker_key_of_trade[execution.trade_id], self._maker_fill_of_trade[execution.trade_id]

    def findings(self) -> dict[str, int]:
        """Count executions: sent, exact (the named order and no other, in full), by whether the tape has the order."""
        found = {
            "visible_executions": 0,
            "hit_exactly_the_named_order": 0,
            "hit_another_order_or_less": 0,
            "met_no_order": 0,
            "of_orders_never_on_the_tape": 0,
            "of_orders_never_on_the_tape_hit_exactly": 0,
        }
        for key, (order_id, resting_key, quantity) in self._expected.items():
            hits = self._hits.get(key, {})
            exact = hits == {resting_key: quantity}
            before = order_id in self._named_before
            found["visible_executions"] += 1
            found["hit_exactly_the_named_order"] += exact and not before
            found["hit_another_order_or_less"] += bool(hits) and not exact
            found["met_no_order"] += not hits
            found["of_orders_never_on_the_tape"] += before
            found["of_orders_never_on_the_tape_hit_exactly"] += exact and before
        return found


def find_opening_orders(messages: Iterator[Message]) -> tuple[dict[int, Message], int]:
    """Return the orders that a tape names but never submits, with the quantity taken from each, and the first time."""
    submitted: set[int] = set()
    opening: dict[int, Message] = {}
    start_ns = -1
    for message in messages:
        if start_ns < 0:
            start_ns = message.time_ns
        if message.kind is Kind.SUBMISSION:
            submitted.add(message.order_id)
        elif message.kind in (Kind.PARTIAL_CANCELLATION, Kind.DELETION, Kind.VISIBLE_EXECUTION):
            if message.order_id in submitted:
                continue
            known = opening.get(message.order_id)
            total = message.quantity + (0 if known is None else known.quantity)
            opening[message.order_id] = Message(
                start_ns, Kind.SUBMISSION, message.order_id, total, message.price, message.side
            )
    return opening, max(start_ns, 0)


def _without_time(message: Message) -> tuple[Kind, int, int, int, Side]:
    return message.kind, message.order_id, message.quantity, message.price, message.side
