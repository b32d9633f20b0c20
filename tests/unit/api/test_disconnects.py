"""Cancel on disconnect, whatever the exchange says to it at first."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from exchange_server.api.disconnects import Disconnects, new_session_id
from exchange_server.engine.commands import CancelSessionOrders, Command
from exchange_server.engine.types import AccountId
from exchange_server.sequencer import NotSequenced, OutcomeUnknown
from exchange_server.sequencer.refusals import REJECT_OVERLOADED, REJECT_UNAVAILABLE


class Sequencer:
    """Answers each submitted command with the next of the given outcomes; None is success."""

    def __init__(self, *outcomes: Exception | None) -> None:
        self.outcomes = list(outcomes)
        self.submitted: list[Command] = []

    def submit(self, commands: Sequence[Command]) -> "asyncio.Future[list[Any]]":
        self.submitted += commands
        future: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
        outcome = self.outcomes.pop(0)
        if outcome is None:
            future.set_result([])
        else:
            future.set_exception(outcome)
        return future


def disconnects(sequencer: Sequencer) -> Disconnects:
    shard: Any = sequencer
    return Disconnects(shard)


async def test_a_full_exchange_is_asked_until_it_takes_the_cancel() -> None:
    full = NotSequenced(REJECT_OVERLOADED, "full", 1)
    sequencer = Sequencer(full, full, None)
    await disconnects(sequencer).ended(AccountId(1001), 77)
    assert len(sequencer.submitted) == 3
    command = sequencer.submitted[0]
    assert isinstance(command, CancelSessionOrders)
    assert (command.account_id, command.session_id) == (1001, 77)


@pytest.mark.parametrize("end", [NotSequenced(REJECT_UNAVAILABLE, "stopping"), OutcomeUnknown("failed")])
async def test_an_exchange_that_stops_is_not_asked_again(end: Exception) -> None:
    sequencer = Sequencer(end)
    await disconnects(sequencer).ended(AccountId(1001), 77)
    assert len(sequencer.submitted) == 1


def test_session_ids_fit_the_journal_and_do_not_repeat() -> None:
    ids = {new_session_id() for _ in range(1_000)}
    assert len(ids) == 1_000
    assert all(0 < session_id < 2**62 for session_id in ids)
