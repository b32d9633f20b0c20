"""A config that is wrong is refused with the path of the field."""

from pathlib import Path
from typing import Any

import pytest

from exchange_bots.bot.config import ConfigError, read_toml
from exchange_bots.strategies import STRATEGIES, make_bot

MIRROR = {"market": "BTC-USDC", "coin": "BTC"}


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"market": "BTCUSDC"}, "market: String should match"),
        ({"levels": 21}, "levels: Input should be less than or equal to 20"),
        ({"scale": "0"}, "scale: Input should be greater than 0"),
        ({"scale": "NaN"}, "scale: Input should be a finite number"),
        ({"coin": ""}, "coin: String should have at least 1 character"),
        ({"spread": 3}, "spread: Extra inputs are not permitted"),
        ({"safety": {"max_drawdown": "-1"}}, "safety.max_drawdown: Input should be greater than 0"),
        ({"safety": {"max_loss": 1}}, "safety.max_loss: Extra inputs are not permitted"),
        ({"name": "Has Space"}, "name: String should match"),
        ({"refresh_seconds": 0}, "refresh_seconds: Input should be greater than 0"),
    ],
)
def test_the_field_is_named(values: dict[str, Any], line: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        make_bot("mirror-maker", MIRROR | values, "bot.toml")
    assert str(refusal.value).startswith(f"bot.toml: {line}")


def test_a_missing_field_and_an_unknown_strategy_are_named() -> None:
    with pytest.raises(ConfigError, match="market: Field required"):
        make_bot("mirror-maker", {"coin": "BTC"})
    with pytest.raises(ConfigError, match="strategy: there is no 'magic'"):
        make_bot("magic", MIRROR)


def test_every_strategy_says_what_it_does() -> None:
    assert all(kind.about and kind.strategy.__doc__ and kind.config.__doc__ for kind in STRATEGIES.values())


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bot.toml"
    with pytest.raises(ConfigError, match=r"bot\.toml: No such file"):
        read_toml(path)
    path.write_text("market = ")
    with pytest.raises(ConfigError, match=r"bot\.toml: Invalid value"):
        read_toml(path)
