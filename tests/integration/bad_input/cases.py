"""What must not work as the value of a field, what just does, and the lists of both that several fields share."""

from dataclasses import dataclass
from typing import Any

INVALID = "INVALID_FIELD"

TWO_53 = 2**53
MAX_I63 = 2**63 - 1
MAX_U64 = 2**64 - 1


@dataclass(frozen=True)
class Case:
    """A value of a field; `reason` None means that it is accepted. `field` is the path named, the field by default."""

    value: Any
    reason: str | None
    field: str | None = None


def refused(reason: str, *values: Any, field: str | None = None) -> list[Case]:
    return [Case(value, reason, field) for value in values]


def accepted(*values: Any) -> list[Case]:
    return [Case(value, None) for value in values]


MALFORMED_DECIMALS = (
    "-1",
    "+1",
    "-0",
    "1e5",
    "1E5",
    ".5",
    "5.",
    "00",
    "01",
    " 1",
    "1 ",
    "1\n",
    "1,5",
    "1_0",
    "0x1",
    "abc",
    "NaN",
    "Infinity",
    "٣",
    "−1",
    "1.2.3",
    "9" * 20,
    "0." + "1" * 19,
    "1" * 41,
    "1" * 5000,
)
MALFORMED_KEYS = ("x" * 65, "a b", " a", "a ", "a\n", "a\tb", "\x00", "\x7f", "é", "x" * 5000)
UNKNOWN_ENUMS = (-1, 99, 2**31 - 1, -(2**31))

market_required = [
    *refused(INVALID, "", "X" * 34, "X" * 5000),
    *refused("MARKET_NOT_FOUND", "X", "X" * 33, "btc-usdc", "BTC-USDC ", "BTC/USDC", "BTC-USDC\x00", "é", "1", "-1"),
    *accepted("BTC-USDC"),
]
market_optional = [
    *refused(INVALID, "X" * 34, "X" * 5000),
    *refused("MARKET_NOT_FOUND", "X", "X" * 33, "btc-usdc", "BTC-USDC ", "BTC-USDC\x00", "é"),
    *accepted("", "BTC-USDC"),
]
validate_only = accepted(True)
# Of a call that is not answered without a database.
valued_in = [
    *refused(INVALID, "X" * 17, "X" * 5000),
    *refused("ASSET_NOT_FOUND", "X", "usdc", "USDC ", "X" * 16, "\x00", "é"),
    *refused("UNAVAILABLE", "", "USDC", "BTC", field=""),
]
PAST_OR_NO_TIMES: tuple[dict[str, int], ...] = (
    {"seconds": 0},
    {"seconds": 1},
    {"seconds": -1},
    {"seconds": 4_000_000_000, "nanos": -1},
    {"seconds": 4_000_000_000, "nanos": 1_000_000_000},
    {"seconds": 9_223_372_037},
    {"seconds": 253_402_300_799, "nanos": 999_999_999},
    {"seconds": MAX_I63},
    {"seconds": -(2**63)},
)
page_size = [*refused(INVALID, 1001, 2**31 - 1, 2**32 - 1), *accepted(0, 1, 999, 1000)]
page_token = [
    *refused("PAGE_TOKEN_INVALID", "x", "=", "!!!!", "AAAA", "A" * 512, "é", "\x00", "-1", "0"),
    *refused(INVALID, "A" * 513, "A" * 5000),
]
# Of a caller without the scope ADMIN: 1 and 2 are the exchange's own, and everything else is somebody else's.
foreign_account = refused("ACCOUNT_NOT_FOUND", 1, 2, 3, 1001, TWO_53 - 1, TWO_53 + 1, MAX_I63, MAX_U64)
unknown_account = [
    *refused(INVALID, 0),
    *refused("ACCOUNT_NOT_FOUND", 3, 1000, TWO_53 - 1, TWO_53 + 1, MAX_I63, MAX_U64),
]
order_id = [
    *refused(INVALID, 0),
    *refused("ORDER_NOT_FOUND", 1, TWO_53 - 1, TWO_53, TWO_53 + 1, MAX_I63, MAX_U64, field="order"),
]
client_order_id_of_order = [
    *refused(INVALID, "", *MALFORMED_KEYS),
    *refused("ORDER_NOT_FOUND", "unknown", "x" * 64, "~", field="order"),
]
optional_step = [
    *refused(INVALID, "0", "0.0", *MALFORMED_DECIMALS),
    *refused("PRICE_OFF_TICK", "0.1", "100.25", "100.000000000000000001"),
    *refused("PRICE_OUT_OF_RANGE", "549755813888", str(MAX_I63), "9" * 19),
]


def within(part: str, cases: list[Case], **sound: Any) -> list[Case]:
    """Wrap cases of a part's field into cases of the part: `part` is `place_order.price`, say."""
    message, _, field = part.partition(".")
    return [
        Case(
            {**sound, field: case.value},
            case.reason,
            None if case.reason is None else "" if case.field == "" else f"{message}.{case.field or field}",
        )
        for case in cases
    ]


sound_place: dict[str, Any] = {"market": "BTC-USDC", "side": 1, "type": 1, "price": "100", "quantity": "1"}
