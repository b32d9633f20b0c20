"""`exchange dev` with all its bots for a while: money, books, memory, logs and followers stay as they must be.

Three minutes in `make test`; `make test-soak` first fills all that is bounded, warms up, and goes on for a million
commands: its slopes of memory are about leaks.
"""

import asyncio
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pytest

from exchange_bots.dev_fleet import BOTS
from exchange_sdk import AsyncClient
from tests.e2e.dev_process import EXCHANGE, Dev, clean_environment, open_folder, running, wait_until
from tests.e2e.soak.books import BookWatch
from tests.e2e.soak.filling import fill_accounts, fill_trades
from tests.e2e.soak.followers import FollowerWatch
from tests.e2e.soak.histories import History, clickhouse_trades, read_postgres
from tests.e2e.soak.journal_money import JournalMoney, Money
from tests.e2e.soak.logs import Findings, judge_logs
from tests.e2e.soak.memory import MEGABYTE, MemoryWatch, megabytes_per_hour
from tests.integration.clickhouse_fixture import is_served

MARKETS = ("BTC-USDC", "ETH-USDC", "RAIN-USDC")
ISSUANCE = 1


class Size(NamedTuple):
    """How long: so many seconds, and until so many commands. `pace`: of the bots, 1 is some 70 commands a second."""

    pace: float
    seconds: float
    warm_up_commands: int
    commands: int
    history_seconds: float


LARGE = os.environ.get("EXCHANGE_TEST_SIZE") == "large"
PACE = float(os.environ.get("EXCHANGE_SOAK_PACE", "8"))
"""Of the large size. At 1 it is what users have, and takes ten hours; at 20 what still settles counts for a leak."""
SIZE = Size(PACE, 600, 1_300_000, 2_300_000, 300) if LARGE else Size(2, 150, 2_000, 4_000, 30)
LONGEST_SECONDS = 20 * 3_600 / PACE if LARGE else 400
JUDGED = ("core", "follower", "market-follower", "bots")
MOST_LATE = 0.0 if LARGE else 0.05
"""Share of looks at which a follower may be late: beside other tests its threads wait in turn, and one is counted."""
MOST_MEGABYTES_PER_HOUR = 2.0
MOST_BYTES_A_COMMAND = 4_000
"""In the short size, beyond `ALLOWANCE`. Nothing is full by then, and everything that is kept for a while still grows:
what streams can resume from, closed orders whose keys are remembered, the latest trades. That is half a kB for each
account that a command concerns. What it finds is a leak of messages or of whole books."""
ALLOWANCE_BYTES = 12 * MEGABYTE

pytestmark = pytest.mark.timeout(0 if LARGE else 900)


class Watch:
    """Looks at everything once a second while the bots trade."""

    def __init__(self, dev: Dev, kept: Path) -> None:
        self.dev = dev
        self.kept = kept
        self.followers = FollowerWatch(dev.ready)
        self.memory = MemoryWatch({name: pid for name, pid in dev.ready["pids"].items() if name != "postgres"})
        self.histories: list[History] = []
        self._history_due = time.monotonic() + SIZE.history_seconds

    def look(self) -> None:
        self.keep_segments()
        self.followers.sample()
        self.memory.sample(self.followers.durable)
        if time.monotonic() >= self._history_due:
            self._history_due += SIZE.history_seconds
            self.histories.append(read_postgres(self.dev.ready["addresses"]["postgres"]))

    def keep_segments(self) -> None:
        """Keep the journal from its first record on; the exchange deletes what a snapshot has made unnecessary."""
        keep_segments(self.dev.data_dir, self.kept)

    def keep_mark(self) -> None:
        """Say in what is kept how far it goes."""
        self.keep_segments()
        (self.kept / "durable.mark").write_bytes((self.dev.data_dir / "durable.mark").read_bytes())


def keep_segments(data_dir: Path, kept: Path) -> None:
    """Keep what there is of the journal, beside what was kept before."""
    (kept / "journal").mkdir(parents=True, exist_ok=True)
    for segment in (data_dir / "journal").glob("*.seg"):
        with suppress(FileExistsError):
            os.link(segment, kept / "journal" / segment.name)


async def fill(dev: Dev, kept: Path) -> None:
    """Let everything that is bounded be full from the start, and written by the followers."""
    await fill_accounts(dev.address, dev.data_dir)
    await fill_trades(dev.address, (dev.data_dir / "admin.key").read_text().strip(), MARKETS)
    with closing(FollowerWatch(dev.ready)) as followers:
        wait_until(followers.have_caught_up, f"both followers have written it; {dev.output()}", 120)
    keep_segments(dev.data_dir, kept)


def bots_of(dev: Dev) -> list[dict[str, object]]:
    """Return what the bots say of themselves."""
    status = dev.data_dir / "bots" / "fleet.status.json"
    bots: list[dict[str, object]] = json.loads(status.read_text())["bots"] if status.exists() else []
    return bots


def all_run(dev: Dev) -> bool:
    """Tell whether every bot has begun."""
    running_bots = {bot["name"] for bot in bots_of(dev) if bot["state"] == "running"}
    return running_bots == set(BOTS)


async def observe(dev: Dev, watch: Watch, books: BookWatch) -> None:
    """Watch until the size is reached."""
    following = asyncio.create_task(books.run())
    started = time.monotonic()
    try:
        while time.monotonic() - started < SIZE.seconds or watch.followers.durable < SIZE.commands:
            assert time.monotonic() - started < LONGEST_SECONDS, f"only {watch.followers.durable} commands"
            assert not following.done(), following.exception()
            await asyncio.to_thread(watch.look)
            await asyncio.sleep(1)
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


def journal_lines(directory: Path, first: int = 1) -> Iterator[str]:
    """Give the records that `exchange journal dump` prints, from a sequence on."""
    with subprocess.Popen(
        [*EXCHANGE, "journal", "dump", str(directory), "--from", str(first)],
        env=clean_environment(),
        cwd="/",
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield from process.stdout
        assert process.wait(60) == 0


def check_money(money: JournalMoney, history: History) -> None:
    """What the naive exchange made of the journal up to this moment is what PostgreSQL says."""
    assert history.sequence == money.commands
    assert history.held == {key: atoms for key, atoms in money.held().items() if atoms}
    assert history.reserved == money.reserved()
    assert history.open_orders == money.open_orders
    assert history.fills == {market: 2 * count for market, count in money.trades.items()}
    check_conserved(history.held, money.credited())


def check_conserved(held: Money, credited: dict[str, int]) -> None:
    """All that was credited is with the clients and in the fees; issuance owes it."""
    assert {asset for _, asset in held} == set(credited)
    for asset, atoms in credited.items():
        assert sum(held[who, of] for who, of in held if of == asset and who != ISSUANCE) == atoms > 0
        assert held[ISSUANCE, asset] == -atoms


async def api_balances(dev: Dev) -> Money:
    """Return everybody's balances, as the API tells them to the admin."""
    admin_key = (dev.data_dir / "admin.key").read_text().strip()
    money: Money = {}
    async with AsyncClient(dev.address, api_key=admin_key) as admin:
        decimals = {asset.name: asset.decimals for asset in await admin.list_assets()}
        async for account in admin.admin.list_accounts():
            for balance in await admin.list_balances(account_id=account.account_id):
                atoms = balance.total.scaleb(decimals[balance.asset])
                assert atoms == int(atoms)
                if atoms:
                    money[account.account_id, balance.asset] = int(atoms)
    return money


def check_memory(memory: MemoryWatch) -> list[str]:
    """Return what grows too fast; print how fast everything does."""
    faults = []
    for name in memory.samples:
        samples = memory.after(name, SIZE.warm_up_commands)
        first, last = samples[0], samples[-1]
        grown, commands = last.own_bytes - first.own_bytes, last.commands - first.commands
        rate = megabytes_per_hour(samples)
        print(
            f"{name:16} {last.own_bytes / MEGABYTE:6.1f} MB, {rate:+7.2f} MB/h ({rate / SIZE.pace:+.2f} at pace 1), "
            f"{grown / commands:+7.1f} B/command"
        )
        is_judged = name in JUDGED
        if is_judged and LARGE and rate > MOST_MEGABYTES_PER_HOUR:
            faults.append(f"{name}: {rate:.2f} MB/h")
        if is_judged and not LARGE and grown > ALLOWANCE_BYTES + MOST_BYTES_A_COMMAND * commands:
            faults.append(f"{name}: {grown} bytes in {commands} commands")
    return faults


def report(watch: Watch, books: BookWatch, findings: Findings, seconds: float) -> None:
    """Print what was seen, for who runs the long size."""
    print(f"\n{watch.followers.durable} commands in {seconds:.0f} s; messages of books: {dict(books.messages)}")
    for name, lags in watch.followers.samples.items():
        mean = sum(lag.seconds for lag in lags) / len(lags)
        print(f"{name}: behind {mean:.2f} s on average, at most {watch.followers.worst(name)}")
    print(f"{findings.lines} lines of logs, {len(findings.errors)} errors, {len(findings.warnings)} warnings")
    print(*findings.warnings[:50], sep="\n")


def wait_for_clickhouse(dev: Dev) -> None:
    """`exchange dev` is ready without it: only its follower needs it, and waits as this does."""
    wait_until(lambda: is_served(dev.ready["addresses"]["clickhouse"]), f"ClickHouse; {dev.output()}", 60)


async def test_all_bots_trade_for_long_and_nothing_is_lost_crossed_late_or_growing() -> None:
    with open_folder() as folder:
        kept = folder / "kept"
        with running(folder / "data", "--pace", str(SIZE.pace)) as dev:
            # 1. Watch the bots trade.
            wait_until(lambda: all_run(dev), f"all bots run; {dev.output()}", 60)
            wait_for_clickhouse(dev)
            if LARGE:
                await fill(dev, kept)
            watch, books = Watch(dev, kept), BookWatch(dev.address, MARKETS)
            wait_until(watch.followers.have_caught_up, f"both followers are up to date; {dev.output()}", 60)
            started = time.monotonic()
            try:
                await observe(dev, watch, books)
            finally:
                watch.followers.close()
            seconds = time.monotonic() - started
            bots = bots_of(dev)
            assert dev.interrupt() < 30
            watch.keep_mark()
            findings = judge_logs(dev.data_dir, dev.output())
            report(watch, books, findings, seconds)
            growing = check_memory(watch.memory)

        # 2. What was seen from outside.
        assert findings.errors == []
        assert books.faults == []
        assert set(books.messages) == set(MARKETS)
        assert {bot["name"] for bot in bots} == set(BOTS)
        assert [bot for bot in bots if bot["restarts"] or bot["state"] == "halted"] == []
        for name, lags in watch.followers.samples.items():
            assert len(watch.followers.late(name)) <= MOST_LATE * len(lags), (name, watch.followers.late(name))

        # 3. The journal is whole, and separate code makes the same money of it, at every look and in the end.
        dev.cli("journal", "verify", str(kept))
        dev.cli("journal", "verify")
        assert list((dev.data_dir / "quarantine").iterdir()) == []
        lines = journal_lines(kept)
        money = JournalMoney()
        for history in watch.histories:
            money.apply(islice(lines, history.sequence - money.commands))
            check_money(money, history)
        assert sum(len(history.reserved) for history in watch.histories) > 0
        money.apply(lines)
        assert money.commands >= SIZE.commands

        # 4. A restart has the same money, in the core and in both histories, and its own commands are as sound.
        with running(folder / "data", "--no-bots") as again:
            addresses = again.ready["addresses"]
            wait_for_clickhouse(again)
            assert await api_balances(again) == {who: atoms for who, atoms in money.held().items() if atoms}
            last = money.commands
            wait_until(lambda: read_postgres(addresses["postgres"]).sequence >= last, "PostgreSQL has it all", 60)
            wait_until(lambda: clickhouse_trades(addresses["clickhouse"]) == money.trades, "so has ClickHouse", 60)
            history = read_postgres(addresses["postgres"])
        watch.keep_mark()
        money.apply(islice(journal_lines(kept, last + 1), history.sequence - last))
        check_money(money, history)
    assert growing == []
