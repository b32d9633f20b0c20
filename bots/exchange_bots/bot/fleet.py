"""Several bots in one process, each with an account of its own: started, and started again when they die."""

import asyncio
import json
import os
import secrets
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exchange_bots.bot.config import BotConfig
from exchange_bots.bot.core import BotCore
from exchange_bots.bot.reference import MarketFeed, OwnMarket, Reference, VenueCoin
from exchange_bots.bot.runner import BotRunner
from exchange_bots.bot.strategy import Strategy
from exchange_bots.feed.source import Source
from exchange_bots.feed.venue_feed import VenueFeed, follow
from exchange_bots.logs import BotLog
from exchange_sdk import AsyncClient, ExchangeError

FIRST_DELAY = 0.25
LONGEST_DELAY = 15.0
LONG_LIFE = 30.0
STATUS_SECONDS = 1.0


@dataclass(slots=True)
class _Life:
    """What became of one bot so far."""

    core: BotCore | None = None
    restarts: int = 0
    last_death: str = ""


class Fleet:
    """Bots that look at one venue and one exchange."""

    def __init__(
        self,
        address: str,
        bots: Sequence[Strategy[Any]],
        api_keys: Mapping[str, str],
        *,
        source: Source | None = None,
        status_file: Path | None = None,
    ) -> None:
        """`api_keys`: by bot's name. `source`: the venue; needed by bots with a coin."""
        self._address = address
        self._bots = bots
        self._api_keys = api_keys
        self._source = source
        self._status_file = status_file
        self._venue = VenueFeed(sorted({bot.config.coin for bot in bots if bot.config.coin}))
        self._markets = MarketFeed(sorted({bot.config.market for bot in bots if not bot.config.coin}))
        self._lives = {bot.config.name: _Life() for bot in bots}
        self._log = BotLog("fleet")

    async def run(self) -> None:
        """Run until canceled; then every bot has canceled its orders."""
        async with AsyncExitStack() as stack:
            if self._status_file is not None:
                self._status_file.parent.mkdir(parents=True, exist_ok=True)
                stack.callback(self._status_file.unlink, missing_ok=True)
            group = await stack.enter_async_context(asyncio.TaskGroup())
            if self._source is not None:
                group.create_task(follow(self._source, self._venue))
            if any(bot.config.coin is None for bot in self._bots):
                group.create_task(self._keep_following())
            for bot in self._bots:
                group.create_task(self._keep(bot), name=bot.config.name)
            while True:
                self._write_status()
                await asyncio.sleep(STATUS_SECONDS)

    def status(self) -> dict[str, Any]:
        """Return what all bots are doing: JSON's types only."""
        bots = []
        for life in self._lives.values():
            if life.core is not None:
                bots.append({**life.core.status(), "restarts": life.restarts, "last_death": life.last_death})
        feed = {"counts": dict(self._venue.counts), "last_fault": self._venue.last_fault}
        return {"time": time.time(), "pid": os.getpid(), "feed": feed, "bots": bots}

    async def _keep(self, bot: Strategy[Any]) -> None:
        """Run one bot; when it dies start it again, each time a little later."""
        config = bot.config
        life = self._lives[config.name]
        delay = FIRST_DELAY
        while True:
            began = time.monotonic()
            # A strategy that died may have been in the middle of a thought.
            strategy = type(bot)(config)
            life.core = BotCore(config, strategy, secrets.token_hex(4))
            try:
                await BotRunner(self._address, self._api_keys[config.name], life.core, self._reference(config)).run()
            except Exception as error:
                delay = FIRST_DELAY if time.monotonic() - began > LONG_LIFE else delay
                life.restarts += 1
                life.last_death = f"{type(error).__name__}: {error}"
                is_bug = not isinstance(error, ExchangeError)
                BotLog(config.name).error("died", how=life.last_death, restarting_in=delay, trace=is_bug)
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_DELAY)

    async def _keep_following(self) -> None:
        delay = FIRST_DELAY
        while True:
            async with AsyncClient(self._address) as client:
                try:
                    await self._markets.follow(client)
                except Exception as error:
                    self._log.error("market_feed_broke", why=str(error), restarting_in=delay)
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_DELAY)

    def _reference(self, config: BotConfig) -> Reference:
        return VenueCoin(self._venue, config.coin) if config.coin else OwnMarket(self._markets, config.market)

    def _write_status(self) -> None:
        if self._status_file is None:
            return
        temporary = self._status_file.with_suffix(f".{os.getpid()}")
        temporary.write_text(json.dumps(self.status()) + "\n")
        temporary.replace(self._status_file)
