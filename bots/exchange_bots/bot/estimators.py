"""What a strategy measures as time goes by. Times are seconds; old observations count less and less."""

import math

MOST_SECONDS_APART = 10.0
"""Between two prices; what is farther apart tells little of how prices move."""


class Volatility:
    """Standard deviation of a price's change, in quote units per square root of a second.

    The exponentially weighted mean of squared changes over the time they took; `memory`: seconds after which an
    observation counts 1/e.
    """

    def __init__(self, memory: float) -> None:
        self._memory = memory
        self._variance = 0.0
        self._seconds = 0.0
        self._last: tuple[float, float] | None = None

    @property
    def seconds(self) -> float:
        """How long it has observed."""
        return self._seconds

    @property
    def per_second(self) -> float:
        """The estimate; 0 before there are two prices."""
        # The mean began at nothing, and would be too small at first.
        weight = 1 - math.exp(-self._seconds / self._memory)
        return math.sqrt(self._variance / weight) if weight > 0 else 0.0

    def observe(self, at: float, price: float) -> None:
        """Take a price at a time."""
        if self._last is not None:
            seconds, change = at - self._last[0], price - self._last[1]
            if seconds <= 0:
                return
            if seconds <= MOST_SECONDS_APART:
                keep = math.exp(-seconds / self._memory)
                self._variance = keep * self._variance + (1 - keep) * change * change / seconds
                self._seconds += seconds
        self._last = (at, price)


class Intensity:
    """How fast orders at a distance δ from the middle are taken: λ(δ) = A e^(−k δ).

    Each trade tells how far from the middle somebody was ready to go. For an exponential tail the most likely k is one
    over the mean distance; A is the rate of trades of one side. `memory`: as of `Volatility`.
    """

    def __init__(self, memory: float) -> None:
        self._memory = memory
        self._weight = 0.0
        self._distance = 0.0
        self._at: float | None = None

    @property
    def decay(self) -> float:
        """The estimate of k, per quote unit; 0 before the first trade."""
        return self._weight / self._distance if self._distance > 0 else 0.0

    @property
    def rate(self) -> float:
        """The estimate of A: trades of one side a second."""
        return self._weight / self._memory / 2

    def observe(self, at: float, distance: float) -> None:
        """Take a trade at a time, at a distance of the middle in quote units."""
        self.let_pass(at)
        self._weight += 1.0
        self._distance += max(distance, 0.0)

    def let_pass(self, at: float) -> None:
        """Let time pass without trades."""
        if self._at is not None and at > self._at:
            keep = math.exp(-(at - self._at) / self._memory)
            self._weight *= keep
            self._distance *= keep
        self._at = at if self._at is None else max(at, self._at)


class Average:
    """Exponentially weighted mean and deviation of a price; `memory`: as of `Volatility`."""

    def __init__(self, memory: float) -> None:
        self._memory = memory
        self._at: float | None = None
        self.mean = 0.0
        self._variance = 0.0
        self.seconds = 0.0

    @property
    def deviation(self) -> float:
        """Standard deviation from the mean, in the price's unit."""
        return math.sqrt(self._variance)

    def observe(self, at: float, price: float) -> None:
        """Take a price at a time."""
        if self._at is None:
            self._at, self.mean = at, price
            return
        if at <= self._at:
            return
        share = 1 - math.exp(-(at - self._at) / self._memory)
        self.seconds += at - self._at
        self._at = at
        # West 1979, "Updating mean and variance estimates": weighted, in one pass.
        difference = price - self.mean
        self.mean += share * difference
        self._variance = (1 - share) * (self._variance + share * difference * difference)
