"""The engine alone, one thread: pure CPython, the same source compiled, depth and memory.

Each figure comes from a process of its own (`bench.engine_child`) that imports a copy of the sources, or of what was
compiled from them, so that a build in place does not matter.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.figures import Figure
from tools import compile_engine

ROOT = Path(__file__).resolve().parent.parent


def run() -> list[Figure]:
    """Measure all figures of the engine; the compiled ones are None without a compiler."""
    with tempfile.TemporaryDirectory(prefix="bench-engine-") as scratch:
        pure, compiled = Path(scratch) / "pure", Path(scratch) / "compiled"
        compile_engine.copy(pure)
        compile_engine.copy(compiled)
        has_compiler = _build(compiled)
        # In turn, so that both see the same machine.
        pure_speeds, compiled_speeds = [], []
        for _ in range(2):
            pure_speeds.append(_measure(pure, "mixed"))
            if has_compiler:
                compiled_speeds.append(_measure(compiled, "mixed"))
        speed = max(pure_speeds)
        compiled_speed = max(compiled_speeds, default=None)
        return [
            Figure("engine, mixed flow", speed, 300_000, "commands/s", at_most=False),
            Figure("engine, mixed flow, compiled", compiled_speed, None, "commands/s", at_most=False),
            Figure("engine, compiled ÷ pure", compiled_speed and compiled_speed / speed, 2, "ratio", at_most=False),
            Figure("engine, 1,000,000 ÷ 1,000 resting", _measure(pure, "depth"), 1.5, "ratio", at_most=True),
            Figure("memory per resting order", _measure(pure, "memory"), 500, "bytes", at_most=True),
        ]


def _build(root: Path) -> bool:
    try:
        compile_engine.build(root)
    except subprocess.CalledProcessError as error:
        print(f"not compiled: {error.stdout.strip().splitlines()[-1]}", file=sys.stderr)
        return False
    return True


def _measure(package: Path, name: str) -> float:
    environment = {**os.environ, "PYTHONPATH": f"{package}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-m", "bench.engine_child", name]
    child = subprocess.run(command, cwd=package, env=environment, check=True, capture_output=True, text=True)
    return float(json.loads(child.stdout)[name])
