"""What a benchmark reports."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure and what it must reach; `value` None means that it was skipped, `note` says why.

    `at_most`: whether the target is an upper bound.
    """

    name: str
    value: float | None
    target: float
    unit: str
    at_most: bool
    note: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the target is met; None when the figure was skipped."""
        if self.value is None:
            return None
        return self.value <= self.target if self.at_most else self.value >= self.target
