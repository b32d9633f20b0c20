"""LOBSTER message files: what is read, what it becomes, and whether executions hit the orders that the tape names."""

from decimal import Decimal
from pathlib import Path

import pytest

from exchange_bots.play.actions import Cancel, Place, Side, Terms
from exchange_bots.play.lobster import MAKER, TAKER, Kind, LobsterFlow, read_messages
from exchange_bots.play.tape import Tape, TapeError
from tests.unit.play.tapes import PaperBook, write

HEADER = "seconds,message_type,order_id,quantity,price,direction"


def flow(tmp_path: Path, *rows: str, name: str = "tape.csv") -> LobsterFlow:
    return LobsterFlow(write(tmp_path / name, [HEADER, *rows]))


def test_a_row_is_read_with_exact_time_and_price(tmp_path: Path) -> None:
    tape = Tape.open(write(tmp_path / "tape.csv", [HEADER, "34200.004241176,1,16113575,18,5853300,1"]))
    (message,) = read_messages(tape)
    assert message.time_ns == 34_200_004_241_176
    assert (message.kind, message.order_id, message.quantity) == (Kind.SUBMISSION, 16113575, 18)
    assert (message.price, message.side) == (5_853_300, Side.BUY)


def test_a_packed_tape_without_a_header_reads_the_same(tmp_path: Path) -> None:
    row = "34200.5,1,7,18,5853300,-1"
    plain = Tape.open(write(tmp_path / "tape.csv", [HEADER, row]))
    packed = Tape.open(write(tmp_path / "tape.csv.gz", [row]))
    assert list(read_messages(plain)) == list(read_messages(packed))


@pytest.mark.parametrize("row", ["1.0,1,7,18", "1.0,9,7,18,100,1", "1.0,1,x,18,100,1", "word,1,7,18,100,1"])
def test_a_malformed_row_is_named_by_file_and_line(tmp_path: Path, row: str) -> None:
    tape = Tape.open(write(tmp_path / "tape.csv", [HEADER, "1.0,1,7,18,100,1", row]))
    with pytest.raises(TapeError, match=r"tape\.csv, line 3: not a LOBSTER message"):
        list(read_messages(tape))


def test_a_cut_off_packed_tape_is_an_error_and_not_an_end(tmp_path: Path) -> None:
    path = write(tmp_path / "tape.csv.gz", [f"{n}.0,1,{n},18,100,1" for n in range(1, 2000)])
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(TapeError):
        list(read_messages(Tape.open(path)))


def test_a_submission_becomes_a_limit_order_under_the_tape_s_id(tmp_path: Path) -> None:
    (action,) = flow(tmp_path, "1.0,1,7,18,5853300,-1").actions()
    assert action.account == MAKER
    assert action.request == Place("7", Side.SELL, Decimal("585.33"), Decimal(18), Terms.GTC)


def test_a_deletion_becomes_a_cancel(tmp_path: Path) -> None:
    *_, action = flow(tmp_path, "1.0,1,7,18,5853300,1", "2.0,3,7,18,5853300,1").actions()
    assert (action.account, action.request) == (MAKER, Cancel("7"))


def test_a_partial_cancel_becomes_a_cancel_and_the_rest_anew(tmp_path: Path) -> None:
    tape = flow(tmp_path, "1.0,1,7,18,5853300,1", "2.0,2,7,5,5853300,1", "3.0,3,7,13,5853300,1")
    requests = [action.request for action in tape.actions()]
    assert requests[1:] == [
        Cancel("7"),
        Place("7.1", Side.BUY, Decimal("585.33"), Decimal(13), Terms.GTC),
        Cancel("7.1"),
    ]
    assert tape.counts.read["partial_cancellation"] == 1


def test_an_execution_becomes_an_ioc_order_of_the_other_side(tmp_path: Path) -> None:
    *_, action = flow(tmp_path, "1.0,1,7,18,5853300,1", "2.0,4,7,8,5853300,1").actions()
    assert action.account == TAKER
    assert action.request == Place("x2", Side.SELL, Decimal("585.33"), Decimal(8), Terms.IOC)


def test_hidden_executions_and_halts_are_skipped_and_counted(tmp_path: Path) -> None:
    tape = flow(tmp_path, "1.0,5,0,18,5853300,1", "2.0,7,0,0,-1,-1")
    assert list(tape.actions()) == []
    assert tape.counts.skipped == {"hidden_execution": 1, "halt": 1}


def test_orders_from_before_the_tape_are_placed_first_with_what_is_taken_from_them(tmp_path: Path) -> None:
    tape = flow(tmp_path, "1.0,1,9,1,5853300,1", "2.0,4,5,8,5853400,-1", "3.0,2,5,2,5853400,-1", "4.0,3,4,6,5853200,1")
    places = [action.request for action in tape.actions() if isinstance(action.request, Place)]
    assert [(place.key, place.quantity) for place in places[:3]] == [
        ("4", Decimal(6)),
        ("5", Decimal(10)),
        ("9", Decimal(1)),
    ]


def test_executions_that_hit_the_named_order_are_told_from_those_that_do_not(tmp_path: Path) -> None:
    tape = flow(
        tmp_path,
        "1.0,1,1,10,5853300,1",
        "1.1,1,2,10,5853300,1",
        "2.0,4,1,10,5853300,1",  # exact
        "2.1,1,3,10,5853300,1",
        "3.0,4,3,4,5853300,1",  # order 2 stands before order 3
        "4.0,4,8,5,5853100,1",  # never submitted: it rested before
        "5.0,3,2,10,5853300,1",
    )
    book = PaperBook()
    book.play(tape)
    assert tape.findings() == {
        "visible_executions": 3,
        "hit_exactly_the_named_order": 1,
        "hit_another_order_or_less": 2,
        "met_no_order": 0,
        "of_orders_never_on_the_tape": 1,
        "of_orders_never_on_the_tape_hit_exactly": 0,
    }


def test_an_execution_of_less_than_the_tape_says_is_not_exact(tmp_path: Path) -> None:
    tape = flow(tmp_path, "1.0,1,1,10,5853300,1", "2.0,4,1,10,5853300,1")
    book = PaperBook()
    for action in tape.actions():
        book.apply(action, tape)
        # Someone else takes four of the ten in between.
        book.resting = [(*order[:4], Decimal(6)) for order in book.resting]
    found = tape.findings()
    assert (found["hit_exactly_the_named_order"], found["hit_another_order_or_less"]) == (0, 1)


def test_progress_ends_at_the_end_of_the_file(tmp_path: Path) -> None:
    tape = flow(tmp_path, *(f"{n}.0,1,{n},18,5853300,1" for n in range(1, 500)))
    actions = tape.actions()
    next(actions)
    assert sum(1 for _ in actions) == 498
    assert tape.progress() == 1.0


def test_the_limit_counts_messages(tmp_path: Path) -> None:
    path = write(tmp_path / "tape.csv", [HEADER, *(f"{n}.0,1,{n},18,5853300,1" for n in range(1, 50))])
    assert sum(1 for _ in LobsterFlow(path, limit=20).actions()) == 20
