"""Cancel on disconnect: when an order entry stream ends, what is open of the orders that it placed is canceled."""

import asyncio
import secrets
from typing import Final

from exchange_server.engine.commands import CancelSessionOrders
from exchange_server.engine.types import AccountId
from exchange_server.sequencer import NotSequenced, OutcomeUnknown, Shard
from exchange_server.sequencer.refusals import REJECT_OVERLOADED

_SESSION_BITS: Final = 62


def new_session_id() -> int:
    """Return the number of a stream: a random one, so that no restart can bring it back."""
    return secrets.randbits(_SESSION_BITS) or 1


class Disconnects:
    """Cancels the orders of streams that ended, also when nobody waits for it."""

    def __init__(self, shard: Shard) -> None:
        self._shard: Final = shard
        self._tasks: Final[set[asyncio.Task[None]]] = set()

    def ended(self, account_id: AccountId, session_id: int) -> "asyncio.Task[None]":
        """Cancel what is open of a stream's orders; done when that is durable, or the exchange stops.

        Of the stream nothing may wait to be sequenced any more. What a stop prevents is done at the next start.
        """
        task = asyncio.create_task(self._cancel(CancelSessionOrders(account_id, session_id)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _cancel(self, command: CancelSessionOrders) -> None:
        while True:
            try:
                await self._shard.submit((command,))
            except NotSequenced as refused:
                if refused.reason != REJECT_OVERLOADED:
                    return
                await asyncio.sleep(refused.retry_after_ms / 1000)
            except OutcomeUnknown:
                return
            else:
                return
