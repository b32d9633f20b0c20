"""Order flow through a core that is killed with SIGKILL: nothing acknowledged is lost, nothing is done twice."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from exchange_bots.play.actions import Action, Cancel, Execution, Flow, Outcome, Place, Terms
from exchange_bots.play.lobster import LobsterFlow
from exchange_bots.play.player import PlayOptions, play
from exchange_bots.play.summary import Summary
from exchange_bots.play.synthetic import SyntheticFlow
from exchange_sdk import AsyncClient
from exchange_server.engine.types import CLOSE_BY_OWNER, ORDER_OPEN, OrderId
from exchange_server.journal import audit, engine_at
from tests.e2e.core_process import Core
from tests.e2e.dev_process import open_folder

TAPE = Path(__file__).parents[3] / "shared" / "data" / "lobster_aapl.csv.gz"
TAPE_MESSAGES = 20_000

Open = dict[tuple[str, str], Decimal]


@pytest.fixture
def core() -> Iterator[Core]:
    with open_folder() as folder:
        core = Core(folder / "core")
        core.start()
        core.wait_until_serving()
        yield core
        core.stop()


@dataclass
class Ledger:
    """What the exchange has acknowledged, and what its streams have told of fills."""

    placed: dict[str, tuple[str, int, Decimal, Terms]] = field(default_factory=dict)
    canceled: set[str] = field(default_factory=set)
    filled: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0

    def acknowledge(self, action: Action, client_order_id: str, outcome: Outcome) -> None:
        self.acknowledged += 1
        if outcome.refused is not None:
            return
        match action.request:
            case Cancel():
                self.canceled.add(client_order_id)
            case Place() as place:
                assert client_order_id not in self.placed, "acknowledged twice"
                self.placed[client_order_id] = (action.account, outcome.order_id, place.quantity, place.terms)

    def fill(self, run: str, execution: Execution) -> None:
        self.filled[f"{run}:{execution.key}"] += execution.quantity  # type: ignore[assignment]  # counts decimals


async def play_with_kills(core: Core, flow: Flow, run: str, kill_at: list[int]) -> tuple[Summary, Ledger]:
    """Play a flow; each time so many answers have come, kill the core while it works, and start it again."""
    ledger = Ledger()
    deliver = flow.on_execution

    def on_execution(execution: Execution) -> None:
        ledger.fill(run, execution)
        deliver(execution)

    flow.on_execution = on_execution  # type: ignore[method-assign]

    async def kill() -> None:
        for count in kill_at:
            while ledger.acknowledged < count:
                await asyncio.sleep(0.001)
            await asyncio.to_thread(core.kill)
            core.start()
            await asyncio.to_thread(core.wait_until_serving)

    options = PlayOptions(run=run, acknowledged=ledger.acknowledge)
    async with asyncio.TaskGroup() as tasks:
        killer = tasks.create_task(kill())
        summary = await play(core.address, core.admin_key, flow, options)
        assert killer.done(), "the flow ended before the last kill"
    return summary, ledger


async def open_orders(core: Core, flow: Flow) -> Open:
    """Return what is open, as an operator sees it."""
    found: Open = {}
    async with AsyncClient(core.address, api_key=core.admin_key) as admin:
        ids = {account.name: account.account_id async for account in admin.admin.list_accounts()}
        for name in flow.accounts:
            account_id = ids[f"play-{flow.market.name}-{name}"]
            async for order in admin.list_orders(open_only=True, page_size=1000, account_id=account_id):
                found[name, order.client_order_id] = order.open_quantity
    return found


async def check_nothing_is_lost(core: Core, flow: Flow, ledger: Ledger) -> None:
    """Compare every acknowledgement and every fill with an engine that is built from the journal alone."""
    verified = audit.verify(core.data_dir)
    assert verified.problems == []
    engine = engine_at(core.data_dir, verified.last_sequence)
    lot = Decimal(flow.market.lot_size)
    still_open: Open = {}
    for client_order_id, (name, order_id, quantity, terms) in ledger.placed.items():
        account = engine.accounts_by_name[f"play-{flow.market.name}-{name}"]
        order = engine.find_order(account.account_id, OrderId(0), client_order_id)
        assert order is not None, f"{client_order_id} was acknowledged and is gone"
        assert order.order_id == order_id
        assert quantity - order.open_lots * lot == ledger.filled[client_order_id]
        assert (order.close_reason == CLOSE_BY_OWNER) == (client_order_id in ledger.canceled)
        if order.status == ORDER_OPEN:
            assert terms is not Terms.IOC
            still_open[name, client_order_id] = order.open_lots * lot
    assert await open_orders(core, flow) == still_open
    # Nor did anything happen that was not acknowledged in the end.
    accepted = sum(
        len(engine.accounts_by_name[f"play-{flow.market.name}-{name}"].client_orders) for name in flow.accounts
    )
    assert accepted == len(ledger.placed)


async def test_a_generated_flow_through_three_kills_ends_as_it_does_undisturbed(core: Core) -> None:
    quiet_flow = SyntheticFlow(seed=11, messages=3_000)
    _, quiet = await play_with_kills(core, quiet_flow, "quiet", [])
    await check_nothing_is_lost(core, quiet_flow, quiet)
    async with AsyncClient(core.address, api_key=core.admin_key) as admin:
        quiet_book = await admin.get_order_book("BTC-USDC")

    core.kill()
    with open_folder() as folder:
        disturbed_core = Core(folder / "core")
        disturbed_core.start()
        disturbed_core.wait_until_serving()
        flow = SyntheticFlow(seed=11, messages=3_000)
        summary, ledger = await play_with_kills(disturbed_core, flow, "quiet", [700, 1_500, 2_300])
        assert disturbed_core.starts == 4
        assert summary.reconnects > 0
        await check_nothing_is_lost(disturbed_core, flow, ledger)
        assert ledger.canceled == quiet.canceled
        assert ledger.filled == quiet.filled
        async with AsyncClient(disturbed_core.address, api_key=disturbed_core.admin_key) as admin:
            book = await admin.get_order_book("BTC-USDC")
        assert (book.bids, book.asks) == (quiet_book.bids, quiet_book.asks)
        disturbed_core.stop()


async def test_a_run_that_is_played_again_under_its_name_does_nothing_twice(core: Core) -> None:
    flow = SyntheticFlow(seed=5, messages=400)
    await play_with_kills(core, flow, "again", [])
    before = await open_orders(core, flow)
    repeated = SyntheticFlow(seed=5, messages=400)
    summary, _ = await play_with_kills(core, repeated, "again", [])
    assert summary.fills == 0
    assert await open_orders(core, repeated) == before


@pytest.mark.timeout(300)
async def test_the_first_messages_of_a_real_tape_survive_a_kill_in_the_middle(core: Core) -> None:
    if not TAPE.exists():
        pytest.skip(f"the recording {TAPE} is not part of the project and not here")
    flow = LobsterFlow(TAPE, limit=TAPE_MESSAGES)
    summary, ledger = await play_with_kills(core, flow, "tape", [TAPE_MESSAGES // 2])
    assert summary.read.total() == TAPE_MESSAGES + summary.read["resting_before_the_tape"]
    await check_nothing_is_lost(core, flow, ledger)
    found = summary.findings
    assert found["visible_executions"] > 1_000
    assert found["hit_exactly_the_named_order"] > 0.95 * found["visible_executions"]
