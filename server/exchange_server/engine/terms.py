"""What an order asks for besides market, side, price and quantity."""

from typing import Final

from exchange_server.engine.types import TIF_FOK, TIF_GTC, TIF_IOC, TYPE_LIMIT, TYPE_MARKET


class Terms:
    """Type, time in force and post-only. Orders that ask for the same share one, if it is one that they may ask for.

    So one look tells the engine that an order is a plain one, and a million orders hold one object.
    """

    __slots__ = ("post_only", "time_in_force", "type")

    def __init__(self, type: int, time_in_force: int, post_only: bool) -> None:
        self.type: Final = type
        self.time_in_force: Final = time_in_force
        self.post_only: Final = post_only


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
"""The terms that an order may have, by what they say."""


def terms_of(type: int, time_in_force: int, post_only: bool) -> Terms:
    """Return the shared terms, or for a combination that no order may have some of its own, which placing refuses."""
    return SOUND.get((type, time_in_force, post_only)) or Terms(type, time_in_force, post_only)
