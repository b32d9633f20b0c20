"""The fields of the market history, and the filters by time, state and key of an account's history."""

from typing import Any

from tests.integration.bad_input.cases import (
    INVALID,
    MALFORMED_KEYS,
    MAX_I63,
    UNKNOWN_ENUMS,
    Case,
    accepted,
    market_required,
    page_size,
    page_token,
    refused,
)

# Before 1970, after 2262, and not whole nanoseconds of a second.
_NO_TIMES = (
    {"seconds": -1},
    {"seconds": 9_223_372_037},
    {"seconds": MAX_I63},
    {"seconds": -MAX_I63},
    {"nanos": -1},
    {"nanos": 1_000_000_000},
    {"nanos": 2**31 - 1},
)
_TIMES = ({"seconds": 1}, {"seconds": 1_700_000_000, "nanos": 999_999_999}, {"seconds": 9_223_372_036})
time = [*refused(INVALID, *_NO_TIMES), *accepted(*_TIMES)]
time_of_history = refused(INVALID, *_NO_TIMES)
"""Of a call that is not answered without a database."""

MARKET_HISTORY: dict[str, dict[str, list[Case]]] = {
    "GetTickerRequest": {"market": market_required},
    "ListTradesRequest": {
        "market": market_required,
        "start_time": time,
        "end_time": time,
        "page_size": page_size,
        "page_token": page_token,
    },
    "ListCandlesRequest": {
        "market": market_required,
        "interval": [*refused(INVALID, 0, 8, *UNKNOWN_ENUMS), *accepted(1, 2, 3, 4, 5, 6, 7)],
        "start_time": time,
        "end_time": time,
        "fill_gaps": accepted(False, True),
        "page_size": [*refused(INVALID, 5_001, 2**31 - 1, 2**32 - 1), *accepted(0, 1, 4_999, 5_000)],
        "page_token": page_token,
    },
}

ORDER_FILTERS: dict[str, list[Case]] = {
    "statuses": [
        *refused(INVALID, [0], *([value] for value in UNKNOWN_ENUMS), field="statuses[0]"),
        *refused(INVALID, [1, 6], field="statuses[1]"),
        *refused(INVALID, [1] * 17),
        *accepted([], [1], [1, 2, 3, 4, 5], [1] * 16),
    ],
    "start_time": time,
    "end_time": time,
    "client_order_id_prefix": [
        *refused(INVALID, *(key for key in MALFORMED_KEYS)),
        *accepted("", "x", "%", "_", "/", "~" * 64),
    ],
}

_LATE, _EARLY = {"seconds": 1_700_000_000, "nanos": 1}, {"seconds": 1_700_000_000}
EMPTY_RANGES: list[tuple[str, dict[str, Any], str, str]] = [
    (message, {"start_time": start, "end_time": end}, INVALID, "end_time")
    for message in (
        "ListTradesRequest",
        "ListCandlesRequest",
        "ListOrdersRequest",
        "ListFillsRequest",
        "ListLedgerEntriesRequest",
        "ListEquityRequest",
    )
    for start, end in ((_EARLY, _EARLY), (_LATE, _EARLY))
]

SOUND_HISTORY: dict[str, dict[str, Any]] = {
    "GetTickerRequest": {"market": "BTC-USDC"},
    "ListTradesRequest": {"market": "BTC-USDC"},
    "ListCandlesRequest": {"market": "BTC-USDC", "interval": 2},
}
