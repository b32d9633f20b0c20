"""Measure the engine that this process imports, and print the figures as JSON: run by `bench.engine`.

Only what `Engine.apply` takes is timed, as CPU time, with the commands made before and the collector off as in the
server. Runs are timed in slices, and of each slice the fastest of its runs counts: machines are shared and noisy.
"""

import gc
import json
import sys
import time

from bench.engine_flow import (
    ACCOUNTS,
    MARKET,
    MIDDLE_TICKS,
    START_NS,
    STEP_NS,
    Mix,
    apply_all,
    flow,
    opening,
    resting_order,
)
from exchange_server import huge_pages
from exchange_server.engine import Engine
from exchange_server.engine.commands import Command, PlaceOrder
from exchange_server.engine.terms import IMMEDIATE_OR_CANCEL, SpecialTerms
from exchange_server.engine.types import (
    FIRST_CLIENT_ACCOUNT,
    SIDE_BUY,
    SIDE_SELL,
    TIF_IOC,
    TYPE_STOP_MARKET,
    TYPE_TRAILING_STOP,
    AccountId,
    Lots,
    Sequence,
    Ticks,
    TimeNs,
)
from exchange_server.wire.journal_codec import CommandEncoder, decode_command

SLICE = 500
MIXED = 60_000
DEEP = 1_000_000
STOPS = 100_000


def slice_seconds(engine: Engine, commands: list[Command]) -> float:
    """Return the CPU seconds that the engine takes for the commands."""
    apply = engine.apply
    first = engine.sequence + 1
    stamped = [
        (Sequence(sequence), TimeNs(START_NS + sequence * STEP_NS), command)
        for sequence, command in enumerate(commands, first)
    ]
    started = time.process_time()
    for sequence, time_ns, command in stamped:
        apply(sequence, time_ns, command)
    return time.process_time() - started


def as_decoded(commands: list[Command]) -> list[Command]:
    """Return equal commands that are as new as the journal's and the network's are when they reach the engine.

    Those of `flow` name orders by numbers that its own engine has made, spread over the memory of a million orders.
    """
    return [decode_command(payload) for payload in CommandEncoder().encode_all(commands)]


def slices(commands: list[Command]) -> list[list[Command]]:
    """Cut commands into slices."""
    return [commands[start : start + SLICE] for start in range(0, len(commands), SLICE)]


def settled(before: list[Command]) -> Engine:
    """Return an engine that has seen `before`, out of the collector's sight, and in huge pages if it is large.

    So is the server's, after half a minute.
    """
    engine = Engine()
    apply_all(engine, before)
    gc.collect()
    gc.freeze()
    if huge_pages.resident_bytes() >= huge_pages.LEAST_BYTES:
        huge_pages.collapse()
    return engine


def mixed(runs: int) -> float:
    """Return commands a second: 60% adds, 35% cancels of any open order, 5% that cross, on a thousand resting."""
    before, commands = flow(1_000, MIXED, Mix())
    best = [float("inf")] * len(slices(commands))
    for _ in range(runs):
        engine = settled(before)
        for number, part in enumerate(slices(commands)):
            best[number] = min(best[number], slice_seconds(engine, part))
    return len(commands) / sum(best)


def depth_ratio() -> float:
    """Return the time of a command with a million resting ÷ with a thousand, slice by slice in turn.

    As many orders come as go. The million rests on 100,000 levels; any open order may be canceled.
    """
    seconds = {}
    parts = {}
    engines = {}
    for resting, levels in ((1_000, 500), (DEEP, 50_000)):
        before, commands = flow(resting, 20_000, Mix(50, 45, 500, levels))
        engines[resting] = settled(before)
        parts[resting] = slices(commands)
        seconds[resting] = 0.0
    for shallow, deep in zip(parts[1_000], parts[DEEP], strict=True):
        seconds[1_000] += slice_seconds(engines[1_000], as_decoded(shallow))
        seconds[DEEP] += slice_seconds(engines[DEEP], as_decoded(deep))
    return seconds[DEEP] / seconds[1_000]


def stops_ratio(runs: int) -> float:
    """Return the time of orders that cross with 100,000 stops waiting ÷ with none; they trigger none of them.

    Every fifth is a trailing stop, which follows what is traded. Which of both is the first alternates.
    """
    before, commands = flow(20_000, 40_000, Mix(60, 0))
    taking: list[Command] = [
        command for command in commands if isinstance(command, PlaceOrder) and command.terms is IMMEDIATE_OR_CANCEL
    ]
    parts = slices(taking)
    waiting = stops()
    best = {0: [float("inf")] * len(parts), STOPS: [float("inf")] * len(parts)}
    for run in range(runs):
        engines = {count: settled([*before, *waiting[:count]]) for count in best}
        for number, part in enumerate(parts):
            for count in (0, STOPS) if (run + number) % 2 else (STOPS, 0):
                seconds = slice_seconds(engines[count], as_decoded(part))
                best[count][number] = min(best[count][number], seconds)
    return sum(best[STOPS]) / sum(best[0])


def stops() -> list[Command]:
    """Return stops of every account that no trade near the middle triggers."""
    commands: list[Command] = []
    for number in range(STOPS):
        sell = number % 2
        side = SIDE_SELL if sell else SIDE_BUY
        trigger = MIDDLE_TICKS // 2 - number if sell else MIDDLE_TICKS * 2 + number
        terms = SpecialTerms(TYPE_STOP_MARKET, TIF_IOC, False, trigger_price_ticks=Ticks(trigger))
        if number % 5 == 0:
            distance = Ticks(MIDDLE_TICKS // 2 + number)
            terms = SpecialTerms(TYPE_TRAILING_STOP, TIF_IOC, False, trailing_offset_ticks=distance)
        account_id = AccountId(FIRST_CLIENT_ACCOUNT + number % ACCOUNTS)
        commands.append(PlaceOrder(account_id, MARKET, side, terms, Ticks(0), Lots(1), ""))
    return commands


def bytes_per_resting_order(count: int) -> float:
    """Return the growth of resident memory per resting order, its ids, dict entries and level included."""
    import random

    random_source = random.Random(2)
    engine = settled(opening())
    before = resident_bytes()
    for number in range(count):
        # Made one by one, so that what the order keeps of its command counts and nothing else does.
        apply_all(engine, [resting_order(random_source, number, 50_000)])
    huge_pages.collapse()
    return (resident_bytes() - before) / count


def resident_bytes() -> int:
    """Return this process's resident memory."""
    import psutil

    return int(psutil.Process().memory_info().rss)


def main() -> None:
    """Measure what the arguments name."""
    gc.disable()
    figures: dict[str, float] = {}
    for name in sys.argv[1:]:
        if name == "mixed":
            figures[name] = mixed(runs=4)
        elif name == "depth":
            figures[name] = depth_ratio()
        elif name == "stops":
            figures[name] = stops_ratio(runs=4)
        elif name == "memory":
            figures[name] = bytes_per_resting_order(DEEP)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
