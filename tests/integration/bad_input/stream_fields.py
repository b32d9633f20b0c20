"""The fields of the streams, alone and as channels of Subscribe."""

from typing import Any

from tests.integration.bad_input.cases import (
    INVALID,
    MALFORMED_DECIMALS,
    MAX_I63,
    MAX_U64,
    TWO_53,
    UNKNOWN_ENUMS,
    Case,
    accepted,
    market_required,
    refused,
    within,
)

after_sequence = [
    *accepted(0),
    *refused("SEQUENCE_IN_FUTURE", TWO_53 - 1, TWO_53 + 1, MAX_I63, MAX_U64),
]
after_trade_id = [
    *accepted(0),
    *refused("SEQUENCE_IN_FUTURE", 10_000, TWO_53 - 1, TWO_53 + 1, MAX_I63, MAX_U64),
]
interval_ms = [*refused(INVALID, 60_001, 2**31 - 1, 2**32 - 1), *accepted(0, 1, 59_999, 60_000)]
interval = [*refused(INVALID, 0, *(value for value in UNKNOWN_ENUMS)), *accepted(*range(1, 8))]
depth = [*refused(INVALID, 1_001, 2**31 - 1, 2**32 - 1), *accepted(0, 1, 999, 1_000)]
price_step = [
    *refused(INVALID, "0", "0.0", *MALFORMED_DECIMALS),
    *refused("PRICE_OFF_TICK", "0.1", "0.75", "100.25", "0.000000000000000001"),
    # The largest step is a billion ticks of 0.5.
    *refused(INVALID, "500000000.5", "549755813887"),
    *refused("PRICE_OUT_OF_RANGE", "549755813888", str(MAX_I63), "9" * 19),
    *accepted("", "0.5", "0.50", "1", "500000000"),
]
BOOK_VIEW = {"depth": depth, "price_step": price_step, "interval_ms": interval_ms}

sound: dict[str, Any] = {"market": "BTC-USDC"}


def channels(field: str, source: str, cases: list[Case], **fields: Any) -> list[Case]:
    """Return cases of a field of a channel's source as cases of the list of channels."""
    return [
        Case(
            [{"channel_id": 1, "trades": sound}, {"channel_id": 2, source: {**fields, **_nested(case)}}],
            case.reason,
            None if case.reason is None else f"{field}[1].{source}.{case.field}",
        )
        for case in cases
    ]


def _nested(case: Case) -> dict[str, Any]:
    value: dict[str, Any] = case.value
    return value


def of(name: str, cases: list[Case]) -> list[Case]:
    """Return cases of a field as cases of all fields of its message."""
    return [Case({name: case.value}, case.reason, case.field or name) for case in cases]


def channel_lists(field: str, first_free: int) -> list[Case]:
    """Return what must not work, and what just does, as a list of channels."""
    return [
        *refused(INVALID, [{"channel_id": 0, "trades": sound}], field=f"{field}[0].channel_id"),
        *refused(INVALID, [{"channel_id": 1}], field=f"{field}[0].source"),
        *refused(
            INVALID,
            [{"channel_id": 7, "trades": sound}, {"channel_id": 7, "bbo": sound}],
            field=f"{field}[1].channel_id",
        ),
        *refused(INVALID, [{"channel_id": n + 1, "trades": sound} for n in range(101)], field=field),
        *refused("UNAUTHENTICATED", [{"channel_id": 1, "account": {}}], field=f"{field}[0].account"),
        *refused("UNAUTHENTICATED", [{"channel_id": 1, "fills": {}}], field=f"{field}[0].fills"),
        *channels(field, "order_book", of("market", market_required)),
        *(
            Case(
                [{"channel_id": 1, "order_book": {**sound, "view": {name: case.value}}}],
                case.reason,
                None if case.reason is None else f"{field}[0].order_book.view.{name}",
            )
            for name, cases in BOOK_VIEW.items()
            for case in cases
        ),
        *channels(field, "candles", of("interval", interval), **sound),
        *channels(field, "bbo", of("interval_ms", interval_ms), **sound),
        *channels(field, "trades", of("after_trade_id", after_trade_id), **sound),
        *accepted([], [{"channel_id": n + first_free, "ticker": sound} for n in range(100)]),
        *accepted([{"channel_id": 2**32 - 1, "orders": sound}]),
    ]


STREAMS: dict[str, dict[str, list[Case]]] = {
    "BookView": BOOK_VIEW,
    "StreamOrderBookRequest": {
        "market": market_required,
        "view": [case for name, cases in BOOK_VIEW.items() for case in within(f"view.{name}", cases)],
    },
    "StreamBboRequest": {"market": market_required, "interval_ms": interval_ms},
    "StreamTickerRequest": {"market": market_required, "interval_ms": interval_ms},
    "StreamTradesRequest": {"market": market_required, "after_trade_id": after_trade_id},
    "StreamCandlesRequest": {"market": market_required, "interval": interval, "interval_ms": interval_ms},
    "StreamOrdersRequest": {"market": market_required},
    "StreamFillsRequest": {"after_sequence": after_sequence},
    "StreamAccountRequest": {"after_sequence": after_sequence},
    # What a channel's fields are refused with shows in the lists that it stands in.
    "Channel": {
        name: []
        for name in ("channel_id", "order_book", "bbo", "ticker", "trades", "candles", "orders", "account", "fills")
    },
    "SubscribeRequest": {"channels": channel_lists("channels", 1)},
    "UpdateSubscriptionRequest": {
        "stream_id": [
            *refused(INVALID, "", "x" * 65, "x" * 5000),
            *refused("STREAM_NOT_FOUND", "x", "x" * 64, "é", "\x00", "AAAAAAAAAAAAAAAAAAAAAA"),
        ],
        # Of a stream that there is, they are tried in test_api_subscriptions.
        "add": [
            case
            for case in channel_lists("add", 1)
            if case.reason == INVALID and "market" not in (case.field or "") and "price_step" not in (case.field or "")
        ],
        "remove": refused(INVALID, list(range(101))),
    },
}
