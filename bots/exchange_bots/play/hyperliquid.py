"""Order flow from a recording of Hyperliquid's WebSocket: `l2Book` snapshots and `trades`.

Snapshots have the twenty best levels a side. A level that leaves the twenty is canceled, as if it had gone. What was
recorded is played as it is, one-sided or crossed books too; a bot's feed, which doubts those, reads by `feed.messages`.
(https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/websocket/subscriptions)
"""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from exchange_bots.feed.messages import TAKER_SIDES
from exchange_bots.play.actions import Action, Counts, Execution, MarketTerms, Outcome, Settle
from exchange_bots.play.depth import MAKER, TAKER, DepthMirror, parse_levels
from exchange_bots.play.tape import Tape


class HyperliquidFlow:
    """Snapshots become maker orders reconciled by difference, trades IOC orders of the side that took."""

    accounts = (MAKER, TAKER)

    def __init__(self, path: Path, *, coin: str = "BTC", limit: int | None = None) -> None:
        self.market = MarketTerms(coin, "USD", 8, 6, "0.1", "0.00001")
        self.counts = Counts()
        self._coin = coin
        self._tape = Tape.open(path)
        self._limit = limit
        self._mirror = DepthMirror()

    def progress(self) -> float:
        return self._tape.progress

    def actions(self) -> Iterator[Action | Settle]:
        for time_ns, message in self._tape.messages():
            if self._limit is not None and self.counts.read.total() >= self._limit:
                return
            channel = message.get("channel")
            try:
                match channel:
                    case "l2Book":
                        yield from self._book(time_ns, message["data"])
                    case "trades":
                        yield from self._trades(time_ns, message["data"])
                    case _:
                        self.counts.skipped[str(channel)] += 1
            except (KeyError, IndexError, TypeError, ValueError, InvalidOperation) as error:
                raise self._tape.error(f"not a Hyperliquid message: {error!r}") from error

    def _book(self, time_ns: int, data: dict[str, Any]) -> Iterator[Action | Settle]:
        if data["coin"] != self._coin:
            self.counts.skipped["other_coin"] += 1
            return
        self.counts.read["snapshots"] += 1
        bids, asks = (parse_levels((level["px"], level["sz"]) for level in side) for side in data["levels"])
        yield from self._mirror.replace_book(time_ns, bids, asks)

    def _trades(self, time_ns: int, trades: list[dict[str, Any]]) -> Iterator[Action | Settle]:
        for trade in trades:
            if trade["coin"] != self._coin:
                self.counts.skipped["other_coin"] += 1
                continue
            self.counts.read["trades"] += 1
            side = TAKER_SIDES[trade["side"]]
            yield self._mirror.trade(time_ns, side, Decimal(trade["px"]), Decimal(trade["sz"]))

    def on_outcome(self, action: Action, outcome: Outcome) -> None:
        self._mirror.on_outcome(action, outcome)

    def on_execution(self, execution: Execution) -> None:
        self._mirror.on_execution(execution)

    def findings(self) -> dict[str, int]:
        return {}
