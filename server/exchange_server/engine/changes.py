"""What one command does, collected: its events in order, then each level and balance that it touched, once."""

from typing import Final

from exchange_server.engine.accounts import Balance
from exchange_server.engine.book import LOOK_ANEW
from exchange_server.engine.events import BalanceChanged, Event, LevelChanged
from exchange_server.engine.live import DIGEST_MASK, DIGEST_MULTIPLIER, LiveState
from exchange_server.engine.orders import Level
from exchange_server.engine.pegging import follow
from exchange_server.engine.types import OrderId


class Changes:
    """The outcome of one command in the making.

    `levels` and `balances` are sets in the order of first touch; what they hold is reported when the command is done.
    """

    __slots__ = ("balances", "events", "levels", "looks_from")

    def __init__(self, *outcome: Event) -> None:
        self.events: Final[list[Event]] = list(outcome)
        self.looks_from: dict[OrderId, int] | None = None
        """Of exits that this command's trades have opened: the first of `events` that they look at."""
        self.levels: Final[dict[Level, None]] = {}
        self.balances: Final[dict[Balance, None]] = {}

    def finish(self, state: LiveState) -> list[Event]:
        """Let pegged orders follow, and return the command's events."""
        events = self.events
        if state.pegged_books:
            self._follow(state)
        digest = state.event_digest
        gone: dict[tuple[int, int, int], None] = {}
        for level in self.levels:
            total = level.total_lots
            digest = (digest * DIGEST_MULTIPLIER + total) & DIGEST_MASK
            if total == 0:
                # Of several levels that were opened at one price in this command, the last one tells, once.
                if level.price_ticks in state.books[level.market_id].own(level.side).levels:
                    continue
                place = (level.market_id, level.side, level.price_ticks)
                if place in gone:
                    continue
                gone[place] = None
            level_changed = LevelChanged()
            level_changed.market_id = level.market_id
            level_changed.side = level.side
            level_changed.price_ticks = level.price_ticks
            level_changed.quantity_lots = total
            events.append(level_changed)
        for balance in self.balances:
            available = balance.available_atoms
            digest = (digest * DIGEST_MULTIPLIER + available) & DIGEST_MASK
            balance_changed = BalanceChanged()
            balance_changed.account_id = balance.account_id
            balance_changed.asset_id = balance.asset_id
            balance_changed.available_atoms = available
            balance_changed.reserved_atoms = balance.reserved_atoms
            events.append(balance_changed)
        state.event_digest = digest
        return events

    def _follow(self, state: LiveState) -> None:
        touched = {level.market_id: None for level in self.levels}
        for market_id in sorted(state.pegged_books):
            book = state.pegged_books[market_id]
            if market_id in touched or book.followed == LOOK_ANEW:
                follow(state, book, self.events, self.levels)
