"""Clustered order flow: a Hawkes process of buys and sells that excite themselves and each other.

The intensity of side i is λ_i(t) = μ + Σ_j Σ_{t_k of j} α_ij β e^{−β (t − t_k)}: each event brings α_self more of its
own side and α_cross of the other on average, and their sum, the branching ratio, must stay below 1. Simulated exactly,
by thinning: between events the intensity only falls, so that its value now bounds it (Ogata 1981, "On Lewis' simulation
method for point processes"; Bacry, Mastromatteo, Muzy 2015, "Hawkes processes in finance").
"""

import math
import random

from exchange_bots.play.actions import Side


class HawkesFlow:
    """Arrivals of both sides. Rates are per second, times seconds; the same random gives the same arrivals.

    `base_rate` is μ of each side. Raises ValueError for a flow that would explode.
    """

    def __init__(
        self,
        chance: random.Random,
        *,
        base_rate: float,
        self_excitation: float = 0.5,
        cross_excitation: float = 0.15,
        decay: float = 2.0,
    ) -> None:
        if self_excitation + cross_excitation >= 1:
            raise ValueError("self_excitation + cross_excitation: must be below 1, or the flow never calms down")
        self._chance = chance
        self._base = base_rate
        self._self_jump = self_excitation * decay
        self._cross_jump = cross_excitation * decay
        self._decay = decay
        self._excited = {Side.BUY: 0.0, Side.SELL: 0.0}
        self._at = 0.0

    @property
    def at(self) -> float:
        """The time up to which arrivals were drawn, seconds."""
        return self._at

    def until(self, end: float, *, activity: float = 1.0) -> list[tuple[float, Side]]:
        """Return the arrivals up to `end`, in order; `activity` is a factor of the base rate for that time."""
        arrivals: list[tuple[float, Side]] = []
        while True:
            bound = 2 * self._base * activity + sum(self._excited.values())
            wait = self._chance.expovariate(bound) if bound > 0 else math.inf
            if self._at + wait >= end:
                self._let_pass(end - self._at)
                return arrivals
            self._let_pass(wait)
            draw = self._chance.random() * bound
            for side in Side:
                draw -= self._base * activity + self._excited[side]
                if draw < 0:
                    self._excited[side] += self._self_jump
                    self._excited[side.opposite] += self._cross_jump
                    arrivals.append((self._at, side))
                    break

    def _let_pass(self, seconds: float) -> None:
        fading = math.exp(-self._decay * seconds)
        for side in Side:
            self._excited[side] *= fading
        self._at += seconds
