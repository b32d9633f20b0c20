"""The strategies that there are, by name."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from exchange_bots.bot.config import BotConfig, ConfigError, make_config
from exchange_bots.bot.strategy import Strategy
from exchange_bots.strategies.mirror_maker import MirrorMaker, MirrorMakerConfig
from exchange_bots.strategies.mirror_taker import MirrorTaker, MirrorTakerConfig


class Kind(NamedTuple):
    """A strategy with the config that it takes."""

    config: type[BotConfig]
    strategy: type[Strategy[Any]]
    about: str


STRATEGIES: Final[Mapping[str, Kind]] = {
    "mirror-maker": Kind(MirrorMakerConfig, MirrorMaker, "copies a venue's order book"),
    "mirror-taker": Kind(MirrorTakerConfig, MirrorTaker, "repeats a venue's trades"),
}


def make_bot(name: str, values: Mapping[str, Any], origin: str = "config") -> Strategy[Any]:
    """Return the strategy of that name with this config. Raises ConfigError, which names the field."""
    kind = STRATEGIES.get(name)
    if kind is None:
        raise ConfigError(f"{origin}: strategy: there is no {name!r}; there are {', '.join(sorted(STRATEGIES))}")
    return kind.strategy(make_config(kind.config, {"name": name, **values, "strategy": name}, origin))
