"""How a client wants a book shown."""

from typing import Final

from exchange.v1.market_streams_pb2 import BookView
from exchange_server.engine.entities import Market
from exchange_server.engine.types import REJECT_INVALID_FIELD
from exchange_server.wire.errors import FieldError
from exchange_server.wire.units import MarketUnits

MAX_STEP_TICKS: Final = 1_000_000_000
"""Largest price step; with a larger one every book would be one level a side."""


def read_step(market: Market, view: BookView, field: str = "view.price_step") -> int:
    """Return the distance of the prices shown, in ticks. Raises FieldError."""
    if not view.price_step:
        return 1
    step_ticks = int(MarketUnits(market).read_price(view.price_step, field))
    if step_ticks > MAX_STEP_TICKS:
        raise FieldError(REJECT_INVALID_FIELD, field, f"is above {MAX_STEP_TICKS} ticks")
    return step_ticks
