"""The unit tests of the TypeScript SDK and of the page, by vitest: each workspace is one test with vitest's report."""

import json
import subprocess

import pytest

from tests.typescript_support import ROOT, environment

WORKSPACES = json.loads((ROOT / "package.json").read_text("utf-8"))["workspaces"]
SECONDS = 240


@pytest.mark.timeout(SECONDS + 30)
@pytest.mark.parametrize("folder", WORKSPACES)
def test_vitest_of_a_workspace(folder: str) -> None:
    scripts = json.loads((ROOT / folder / "package.json").read_text("utf-8")).get("scripts", {})
    if "test" not in scripts:
        pytest.skip(f"{folder} has no tests of its own yet")
    done = subprocess.run(
        [str(ROOT / ".venv/bin/node"), str(ROOT / "node_modules/vitest/vitest.mjs"), "run"],
        cwd=ROOT / folder,
        env=environment() | {"NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
