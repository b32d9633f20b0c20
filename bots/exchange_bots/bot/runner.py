"""One bot at work: its account's connection, and the loop of look, decide, send, learn.

    connect → sync (cancel what an earlier run left behind) → wait for a change → step → send → take the answers → …

One task sends, so that a bot never has two requests under way. What breaks ends in a sync: everything is canceled and
begun anew. When it ends, in whatever way, nothing of it stays in the book: it cancels, and if it cannot, the exchange
does (cancel on disconnect).
"""

import asyncio
from decimal import Decimal

from exchange_bots.bot.core import BotCore, Step
from exchange_bots.bot.reference import Reference, until_changed
from exchange_bots.bot.view import Terms
from exchange_bots.clock import now_ns
from exchange_bots.feed.messages import TradePrint
from exchange_sdk import (
    AccountSnapshot,
    AccountUpdate,
    AsyncClient,
    AsyncOrderEntry,
    DeadlineExceeded,
    ExchangeError,
    Market,
    MarketClosed,
    OutcomeUnknown,
    RateLimited,
    Resynced,
    Unavailable,
)

ANSWER_SECONDS = 2.0
"""What is not answered by then is in doubt: a quote must not stand on an old book because an answer is slow."""
LAST_CANCEL_SECONDS = 1.0
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
PASSING = (OutcomeUnknown, Unavailable, DeadlineExceeded, RateLimited, MarketClosed)


class BotRunner:
    """Runs one bot until it is canceled. Raises ExchangeError for what does not pass by itself, like a revoked key."""

    def __init__(self, address: str, api_key: str, core: BotCore, reference: Reference) -> None:
        self._address = address
        self._api_key = api_key
        self._core = core
        self._reference = reference
        self._changed = asyncio.Event()
        self._pause = FIRST_PAUSE

    async def run(self) -> None:
        """Work."""
        core = self._core
        async with AsyncClient(self._address, api_key=self._api_key) as client:
            market = await client.get_market(core.config.market)
            core.connected(terms_of(market), market.base_asset, market.quote_asset)
            stop_listening = self._reference.listen(self._heard)
            try:
                async with (
                    asyncio.TaskGroup() as group,
                    client.order_entry(
                        cancel_on_disconnect=True,
                        on_reconnect=lambda notice: core.doubt_orders(f"order entry broke: {notice.cause}"),
                    ) as session,
                ):
                    following = group.create_task(self._follow_account(client))
                    try:
                        await self._work(client, session)
                    finally:
                        following.cancel()
                        await self._leave(client)
            except BaseExceptionGroup as group_error:
                # What went wrong is what counts, not that it did so in a task.
                raise group_error.exceptions[0] from group_error
            finally:
                stop_listening()

    def _heard(self, trades: tuple[TradePrint, ...]) -> None:
        self._core.traded(trades)
        self._changed.set()

    async def _follow_account(self, client: AsyncClient) -> None:
        core = self._core
        async with client.stream_account() as stream:
            async for event in stream:
                match event:
                    case AccountUpdate():
                        core.account_changed(event)
                        self._changed.set()
                    case Resynced(cause):
                        core.doubt_orders(f"the account's stream broke: {cause}")
                    case AccountSnapshot():
                        # The sync has asked, or will ask, for the same.
                        pass

    async def _work(self, client: AsyncClient, session: AsyncOrderEntry) -> None:
        core = self._core
        while True:
            try:
                if core.needs_sync:
                    await client.cancel_all_orders(market=core.config.market, timeout=ANSWER_SECONDS)
                    core.synced(await client.list_balances(timeout=ANSWER_SECONDS))
                step = core.step(now_ns(), self._reference.look(now_ns(), core.orders.resting()))
                await self._send(session, step)
            except PASSING as error:
                core.counts[f"lost_{type(error).__name__.lower()}"] += 1
                core.doubt_orders(str(error))
                await asyncio.sleep(max(error.retry_after or 0.0, self._pause))
                self._pause = min(self._pause * 2, LONGEST_PAUSE)
                continue
            self._pause = FIRST_PAUSE
            await until_changed(self._changed, core.config.react_seconds, core.config.refresh_seconds)

    async def _send(self, session: AsyncOrderEntry, step: Step) -> None:
        core = self._core
        if step.cancel_all:
            await session.cancel_all(market=core.config.market, timeout=ANSWER_SECONDS)
            core.canceled_all()
        elif step.items:
            results = await session.batch(step.items, timeout=ANSWER_SECONDS)
            core.answered(now_ns(), step.items, results)

    async def _leave(self, client: AsyncClient) -> None:
        """Cancel what is open; whatever prevents that, the end of the session does it."""
        try:
            async with asyncio.timeout(LAST_CANCEL_SECONDS):
                await client.cancel_all_orders(market=self._core.config.market, timeout=LAST_CANCEL_SECONDS)
                self._core.canceled_all()
        except (ExchangeError, TimeoutError) as error:
            self._core.log.warning("left_to_the_exchange", why=str(error))


def terms_of(market: Market) -> Terms:
    """Return a market's grid."""
    least = max(market.min_notional, market.protection.min_notional or Decimal(0))
    return Terms(market.name, market.tick_size, market.lot_size, least)
