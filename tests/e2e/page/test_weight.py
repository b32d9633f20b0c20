"""What a browser loads before it can show the market."""

import subprocess
import sys
from pathlib import Path

from tests.e2e.page.browser import WEB, build_page


def test_the_page_is_within_its_budget() -> None:
    build_page()
    node = Path(sys.executable).with_name("node")
    done = subprocess.run(
        [node, "scripts/bundle-budget.ts"], cwd=WEB, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
