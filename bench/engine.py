"""The engine alone, one thread: as it is installed, compiled where it can be, and as pure Python; depth and memory.

Each figure comes from a process of its own (`bench.engine_child`), which is told which of the two it must use.
"""

import json
import subprocess
import sys
from pathlib import Path

from bench.figures import Figure
from bench.variants import PURE, environment, variants

ROOT = Path(__file__).resolve().parent.parent


def run() -> list[Figure]:
    """Measure all figures of the engine."""
    speeds: dict[str, list[float]] = {variant: [] for variant in variants()}
    # In turn, so that both see the same machine.
    for _ in range(2):
        for variant, measured in speeds.items():
            measured.append(_measure(variant, "mixed"))
    best = {variant: max(measured) for variant, measured in speeds.items()}
    figures = [
        Figure(f"engine, mixed flow{v}", speed, 300_000, "commands/s", at_most=False) for v, speed in best.items()
    ]
    ratio = best[""] / best[PURE] if PURE in best else None
    figures.append(Figure("engine, compiled ÷ pure", ratio, 2, "ratio", at_most=False))
    for v in best:
        figures += [
            Figure(f"engine, 1,000,000 ÷ 1,000 resting{v}", _measure(v, "depth"), 1.5, "ratio", at_most=True),
            Figure(
                f"a trade beside 100,000 stops that wait ÷ none{v}", _measure(v, "stops"), 1.05, "ratio", at_most=True
            ),
            Figure(f"memory per resting order{v}", _measure(v, "memory"), 500, "bytes", at_most=True),
        ]
    return figures


def _measure(variant: str, name: str) -> float:
    command = [sys.executable, "-m", "bench.engine_child", name]
    child = subprocess.run(command, cwd=ROOT, env=environment(variant), check=True, stdout=subprocess.PIPE, text=True)
    return float(json.loads(child.stdout)[name])
