"""Several workers begin with what takes long, and share what is left."""

from dataclasses import dataclass

import pytest

from tests.worker_shares import in_shares


@dataclass(frozen=True)
class Named:
    nodeid: str


def module(path: str, count: int) -> list[Named]:
    return [Named(f"{path}::test_{number}") for number in range(count)]


ALL = [
    *module("tests/e2e/page/test_order_form.py", 3),
    *module("tests/e2e/page/test_trading.py", 4),
    *module("tests/e2e/test_dev.py", 5),
    *module("tests/integration/test_feeds.py", 6),
    *module("tests/integration/test_sdk.py", 2),
    *module("tests/integration/test_top.py", 1),
    *module("tests/scenarios/test_matching.py", 30),
    *module("tests/unit/test_both_engines.py", 2),
    *module("tests/unit/wire/test_decimals.py", 28),
]


def modules(items: list[Named]) -> list[str]:
    """Return the modules in the order in which they begin or are come back to."""
    names = [item.nodeid.partition("::")[0] for item in items]
    return [name for before, name in zip([None, *names], names, strict=False) if name != before]


@pytest.mark.parametrize("workers", [1, 2, 3, 7, 200])
def test_every_test_is_there_once(workers: int) -> None:
    assert sorted(item.nodeid for item in in_shares(ALL, workers)) == sorted(item.nodeid for item in ALL)


def test_each_half_begins_with_what_starts_processes() -> None:
    ordered = in_shares(ALL, 2)
    half = len(ALL) // 2
    assert modules(ordered[:half]) == [
        "tests/e2e/page/test_order_form.py",
        "tests/e2e/page/test_trading.py",
        "tests/unit/test_both_engines.py",
        "tests/integration/test_sdk.py",
        "tests/scenarios/test_matching.py",
    ]
    assert modules(ordered[half:]) == [
        "tests/e2e/test_dev.py",
        "tests/integration/test_feeds.py",
        "tests/integration/test_top.py",
        "tests/scenarios/test_matching.py",
        "tests/unit/wire/test_decimals.py",
    ]


def test_the_tests_of_a_module_stay_in_their_order() -> None:
    ordered = in_shares(ALL, 2)
    for path in {item.nodeid.partition("::")[0] for item in ALL}:
        assert [item for item in ordered if item.nodeid.startswith(path)] == [
            item for item in ALL if item.nodeid.startswith(path)
        ]


def test_a_share_of_more_heavy_tests_than_its_size_takes_no_light_ones() -> None:
    few_light = [*module("tests/e2e/test_dev.py", 20), *module("tests/unit/test_light.py", 4)]
    assert in_shares(few_light, 2) == few_light
