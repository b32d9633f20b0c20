"""The fields of market data and of account calls."""

from tests.integration.bad_input.cases import (
    INVALID,
    MAX_I63,
    MAX_U64,
    PAST_OR_NO_TIMES,
    TWO_53,
    Case,
    accepted,
    foreign_account,
    market_optional,
    market_required,
    page_size,
    page_token,
    refused,
    validate_only,
    valued_in,
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
    "GetPortfolioRequest": {"quote_asset": valued_in, "account_id": foreign_account},
    "ListEquityRequest": {
        "quote_asset": valued_in,
        "start_time": time_of_history,
        "end_time": time_of_history,
        "max_points": [
            *refused(INVALID, 5_001, 2**31 - 1, 2**32 - 1),
            *refused("UNAVAILABLE", 0, 1, 4_999, 5_000, field=""),
        ],
        "account_id": foreign_account,
    },
    "ListApiKeysRequest": {"account_id": [*foreign_account, *accepted(0)]},
    "CreateOwnApiKeyRequest": {
        "scopes": [
            *refused(INVALID, [], field="scopes"),
            *refused(INVALID, [0], [4], [99], [-1], [2**31 - 1], field="scopes[0]"),
            *refused(INVALID, [1, 1], [1, 2, 2], [1, 2, 3, 3], field="scopes"),
            # More than the calling key may do.
            *refused("SCOPE_MISSING", [3], [3, 1], field="scopes[0]"),
            *refused("SCOPE_MISSING", [1, 2, 3], field="scopes[2]"),
            *accepted([1], [2], [2, 1]),
        ],
        "label": [*refused(INVALID, "x" * 65, "a\n", "\x00", "é", "x" * 5000), *accepted("", " ~", "x" * 64)],
        "expire_time": [
            *refused(INVALID, *PAST_OR_NO_TIMES),
            *accepted({"seconds": 4_000_000_000, "nanos": 999_999_999}, {"seconds": 9_223_372_036}),
        ],
        "validate_only": validate_only,
    },
    "RevokeOwnApiKeyRequest": {
        "key_id": [
            *refused(INVALID, "", "x", "ABCDEF0123456789", "0" * 33, "é", "\x00", "0" * 5000),
            *refused("API_KEY_NOT_FOUND", "0", "0" * 16, "f" * 32),
        ],
        "validate_only": validate_only,
    },
}
