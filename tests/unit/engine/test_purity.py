"""The engine imports a short list of pure modules, uses no floats and clocks, and is the same in every process."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import exchange_server.engine

FOLDER = Path(exchange_server.engine.__file__).parent
MODULES = sorted(FOLDER.glob("*.py"))
ALLOWED = {"bisect", "collections", "collections.abc", "hashlib", "heapq", "operator", "struct", "typing"}

REPLAY = """
import sys
from bench.engine_flow import Mix, apply_all, flow
from exchange_server.engine import Engine
before, mixed = flow(500, 1_500, Mix(60, 30, 50))
engine = Engine()
apply_all(engine, before + mixed)
print(engine.state_hash().hex(), engine.event_digest)
"""


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_a_module_imports_only_the_engine_and_pure_modules(module: Path) -> None:
    for node in ast.walk(ast.parse(module.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            assert name in ALLOWED or name.startswith("exchange_server.engine"), f"{module.name} imports {name}"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_a_module_has_no_floats_sets_or_true_division(module: Path) -> None:
    for node in ast.walk(ast.parse(module.read_text())):
        assert not isinstance(node, ast.Set | ast.SetComp | ast.Div), f"{module.name}:{getattr(node, 'lineno', 0)}"
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), module.name
        assert not (isinstance(node, ast.Name) and node.id in {"float", "set", "frozenset", "hash", "id"}), module.name


def test_the_state_is_the_same_whatever_the_hash_seed_and_the_time_zone() -> None:
    said = set()
    for seed, zone in (("0", "UTC"), ("1", "Asia/Tokyo"), ("4242", "America/St_Johns")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}
        run = subprocess.run(
            [sys.executable, "-c", REPLAY], capture_output=True, text=True, env=environment, check=True, timeout=60
        )
        said.add(run.stdout)
    assert len(said) == 1
    assert len(said.pop().split()[0]) == 64
