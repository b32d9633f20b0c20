"""Core, follower and PostgreSQL as they run in earnest, killed: the history still says what traders were told."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import exchange_sdk as sdk
from exchange_sdk import RejectReason
from exchange_server.cli.dev.ports import pick_free
from exchange_server.embedded.postgres import EmbeddedPostgres
from exchange_server.engine import Engine
from exchange_server.journal import JournalReader
from exchange_server.wire.journal_codec import decode_command
from tests.e2e.dev_process import open_folder
from tests.integration.sdk_fixture import AnyClient
from tests.integration.stack_processes import Stack
from tests.integration.told_history import check_history
from tests.integration.trading_floor import Floor


class Accident:
    """A stack whose parts are killed while traders go on trading."""

    def __init__(self, stack: Stack, floor: Floor) -> None:
        self.stack = stack
        self.floor = floor
        self._over = False
        self._trading = asyncio.create_task(self._trade())

    async def _trade(self) -> None:
        while not self._over:
            await self.floor.trade(1)
            await asyncio.sleep(0.002)

    async def goes_on(self, steps: int = 80) -> None:
        """Wait until traders have been answered so many times more."""
        wanted = self.floor.acknowledged + steps
        async with asyncio.timeout(30):
            while self.floor.acknowledged < wanted:
                if self._trading.done():
                    self._trading.result()
                await asyncio.sleep(0.01)

    async def check_in_the_end(self) -> None:
        """Stop trading; the history must catch up with all of it, every row once."""
        self._over = True
        await self._trading
        await self.floor.close_day()
        await self.floor.wait_for_history()
        await check_history(AnyClient(self.floor.admin), self.floor.traders)

    async def close(self) -> None:
        self._trading.cancel()
        await asyncio.gather(self._trading, return_exceptions=True)


@asynccontextmanager
async def trading(folder: Path, postgres_url: str) -> AsyncIterator[Accident]:
    stack = Stack(folder, postgres_url)
    try:
        await stack.start()
        async with Floor(stack, seed=7) as floor:
            accident = Accident(stack, floor)
            try:
                await accident.goes_on()
                yield accident
            finally:
                await accident.close()
    finally:
        stack.stop()


@pytest.fixture
async def accident(postgres_url: str, tmp_path: Path) -> AsyncIterator[Accident]:
    async with trading(tmp_path, postgres_url) as accident:
        yield accident


@pytest.fixture
def own_postgres() -> Iterator[EmbeddedPostgres]:
    """Run a PostgreSQL that may be killed, on a port that stays."""
    with open_folder() as folder:
        postgres = EmbeddedPostgres(folder, pick_free())
        try:
            postgres.start()
            yield postgres
        finally:
            postgres.stop()
            postgres.erase()


def start_again(postgres: EmbeddedPostgres) -> None:
    postgres.stop()
    postgres.start()


async def test_trading_goes_on_without_postgresql_and_the_history_catches_up(
    own_postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    async with trading(tmp_path, own_postgres.url) as accident:
        client = accident.floor.traders[0].client
        assert own_postgres.pid is not None
        os.kill(own_postgres.pid, signal.SIGKILL)
        for _ in range(2):
            await accident.goes_on()
            for pages in (client.list_orders(timeout=1), client.list_fills(timeout=1)):
                with pytest.raises(sdk.Unavailable) as refused:
                    await pages.page()
                assert refused.value.reason is RejectReason.UNAVAILABLE
            with pytest.raises(sdk.Unavailable):
                await client.list_ledger_entries(timeout=1).page()
            assert len(await client.list_orders(open_only=True).page()) > 0
        await asyncio.to_thread(start_again, own_postgres)
        await accident.goes_on()
        await accident.check_in_the_end()


async def test_a_follower_that_is_killed_repeats_and_loses_no_row(accident: Accident) -> None:
    for _ in range(2):
        accident.stack.follower.kill()
        await accident.goes_on()
        accident.stack.follower.start()
        await accident.goes_on()
    await accident.check_in_the_end()


async def test_a_follower_goes_on_when_the_core_is_killed_and_both_have_the_state_of_the_journal(
    accident: Accident,
) -> None:
    stack, floor = accident.stack, accident.floor
    follower = stack.follower.pid
    for _ in range(2):
        stack.core.kill()
        stack.core.start()
        await stack.wait_until_serving()
        await accident.goes_on()
    await accident.check_in_the_end()
    assert all(trader.breaks >= 1 for trader in floor.traders)
    assert (stack.follower.running, stack.follower.pid) == (True, follower)

    core = await floor.admin.admin.get_state_hash()
    independent = Engine()
    reader = JournalReader(stack.data_dir, 0)
    try:
        for sequence, time_ns, payload in reader.read(core.sequence):
            independent.apply(sequence, time_ns, decode_command(payload))  # type: ignore[arg-type]  # plain integers
    finally:
        reader.close()
    assert (independent.sequence, independent.state_hash()) == (core.sequence, core.state_hash)
    # The follower keeps no hash; the digest of all events that it writes with every batch tells the same.
    cursor = stack.cursor()
    assert (cursor.sequence, cursor.event_digest) == (core.sequence, independent.event_digest)
