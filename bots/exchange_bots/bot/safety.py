"""The kill switch: it says whether a bot may quote, and if not, why and for how long."""

from collections import deque
from decimal import Decimal
from enum import StrEnum

from exchange_bots.bot.config import SafetyConfig
from exchange_bots.bot.view import ZERO
from exchange_bots.clock import NS

MINUTE_NS = 60 * NS


class State(StrEnum):
    """What a bot is doing."""

    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    """It goes on by itself when the reason is gone."""
    HALTED = "halted"
    """It goes on when somebody starts it again."""


class KillSwitch:
    """One bot's limits. Drawdown is measured from the best result since the start, in quote units."""

    def __init__(self, config: SafetyConfig) -> None:
        self._config = config
        self._best = ZERO
        self._refusals: deque[int] = deque()
        self._pause_until_ns = 0
        self._pause_reason = ""
        self._halt_reason = ""

    def refused(self, at_ns: int) -> None:
        """Count a refused order."""
        self._refusals.append(at_ns)

    def pause(self, at_ns: int, reason: str) -> None:
        """Pause from now on."""
        self._pause_until_ns = at_ns + int(self._config.pause_seconds * NS)
        self._pause_reason = reason

    def judge(self, at_ns: int, *, doubt: str | None, result: Decimal | None, inventory: Decimal) -> tuple[State, str]:
        """Return the state and its reason. `result` is profit or loss since the start; None when it cannot be told."""
        if result is not None:
            self._best = max(self._best, result)
            limit = self._config.max_drawdown
            if limit is not None and self._best - result > limit:
                self._halt("drawdown", f"{result:f} after {self._best:f}")
        if self._config.max_inventory is not None and abs(inventory) > self._config.max_inventory:
            self._halt("inventory", f"{inventory:f}")
        while self._refusals and self._refusals[0] <= at_ns - MINUTE_NS:
            self._refusals.popleft()
        if len(self._refusals) > self._config.max_refusals_per_minute:
            self._refusals.clear()
            self.pause(at_ns, "refusals")
        if self._halt_reason:
            return State.HALTED, self._halt_reason
        if at_ns < self._pause_until_ns:
            return State.PAUSED, self._pause_reason
        if doubt is not None:
            return State.PAUSED, f"feed: {doubt}"
        return State.RUNNING, ""

    def _halt(self, limit: str, found: str) -> None:
        self._halt_reason = self._halt_reason or f"{limit}: {found}"
