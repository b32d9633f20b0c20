"""Decimals are exact in both directions, or refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange_server.wire.decimals import format_units, parse_decimal, to_units
from exchange_server.wire.errors import FieldError

MALFORMED = (
    "",
    " ",
    "1 ",
    " 1",
    "+1",
    "-1",
    "1e3",
    "1E3",
    ".5",
    "5.",
    "1.",
    "00",
    "01",
    "00.5",
    "1,5",
    "1_000",
    "0x10",
    "NaN",
    "Infinity",
    "1.2.3",
    "1\n",
    "\t1",
    "１",
    "٣",
    "−1",
    "9" * 20,
    "0." + "0" * 19,
    "1" * 1000,
)


@pytest.mark.parametrize("text", MALFORMED)
def test_what_is_no_plain_decimal_is_refused_and_names_the_field(text: str) -> None:
    with pytest.raises(FieldError) as refused:
        parse_decimal(text, "price")
    assert refused.value.field == "price"
    assert refused.value.reason == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", (0, 0)),
        ("0.000", (0, 0)),
        ("65000.5", (650005, 1)),
        ("65000.500", (650005, 1)),
        ("100", (100, 0)),
        ("9999999999999999999.999999999999999999", (10**37 - 1, 18)),
        ("9007199254740993", (2**53 + 1, 0)),
        ("9223372036854775807", (2**63 - 1, 0)),
    ],
)
def test_digits_and_scale_are_read_exactly(text: str, expected: tuple[int, int]) -> None:
    assert parse_decimal(text, "price") == expected


@pytest.mark.parametrize(
    ("units", "decimals", "text"),
    [
        (0, 8, "0"),
        (0, 0, "0"),
        (5, 0, "5"),
        (-5, 0, "-5"),
        (100, 2, "1"),
        (-100, 2, "-1"),
        (150, 2, "1.5"),
        (-1, 6, "-0.000001"),
        (2**63 - 1, 12, "9223372.036854775807"),
    ],
)
def test_units_are_written_canonically(units: int, decimals: int, text: str) -> None:
    assert format_units(units, decimals) == text


@given(units=st.integers(min_value=-(2**70), max_value=2**70), decimals=st.integers(min_value=0, max_value=18))
def test_what_is_written_means_the_same_number(units: int, decimals: int) -> None:
    text = format_units(units, decimals)
    # Compared as integers: decimal arithmetic would round to its context.
    assert Decimal(text) == Decimal(f"{units}e-{decimals}")
    assert "e" not in text.lower()
    assert not text.endswith(".")
    assert "." not in text or not text.endswith("0")


@given(units=st.integers(min_value=0, max_value=10**18), decimals=st.integers(min_value=0, max_value=18))
def test_what_is_written_is_read_back(units: int, decimals: int) -> None:
    assert to_units(*parse_decimal(format_units(units, decimals), "price"), decimals) == units


@given(digits=st.integers(min_value=1, max_value=10**18), scale=st.integers(min_value=1, max_value=18))
def test_a_decimal_finer_than_the_unit_is_none_and_never_rounded(digits: int, scale: int) -> None:
    digits = digits // 10 * 10 + 1
    assert to_units(digits, scale, scale - 1) is None
    assert to_units(digits, scale, scale) == digits
