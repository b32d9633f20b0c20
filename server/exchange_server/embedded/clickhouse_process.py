"""The process that owns a chDB store and serves it: `python -m … clickhouse_process FOLDER PORT`.

The folder holds the store and the password. The process ends on SIGTERM and SIGINT; SIGKILL costs nothing but the
queries under way. It prints one line when it serves, and ends with status 1 and a reason when it cannot.
"""

import asyncio
import logging
import signal
import sys
from pathlib import Path
from typing import Final

from aiohttp import web

from exchange_server.embedded.chdb_store import ChdbStore
from exchange_server.embedded.child import ExclusiveFolder
from exchange_server.embedded.clickhouse import DATABASE, HOST, USER
from exchange_server.embedded.clickhouse_http import ClickHouseHttp

FAREWELL_SECONDS: Final = 1.0


async def serve(folder: Path, port: int) -> None:
    """Serve a store until a signal asks for the end. Raises OSError for a taken port, RuntimeError for the engine."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    store = ChdbStore(folder / "store")
    store.create_database(DATABASE)
    http = ClickHouseHttp(store, USER, (folder / "password").read_text("ascii"))
    runner = web.AppRunner(
        http.application(), access_log=None, shutdown_timeout=FAREWELL_SECONDS, auto_decompress=False
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
        print(f"serving on {HOST}:{port}", flush=True)
        await stop.wait()
    finally:
        await runner.cleanup()
        await http.close()
        store.close()


def main() -> int:
    """Run with the arguments of the command line; return the exit status."""
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    lock = ExclusiveFolder(folder)
    if not lock.acquire():
        print(f"another process runs the ClickHouse in {folder}", file=sys.stderr)
        return 1
    try:
        asyncio.run(serve(folder, port))
    except (OSError, RuntimeError) as error:
        print(f"ClickHouse does not start: {error}", file=sys.stderr)
        return 1
    finally:
        lock.release()
    return 0


if __name__ == "__main__":
    sys.exit(main())
