"""Whether a follower is well, by what it said of itself and what the journal has."""

import json
import re
import threading
import time
from pathlib import Path

import pytest

from exchange_server.follower.progress import (
    SILENT_SECONDS,
    FollowerUnwell,
    Progress,
    check_follower,
    publish_progress,
    read_progress,
)
from exchange_server.journal import DurableMark, Layout, MarkWriter

NAME = "postgres"


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path)
    layout.create()
    return layout


def make_durable(layout: Layout, sequence: int) -> None:
    marks = MarkWriter(layout.mark)
    marks.publish(DurableMark(sequence, None, 0))
    marks.close()


def written(sequence: int) -> Progress:
    return Progress(sequence, sequence, sequence, 3 * sequence)


def unwell(layout: Layout, seconds: float = 0.1) -> str:
    with pytest.raises(FollowerUnwell) as why:
        check_follower(layout.directory, NAME, seconds)
    return str(why.value)


def test_a_follower_that_has_written_what_is_durable_is_well(layout: Layout) -> None:
    make_durable(layout, 7)
    publish_progress(layout, NAME, written(7))
    assert check_follower(layout.directory, NAME, 0.1) == written(7)


def test_a_follower_gets_the_time_of_the_check_to_catch_up(layout: Layout) -> None:
    make_durable(layout, 7)
    publish_progress(layout, NAME, written(6))
    later = threading.Timer(0.3, publish_progress, (layout, NAME, written(7)))
    later.start()
    try:
        assert check_follower(layout.directory, NAME, 20).written_sequence == 7
    finally:
        later.join()


def test_a_follower_that_has_applied_but_not_written_is_behind(layout: Layout) -> None:
    make_durable(layout, 7)
    publish_progress(layout, NAME, Progress(7, 7, 5, 0))
    assert unwell(layout) == "the follower has written up to 5, and not 7 within 0.1 s"


def test_a_follower_that_says_nothing_any_more_is_unwell_though_nothing_is_missing(layout: Layout) -> None:
    make_durable(layout, 7)
    publish_progress(layout, NAME, written(7))
    path = layout.followers / f"{NAME}.progress"
    document = json.loads(path.read_text())
    path.write_text(json.dumps(document | {"time": time.time() - SILENT_SECONDS - 1}))
    assert re.fullmatch(r"the follower has said nothing for 1[12] s", unwell(layout))
    make_durable(layout, 8)
    assert re.fullmatch(r".* up to 7, and not 8 within 0.1 s; it said so 1[12] s ago", unwell(layout))


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b'{"time": 1}', b'{"time": "x", "sequence": 1}'])
def test_what_cannot_be_read_says_nothing(layout: Layout, content: bytes | None) -> None:
    make_durable(layout, 1)
    if content is not None:
        (layout.followers / f"{NAME}.progress").write_bytes(content)
    assert read_progress(layout, NAME) is None
    assert unwell(layout) == "the follower has not begun to follow"


def test_without_a_journal_nobody_can_follow(tmp_path: Path) -> None:
    assert unwell(Layout(tmp_path)) == f"there is no journal in {tmp_path} yet"


def test_a_progress_that_cannot_be_told_is_no_failure(tmp_path: Path) -> None:
    publish_progress(Layout(tmp_path / "gone"), NAME, written(1))
    assert not (tmp_path / "gone").exists()
