"""For every test."""

import os

import pytest

from exchange_server.compiled_engine import variant
from tests.worker_shares import in_shares


def pytest_report_header() -> str:
    """Say which engine the tests run on; `tests/unit/test_both_engines.py` runs the engine's own on the other one."""
    return f"engine: {variant()}"


def pytest_xdist_auto_num_workers() -> int:
    """Return one worker more than cores: a test waits at times, for a process to start or for a limit to be reached."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let every worker begin with what takes long, when there are several."""
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    if workers > 1:
        items[:] = in_shares(items, workers)
