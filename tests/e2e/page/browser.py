"""The browser of the machine, and the page as it was built."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright

ROOT = Path(__file__).parents[3]
WEB = ROOT / "web"
NAMES = ("chromium", "chromium-browser", "google-chrome")
# Without sandbox, because continuous integration runs as root; without whatever would call elsewhere.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# As `make` knows it: the page is built anew when one of these is newer than what was built.
SOURCES = ("src", "public", "index.html", "package.json", "vite.config.ts")


def launch(playwright: Playwright) -> Browser:
    """Start Chromium; skips the test, in a word, where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("there is no Chromium on this machine: `make browser` installs it where that is possible")
    return playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))


def build_page() -> None:
    """Build the page when its sources are newer than what was built; `make test` has done so already."""
    built = WEB / "dist" / "index.html"
    files = [file for name in SOURCES for file in [WEB / name, *(WEB / name).rglob("*")] if file.is_file()]
    if built.exists() and built.stat().st_mtime >= max(file.stat().st_mtime for file in files):
        return
    node = Path(sys.executable).with_name("node")
    vite = ROOT / "node_modules" / "vite" / "bin" / "vite.js"
    if not node.exists() or not vite.exists():
        pytest.skip("the page is not built, and there is no Node to build it: run `make install`")
    done = subprocess.run([node, vite, "build"], cwd=WEB, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def axe_findings(page: Any) -> list[str]:
    """Run axe-core in the page; returns its serious and critical findings, each with where it is."""
    page.evaluate((ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8"))
    violations = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] }).then((it) => it.violations)")
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:200]} — {node.get('failureSummary', '')[:300]}"
        for violation in violations
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
