"""The engine that runs these tests is the one that it says it is."""

import importlib
from importlib.machinery import EXTENSION_SUFFIXES

import pytest

from exchange_server.compiled_engine import ENGINE, sources, variant

MODULES = [path.stem for path in sources(ENGINE)]


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_compiled_exactly_if_the_engine_is(name: str) -> None:
    file = importlib.import_module(f"exchange_server.engine.{name}").__file__
    suffix = EXTENSION_SUFFIXES[0] if variant().compiled else ".py"
    assert file == str(ENGINE / f"{name}{suffix}")
