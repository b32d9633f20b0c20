"""How much memory processes have for themselves, and how fast that grows."""

import time
from collections.abc import Mapping, Sequence
from itertools import combinations
from statistics import median
from typing import Final, NamedTuple

import psutil

MEGABYTE: Final = 1_000_000
MOST_POINTS: Final = 300
"""Of a fit: it compares each with each."""


class Sample(NamedTuple):
    """What a process had when the journal stood at `commands`: bytes that no other process shares (USS)."""

    at: float
    commands: int
    own_bytes: int


class MemoryWatch:
    """Some processes by name."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._processes = {name: psutil.Process(pid) for name, pid in pids.items()}
        self.samples: dict[str, list[Sample]] = {name: [] for name in pids}

    def sample(self, commands: int) -> None:
        """Look once. Raises psutil.NoSuchProcess when one has ended, be it that it was started again."""
        for name, process in self._processes.items():
            own_bytes = process.memory_full_info().uss
            self.samples[name].append(Sample(time.monotonic(), commands, own_bytes))

    def after(self, name: str, commands: int) -> list[Sample]:
        """Return the samples of a process from so many commands on."""
        return [sample for sample in self.samples[name] if sample.commands >= commands]


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Return the slope of the line through points by Theil and Sen: the median of the slopes between any two.

    A step or a spike in less than 29% of the points does not move it. Raises ValueError for fewer than two points.
    """
    step = -(-len(points) // MOST_POINTS)
    pairs = combinations(points[:: max(step, 1)], 2)
    slopes = [(later[1] - earlier[1]) / (later[0] - earlier[0]) for earlier, later in pairs]
    if not slopes:
        raise ValueError("a slope takes two points")
    return median(slopes)


def megabytes_per_hour(samples: Sequence[Sample]) -> float:
    """Return how fast the memory of a process grows."""
    return slope([(sample.at / 3600, sample.own_bytes / MEGABYTE) for sample in samples])
