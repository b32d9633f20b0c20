"""How far a follower is, told to other processes by a small file beside its cursor: for health checks."""

import contextlib
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from exchange_server.journal import Layout, read_mark

PROGRESS_SUFFIX: Final = ".progress"
PUBLISH_SECONDS: Final = 1.0
SILENT_SECONDS: Final = 10.0
"""After which a follower that says nothing counts as stuck or gone."""
LOOK_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a follower is: applied, durable in the journal, written; `rows` since the start."""

    sequence: int
    durable_sequence: int
    written_sequence: int
    rows: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a follower said of itself, and how many seconds ago."""

    progress: Progress
    seconds_ago: float


class FollowerUnwell(Exception):
    """A follower does not do its work; the message says why, for people."""


def publish_progress(layout: Layout, name: str, progress: Progress) -> None:
    """Tell how far the follower is. Nobody depends on it, so it is not made durable, and a full disk is no failure."""
    path = _path(layout, name)
    whole = path.with_name(f"{path.name}.new")
    with contextlib.suppress(OSError):
        whole.write_text(json.dumps({"time": time.time(), **asdict(progress)}))
        whole.replace(path)


def read_progress(layout: Layout, name: str) -> Told | None:
    """Read what a follower last said; None if nothing, or nothing that can be read."""
    try:
        document = json.loads(_path(layout, name).read_bytes())
        seconds_ago = time.time() - document.pop("time")
        return Told(Progress(**document), seconds_ago)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def check_follower(directory: Path, name: str, seconds: float) -> Progress:
    """Wait until the follower has written all that is durable now, and return how far it is.

    So it is well when it is alive, its database takes what it writes, and it is less than `seconds` behind. Raises
    FollowerUnwell.
    """
    layout = Layout(directory)
    mark = read_mark(layout.mark)
    if mark is None:
        raise FollowerUnwell(f"there is no journal in {directory} yet")
    deadline = time.monotonic() + seconds
    while True:
        told = read_progress(layout, name)
        if told is not None and told.progress.written_sequence >= mark.sequence and told.seconds_ago < SILENT_SECONDS:
            return told.progress
        if time.monotonic() >= deadline:
            raise FollowerUnwell(_reason(told, mark.sequence, seconds))
        time.sleep(LOOK_SECONDS)


def _reason(told: Told | None, durable: int, seconds: float) -> str:
    if told is None:
        return "the follower has not begun to follow"
    written = told.progress.written_sequence
    silent = f"; it said so {told.seconds_ago:.0f} s ago" if told.seconds_ago >= SILENT_SECONDS else ""
    if written >= durable:
        return f"the follower has said nothing for {told.seconds_ago:.0f} s"
    return f"the follower has written up to {written}, and not {durable} within {seconds:g} s{silent}"


def _path(layout: Layout, name: str) -> Path:
    return layout.followers / (name + PROGRESS_SUFFIX)
