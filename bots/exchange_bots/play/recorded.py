"""Order flow from a recording of this exchange's own streams (`exchange record`): books and trades.

Both tell the sequence of the command that they come from. They are put into its order before they are played, a trade
before the book that it left behind, however they were interleaved when they were received.
"""

import heapq
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from exchange_bots.play.actions import Action, Counts, Execution, MarketTerms, Outcome, Settle, Side
from exchange_bots.play.depth import MAKER, TAKER, DepthMirror, Levels
from exchange_bots.play.tape import Tape
from exchange_bots.recording import FORMAT, VERSION

WINDOW = 512
"""Events that are held back to be put in order: what two streams of one connection can be apart."""

BOOKS = ("order_book", "order_book_delta")
TAKER_SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}


@dataclass(frozen=True, slots=True, order=True)
class _Ranked:
    """An event in the order of the engine's commands; of one command the trades come first, in their order."""

    sequence: int
    is_book: bool
    number: int


class RecordedFlow:
    """Book deltas become maker orders reconciled by difference, trades IOC orders of the side that took."""

    accounts = (MAKER, TAKER)

    def __init__(self, path: Path, *, market: str | None = None, limit: int | None = None) -> None:
        """Open a recording and read its header. Raises TapeError.

        `market`: which of those recorded; the first when it is not among them.
        """
        self.counts = Counts()
        self._tape = Tape.open(path)
        self._limit = limit
        self._mirror = DepthMirror()
        self._source, self.market = self._terms(market)
        self._snapshot_sequence: int | None = None

    def progress(self) -> float:
        return self._tape.progress

    def actions(self) -> Iterator[Action | Settle]:
        for event in self._in_order():
            if self._limit is not None and self.counts.read.total() >= self._limit:
                return
            try:
                yield from self._event(event)
            except (KeyError, IndexError, TypeError, ValueError, InvalidOperation) as error:
                raise self._tape.error(f"not an event of a recording: {error!r}") from error

    def _terms(self, wanted: str | None) -> tuple[str, MarketTerms]:
        try:
            header = json.loads(next(iter(self._tape), "{}"))
            if header.get("format") != FORMAT:
                raise self._tape.error(f"not a recording of this exchange: its first line has no format {FORMAT!r}")
            if header["version"] > VERSION:
                raise self._tape.error(f"version {header['version']}; this program reads up to {VERSION}")
            markets = {market["name"]: market for market in header["markets"]}
            market = markets.get(wanted) or next(iter(markets.values()))
            terms = MarketTerms(
                market["base_asset"],
                market["quote_asset"],
                int(market["base_decimals"]),
                int(market["quote_decimals"]),
                market["tick_size"],
                market["lot_size"],
            )
        except (KeyError, TypeError, ValueError, AttributeError, StopIteration) as error:
            raise self._tape.error(f"the header cannot be understood: {error!r}") from error
        return market["name"], terms

    def _in_order(self) -> Iterator[dict[str, Any]]:
        """Yield this market's books and trades in the order of their commands."""
        waiting: list[tuple[_Ranked, dict[str, Any]]] = []
        for number, line in enumerate(self._tape.whole_lines()):
            if number == 0:
                continue
            try:
                event = json.loads(line)
                kind = event["kind"]
                if event["market"] != self._source or (kind not in BOOKS and kind != "trade"):
                    self.counts.skipped[f"{kind}_other" if kind in (*BOOKS, "trade") else str(kind)] += 1
                    continue
                rank = _Ranked(int(event["event"]["sequence"]), kind != "trade", number)
            except (KeyError, TypeError, ValueError) as error:
                raise self._tape.error(f"not an event of a recording: {error!r}") from error
            heapq.heappush(waiting, (rank, event))
            if len(waiting) > WINDOW:
                yield heapq.heappop(waiting)[1]
        while waiting:
            yield heapq.heappop(waiting)[1]
        if self._tape.is_torn:
            self.counts.skipped["torn_end"] += 1

    def _event(self, line: dict[str, Any]) -> Iterator[Action | Settle]:
        time_ns, event = int(line["time_ns"]), line["event"]
        if line["kind"] == "trade":
            yield from self._trade(time_ns, event)
            return
        bids, asks = _levels(event["bids"]), _levels(event["asks"])
        if line["kind"] == "order_book":
            self.counts.read["snapshots"] += 1
            self._snapshot_sequence = int(event["sequence"])
            yield from self._mirror.replace_book(time_ns, bids, asks)
        elif self._snapshot_sequence is None:
            self.counts.skipped["delta_before_snapshot"] += 1
        else:
            self.counts.read["book_deltas"] += 1
            yield from self._mirror.set_levels(time_ns, bids, asks)

    def _trade(self, time_ns: int, trade: dict[str, Any]) -> Iterator[Action]:
        if self._snapshot_sequence is None:
            # The first snapshot has what it left behind.
            self.counts.skipped["trade_before_snapshot"] += 1
            return
        if trade["taker_side"] is None:
            self.counts.skipped["auction_trade"] += 1
            return
        self.counts.read["trades"] += 1
        side = TAKER_SIDES[trade["taker_side"]]
        yield self._mirror.trade(time_ns, side, Decimal(trade["price"]), Decimal(trade["quantity"]))

    def on_outcome(self, action: Action, outcome: Outcome) -> None:
        self._mirror.on_outcome(action, outcome)

    def on_execution(self, execution: Execution) -> None:
        self._mirror.on_execution(execution)

    def findings(self) -> dict[str, int]:
        return {}


def _levels(levels: list[dict[str, str]]) -> Levels:
    return {Decimal(level["price"]): Decimal(level["quantity"]) for level in levels}
