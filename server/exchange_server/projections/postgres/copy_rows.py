"""Rows in PostgreSQL's binary COPY format: a count of columns, then length and value of each, all big-endian.

One `struct` a table packs a row in about a microsecond; a text column, of any length, comes last.
https://www.postgresql.org/docs/current/sql-copy.html
"""

from struct import Struct
from typing import Final, LiteralString

from exchange_server.engine.events import Trade
from exchange_server.engine.orders import Order
from exchange_server.engine.terms import SpecialTerms

HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER: Final = b"\xff\xff"

LIQUIDITY_MAKER: Final = 1
LIQUIDITY_TAKER: Final = 2
LIQUIDITY_AUCTION: Final = 3

COPY_ORDERS: Final[
    LiteralString
] = """COPY orders (order_id, account_id, market_id, side, type, time_in_force, post_only, price_ticks,
quantity_lots, open_lots, cost_atoms, fee_atoms, status, close_reason, create_time_ns, update_time_ns, client_order_id)
FROM STDIN (FORMAT BINARY)"""

COPY_SPECIAL_ORDERS: Final[
    LiteralString
] = """COPY orders (order_id, account_id, market_id, side, type, time_in_force, post_only, price_ticks,
quantity_lots, open_lots, cost_atoms, fee_atoms, status, close_reason, create_time_ns, update_time_ns, decremented_lots,
quote_amount_atoms, display_lots, self_trade, expire_time_ns, slide, session_id, trigger_price_ticks,
trailing_offset_ticks, trailing_offset_bps, activation_price_ticks, trigger_time_ns, trigger_refusal, list_id,
peg_reference, peg_offset_ticks, pegged_price_ticks, client_order_id)
FROM STDIN (FORMAT BINARY)"""

COPY_FILLS: Final[
    LiteralString
] = """COPY fills (market_id, trade_id, liquidity, sequence, order_id, account_id, side, price_ticks,
quantity_lots, cost_atoms, fee_atoms, time_ns, client_order_id)
FROM STDIN (FORMAT BINARY)"""

COPY_LEDGER_ENTRIES: Final[
    LiteralString
] = """COPY ledger_entries (sequence, line, account_id, asset_id, amount_atoms, kind, market_id,
trade_id, time_ns)
FROM STDIN (FORMAT BINARY)"""

_SPECIAL_COLUMNS: Final = 34

# i: a length, then its value: h smallint, i integer, q bigint, ? boolean.
_ORDER: Final = Struct(">h iq iq ii ih ih ih i? iq iq iq iq iq ih ih iq iq i")
_SPECIAL: Final = Struct(">iq iq iq ih iq i? iq iq iq ii iq iq ih iq ih iq iq i")
_COUNT: Final = Struct(">h")
_LENGTH: Final = Struct(">i")
_FILL: Final = Struct(">h ii iq ih iq iq iq ih iq iq iq iq iq i")
_LEDGER_ENTRY: Final = Struct(">h iq ii iq ii iq ih ii iq iq")


def order_row(order: Order) -> bytes:
    """Encode what every order has, as it is now, for `COPY_ORDERS`."""
    key = order.client_order_id.encode()
    return (
        _ORDER.pack(
            *(17, 8, order.order_id, 8, order.account_id, 4, order.market.market_id, 2, order.side, 2, order.type),
            *(2, order.time_in_force, 1, order.post_only, 8, order.price_ticks, 8, order.quantity_lots),
            *(8, order.open_lots, 8, order.cost_atoms, 8, order.fee_atoms, 2, order.status, 2, order.close_reason),
            *(8, order.create_time_ns, 8, order.update_time_ns, len(key)),
        )
        + key
    )


def special_order_row(order: Order) -> bytes:
    """Encode an order with special terms as it is now, for `COPY_SPECIAL_ORDERS`."""
    terms = order.terms
    assert isinstance(terms, SpecialTerms)
    key = order.client_order_id.encode()
    # Its first columns are those of every order: between the count and the key, which comes last here too.
    first = order_row(order)[_COUNT.size : _ORDER.size - _LENGTH.size]
    return (
        _COUNT.pack(_SPECIAL_COLUMNS)
        + first
        + _SPECIAL.pack(
            *(8, order.decremented_lots, 8, terms.quote_amount_atoms, 8, terms.display_lots, 2, terms.self_trade),
            *(8, terms.expire_time_ns, 1, terms.slide, 8, terms.session_id, 8, order.trigger_price_ticks),
            *(8, terms.trailing_offset_ticks, 4, terms.trailing_offset_bps, 8, terms.activation_price_ticks),
            *(8, order.trigger_time_ns, 2, order.trigger_refusal, 8, order.list_id),
            *(2, terms.peg_reference, 8, terms.peg_offset_ticks, 8, order.pegged_price_ticks, len(key)),
        )
        + key
    )


def fill_rows(sequence: int, time_ns: int, trade: Trade) -> bytes:
    """Encode both sides of a trade."""
    maker, taker = trade.maker, trade.taker
    makes, takes = (LIQUIDITY_AUCTION, LIQUIDITY_AUCTION) if trade.auction else (LIQUIDITY_MAKER, LIQUIDITY_TAKER)
    market_id, trade_id = maker.market.market_id, trade.trade_id
    price, lots, cost = trade.price_ticks, trade.quantity_lots, trade.cost_atoms
    key = maker.client_order_id.encode()
    maker_row = _FILL.pack(
        *(13, 4, market_id, 8, trade_id, 2, makes, 8, sequence, 8, maker.order_id, 8, maker.account_id),
        *(2, maker.side, 8, price, 8, lots, 8, cost, 8, trade.maker_fee_atoms, 8, time_ns, len(key)),
    )
    taker_key = taker.client_order_id.encode()
    taker_row = _FILL.pack(
        *(13, 4, market_id, 8, trade_id, 2, takes, 8, sequence, 8, taker.order_id, 8, taker.account_id),
        *(2, taker.side, 8, price, 8, lots, 8, cost, 8, trade.taker_fee_atoms, 8, time_ns, len(taker_key)),
    )
    return maker_row + key + taker_row + taker_key


def ledger_row(
    sequence: int,
    line: int,
    account_id: int,
    asset_id: int,
    amount_atoms: int,
    kind: int,
    market_id: int,
    trade_id: int,
    time_ns: int,
) -> bytes:
    """Encode one line of the ledger."""
    return _LEDGER_ENTRY.pack(
        *(9, 8, sequence, 4, line, 8, account_id, 4, asset_id, 8, amount_atoms),
        *(2, kind, 4, market_id, 8, trade_id, 8, time_ns),
    )
