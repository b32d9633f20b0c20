"""What an order asks for besides market, side, price and quantity."""

from typing import Final, TypeGuard

from exchange_server.engine.types import (
    SELF_TRADE_EXPIRE_MAKER,
    TIF_FOK,
    TIF_GTC,
    TIF_IOC,
    TYPE_LIMIT,
    TYPE_MARKET,
    Atoms,
    Lots,
    Ticks,
    TimeNs,
)


class Terms:
    """Type, time in force and post-only. Orders that ask for the same share one, if it is one that they may ask for.

    So one look tells the engine that an order is a plain one, and a million orders hold one object.
    """

    __slots__ = ("post_only", "time_in_force", "type")

    def __init__(self, type: int, time_in_force: int, post_only: bool) -> None:
        self.type: Final = type
        self.time_in_force: Final = time_in_force
        self.post_only: Final = post_only


class SpecialTerms(Terms):
    """What few orders ask for; each has its own. Zero is not asked for; see docs/orders.md for what each means.

    `self_trade` is resolved (never 0); `display_lots` is what an iceberg shows at most.
    """

    __slots__ = (
        "activation_price_ticks",
        "display_lots",
        "expire_time_ns",
        "peg_offset_ticks",
        "peg_reference",
        "quote_amount_atoms",
        "self_trade",
        "session_id",
        "slide",
        "trailing_offset_bps",
        "trailing_offset_ticks",
        "trigger_price_ticks",
    )

    def __init__(
        self,
        type: int,
        time_in_force: int,
        post_only: bool,
        quote_amount_atoms: Atoms = Atoms(0),  # noqa: B008
        display_lots: Lots = Lots(0),  # noqa: B008
        self_trade: int = SELF_TRADE_EXPIRE_MAKER,
        expire_time_ns: TimeNs = TimeNs(0),  # noqa: B008
        slide: bool = False,
        session_id: int = 0,
        trigger_price_ticks: Ticks = Ticks(0),  # noqa: B008
        trailing_offset_ticks: Ticks = Ticks(0),  # noqa: B008
        trailing_offset_bps: int = 0,
        activation_price_ticks: Ticks = Ticks(0),  # noqa: B008
        peg_reference: int = 0,
        peg_offset_ticks: int = 0,
    ) -> None:
        super().__init__(type, time_in_force, post_only)
        self.quote_amount_atoms: Final = quote_amount_atoms
        self.display_lots: Final = display_lots
        self.self_trade: Final = self_trade
        self.expire_time_ns: Final = expire_time_ns
        self.slide: Final = slide
        self.session_id: Final = session_id
        self.trigger_price_ticks: Final = trigger_price_ticks
        self.trailing_offset_ticks: Final = trailing_offset_ticks
        self.trailing_offset_bps: Final = trailing_offset_bps
        self.activation_price_ticks: Final = activation_price_ticks
        self.peg_reference: Final = peg_reference
        self.peg_offset_ticks: Final = peg_offset_ticks

    def row(self) -> tuple[int, ...]:
        """Return what makes these terms special, in the order of the constructor's parameters."""
        return (
            self.quote_amount_atoms,
            self.display_lots,
            self.self_trade,
            self.expire_time_ns,
            int(self.slide),
            self.session_id,
            self.trigger_price_ticks,
            self.trailing_offset_ticks,
            self.trailing_offset_bps,
            self.activation_price_ticks,
            self.peg_reference,
            self.peg_offset_ticks,
        )


def special_of(type: int, time_in_force: int, post_only: bool, row: tuple[int, ...]) -> SpecialTerms:
    """Return terms from what `SpecialTerms.row` gave."""
    return SpecialTerms(
        type,
        time_in_force,
        post_only,
        Atoms(row[0]),
        Lots(row[1]),
        row[2],
        TimeNs(row[3]),
        row[4] != 0,
        row[5],
        Ticks(row[6]),
        Ticks(row[7]),
        row[8],
        Ticks(row[9]),
        row[10],
        row[11],
    )


PLAIN_ROW: Final[tuple[int, ...]] = (0, 0, SELF_TRADE_EXPIRE_MAKER, 0, 0, 0, 0, 0, 0, 0, 0, 0)
"""`SpecialTerms.row` of terms that ask for nothing special."""
_SESSION: Final = 5
"""Where `session_id` stands in a row."""

GOOD_TILL_CANCELED: Final = Terms(TYPE_LIMIT, TIF_GTC, False)
POST_ONLY: Final = Terms(TYPE_LIMIT, TIF_GTC, True)
IMMEDIATE_OR_CANCEL: Final = Terms(TYPE_LIMIT, TIF_IOC, False)
FILL_OR_KILL: Final = Terms(TYPE_LIMIT, TIF_FOK, False)
MARKET: Final = Terms(TYPE_MARKET, TIF_IOC, False)
MARKET_FILL_OR_KILL: Final = Terms(TYPE_MARKET, TIF_FOK, False)

SOUND: Final = {
    (terms.type, terms.time_in_force, terms.post_only): terms
    for terms in (GOOD_TILL_CANCELED, POST_ONLY, IMMEDIATE_OR_CANCEL, FILL_OR_KILL, MARKET, MARKET_FILL_OR_KILL)
}
"""The plain terms that an order may have, by what they say."""


def terms_of(type: int, time_in_force: int, post_only: bool) -> Terms:
    """Return the shared terms, or for a combination that no order may have some of its own, which placing refuses."""
    return SOUND.get((type, time_in_force, post_only)) or Terms(type, time_in_force, post_only)


def special_copy(terms: Terms) -> SpecialTerms:
    """Return terms that say the same and are an order's own."""
    return special_of(terms.type, terms.time_in_force, terms.post_only, row_of(terms))


def bound_to_session(terms: Terms, session_id: int) -> SpecialTerms:
    """Return terms that say the same of an order that is canceled when an order entry stream ends."""
    row = row_of(terms)
    bound = (*row[:_SESSION], session_id, *row[_SESSION + 1 :])
    return special_of(terms.type, terms.time_in_force, terms.post_only, bound)


def is_special(terms: Terms) -> TypeGuard[SpecialTerms]:
    """Tell whether terms ask for more than a plain order."""
    return isinstance(terms, SpecialTerms)


def row_of(terms: Terms) -> tuple[int, ...]:
    """Return what terms ask for beyond a plain order, zeros for a plain one."""
    return terms.row() if isinstance(terms, SpecialTerms) else PLAIN_ROW


def same_terms(one: Terms, other: Terms) -> bool:
    """Tell whether two orders ask for the same; by which stream they came does not count."""
    if one is other:
        return True
    if one.type != other.type or one.time_in_force != other.time_in_force or one.post_only != other.post_only:
        return False
    mine, theirs = row_of(one), row_of(other)
    return mine[:_SESSION] == theirs[:_SESSION] and mine[_SESSION + 1 :] == theirs[_SESSION + 1 :]
