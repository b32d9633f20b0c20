"""One market's decimals: prices to ticks, quantities to lots, and back."""

import re
from typing import Final

from exchange_server.engine.entities import Market
from exchange_server.engine.types import MAX_ATOMS, MAX_LOTS, MAX_TICKS, REJECT_INVALID_FIELD, Atoms, Lots, Ticks
from exchange_server.engine.types import REJECT_PRICE_OUT_OF_RANGE as PRICE_OUT_OF_RANGE
from exchange_server.engine.types import REJECT_QUANTITY_OUT_OF_RANGE as QUANTITY_OUT_OF_RANGE
from exchange_server.wire.decimals import format_units, parse_decimal, to_units
from exchange_server.wire.errors import FieldError

REJECT_PRICE_OFF_TICK: Final = 3
REJECT_QUANTITY_OFF_LOT: Final = 4

_ZERO = re.compile(r"-?0(\.0{1,18})?").fullmatch

_CACHED: Final = 65_536
"""Strings remembered a market and kind: a flow of orders repeats its prices and quantities all the time."""


class MarketUnits:
    """Reads one market's prices and quantities. `ticks` and `lots` hold what was read before: look there first."""

    __slots__ = ("lots", "market", "ticks")

    def __init__(self, market: Market) -> None:
        self.market: Final = market
        self.ticks: Final[dict[str, Ticks]] = {}
        self.lots: Final[dict[str, Lots]] = {}

    def read_price(self, text: str, field: str = "price") -> Ticks:
        """Return a positive price in ticks. Raises FieldError naming the field."""
        market = self.market
        step = f"tick size {format_units(market.tick_units, market.price_decimals)}"
        ticks = Ticks(_read(text, field, market.tick_units, market.price_decimals, REJECT_PRICE_OFF_TICK, step))
        if ticks > MAX_TICKS:
            raise FieldError(PRICE_OUT_OF_RANGE, field, f"is above {format_price(market, Ticks(MAX_TICKS))}")
        if len(self.ticks) >= _CACHED:
            self.ticks.clear()
        self.ticks[text] = ticks
        return ticks

    def read_quantity(self, text: str, field: str = "quantity") -> Lots:
        """Return a positive quantity in lots. Raises FieldError naming the field."""
        market = self.market
        step = f"lot size {format_units(market.lot_units, market.quantity_decimals)}"
        lots = Lots(_read(text, field, market.lot_units, market.quantity_decimals, REJECT_QUANTITY_OFF_LOT, step))
        if lots > MAX_LOTS:
            raise FieldError(QUANTITY_OUT_OF_RANGE, field, f"is above {format_quantity(market, Lots(MAX_LOTS))}")
        if len(self.lots) >= _CACHED:
            self.lots.clear()
        self.lots[text] = lots
        return lots

    def read_quote_amount(self, text: str, field: str = "quote_amount") -> Atoms:
        """Return a positive amount of the quote asset. Raises FieldError naming the field."""
        quote = self.market.quote
        digits, scale = parse_decimal(text, field)
        if not digits:
            raise FieldError(REJECT_INVALID_FIELD, field, "must be positive")
        amount_atoms = to_units(digits, scale, quote.decimals)
        if amount_atoms is None:
            raise FieldError(
                REJECT_INVALID_FIELD, field, f"has more than the {quote.decimals} decimals of {quote.name}"
            )
        if amount_atoms > MAX_ATOMS:
            raise FieldError(REJECT_INVALID_FIELD, field, f"is above {format_quote(self.market, Atoms(MAX_ATOMS))}")
        return Atoms(amount_atoms)

    def read_offset(self, text: str, field: str) -> int:
        """Return a signed distance in ticks ("-0.5"). Raises FieldError naming the field."""
        if _ZERO(text):
            return 0
        ticks = int(self.read_price(text.removeprefix("-"), field))
        return -ticks if text.startswith("-") else ticks


def format_price(market: Market, price_ticks: Ticks) -> str:
    """Write a price in quote units per base unit."""
    return format_units(price_ticks * market.tick_units, market.price_decimals)


def format_offset(market: Market, ticks: int) -> str:
    """Write a signed distance in quote units per base unit ("-0.5")."""
    text = format_price(market, Ticks(abs(ticks)))
    return f"-{text}" if ticks < 0 else text


def format_quantity(market: Market, quantity_lots: Lots) -> str:
    """Write a quantity in base units."""
    return format_units(quantity_lots * market.lot_units, market.quantity_decimals)


def format_quote(market: Market, quote_atoms: Atoms) -> str:
    """Write an amount of the quote asset."""
    return format_units(quote_atoms, market.quote.decimals)


def _read(text: str, field: str, step_units: int, decimals: int, off_step: int, step: str) -> int:
    digits, scale = parse_decimal(text, field)
    if not digits:
        raise FieldError(REJECT_INVALID_FIELD, field, "must be positive")
    units = to_units(digits, scale, decimals)
    if units is None or units % step_units:
        raise FieldError(off_step, field, f"is not a multiple of the {step}")
    return units // step_units
