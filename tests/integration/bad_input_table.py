"""Every field of every request with what must not work, and what just does.

`TABLE` has, for each request message and field, values and what must come of them when everything else in the request
is sound. The test walks the contract: a field that is not here fails it.
"""

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
asset_name = refused(INVALID, "", "a", "Btc", "1BTC", "B TC", "BTC\n", "É", "X" * 17, "X" * 5000)
step = [*refused(INVALID, "", "0", "0.0", *MALFORMED_DECIMALS), *refused(INVALID, "9" * 19, str(MAX_I63))]
after_sequence = [
    *accepted(0),
    *refused("SEQUENCE_IN_FUTURE", TWO_53 - 1, TWO_53 + 1, MAX_I63, MAX_U64, field=""),
]

TABLE: dict[str, dict[str, list[Case]]] = {
    # ------------------------------------------------------------ market data
    "ListAssetsRequest": {},
    "ListMarketsRequest": {},
    "GetMarketRequest": {"market": market_required},
    "GetOrderBookRequest": {
        "market": market_required,
        "depth": [*refused(INVALID, 5001, 2**31 - 1, 2**32 - 1), *accepted(0, 1, 4999, 5000)],
    },
    "StreamOrderBookRequest": {"market": market_required},
    "StreamTradesRequest": {
        "market": market_required,
        "after_trade_id": [
            *accepted(0),
            *refused("SEQUENCE_IN_FUTURE", 10_000, TWO_53 - 1, TWO_53 + 1, MAX_I63, MAX_U64, field=""),
        ],
    },
    # ------------------------------------------------------------ orders
    "PlaceOrderRequest": {
        "market": market_required,
        "side": refused(INVALID, 0, 3, *UNKNOWN_ENUMS),
        "type": [
            *refused(INVALID, 0, 3, *UNKNOWN_ENUMS),
            # A market order with a price.
            *refused(INVALID, 2, field="price"),
        ],
        "time_in_force": refused(INVALID, 4, *UNKNOWN_ENUMS),
        "price": [
            *refused(INVALID, "", "0", "0.0", *MALFORMED_DECIMALS),
            *refused("PRICE_OFF_TICK", "0.1", "100.25", "100.000000000000000001", "0.499999999999999999"),
            *refused("PRICE_OUT_OF_RANGE", "549755813888", str(TWO_53 - 1), str(TWO_53 + 1), str(MAX_I63), "9" * 19),
            # Too expensive, and too little.
            *refused("INSUFFICIENT_FUNDS", "549755813887.5", field=""),
            *refused("NOTIONAL_TOO_SMALL", "0.5", field="quantity"),
        ],
        "quantity": [
            *refused(INVALID, "", "0", "0.000", *MALFORMED_DECIMALS),
            *refused("QUANTITY_OFF_LOT", "0.0001", "1.0005", "1.000000000000000001"),
            *refused("QUANTITY_OUT_OF_RANGE", "1099511627.776", str(TWO_53 - 1), str(TWO_53 + 1), str(MAX_I63)),
            *refused("NOTIONAL_TOO_SMALL", "0.009"),
            *refused("INSUFFICIENT_FUNDS", "1099511627.775", "10000000", field=""),
        ],
        "post_only": accepted(False),
        "client_order_id": refused(INVALID, *MALFORMED_KEYS),
        "validate_only": validate_only,
    },
    "CancelOrderRequest": {
        "order_id": order_id,
        "client_order_id": client_order_id_of_order,
        "validate_only": validate_only,
    },
    "CancelAllOrdersRequest": {"market": market_optional, "validate_only": validate_only},
    "GetOrderRequest": {"order_id": order_id, "client_order_id": client_order_id_of_order},
    "ListOrdersRequest": {
        "market": market_optional,
        "open_only": [*accepted(True), *refused("UNAVAILABLE", False, field="")],
        "page_size": page_size,
        "page_token": page_token,
        "account_id": foreign_account,
    },
    # ------------------------------------------------------------ accounts
    "GetAccountRequest": {"account_id": foreign_account},
    "ListBalancesRequest": {"account_id": foreign_account},
    "ListFillsRequest": {
        "market": [case for case in market_optional if case.reason],
        # Without a database nothing sound is answered; that the field was taken shows in the reason.
        "order_id": refused("UNAVAILABLE", 0, 1, TWO_53 + 1, MAX_I63, MAX_U64, field=""),
        "page_size": [case for case in page_size if case.reason],
        "page_token": page_token,
        "account_id": foreign_account,
    },
    "ListLedgerEntriesRequest": {
        "asset": [
            *refused(INVALID, "X" * 17, "X" * 5000),
            *refused("ASSET_NOT_FOUND", "X", "btc", "X" * 16, "\x00", "é"),
        ],
        "page_size": [case for case in page_size if case.reason],
        "page_token": page_token,
        "account_id": foreign_account,
    },
    "StreamFillsRequest": {"after_sequence": after_sequence},
    "StreamAccountRequest": {"after_sequence": after_sequence},
    # ------------------------------------------------------------ administration
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
        "status": refused(INVALID, 0, 5, *UNKNOWN_ENUMS),
        "validate_only": validate_only,
    },
    "CreateAccountRequest": {
        "name": refused(INVALID, "", "_x", "-", "a b", "a\n", "é", "\x00", "x" * 65, "x" * 5000),
        "validate_only": validate_only,
    },
    "ListAccountsRequest": {"page_size": page_size, "page_token": page_token},
    "CreateApiKeyRequest": {
        "account_id": unknown_account,
        "scopes": refused(INVALID, [], field="scopes")
        + refused(INVALID, [0], [4], [99], [-1], [2**31 - 1], field="scopes[0]")
        + refused(INVALID, [1, 1], [1, 2, 3, 3], field="scopes"),
        "label": refused(INVALID, "x" * 65, "a\n", "\x00", "é", "x" * 5000),
        "expire_time": [
            Case({"seconds": 0}, INVALID),
            Case({"seconds": 1}, INVALID),
            Case({"seconds": -1}, INVALID),
            Case({"seconds": 4_000_000_000, "nanos": -1}, INVALID),
            Case({"seconds": 4_000_000_000, "nanos": 1_000_000_000}, INVALID),
            Case({"seconds": 9_223_372_037}, INVALID),
            Case({"seconds": 253_402_300_799, "nanos": 999_999_999}, INVALID),
            Case({"seconds": MAX_I63}, INVALID),
            Case({"seconds": -(2**63)}, INVALID),
        ],
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
    # ------------------------------------------------------------ order entry, answered on the stream
    "OrderEntryRequest": {
        "request_id": accepted(0, 1, TWO_53 + 1, MAX_I63, MAX_U64),
        "place_order": [Case({}, INVALID, "market")],
        "cancel_order": [Case({}, INVALID, "order")],
        "cancel_all_orders": [Case({"market": "X"}, "MARKET_NOT_FOUND", "market")],
        "batch": [
            Case({}, INVALID, "batch.items"),
            Case({"items": [{}] * 501}, INVALID, "batch.items"),
        ],
    },
    "OrderBatch": {"items": [Case([{}], INVALID, "request")]},
    "OrderBatchItem": {
        "place_order": [Case({}, INVALID, "market")],
        "cancel_order": [Case({}, INVALID, "order")],
    },
}

COMBINATIONS: list[tuple[str, dict[str, Any], str, str]] = [
    ("PlaceOrderRequest", {"type": 2, "price": "", "time_in_force": 1}, INVALID, "time_in_force"),
    ("PlaceOrderRequest", {"type": 2, "price": "", "post_only": True}, INVALID, "post_only"),
    ("PlaceOrderRequest", {"time_in_force": 2, "post_only": True}, INVALID, "post_only"),
    ("PlaceOrderRequest", {"time_in_force": 3, "post_only": True}, INVALID, "post_only"),
    ("PlaceOrderRequest", {"price": "549755813887.5", "quantity": "1099511627.775"}, "NOTIONAL_TOO_LARGE", "quantity"),
    ("CancelOrderRequest", {"client_order_id": None}, INVALID, "order"),
    ("GetOrderRequest", {"client_order_id": None}, INVALID, "order"),
]
"""Fields that are sound one by one; None leaves a field out."""
