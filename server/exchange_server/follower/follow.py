"""The follower process: what `exchange follow` runs."""

import asyncio
import gc
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from exchange_server import compiled_engine
from exchange_server.follower.follower import Follower, FollowerSettings
from exchange_server.follower.projection import BatchT, Projection

logger = logging.getLogger(__name__)

COLUMN_STORE: Final = FollowerSettings(
    batch_commands=50_000,
    batch_rows=20_000,
    batch_seconds=0.5,
    gentle_batch_commands=50_000,
    writes_snapshots=False,
)
"""For a database that likes few large batches, beside a follower that writes the snapshots."""


async def follow(
    directory: Path,
    projection: Projection[BatchT],
    shard_id: int = 0,
    settings: FollowerSettings | None = None,
    started: Callable[[Follower[BatchT]], None] | None = None,
) -> None:
    """Follow a shard's directory and project it until cancelled.

    Migrates the database; waits for it, and for the journal, as long as they are not there. Cancelling writes what is
    pending. `started` gets the follower, whose `progress` tells how far it is. Raises FollowerError when the engines
    differ or the history is another journal's or of a newer version, JournalError for a damaged journal.
    """
    logger.info("engine: %s", compiled_engine.variant())
    # The engine's objects live long and hold no cycles: looking for some among them costs more than it can find.
    gc.set_threshold(200_000, 50, 1_000)
    follower = Follower(directory, projection, shard_id, settings)
    if started is not None:
        started(follower)
    running = asyncio.create_task(asyncio.to_thread(follower.run))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        follower.stop()
        await running
        raise
