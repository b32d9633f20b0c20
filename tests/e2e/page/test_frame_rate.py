"""The page keeps its frame rate while a market changes five hundred times a second."""

from typing import NamedTuple

import psutil
import pytest
from playwright.sync_api import CDPSession, Page, expect

from exchange_sdk import Client
from tests.e2e.page.busy_market import MARKET, BusyMarket
from tests.e2e.page.conftest import Clients, OpenTab

SECONDS = 5
ROUNDS = 3
FRAMES_PER_SECOND = 50
CHANGES_PER_SECOND = 400
FRAME_CPU_MS = 12.0
"""What the page's work of a frame may take of its 20 ms at 50 frames a second; drawing needs the rest."""
MOST_SHARES = 5
"""Times the changes of a frame that comes in time: of more, its CPU time says nothing about such a frame."""
SATURATED_PERCENT = 95.0
"""Of all processors together: from here on, frames are lost to whoever else is there."""
# Counts animation frames; the page's own work is done in the same thread, so that what it takes is missing here.
COUNT_FRAMES = """seconds => new Promise(resolve => {
  let count = 0
  const started = performance.now()
  const next = () => {
    const passed = performance.now() - started
    if (passed >= seconds * 1000) resolve(count / passed * 1000)
    else { count += 1; requestAnimationFrame(next) }
  }
  requestAnimationFrame(next)
})"""


class Round(NamedTuple):
    """Some seconds of the page: frames and changes a second, CPU of its main thread a frame, how busy all was."""

    frames: float
    changes: float
    frame_cpu_ms: float
    machine_percent: float

    @property
    def is_fast(self) -> bool:
        return self.frames >= FRAMES_PER_SECOND and self.changes >= CHANGES_PER_SECOND

    @property
    def is_telling(self) -> bool:
        """Whether a frame had about the changes of one that comes in time: not fewer, nor what many left over."""
        share = CHANGES_PER_SECOND / FRAMES_PER_SECOND
        return share <= self.changes / self.frames <= MOST_SHARES * share

    def __str__(self) -> str:
        rates = f"{self.frames:.1f} frames/s at {self.changes:.0f} changes/s"
        return f"{rates}, {self.frame_cpu_ms:.1f} ms of CPU a frame, machine {self.machine_percent:.0f}% busy"


def measured(page: Page, market: BusyMarket) -> Round:
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    psutil.cpu_percent()
    changes, busy = market.changes, _busy_seconds(session)
    frames = float(page.evaluate(COUNT_FRAMES, SECONDS))
    busy = _busy_seconds(session) - busy
    changes = market.changes - changes
    return Round(frames, changes / SECONDS, busy / (frames * SECONDS) * 1000, psutil.cpu_percent())


def _busy_seconds(session: CDPSession) -> float:
    """Return the CPU time of the page's main thread: scripts, style, layout and paint, as Chromium itself counts."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(float(metric["value"]) for metric in metrics if metric["name"] == "TaskDuration")


def test_fifty_frames_a_second_at_five_hundred_changes(
    open_tab: OpenTab, clients: Clients, strangers: tuple[Client, Client]
) -> None:
    rounds: list[Round] = []
    trader = open_tab().open(f"trade/{MARKET}").sign_in("alice")
    expect(trader.connection).to_have_attribute("data-status", "live")
    with BusyMarket(*strangers) as market:
        expect(trader.page.get_by_role("table", name="Bids").locator("[data-price]").first).to_be_visible()
        # Once more when the machine was too busy.
        while len(rounds) < ROUNDS and not any(each.is_fast for each in rounds):
            rounds.append(measured(trader.page, market))
    figures = "\n".join(map(str, rounds))
    print(figures)
    # When it has become quiet, what is shown is what the exchange has.
    clients["bob"].place_order(market=MARKET, side="buy", quantity="0.0123", price="64000")
    expect(trader.page.get_by_role("table", name="Bids").locator("[data-price]")).to_have_count(1)
    expect(trader.level("Bids", "64000")).to_contain_text("0.0123")
    if any(each.is_fast for each in rounds):
        return
    # Others on the machine take frames away, but do not make the page's work longer.
    assert all(each.machine_percent >= SATURATED_PERCENT for each in rounds), figures
    telling = [each for each in rounds if each.is_telling]
    if not telling:
        pytest.skip(f"the machine is too busy with other things to tell: {figures}")
    assert min(each.frame_cpu_ms for each in telling) <= FRAME_CPU_MS, figures
