"""The order of the tests for several workers.

Each worker begins with a contiguous share of equal size, and one that has nothing left takes from the end of another's
(`--dist worksteal`). So in every share what starts processes comes first, and modules that share what they started stay
together; at the end are the tests of milliseconds, which can be taken without starting anything twice.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Final, Protocol, TypeVar

HEAVY: Final = (
    "tests/e2e/test_soak.py",
    "tests/e2e/",
    "tests/unit/test_both_engines.py",
    "tests/integration/test_typescript",
    "tests/integration/test_projection",
    "tests/integration/test_market_history",
    "tests/integration/",
)
"""What starts processes. First what has tests of many seconds: at the end others would wait for such a one."""
TOGETHER: Final = ("tests/e2e/page/",)
"""Folders whose modules share one exchange."""


class Test(Protocol):
    """What is known of a test: its path, `::` and its name."""

    @property
    def nodeid(self) -> str: ...


AnyTest = TypeVar("AnyTest", bound=Test)


def in_shares(items: Sequence[AnyTest], workers: int) -> list[AnyTest]:
    """Return the same tests as `workers` shares, one after the other; the order inside a module stays."""
    groups = [list(group) for _, group in groupby(items, lambda item: _place(item.nodeid))]
    heavy = sorted((group for group in groups if _rank(group) < len(HEAVY)), key=_rank)
    shares = _dealt(heavy, workers)
    light = [item for group in groups if _rank(group) == len(HEAVY) for item in group]
    ordered: list[AnyTest] = []
    for number, share in enumerate(shares):
        # As the scheduler cuts: what is left, by the workers that are left.
        size = (len(items) - len(ordered)) // (workers - number)
        missing = max(0, size - len(share))
        ordered += share + light[:missing]
        del light[:missing]
    return ordered


def _dealt(groups: Sequence[Sequence[AnyTest]], workers: int) -> list[list[AnyTest]]:
    return [[item for group in groups[number::workers] for item in group] for number in range(workers)]


def _rank(group: Sequence[Test]) -> int:
    return next((rank for rank, start in enumerate(HEAVY) if group[0].nodeid.startswith(start)), len(HEAVY))


def _place(nodeid: str) -> str:
    return next((folder for folder in TOGETHER if nodeid.startswith(folder)), nodeid.partition("::")[0])
