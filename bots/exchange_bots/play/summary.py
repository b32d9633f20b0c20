"""Count and time what a player does."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(slots=True)
class Latencies:
    """Acknowledgement times in nanoseconds, in buckets 2 % apart: bounded memory, however long the flow."""

    buckets: Counter[int] = field(default_factory=Counter)
    count: int = 0

    def add(self, nanoseconds: int, times: int = 1) -> None:
        """Count one latency, `times` over."""
        self.buckets[_bucket(nanoseconds)] += times
        self.count += times

    def quantile(self, numerator: int, denominator: int) -> int:
        """Return the latency that this share does not exceed, rounded up to its bucket; 0 when there is none."""
        wanted = -(-self.count * numerator // denominator)
        seen = 0
        for bucket in sorted(self.buckets):
            seen += self.buckets[bucket]
            if seen >= wanted:
                return _upper_bound(bucket)
        return 0


PRECISION_BITS = 6


def _bucket(value: int) -> int:
    """Return a bucket that grows with the value: its power of two and the six bits after the highest."""
    shift = max(value.bit_length() - PRECISION_BITS - 1, 0)
    return (shift << (PRECISION_BITS + 1)) + (value >> shift)


def _upper_bound(bucket: int) -> int:
    shift, mantissa = bucket >> (PRECISION_BITS + 1), bucket & ((1 << (PRECISION_BITS + 1)) - 1)
    return ((mantissa + 1) << shift) - 1


@dataclass(slots=True)
class Summary:
    """What one run of a player came to. Times in nanoseconds; volume in base units."""

    market: str
    run: str
    actions: int = 0
    orders: int = 0
    cancels: int = 0
    fills: int = 0
    taken: Decimal = Decimal(0)
    refused: Counter[str] = field(default_factory=Counter)
    resent: int = 0
    reconnects: int = 0
    elapsed_ns: int = 0
    latencies: Latencies = field(default_factory=Latencies)
    read: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    findings: dict[str, int] = field(default_factory=dict)

    @property
    def actions_per_second(self) -> int:
        """Acknowledged orders and cancels a second."""
        return self.actions * 1_000_000_000 // self.elapsed_ns if self.elapsed_ns else 0

    def document(self) -> dict[str, Any]:
        """Return what JSON shows."""
        return {
            "market": self.market,
            "run": self.run,
            "orders": self.orders,
            "cancels": self.cancels,
            "fills": self.fills,
            "taken_quantity": format(self.taken, "f"),
            "refused": dict(self.refused),
            "resent": self.resent,
            "reconnects": self.reconnects,
            "seconds": f"{self.elapsed_ns / 1e9:.3f}",
            "orders_per_second": self.actions_per_second,
            "acknowledgement_p50_us": self.latencies.quantile(50, 100) // 1000,
            "acknowledgement_p99_us": self.latencies.quantile(99, 100) // 1000,
            "read": dict(self.read),
            "skipped": dict(self.skipped),
            "findings": dict(self.findings),
        }
