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
optional_step = [
    *refused(INVALID, "0", "0.0", *MALFORMED_DECIMALS),
    *refused("PRICE_OFF_TICK", "0.1", "100.25", "100.000000000000000001"),
    *refused("PRICE_OUT_OF_RANGE", "549755813888", str(MAX_I63), "9" * 19),
]
amended_price = [
    *optional_step,
    *refused(INVALID, "", field="quantity"),
    *refused("INSUFFICIENT_FUNDS", "549755813887.5", field=""),
    *refused("NOTIONAL_TOO_SMALL", "0.5", field="quantity"),
    *accepted("101", "99.5"),
]
amended_quantity = [
    *refused(INVALID, "0", "0.000", *MALFORMED_DECIMALS),
    *refused("QUANTITY_OFF_LOT", "0.0001", "1.0005", "1.000000000000000001"),
    *refused("QUANTITY_OUT_OF_RANGE", "1099511627.776", str(MAX_I63)),
    *refused("NOTIONAL_TOO_SMALL", "0.009"),
    *refused("INSUFFICIENT_FUNDS", "1099511627.775", field=""),
    *accepted("", "0.5", "1"),
]
protected_quantity = [
    *refused(INVALID, *MALFORMED_DECIMALS),
    *refused("QUANTITY_OFF_LOT", "0.0001"),
    *refused("QUANTITY_OUT_OF_RANGE", "1099511627.776"),
    *accepted("", "0", "1"),
]
protected_notional = [*refused(INVALID, "0.0000001", str(MAX_I63), *MALFORMED_DECIMALS), *accepted("", "0", "1")]
list_price = [
    *refused(INVALID, "", "0", "0.0", *MALFORMED_DECIMALS),
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
sound_above = sound_place | {"side": 2, "price": "110"}
sound_below = sound_place | {"side": 2, "type": 3, "price": "", "trigger_price": "90"}
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
            *refused(INVALID, 0, *UNKNOWN_ENUMS),
            # Market orders with a price, and what lacks a trigger, an offset or a reference.
            *refused(INVALID, 2, 3, 5, 7, field="price"),
            *refused(INVALID, 4, 6, field="trigger_price"),
            *refused(INVALID, 8, field="peg_reference"),
        ],
        "time_in_force": [*refused(INVALID, *UNKNOWN_ENUMS), *refused(INVALID, 4, field="expire_time")],
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
        "quote_amount": [*refused(INVALID, "0", "1", *MALFORMED_DECIMALS), *accepted("")],
        "display_quantity": [
            *refused(INVALID, "0", "0.000", "0.009", "1.001", "1099511627.775", *MALFORMED_DECIMALS),
            *refused("QUANTITY_OFF_LOT", "0.0105", "0.0001"),
            *refused("QUANTITY_OUT_OF_RANGE", "1099511627.776", str(MAX_I63)),
            *accepted("", "0.01", "0.5", "1"),
        ],
        "self_trade_prevention": [*refused(INVALID, 5, *UNKNOWN_ENUMS), *accepted(0, 1, 2, 3, 4)],
        "expire_time": refused(INVALID, {"seconds": 4_000_000_000}, {"seconds": 0}),
        "slide": refused(INVALID, True),
        "reduce_only": refused(INVALID, True),
        "trigger_price": refused(INVALID, "0", "100", *MALFORMED_DECIMALS),
        "trailing_offset": refused(INVALID, "0", "1", *MALFORMED_DECIMALS),
        "trailing_offset_bps": [*refused(INVALID, 1, 9_999, 10_000, 2**32 - 1), *accepted(0)],
        "activation_price": refused(INVALID, "0", "100", *MALFORMED_DECIMALS),
        "peg_reference": refused(INVALID, 1, 3, *UNKNOWN_ENUMS),
        "peg_offset": refused(INVALID, "0", "-0.5", "--1", *MALFORMED_DECIMALS[1:]),
    },
    "AmendOrderRequest": {
        "order_id": order_id,
        "client_order_id": client_order_id_of_order,
        "price": amended_price,
        "quantity": amended_quantity,
        "validate_only": validate_only,
    },
    "CancelReplaceOrderRequest": {
        "cancel_order": [
            Case(None, INVALID),
            Case({}, INVALID, "cancel_order.order"),
            Case({"client_order_id": "resting", "validate_only": True}, INVALID, "validate_only"),
            *within("cancel_order.order_id", order_id),
            *within("cancel_order.client_order_id", client_order_id_of_order),
        ],
        "place_order": [
            Case(None, INVALID),
            Case({**sound_place, "validate_only": True}, INVALID, "validate_only"),
            Case({**sound_place, "type": 8}, INVALID, "place_order.peg_reference"),
            *within("place_order.price", optional_step, **sound_place),
            *within(
                "place_order.quantity", [case for case in amended_quantity if case.value == "0.0001"], **sound_place
            ),
            *within("place_order.market", market_required, **sound_place),
        ],
        "mode": [*refused(INVALID, 3, *UNKNOWN_ENUMS), *accepted(0, 1, 2)],
        "validate_only": validate_only,
    },
    "BatchOrdersRequest": {
        "items": [
            Case([], INVALID),
            Case([{}] * 501, INVALID),
            Case([{"place_order": {**sound_place, "client_order_id": "twice"}}] * 2, INVALID),
            Case([{"cancel_order": {"order_id": 5}}, {"amend_order": {"order_id": 5, "price": "1"}}], INVALID),
        ],
        "all_or_none": [Case(True, INVALID, "items")],
    },
    "PlaceOcoOrderRequest": {
        "above": [
            Case(None, INVALID),
            Case({}, INVALID, "below.market"),
            Case({**sound_above, "validate_only": True}, INVALID, "validate_only"),
            Case({**sound_above, "type": 3, "price": "", "trigger_price": "110"}, INVALID, "above.type"),
            Case({**sound_above, "display_quantity": "0.5"}, INVALID, "above.display_quantity"),
            *within("above.time_in_force", refused(INVALID, 2, 3, *UNKNOWN_ENUMS), **sound_above),
            *within("above.price", [case for case in list_price if case.value != ""], **sound_above),
            Case({**sound_above, "price": "90"}, INVALID, "above"),
            Case({**sound_above, "price": "89.5"}, INVALID, "above"),
            *within("above.client_order_id", refused(INVALID, *MALFORMED_KEYS), **sound_above),
        ],
        "below": [
            Case(None, INVALID),
            Case({}, INVALID, "below.market"),
            Case({**sound_below, "validate_only": True}, INVALID, "validate_only"),
            Case({**sound_below, "side": 1}, INVALID, "below.side"),
            Case({**sound_below, "type": 2, "trigger_price": ""}, INVALID, "below.type"),
            *within("below.market", refused(INVALID, "", "ETH-USDC"), **sound_below),
            *within("below.quantity", refused(INVALID, "0.5", "", *MALFORMED_DECIMALS), **sound_below),
            *within("below.trigger_price", list_price, **sound_below),
        ],
        "validate_only": validate_only,
    },
    "PlaceBracketOrderRequest": {
        "entry": [
            Case(None, INVALID),
            Case({}, INVALID, "entry.type"),
            Case({**sound_place, "validate_only": True}, INVALID, "validate_only"),
            Case({**sound_place, "type": 3, "price": "", "trigger_price": "100"}, INVALID, "entry.type"),
            Case({"market": "BTC-USDC", "side": 1, "type": 2, "quote_amount": "5"}, INVALID, "entry.quote_amount"),
            Case({**sound_place, "display_quantity": "0.5"}, INVALID, "entry.display_quantity"),
            *within("entry.time_in_force", refused(INVALID, 2, 3, *UNKNOWN_ENUMS), **sound_place),
            *within("entry.market", market_required, **sound_place),
            *within("entry.quantity", refused("NOTIONAL_TOO_SMALL", "0.001"), **sound_place),
        ],
        "take_profit": [
            Case(None, INVALID),
            *within("take_profit.trigger_price", [*list_price, *refused(INVALID, "100", "90")]),
        ],
        "stop_loss": [
            Case(None, INVALID),
            *within("stop_loss.trigger_price", [*list_price, *refused(INVALID, "100", "105")]),
            *within("stop_loss.price", [case for case in list_price if case.value != ""], trigger_price="95"),
            *within("stop_loss.client_order_id", refused(INVALID, *MALFORMED_KEYS), trigger_price="95"),
        ],
        "validate_only": validate_only,
    },
    # Through `take_profit` and `stop_loss`.
    "BracketExit": {"trigger_price": [], "price": [], "client_order_id": []},
    "SetCancelAllAfterRequest": {
        "timeout_ms": [*refused(INVALID, 1, 999, 86_400_001, 2**32 - 1), *accepted(0, 1_000, 86_400_000)],
        "validate_only": validate_only,
    },
    "CancelOrderRequest": {
        "order_id": order_id,
        "client_order_id": client_order_id_of_order,
        "validate_only": validate_only,
    },
    "CancelAllOrdersRequest": {
        "market": market_optional,
        "validate_only": validate_only,
        "side": [*refused(INVALID, 3, *UNKNOWN_ENUMS), *accepted(0, 1, 2)],
        "client_order_id_prefix": [*refused(INVALID, *MALFORMED_KEYS), *accepted("", "x" * 64)],
    },
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
        "amend_order": [Case({}, INVALID, "order")],
        "cancel_replace_order": [Case({}, INVALID, "cancel_order")],
        "place_oco_order": [Case({}, INVALID, "above")],
        "place_bracket_order": [Case({}, INVALID, "entry")],
        "set_cancel_all_after": [Case({"timeout_ms": 1}, INVALID, "timeout_ms")],
        "cancel_on_disconnect": accepted(False, True),
    },
    "OrderBatch": {
        "items": [Case([{}], INVALID, "request")],
        "all_or_none": [Case(True, INVALID, "batch.items[0].request")],
    },
    "OrderBatchItem": {
        "place_order": [Case({}, INVALID, "market")],
        "cancel_order": [Case({}, INVALID, "order")],
        "amend_order": [Case({}, INVALID, "order")],
    },
}

COMBINATIONS: list[tuple[str, dict[str, Any], str, str]] = [
    ("PlaceOrderRequest", {"type": 2, "price": "", "time_in_force": 1}, INVALID, "time_in_force"),
    ("PlaceOrderRequest", {"type": 2, "price": "", "post_only": True}, INVALID, "post_only"),
    ("PlaceOrderRequest", {"time_in_force": 2, "post_only": True}, INVALID, "post_only"),
    ("PlaceOrderRequest", {"time_in_force": 3, "post_only": True}, INVALID, "post_only"),
    ("PlaceOrderRequest", {"type": 3, "price": "", "trigger_price": "100.25"}, "PRICE_OFF_TICK", "trigger_price"),
    ("PlaceOrderRequest", {"type": 4, "trigger_price": "549755813888"}, "PRICE_OUT_OF_RANGE", "trigger_price"),
    ("PlaceOrderRequest", {"type": 3, "price": "", "trigger_price": "1", "time_in_force": 1}, INVALID, "time_in_force"),
    ("PlaceOrderRequest", {"type": 7, "price": ""}, INVALID, "trailing_offset"),
    ("PlaceOrderRequest", {"type": 7, "price": "", "trailing_offset": "0.25"}, "PRICE_OFF_TICK", "trailing_offset"),
    ("PlaceOrderRequest", {"type": 7, "price": "", "trailing_offset_bps": 10_000}, INVALID, "trailing_offset_bps"),
    ("PlaceOrderRequest", {"type": 8, "peg_reference": 1, "post_only": True}, INVALID, "post_only"),
    ("PlaceOrderRequest", {"type": 8, "peg_reference": 1, "display_quantity": "0.5"}, INVALID, "display_quantity"),
    ("PlaceOrderRequest", {"type": 8, "peg_reference": 1, "price": ""}, INVALID, "price"),
    ("PlaceOrderRequest", {"type": 8, "peg_reference": 1, "time_in_force": 2}, INVALID, "time_in_force"),
    ("PlaceOrderRequest", {"time_in_force": 4, "expire_time": {"seconds": 1}}, INVALID, "expire_time"),
    ("PlaceOrderRequest", {"time_in_force": 4, "expire_time": {"seconds": -1}}, INVALID, "expire_time"),
    ("PlaceOrderRequest", {"time_in_force": 4, "expire_time": {"seconds": MAX_I63}}, INVALID, "expire_time"),
    ("PlaceOrderRequest", {"type": 2, "price": "", "quote_amount": "5"}, INVALID, "quote_amount"),
    ("PlaceOrderRequest", {"type": 2, "price": "", "quantity": "", "quote_amount": "0"}, INVALID, "quote_amount"),
    (
        "PlaceOrderRequest",
        {"type": 2, "price": "", "quantity": "", "quote_amount": "5", "self_trade_prevention": 4},
        INVALID,
        "self_trade_prevention",
    ),
    ("PlaceOrderRequest", {"display_quantity": "0.5", "time_in_force": 2}, INVALID, "display_quantity"),
    (
        "PlaceOcoOrderRequest",
        {"above": {**sound_above, "client_order_id": "a"}, "below": {**sound_below, "client_order_id": "a"}},
        INVALID,
        "below.client_order_id",
    ),
    (
        "PlaceBracketOrderRequest",
        {
            "take_profit": {"trigger_price": "110", "client_order_id": "a"},
            "stop_loss": {"trigger_price": "95", "client_order_id": "a"},
        },
        INVALID,
        "stop_loss.client_order_id",
    ),
    ("AmendOrderRequest", {"price": None}, INVALID, "quantity"),
    ("AmendOrderRequest", {"client_order_id": None}, INVALID, "order"),
    ("PlaceOrderRequest", {"price": "549755813887.5", "quantity": "1099511627.775"}, "NOTIONAL_TOO_LARGE", "quantity"),
    ("CancelOrderRequest", {"client_order_id": None}, INVALID, "order"),
    ("GetOrderRequest", {"client_order_id": None}, INVALID, "order"),
]
"""Fields that are sound one by one; None leaves a field out."""
