"""The fields of market data and of account calls."""

from tests.integration.bad_input.cases import (
    INVALID,
    MAX_I63,
    MAX_U64,
    TWO_53,
    Case,
    accepted,
    foreign_account,
    market_optional,
    market_required,
    page_size,
    page_token,
    refused,
)
from tests.integration.bad_input.history_fields import time_of_history

MARKET_DATA: dict[str, dict[str, list[Case]]] = {
    "ListAssetsRequest": {},
    "ListMarketsRequest": {},
    "GetMarketRequest": {"market": market_required},
    "GetOrderBookRequest": {
        "market": market_required,
        "depth": [*refused(INVALID, 5001, 2**31 - 1, 2**32 - 1), *accepted(0, 1, 4999, 5000)],
    },
}

ACCOUNTS: dict[str, dict[str, list[Case]]] = {
    "GetAccountRequest": {"account_id": foreign_account},
    "ListBalancesRequest": {"account_id": foreign_account},
    "ListFillsRequest": {
        "market": [case for case in market_optional if case.reason],
        # Without a database nothing sound is answered; that the field was taken shows in the reason.
        "order_id": refused("UNAVAILABLE", 0, 1, TWO_53 + 1, MAX_I63, MAX_U64, field=""),
        "page_size": [case for case in page_size if case.reason],
        "page_token": page_token,
        "account_id": foreign_account,
        "start_time": time_of_history,
        "end_time": time_of_history,
    },
    "ListLedgerEntriesRequest": {
        "asset": [
            *refused(INVALID, "X" * 17, "X" * 5000),
            *refused("ASSET_NOT_FOUND", "X", "btc", "X" * 16, "\x00", "é"),
        ],
        "page_size": [case for case in page_size if case.reason],
        "page_token": page_token,
        "account_id": foreign_account,
        "start_time": time_of_history,
        "end_time": time_of_history,
    },
}
