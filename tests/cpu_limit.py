"""A limit of processor time for each test, as a pytest plugin: `-p tests.cpu_limit`.

A mutant may loop for ever. The limit of pytest-timeout is one of time passed, which a busy machine uses up as well.
"""

import signal
from collections.abc import Generator
from typing import Final, NoReturn

import pytest

SECONDS: Final = 8
"""Several times what the slowest test of those that are run on mutants takes."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Fail a test that uses too much."""

    def stop(*_: object) -> NoReturn:
        pytest.fail(f"{item.nodeid} used more than {SECONDS} seconds of processor time")

    before = signal.signal(signal.SIGVTALRM, stop)
    # Again every second: where the first failure is caught, the loop goes on.
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
