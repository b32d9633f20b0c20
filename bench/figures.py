"""What a benchmark reports."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure and what it must reach; a `value` of None was skipped, a `target` of None is for reading.

    `at_most`: whether the target is an upper bound.
    """

    name: str
    value: float | None
    target: float | None
    unit: str
    at_most: bool
