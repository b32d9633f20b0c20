"""The bots of `exchange dev`: what makes its markets move, and with what money."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from exchange_bots.bot.provision import MarketPlan
from exchange_bots.bot.strategy import Strategy
from exchange_bots.strategies import STRATEGIES, make_bot

PREDICTION_MARKET: Final = MarketPlan("RAIN", "USDC", 0, 6, Decimal("0.001"), Decimal(1))
"""A share of RAIN would pay 1 USDC if it rained; nobody ever says whether it did."""


class Planned(NamedTuple):
    """A bot with its strategy, its settings, and what its account is credited with, by asset."""

    strategy: str
    settings: Mapping[str, Any]
    funds: Mapping[str, Decimal]


def _funds(asset: str, amount: int, quote: int) -> dict[str, Decimal]:
    return {asset: Decimal(amount), "USDC": Decimal(quote)}


def _venue_bots(coin: str, base: int, noise: str, band: int) -> dict[str, Planned]:
    """Return the bots of a market that the venue has too: mirrors, and noise."""
    lower, market = coin.lower(), f"{coin}-USDC"
    return {
        f"mirror-{lower}": Planned(
            "mirror-maker",
            {"market": market, "coin": coin, "neutral_base": base},
            _funds(coin, base, 1_000_000_000),
        ),
        f"taker-{lower}": Planned(
            "mirror-taker",
            {"market": market, "coin": coin, "neutral_base": base, "scale": "0.5"},
            _funds(coin, base, 1_000_000_000),
        ),
        f"noise-{lower}": Planned(
            "noise",
            {"market": market, "neutral_base": base, "typical_quantity": noise, "inventory_band": band, "rate": 0.15},
            _funds(coin, base, 1_000_000_000),
        ),
    }


BOTS: Final[Mapping[str, Planned]] = {
    **_venue_bots("BTC", 10_000, "0.02", 20),
    **_venue_bots("ETH", 100_000, "0.4", 400),
    "stoikov-btc": Planned(
        "avellaneda-stoikov",
        {
            "market": "BTC-USDC",
            "coin": "BTC",
            "neutral_base": 100,
            "order_quantity": "0.05",
            "risk_aversion": 0.02,
            "react_seconds": 0.5,
            "safety": {"max_inventory": 5},
        },
        _funds("BTC", 100, 10_000_000),
    ),
    "lmsr-rain": Planned(
        "lmsr",
        {
            "market": "RAIN-USDC",
            "neutral_base": 1_000_000,
            "liquidity": 1_000,
            "level_quantity": 20,
            "levels": 20,
            "fee_bps": 50,
        },
        _funds("RAIN", 1_000_000, 1_000_000),
    ),
    "noise-rain": Planned(
        "noise",
        {
            "market": "RAIN-USDC",
            "neutral_base": 100_000,
            "typical_quantity": 15,
            "inventory_band": 1_500,
            "slippage_bps": 200,
            "rate": 0.15,
        },
        _funds("RAIN", 100_000, 1_000_000),
    ),
}


def make_fleet(pace: float = 1.0) -> list[Strategy[Any]]:
    """Return the bots, ready to run: so many times as quick as they are by default, and noise as frequent."""
    return [make_bot(plan.strategy, {"name": name, **_at_pace(plan, pace)}) for name, plan in BOTS.items()]


def _at_pace(plan: Planned, pace: float) -> dict[str, Any]:
    kind = STRATEGIES[plan.strategy].config
    settings = dict(plan.settings)
    settings["react_seconds"] = settings.get("react_seconds", kind.model_fields["react_seconds"].default) / pace
    if "rate" in settings:
        settings["rate"] *= pace
    return settings
