"""What commands print: exact JSON for programs, aligned tables for people."""

import json
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from typing import NamedTuple

import pytest

from exchange_server.cli.output import Column, cell, fail, plain, show, show_one, timestamp
from exchange_server.cli.session import Output, Session


class Colour(IntEnum):
    RED_HOT = 1


class Level(NamedTuple):
    price: Decimal
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    amount: Decimal
    colour: Colour
    levels: tuple[Level, ...]
    create_time_ns: int
    key: bytes = b"\x01\xff"
    missing: str | None = None


ROW = Row("x", Decimal("1E+2"), Colour.RED_HOT, (Level(Decimal("0.10"), Decimal(3)),), 1_700_000_000_123_456_789)


def test_json_has_decimals_as_strings_names_of_enums_and_times_to_the_nanosecond() -> None:
    assert plain(ROW) == {
        "name": "x",
        "amount": "100",
        "colour": "RED_HOT",
        "levels": [{"price": "0.1", "quantity": "3"}],
        "create_time": "2023-11-14T22:13:20.123456789Z",
        "key": "01ff",
        "missing": None,
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0.00000001", "0.00000001"),
        ("1E-8", "0.00000001"),
        ("100", "100"),
        ("1.50", "1.5"),
        ("0.000", "0"),
        ("-2.0", "-2"),
    ],
)
def test_a_decimal_has_no_exponent_and_no_trailing_zeros(value: str, text: str) -> None:
    assert cell(Decimal(value)) == text


def test_yes_and_no_are_words_in_a_table_and_booleans_in_json() -> None:
    assert (cell(True), cell(False), plain(True)) == ("yes", "no", True)


def test_the_beginning_of_time_is_written_whole() -> None:
    assert timestamp(1) == "1970-01-01T00:00:00.000000001Z"


def test_a_list_is_one_json_array_also_when_it_is_empty(capsys: pytest.CaptureFixture[str]) -> None:
    session = Session(output=Output.JSON)
    show(session, [ROW], (), "none")
    show(session, [], (), "none")
    first, second = capsys.readouterr().out.rsplit("[", 1)
    assert json.loads(first)[0]["amount"] == "100"
    assert json.loads("[" + second) == []


def test_a_table_is_aligned_and_shows_what_looks_like_markup_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        Row("[red]a[/red]", Decimal("1.5"), Colour.RED_HOT, (), 0),
        Row("b", Decimal("1000"), Colour.RED_HOT, (), 0),
    ]
    columns = (Column("name", "name"), Column("amount", "amount", right=True), Column("colour", "colour"))
    show(Session(output=Output.TABLE), rows, columns, "none")
    header, rule, first, second = (line for line in capsys.readouterr().out.splitlines() if line.strip())
    assert header.split() == ["name", "amount", "colour"]
    assert set(rule.strip()) == {"─"}
    assert first.strip().split("  ")[0] == "[red]a[/red]"
    assert first.index("1.5") + 3 == second.index("1000") + 4 == header.index("amount") + 6
    assert "red hot" in first


def test_an_empty_table_is_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    show(Session(output=Output.TABLE), [], (), "no orders")
    assert capsys.readouterr().out == "no orders\n"


def test_one_thing_is_a_name_and_a_value_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    show_one(Session(output=Output.TABLE), ROW, ("name", "amount"))
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [["name", "x"], ["amount", "100"]]


def test_an_error_is_one_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    fail("PRICE_OFF_TICK: price\n is no multiple")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "error: PRICE_OFF_TICK: price is no multiple\n")
