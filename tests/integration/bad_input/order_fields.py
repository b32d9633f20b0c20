"""The fields of order entry: requests for single orders and for lists, reads, and the stream."""

from typing import Any

from tests.integration.bad_input.cases import (
    INVALID,
    MALFORMED_DECIMALS,
    MALFORMED_KEYS,
    MAX_I63,
    MAX_U64,
    TWO_53,
    UNKNOWN_ENUMS,
    Case,
    accepted,
    client_order_id_of_order,
    foreign_account,
    market_optional,
    market_required,
    optional_step,
    order_id,
    page_size,
    page_token,
    refused,
    sound_place,
    validate_only,
    within,
)
from tests.integration.bad_input.history_fields import ORDER_FILTERS

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
list_price = [
    *refused(INVALID, "", "0", "0.0", *MALFORMED_DECIMALS),
    *refused("PRICE_OFF_TICK", "0.1", "100.25", "100.000000000000000001"),
    *refused("PRICE_OUT_OF_RANGE", "549755813888", str(MAX_I63), "9" * 19),
]
sound_above = sound_place | {"side": 2, "price": "110"}
sound_below = sound_place | {"side": 2, "type": 3, "price": "", "trigger_price": "90"}

ORDERS: dict[str, dict[str, list[Case]]] = {
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
        **ORDER_FILTERS,
    },
}

ORDER_ENTRY: dict[str, dict[str, list[Case]]] = {
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
