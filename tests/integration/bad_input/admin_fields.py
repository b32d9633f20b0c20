"""The fields of administration."""

from tests.integration.bad_input.cases import (
    INVALID,
    MALFORMED_DECIMALS,
    MALFORMED_KEYS,
    MAX_I63,
    MAX_U64,
    PAST_OR_NO_TIMES,
    TWO_53,
    UNKNOWN_ENUMS,
    Case,
    accepted,
    market_required,
    optional_step,
    page_size,
    page_token,
    refused,
    unknown_account,
    validate_only,
    valued_in,
    within,
)

protected_quantity = [
    *refused(INVALID, *MALFORMED_DECIMALS),
    *refused("QUANTITY_OFF_LOT", "0.0001"),
    *refused("QUANTITY_OUT_OF_RANGE", "1099511627.776"),
    *accepted("", "0", "1"),
]
protected_notional = [*refused(INVALID, "0.0000001", str(MAX_I63), *MALFORMED_DECIMALS), *accepted("", "0", "1")]
asset_name = refused(INVALID, "", "a", "Btc", "1BTC", "B TC", "BTC\n", "É", "X" * 17, "X" * 5000)
step = [*refused(INVALID, "", "0", "0.0", *MALFORMED_DECIMALS), *refused(INVALID, "9" * 19, str(MAX_I63))]

ADMINISTRATION: dict[str, dict[str, list[Case]]] = {
    "CreateAssetRequest": {
        "name": asset_name,
        "decimals": refused(INVALID, 13, 2**31 - 1, 2**32 - 1),
        "validate_only": validate_only,
    },
    "CreateMarketRequest": {
        "base_asset": [*asset_name, *refused("ASSET_NOT_FOUND", "X"), *refused(INVALID, "USDC", field="quote_asset")],
        "quote_asset": [*asset_name, *refused("ASSET_NOT_FOUND", "X"), *refused(INVALID, "ETH")],
        "tick_size": [*step, *refused(INVALID, "0.0000001", "0.000000000000000001")],
        "lot_size": [*step, *refused(INVALID, "0.000000001", "0.000000000000000001")],
        "min_notional": [
            *refused(INVALID, *MALFORMED_DECIMALS),
            *refused(INVALID, "0.0000001", str(MAX_I63), "9" * 19),
        ],
        "maker_fee_ppm": refused(INVALID, -100_001, 100_001, -(2**31), 2**31 - 1),
        "taker_fee_ppm": refused(INVALID, -1, 100_001, -(2**31), 2**31 - 1),
        "validate_only": validate_only,
    },
    "SetMarketStatusRequest": {
        "market": market_required[:-1],
        "status": refused(INVALID, 0, 6, *UNKNOWN_ENUMS),
        "validate_only": validate_only,
    },
    "SetMarketProtectionRequest": {
        "market": market_required[:-1],
        "protection": [
            Case(None, INVALID),
            *within("protection.min_quantity", protected_quantity),
            *within("protection.max_quantity", protected_quantity),
            Case({"min_quantity": "2", "max_quantity": "1"}, INVALID, "protection.min_quantity"),
            Case({"min_notional": "2", "max_notional": "1"}, INVALID, "protection.min_notional"),
            *within("protection.min_notional", protected_notional),
            *within("protection.max_notional", protected_notional),
            *within("protection.max_open_orders", [*refused(INVALID, 1_000_001, 2**32 - 1), *accepted(0, 1_000_000)]),
            *within("protection.price_band_bps", [*refused(INVALID, 10_000_001, 2**32 - 1), *accepted(0, 10_000_000)]),
            *within("protection.market_protection_bps", [*refused(INVALID, 10_000_001), *accepted(0, 10_000_000)]),
            *within("protection.reference_price", [case for case in optional_step if case.value not in ("0", "0.0")]),
        ],
        "validate_only": validate_only,
    },
    "MarketProtection": {
        "min_quantity": [],
        "max_quantity": [],
        "min_notional": [],
        "max_notional": [],
        "max_open_orders": [],
        "price_band_bps": [],
        "market_protection_bps": [],
        "reference_price": [],
    },
    "SetTradeGroupRequest": {
        "account_id": unknown_account,
        "trade_group_id": [*refused(INVALID, 2**62, MAX_I63, MAX_U64), *accepted(0, 2**62 - 1)],
        "validate_only": validate_only,
    },
    "CreateAccountRequest": {
        "name": refused(INVALID, "", "_x", "-", "a b", "a\n", "é", "\x00", "x" * 65, "x" * 5000),
        "validate_only": validate_only,
    },
    "ListPerformanceRequest": {
        "quote_asset": valued_in,
        "page_size": [
            *(case for case in page_size if case.reason),
            *refused("UNAVAILABLE", 0, 1, 999, 1000, field=""),
        ],
    },
    "ListAccountsRequest": {"page_size": page_size, "page_token": page_token},
    "CreateApiKeyRequest": {
        "account_id": unknown_account,
        "scopes": refused(INVALID, [], field="scopes")
        + refused(INVALID, [0], [4], [99], [-1], [2**31 - 1], field="scopes[0]")
        + refused(INVALID, [1, 1], [1, 2, 3, 3], field="scopes"),
        "label": refused(INVALID, "x" * 65, "a\n", "\x00", "é", "x" * 5000),
        "expire_time": refused(INVALID, *PAST_OR_NO_TIMES),
        "validate_only": validate_only,
    },
    "RevokeApiKeyRequest": {
        "key_id": [
            *refused(INVALID, "", "x", "ABCDEF0123456789", "0" * 33, "é", "\x00", "0" * 5000),
            *refused("API_KEY_NOT_FOUND", "0", "0" * 16, "f" * 32),
        ],
        "validate_only": validate_only,
    },
    "CreditRequest": {
        "account_id": unknown_account,
        "asset": [
            *refused(INVALID, "", "X" * 17, "X" * 5000),
            *refused("ASSET_NOT_FOUND", "X", "btc", "X" * 16, "\x00", "é"),
        ],
        "amount": [
            *refused(INVALID, "", "0", "0.000000", "0.0000001", "1.0000005", *MALFORMED_DECIMALS),
            *refused(INVALID, str(MAX_I63), "4611686018427.387904", "9" * 19),
            *refused("SUPPLY_TOO_LARGE", "4611686018427.387903"),
        ],
        "credit_id": refused(INVALID, *MALFORMED_KEYS),
        "validate_only": validate_only,
    },
    "GetStateHashRequest": {
        "sequence": [*refused("STATE_NOT_KEPT", 1, TWO_53 - 1, TWO_53 + 1, MAX_I63, MAX_U64), *accepted(0)],
    },
}
