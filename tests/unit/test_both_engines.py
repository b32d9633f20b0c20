"""The compiled engine is the engine: its own tests pass on the variant, too, that the other tests do not run on.

Everything runs on what `make install` gave. Here the tests of the engine and of the journal's replay, which say what
it does to the last byte, run in a process with the other one; it is compiled for the purpose if it must be.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from exchange_server.compiled_engine import ENGINE, VARIABLE, variant, why_unusable
from tools import compile_engine

ROOT = Path(__file__).parents[2]
THEIRS = (
    "tests/unit/engine",
    "tests/scenarios",
    "tests/property/test_engine_against_oracle.py",
    "tests/unit/journal/test_codec.py tests/unit/journal/test_snapshot.py tests/replay/test_golden.py",
)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a process that uses the other variant."""
    if variant().compiled:
        return {**os.environ, VARIABLE: "pure"}
    if why_unusable(ENGINE) is None:
        return {**os.environ, VARIABLE: "compiled"}
    missing = compile_engine.missing()
    if missing is not None:
        pytest.skip(f"only the sources can be tried: {missing}")
    root = tmp_path_factory.mktemp("compiled")
    ignore = shutil.ignore_patterns("*.so", "__pycache__", ".compiled.json")
    shutil.copytree(ROOT / "server" / "exchange_server", root / "exchange_server", ignore=ignore)
    compile_engine.build(root)
    return {**os.environ, VARIABLE: "compiled", "PYTHONPATH": str(root)}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("tests", THEIRS)
def test_the_engines_tests_pass_on_the_other_variant(tests: str, other: dict[str, str]) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests.split()]
    environment = {name: value for name, value in other.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
