"""What an operator sees of a ClickHouse that is not there."""

import subprocess
import sys
from pathlib import Path

from exchange_server.cli.dev.ports import pick_free

ASK = """
import sys, threading
from pathlib import Path
from exchange_server.follower.errors import Stopped
from exchange_server.follower.writing import BatchWriter
from exchange_server.projections.clickhouse.writer import ClickHouseWriter
from exchange_server.telemetry.logs import configure_logging

configure_logging("info", "text")
stop = threading.Event()

class Projection:
    name = "clickhouse"
    def __init__(self): self.writer, self.asked = ClickHouseWriter(sys.argv[1]), 0
    def close(self): self.writer.close()
    def cursor(self, genesis, accounts):
        self.asked += 1
        if self.asked == 3: stop.set()
        return self.writer.cursor(genesis, accounts)

writer = BatchWriter(Projection(), 0, stop)
try:
    writer.cursor()
except Stopped:
    print("stopped")
writer.close()
"""


def test_a_follower_tells_it_once_in_a_line_with_the_reason(tmp_path: Path) -> None:
    url = f"http://exchange:secret@127.0.0.1:{pick_free()}/exchange"
    asked = subprocess.run(
        [sys.executable, "-c", ASK, url], capture_output=True, text=True, timeout=60, check=True, cwd=tmp_path
    )
    assert asked.stdout.split() == ["stopped"]
    (line,) = asked.stderr.splitlines()
    assert "clickhouse is not available, trying again" in line
    assert "Connection refused" in line
    assert "secret" not in line
