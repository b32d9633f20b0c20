"""The strategies that there are, by name."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from exchange_bots.bot.config import BotConfig, ConfigError, make_config
from exchange_bots.bot.strategy import Strategy
from exchange_bots.strategies.avellaneda_stoikov import AvellanedaStoikov, AvellanedaStoikovConfig
from exchange_bots.strategies.grid import Grid, GridConfig
from exchange_bots.strategies.lmsr import Lmsr, LmsrConfig
from exchange_bots.strategies.mean_reversion import MeanReversion, MeanReversionConfig
from exchange_bots.strategies.mirror_maker import MirrorMaker, MirrorMakerConfig
from exchange_bots.strategies.mirror_taker import MirrorTaker, MirrorTakerConfig
from exchange_bots.strategies.momentum import Momentum, MomentumConfig
from exchange_bots.strategies.noise import Noise, NoiseConfig
from exchange_bots.strategies.pure_market_making import PureMarketMaking, PureMarketMakingConfig
from exchange_bots.strategies.twap import Twap, TwapConfig


class Kind(NamedTuple):
    """A strategy with the config that it takes."""

    config: type[BotConfig]
    strategy: type[Strategy[Any]]
    about: str


STRATEGIES: Final[Mapping[str, Kind]] = {
    "mirror-maker": Kind(MirrorMakerConfig, MirrorMaker, "copies a venue's order book"),
    "mirror-taker": Kind(MirrorTakerConfig, MirrorTaker, "repeats a venue's trades"),
    "avellaneda-stoikov": Kind(
        AvellanedaStoikovConfig, AvellanedaStoikov, "quotes both sides around a price that leans against what is held"
    ),
    "lmsr": Kind(LmsrConfig, Lmsr, "makes a prediction market, with a bounded loss"),
    "pure-market-making": Kind(PureMarketMakingConfig, PureMarketMaking, "quotes at fixed distances from the middle"),
    "grid": Kind(GridConfig, Grid, "buys a step lower and sells a step higher, within a range"),
    "noise": Kind(NoiseConfig, Noise, "trades for no reason, in bursts"),
    "momentum": Kind(MomentumConfig, Momentum, "follows the price"),
    "mean-reversion": Kind(MeanReversionConfig, MeanReversion, "trades against the price when it strays"),
    "twap": Kind(TwapConfig, Twap, "buys or sells a quantity evenly over a time"),
}


def make_bot(name: str, values: Mapping[str, Any], origin: str = "config") -> Strategy[Any]:
    """Return the strategy of that name with this config. Raises ConfigError, which names the field."""
    kind = STRATEGIES.get(name)
    if kind is None:
        raise ConfigError(f"{origin}: strategy: there is no {name!r}; there are {', '.join(sorted(STRATEGIES))}")
    return kind.strategy(make_config(kind.config, {"name": name, **values, "strategy": name}, origin))
