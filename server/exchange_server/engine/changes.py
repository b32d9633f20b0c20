"""What one command does, collected: its events in order, then each level and balance that it touched, once."""

from typing import Final

from exchange_server.engine.accounts import Balance
from exchange_server.engine.events import BalanceChanged, Event, LevelChanged
from exchange_server.engine.live import DIGEST_MASK, DIGEST_MULTIPLIER, LiveState
from exchange_server.engine.orders import Level
from exchange_server.engine.types import Atoms


class Changes:
    """The outcome of one command in the making."""

    __slots__ = ("balances", "events", "levels", "sequence", "state")

    def __init__(self, state: LiveState, outcome: Event) -> None:
        self.state: Final = state
        self.sequence: Final = state.sequence
        self.events: Final[list[Event]] = [outcome]
        self.levels: Final[list[Level]] = []
        self.balances: Final[list[Balance]] = []

    def touch_level(self, level: Level) -> None:
        """Report the level's total when the command is done."""
        if level.touched_by != self.sequence:
            level.touched_by = self.sequence
            self.levels.append(level)

    def touch_balance(self, balance: Balance) -> None:
        """Report the balance when the command is done."""
        if balance.touched_by != self.sequence:
            balance.touched_by = self.sequence
            self.balances.append(balance)

    def finish(self) -> list[Event]:
        """Return the command's events."""
        state = self.state
        events = self.events
        digest = state.event_digest
        for level in self.levels:
            total = level.total_lots
            digest = (digest * DIGEST_MULTIPLIER + total) & DIGEST_MASK
            events.append(LevelChanged(level.market_id, level.side, level.price_ticks, total))
        for balance in self.balances:
            available: Atoms = balance.available_atoms  # type: ignore[assignment]
            reserved: Atoms = balance.reserved_atoms  # type: ignore[assignment]
            digest = (digest * DIGEST_MULTIPLIER + available) & DIGEST_MASK
            events.append(BalanceChanged(balance.account_id, balance.asset_id, available, reserved))
        state.event_digest = digest
        return events
