"""The compiled engine is the engine: the whole server's journal path runs on it, to the same state."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import compile_engine

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler, as `make compile` does")
@pytest.mark.timeout(300)
def test_journal_codec_and_golden_journals_pass_on_the_compiled_engine(tmp_path: Path) -> None:
    ignore = shutil.ignore_patterns("*.so", "__pycache__")
    shutil.copytree(ROOT / "server" / "exchange_server", tmp_path / "exchange_server", ignore=ignore)
    compile_engine.build(tmp_path)
    tests = ["tests/unit/journal/test_codec.py", "tests/replay/test_golden.py"]
    program = (
        "import sys, pytest, exchange_server.engine.commands as compiled; "
        "print(compiled.__file__); sys.exit(pytest.main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "-q", "-p", "no:cacheprovider", *tests],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(str(tmp_path)), done.stdout
    assert ".so" in done.stdout.splitlines()[0]
