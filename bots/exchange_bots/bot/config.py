"""A bot's settings: typed, and refused with the name of the field that contradicts."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Positive = Annotated[Decimal, Field(gt=0)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]


class ConfigError(Exception):
    """A config that cannot be used: a line for each field at fault, its path first."""


class Section(BaseModel):
    """What all parts of a config have in common."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, validate_default=True)


class SafetyConfig(Section):
    """When a bot stops. What is None is not limited.

    Drawdown and inventory halt it until somebody starts it again; refusals and a doubtful feed make it pause.
    """

    max_drawdown: Positive | None = None
    """Quote units that the result may fall below its best."""
    max_inventory: Positive | None = None
    """Base units that may be held beyond the neutral amount, or be missing from it."""
    max_refusals_per_minute: Annotated[int, Field(ge=1)] = 120
    """Orders refused, not counting those for which the market was quicker (post-only, filled meanwhile)."""
    pause_seconds: Seconds = 10
    """How long it pauses after too many refusals, or when the market is closed."""


class BotConfig(Section):
    """What every bot has to know; a strategy's own settings come on top."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    """Also of its account."""
    market: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.]+-[A-Za-z0-9_.]+$")]
    coin: Annotated[str, Field(min_length=1)] | None = None
    """The venue's coin that it looks at; None: it looks at this exchange's market."""
    refresh_seconds: Seconds = 0.5
    """The longest time between two decisions: the time in which it notices a feed that has fallen silent."""
    react_seconds: Annotated[float, Field(ge=0, le=60)] = 0.1
    """The shortest."""
    neutral_base: Annotated[Decimal, Field(ge=0)] | None = None
    """Base units that count as no inventory; None is what it holds when it starts."""
    safety: SafetyConfig = SafetyConfig()


def make_config(kind: type[BotConfig], values: dict[str, Any], origin: str = "config") -> BotConfig:
    """Return the values as a config of that kind. Raises ConfigError."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        lines = [f"{origin}: {'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
        raise ConfigError("\n".join(lines)) from error


def read_toml(path: Path) -> dict[str, Any]:
    """Return what a TOML file says. Raises ConfigError."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
