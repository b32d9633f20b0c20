"""What a backtest hears: a recording, or a seeded market that never was."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from exchange_bots.clock import NS
from exchange_bots.feed.recorded import messages
from exchange_bots.feed.synthetic_market import Coin, SyntheticMarket
from exchange_bots.play.tape import Tape

SYNTHETIC_START_NS = 1_700_000_000 * NS
SYNTHETIC_SECONDS = 600.0


class Heard(NamedTuple):
    """Messages of the venue with their times; `progress` says how much of them has passed at a time, 0 to 1."""

    messages: Iterator[tuple[int, str]]
    progress: Callable[[int], float]


def recorded(path: Path, seconds: float | None) -> Heard:
    """Return a recording, as far as it goes or its first seconds. Raises TapeError."""
    tape = Tape.open(path)
    if seconds is None:
        return Heard(messages(tape), lambda _: tape.progress)
    return _until(messages(tape), seconds)


def synthetic(coin: Coin, seed: int, seconds: float | None) -> Heard:
    """Return the market of a coin: the same seed, the same market."""
    market = SyntheticMarket(coin, seed)
    return _until(market.messages(SYNTHETIC_START_NS), SYNTHETIC_SECONDS if seconds is None else seconds)


def _until(told: Iterator[tuple[int, str]], seconds: float) -> Heard:
    first_ns: int | None = None

    def begin() -> Iterator[tuple[int, str]]:
        nonlocal first_ns
        for time_ns, text in told:
            first_ns = time_ns if first_ns is None else first_ns
            if time_ns - first_ns > seconds * NS:
                return
            yield time_ns, text

    def progress(time_ns: int) -> float:
        return 0.0 if first_ns is None else min((time_ns - first_ns) / (seconds * NS), 1.0)

    return Heard(begin(), progress)
