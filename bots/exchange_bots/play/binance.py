"""Order flow from a recording of Binance USDⓈ-M streams: `depthUpdate`, `trade`, and one snapshot with `lastUpdateId`.

The book is kept as Binance tells its clients to: updates older than the snapshot are dropped, the first used one spans
it, and each later one names the one before in `pu`; a break is counted as a gap, and the updates go on, being absolute.
(https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams)
"""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from exchange_bots.play.actions import Action, Counts, Execution, MarketTerms, Outcome, Settle, Side
from exchange_bots.play.depth import MAKER, TAKER, DepthMirror, parse_levels
from exchange_bots.play.tape import Tape

Update = tuple[int, dict[str, Any]]


class BinanceFlow:
    """Depth updates become maker orders reconciled by difference, trades IOC orders of the side that took."""

    accounts = (MAKER, TAKER)

    def __init__(self, path: Path, *, limit: int | None = None) -> None:
        self.market = MarketTerms("BTC", "USDT", 8, 6, "0.1", "0.001")
        self.counts = Counts()
        self._tape = Tape.open(path)
        self._limit = limit
        self._mirror = DepthMirror()
        self._before_snapshot: list[Update] = []
        self._last_update_id: int | None = None
        self._started = False

    def progress(self) -> float:
        return self._tape.progress

    def actions(self) -> Iterator[Action | Settle]:
        for time_ns, message in self._tape.messages():
            if self._limit is not None and self.counts.read.total() >= self._limit:
                return
            try:
                yield from self._message(time_ns, message)
            except (KeyError, IndexError, TypeError, ValueError, InvalidOperation) as error:
                raise self._tape.error(f"not a Binance message: {error!r}") from error

    def _message(self, time_ns: int, message: dict[str, Any]) -> Iterator[Action | Settle]:
        if "lastUpdateId" in message:
            yield from self._snapshot(time_ns, message)
            return
        data = message.get("data", message)
        match data.get("e"):
            case "depthUpdate" if self._last_update_id is None:
                self._before_snapshot.append((time_ns, data))
            case "depthUpdate":
                yield from self._update(time_ns, data)
            case "trade":
                yield from self._trade(time_ns, data)
            case other:
                self.counts.skipped[str(other)] += 1

    def _snapshot(self, time_ns: int, data: dict[str, Any]) -> Iterator[Action | Settle]:
        self.counts.read["snapshots"] += 1
        self._last_update_id = data["lastUpdateId"]
        self._started = False
        yield from self._mirror.replace_book(time_ns, parse_levels(data["bids"]), parse_levels(data["asks"]))
        waiting, self._before_snapshot = self._before_snapshot, []
        for _, update in waiting:
            yield from self._update(time_ns, update)

    def _update(self, time_ns: int, data: dict[str, Any]) -> Iterator[Action | Settle]:
        assert self._last_update_id is not None
        if not self._started and data["u"] < self._last_update_id:
            self.counts.skipped["older_than_snapshot"] += 1
            return
        self.counts.read["depth_updates"] += 1
        if self._started and data["pu"] != self._last_update_id:
            self.counts.read["gaps"] += 1
        self._started = True
        self._last_update_id = data["u"]
        yield from self._mirror.set_levels(time_ns, parse_levels(data["b"]), parse_levels(data["a"]))

    def _trade(self, time_ns: int, data: dict[str, Any]) -> Iterator[Action | Settle]:
        if data.get("X", "MARKET") != "MARKET":
            # Insurance fund and auto-deleveraging: not in the book.
            self.counts.skipped["trade_off_book"] += 1
            return
        if self._last_update_id is None:
            self.counts.skipped["trade_before_snapshot"] += 1
            return
        self.counts.read["trades"] += 1
        side = Side.SELL if data["m"] else Side.BUY
        yield self._mirror.trade(time_ns, side, Decimal(data["p"]), Decimal(data["q"]))

    def on_outcome(self, action: Action, outcome: Outcome) -> None:
        self._mirror.on_outcome(action, outcome)

    def on_execution(self, execution: Execution) -> None:
        self._mirror.on_execution(execution)

    def findings(self) -> dict[str, int]:
        return {"gaps": self.counts.read["gaps"]}
