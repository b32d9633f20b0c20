"""Play a flow through order entry as ordinary clients: one account, one session, in the order of the flow.

Actions of one account that follow each other go out as one batch, which the exchange executes in its order; the next
batch goes out when it is answered. So the order of the tape is the order of execution, across accounts too. When the
exchange dies in between, what was not answered is looked up and sent again under the same keys.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from decimal import Decimal

from exchange_bots.play.actions import Action, Cancel, Flow, Outcome, Place, Settle, Terms
from exchange_bots.play.fills import FillCollector
from exchange_bots.play.setup import Credentials, accounts, create_market, new_run
from exchange_bots.play.summary import Summary
from exchange_sdk import (
    AsyncClient,
    AsyncOrderEntry,
    CancelOrder,
    DeadlineExceeded,
    ExchangeError,
    Market,
    NewOrder,
    OrderResult,
    OutcomeUnknown,
    RateLimited,
    TimeInForce,
    Unavailable,
)

LARGEST_BATCH = 200
SETTLE_SECONDS = 0.25
LAST_FILLS_SECONDS = 10.0
RETRY_SECONDS = 0.1
PASSING = (OutcomeUnknown, Unavailable, DeadlineExceeded, RateLimited)
"""What the same request may be sent again after: it was not executed, or its key makes a repeat safe."""


def _ignore_acknowledged(action: Action, client_order_id: str, outcome: Outcome) -> None:
    """Whoever does not listen."""


def _ignore_progress(summary: Summary, fraction: float) -> None:
    """Whoever does not look."""


@dataclass(frozen=True, slots=True)
class PlayOptions:
    """How a flow is played.

    `speed` is a factor of the recorded pace, None as fast as it goes. `run` names the run in every client order id; an
    earlier name continues that run, and what it had done already is not done again. `patience`: seconds to wait for an
    exchange that is down. Setting `stop` ends the flow in order.
    """

    speed: float | None = None
    run: str | None = None
    patience: float = 60.0
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    acknowledged: Callable[[Action, str, Outcome], None] = _ignore_acknowledged
    progress: Callable[[Summary, float], None] = _ignore_progress


async def play(address: str, admin_key: str, flow: Flow, options: PlayOptions | None = None) -> Summary:
    """Play a flow to its end and return what came of it. Raises ExchangeError and TapeError.

    With an admin key it makes what is missing: assets, market, accounts, and keys that it revokes at the end.
    """
    options = options or PlayOptions()
    async with AsyncClient(address, api_key=admin_key) as admin:
        market = await create_market(admin, flow.market)
        async with accounts(admin, market, flow.accounts) as credentials:
            try:
                return await _Player(address, market, flow, options, credentials).play()
            except BaseExceptionGroup as group:
                # Of a stream of fills that cannot go on: what it is, not that it came from a task.
                raise group.exceptions[0] from group


@dataclass(slots=True)
class _Player:
    address: str
    market: Market
    flow: Flow
    options: PlayOptions
    credentials: Mapping[str, Credentials]
    summary: Summary = field(init=False)
    fills: FillCollector = field(init=False)
    sessions: dict[str, AsyncOrderEntry] = field(default_factory=dict)
    taken: Decimal = Decimal(0)
    others_trade: bool = False

    def __post_init__(self) -> None:
        run = self.options.run or new_run()
        counts = self.flow.counts
        self.summary = Summary(self.market.name, run, read=counts.read, skipped=counts.skipped)
        self.fills = FillCollector(f"{run}:", self.flow.on_execution)

    async def play(self) -> Summary:
        async with AsyncExitStack() as stack:
            collectors = await stack.enter_async_context(asyncio.TaskGroup())
            tasks = []
            opened = []
            for name, credentials in self.credentials.items():
                client = AsyncClient(self.address, api_key=credentials.api_key, timeout=self.options.patience)
                await stack.enter_async_context(client)
                if self.options.run is None:
                    # What an earlier run left in the book is not part of this one.
                    await client.cancel_all_orders(market=self.market.name)
                opened.append(asyncio.Event())
                tasks.append(collectors.create_task(self.fills.collect(name, client, opened[-1])))
                self.sessions[name] = await stack.enter_async_context(client.order_entry())
            for event in opened:
                await event.wait()
            try:
                started = time.monotonic_ns()
                await self._run(started)
                self.summary.elapsed_ns = time.monotonic_ns() - started
                await self.fills.caught_up(self.taken, SETTLE_SECONDS if self._stopped else LAST_FILLS_SECONDS)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            self._conclude()
        return self.summary

    async def _run(self, started: int) -> None:
        batch: list[Action] = []
        first_ns: int | None = None
        for action in self.flow.actions():
            if self._stopped:
                return
            if isinstance(action, Settle):
                await self._send(batch)
                batch = []
                await self._settle()
                continue
            first_ns = action.time_ns if first_ns is None else first_ns
            due = self._due(started, action.time_ns - first_ns)
            if batch and (action.account != batch[0].account or len(batch) == LARGEST_BATCH or due > 0):
                await self._send(batch)
                batch = []
                due = self._due(started, action.time_ns - first_ns)
            if due > 0:
                await self._sleep(due)
            batch.append(action)
        await self._send(batch)

    def _due(self, started: int, tape_ns: int) -> float:
        """Return how many seconds too early it is; 0 or less when it is time."""
        if self.options.speed is None:
            return 0.0
        return (started - time.monotonic_ns()) / 1e9 + tape_ns / 1e9 / self.options.speed

    @property
    def _stopped(self) -> bool:
        return self.options.stop.is_set()

    async def _sleep(self, seconds: float) -> None:
        """Sleep, but not longer than until we are to stop."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.options.stop.wait()

    async def _settle(self) -> None:
        """Wait for the fills of what was acknowledged: not at all for long, once others are seen to trade here."""
        seconds = SETTLE_SECONDS / 10 if self.others_trade else SETTLE_SECONDS
        if not await self.fills.caught_up(self.taken, seconds):
            self.others_trade = True

    # ------------------------------------------------------------------ one batch

    async def _send(self, batch: Sequence[Action]) -> None:
        if not batch:
            return
        session = self.sessions[batch[0].account]
        began = time.monotonic_ns()
        results = await self._answered(session, [self._request(action) for action in batch])
        self.summary.latencies.add(time.monotonic_ns() - began, len(batch))
        for action, result in zip(batch, results, strict=True):
            self._account_for(action, result)
        self.summary.reconnects = sum(each.reconnects for each in self.sessions.values())
        self.summary.fills = self.fills.trades
        self.options.progress(self.summary, self.flow.progress())

    async def _answered(self, session: AsyncOrderEntry, requests: list[NewOrder | CancelOrder]) -> list[OrderResult]:
        """Send until everything has an answer of the exchange's. Raises what lasts longer than our patience."""
        answers: dict[int, OrderResult] = {}
        waiting = list(range(len(requests)))
        deadline = time.monotonic() + self.options.patience
        while True:
            try:
                results = await session.batch([requests[index] for index in waiting])
            except PASSING as error:
                await self._pause(error, deadline)
                continue
            unknown: ExchangeError | None = None
            left = []
            for index, result in zip(waiting, results, strict=True):
                if isinstance(result.error, PASSING):
                    unknown = result.error
                    left.append(index)
                else:
                    answers[index] = result
            if unknown is None:
                return [answers[index] for index in range(len(requests))]
            waiting = left
            self.summary.resent += len(left)
            await self._pause(unknown, deadline)

    async def _pause(self, error: ExchangeError, deadline: float) -> None:
        delay = max(error.retry_after or 0.0, RETRY_SECONDS)
        if time.monotonic() + delay > deadline:
            raise error
        await asyncio.sleep(delay)

    def _request(self, action: Action) -> NewOrder | CancelOrder:
        match action.request:
            case Cancel(key):
                return CancelOrder(client_order_id=self._client_order_id(key))
            case Place() as place:
                return NewOrder(
                    market=self.market.name,
                    side=place.side.value,
                    quantity=place.quantity,
                    price=place.price,
                    time_in_force=TimeInForce.IOC if place.terms is Terms.IOC else TimeInForce.GTC,
                    post_only=place.terms is Terms.POST_ONLY,
                    client_order_id=self._client_order_id(place.key),
                )

    def _client_order_id(self, key: str) -> str:
        return f"{self.summary.run}:{key}"

    def _account_for(self, action: Action, result: OrderResult) -> None:
        refused = None if result.error is None else result.error.reason_name or type(result.error).__name__
        self.summary.actions += 1
        if refused is not None:
            self.summary.refused[refused] += 1
        if isinstance(action.request, Place):
            self.summary.orders += 1
            self.taken += result.filled_quantity
        else:
            self.summary.cancels += 1
        outcome = Outcome(result.order_id, result.filled_quantity, refused)
        self.flow.on_outcome(action, outcome)
        self.options.acknowledged(action, self._client_order_id(action.request.key), outcome)

    def _conclude(self) -> None:
        self.summary.fills = self.fills.trades
        self.summary.taken = self.taken
        self.summary.findings = self.flow.findings()
        if self.fills.breaks:
            self.summary.findings["breaks_in_the_stream_of_fills"] = self.fills.breaks
