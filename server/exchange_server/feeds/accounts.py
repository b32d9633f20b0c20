"""What happened to each account, kept for readers that come back.

An account's history is references to the applied commands that concern it; messages are made only when somebody reads.
It is bounded twice: per account, so that a busy one does not push out the others, and over all, by cutting the longest.
"""

from collections import deque
from itertools import dropwhile
from typing import Final

from exchange_server.engine.types import AccountId
from exchange_server.feeds.account_streams import UPDATE_BYTES, AccountReader, FillReader
from exchange_server.feeds.errors import REJECT_SEQUENCE_IN_FUTURE, REJECT_SEQUENCE_TOO_OLD, StreamRefused
from exchange_server.journal import Applied
from exchange_server.wire.account_updates import has_fill

UPDATES_KEPT: Final = 4_096
"""Latest commands of an account that a reader can resume from."""

UPDATES_KEPT_OVERALL: Final = 131_072
"""Of all accounts together; a command with its events takes about half a kB."""


class AccountHistory:
    """The latest commands that concern one account. The bus adds to it: `newest`, then `kept`, then the readers."""

    __slots__ = ("_dropped_sequence", "account_id", "kept", "newest", "readers")

    def __init__(self, account_id: AccountId) -> None:
        self.account_id: Final = account_id
        self.kept: Final[deque[Applied]] = deque(maxlen=UPDATES_KEPT)
        self.newest: Applied | None = None
        self.readers: Final[set[AccountReader | FillReader]] = set()
        self._dropped_sequence = 0

    @property
    def oldest_resume(self) -> int:
        """The least sequence that a reader can resume after, as far as this account goes."""
        if len(self.kept) == UPDATES_KEPT:
            return self.kept[0].sequence - 1
        return self._dropped_sequence

    def hand_out(self, applied: Applied) -> None:
        """Give a command to the readers."""
        for reader in self.readers:
            if not reader.fills_only or has_fill(self.account_id, applied.events):
                reader.push(((applied, UPDATE_BYTES),))

    def drop(self, count: int) -> None:
        """Forget the oldest."""
        for _ in range(count):
            self._dropped_sequence = self.kept.popleft().sequence

    def after(self, sequence: int) -> list[Applied]:
        return list(dropwhile(lambda applied: applied.sequence <= sequence, self.kept))


class AccountHistories:
    """All accounts' histories. Nothing is kept up to `start_sequence`."""

    def __init__(self, start_sequence: int, kept_overall: int = UPDATES_KEPT_OVERALL) -> None:
        self._start_sequence: Final = start_sequence
        # The bus adds to histories itself; it counts what it adds.
        self.by_account: Final[dict[AccountId, AccountHistory]] = {}
        self._kept_overall: Final = kept_overall
        self._count = 0

    def open(self, account_id: AccountId) -> AccountHistory:
        """Return an account's history, a new one if need be."""
        history = self.by_account.get(account_id)
        if history is None:
            history = self.by_account[account_id] = AccountHistory(account_id)
        return history

    def bound(self, added: int) -> None:
        """Keep within the overall bound after so many were added."""
        self._count += added
        if self._count > self._kept_overall:
            self._cut()

    def _cut(self) -> None:
        """Bring the longest histories to one length such that half the bound is kept at most.

        Half, so that the walk over all accounts is paid for by many additions.
        """
        lengths = sorted(len(history.kept) for history in self.by_account.values())
        self._count = sum(lengths)  # what accounts dropped themselves is still in the count
        if self._count <= self._kept_overall:
            return
        left = self._kept_overall // 2
        longest = 0
        for index, length in enumerate(lengths):
            longest = left // (len(lengths) - index)
            if longest < length:
                break
            left -= length
        for history in self.by_account.values():
            history.drop(max(0, len(history.kept) - longest))
        self._count = sum(len(history.kept) for history in self.by_account.values())

    def backlog(
        self, account_id: AccountId, after_sequence: int | None, published_sequence: int, fills_only: bool
    ) -> list[Applied]:
        """Return what is kept after a sequence, nothing for none. Raises StreamRefused."""
        if after_sequence is None:
            return []
        history = self.open(account_id)
        oldest = max(self._start_sequence, history.oldest_resume)
        if after_sequence < oldest:
            metadata = {"oldest_sequence": str(oldest)}
            raise StreamRefused(REJECT_SEQUENCE_TOO_OLD, f"updates are kept after {oldest}", metadata)
        if after_sequence > published_sequence:
            metadata = {"latest_sequence": str(published_sequence)}
            raise StreamRefused(REJECT_SEQUENCE_IN_FUTURE, f"the latest sequence is {published_sequence}", metadata)
        backlog = history.after(after_sequence)
        return [applied for applied in backlog if has_fill(account_id, applied.events)] if fills_only else backlog

    def join(self, account_id: AccountId, reader: AccountReader | FillReader) -> None:
        """Give a reader what comes from now on."""
        readers = self.open(account_id).readers
        readers.add(reader)
        reader.when_left(lambda: readers.discard(reader))
