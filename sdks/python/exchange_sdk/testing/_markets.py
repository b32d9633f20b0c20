"""The markets of a test exchange."""

from collections.abc import Iterable
from dataclasses import dataclass

from exchange_sdk._client_sync import Client
from exchange_sdk._decimals import DecimalInput


@dataclass(frozen=True, slots=True)
class MarketTerms:
    """A market to make, with its assets: as `admin.create_market` and `admin.create_asset` take them.

    Assets that exist keep their decimals.
    """

    base_asset: str
    quote_asset: str
    tick_size: DecimalInput = "0.01"
    lot_size: DecimalInput = "0.0001"
    min_notional: DecimalInput = 0
    maker_fee_ppm: int = 0
    taker_fee_ppm: int = 0
    base_decimals: int = 8
    quote_decimals: int = 6

    @classmethod
    def of(cls, market: "MarketTerms | str") -> "MarketTerms":
        """Return a market with these terms, or of this name with the default ones. Raises ValueError."""
        if isinstance(market, MarketTerms):
            return market
        base, dash, quote = market.partition("-")
        if not (base and dash and quote):
            raise ValueError(f"markets: {market!r} is no BASE-QUOTE")
        return cls(base, quote)


DEFAULT_MARKET = MarketTerms("BTC", "USDC")
"""What a test exchange has when nothing is said: without fees."""


def create(admin: Client, markets: Iterable[MarketTerms]) -> None:
    """Make markets and what they need of assets."""
    known = {asset.name for asset in admin.list_assets()}
    for terms in markets:
        for asset, decimals in ((terms.base_asset, terms.base_decimals), (terms.quote_asset, terms.quote_decimals)):
            if asset not in known:
                known.add(admin.admin.create_asset(asset, decimals).name)
        admin.admin.create_market(
            terms.base_asset,
            terms.quote_asset,
            tick_size=terms.tick_size,
            lot_size=terms.lot_size,
            min_notional=terms.min_notional,
            maker_fee_ppm=terms.maker_fee_ppm,
            taker_fee_ppm=terms.taker_fee_ppm,
        )
