"""For every test."""

from exchange_server.compiled_engine import variant


def pytest_report_header() -> str:
    """Say which engine the tests run on; `tests/unit/test_both_engines.py` runs the engine's own on the other one."""
    return f"engine: {variant()}"
