"""`docs/manual-ops.md` and `docs/gateway.md` are true: their commands run against a live exchange, and say the same."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
from google.protobuf import descriptor_pool, json_format, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from tests.e2e.dev_process import Dev, clean_environment, open_folder, running

PAGE = Path(__file__).parents[2] / "docs" / "manual-ops.md"
GATEWAY_PAGE = PAGE.with_name("gateway.md")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
KEYS = next(block for block in BLOCKS if "export ALICE" in block)
GRPCURL = [block for block in BLOCKS if "grpcurl " in block]
RUN = [block for block in BLOCKS if "grpcurl " not in block and block != KEYS]


@dataclass(frozen=True)
class Call:
    """One call, whichever tool makes it. Streams and lists have no answer to wait for, but are calls all the same."""

    method: str
    request: str
    headers: tuple[str, ...]

    @classmethod
    def parse(cls, block: str) -> "Call":
        """Read a grpcurl or buf curl command."""
        words = shlex.split(block.removeprefix("! "))
        headers = tuple(words[index + 1] for index, word in enumerate(words) if word == "-H")
        request = words[words.index("-d") + 1] if "-d" in words else "{}"
        target = words[-1].partition("://")[2].partition("/")[2] if "://" in words[-1] else words[-1]
        return cls(target or "list", json.dumps(json.loads(request), sort_keys=True), headers)


@pytest.fixture(scope="module")
def dev() -> Iterator[Dev]:
    with open_folder() as folder, running(folder / "data", "--no-bots") as running_dev:
        yield running_dev


def run(dev: Dev, block: str, **keys: str) -> subprocess.CompletedProcess[str]:
    """Run a block of the page as somebody would who has set the keys, but against this exchange."""
    gateway = dev.ready["addresses"]["gateway"].removeprefix("http://")
    script = block.replace("127.0.0.1:50051", dev.address).replace("127.0.0.1:8080", gateway)
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = clean_environment() | {"PATH": tools, "EXCHANGE_DATA_DIR": str(dev.data_dir)} | keys
    return subprocess.run(
        ["sh", "-c", script], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def exported(dev: Dev) -> dict[str, str]:
    """Return what the block sets that is for a whole session."""
    alice, admin = run(dev, KEYS + 'echo "$ALICE" "$ADMIN"').stdout.split()
    return {"ALICE": alice, "ADMIN": admin}


def test_every_command_of_the_page_does_what_it_says(dev: Dev) -> None:
    """One test for the whole page: the commands build on each other, as its reader runs them."""
    assert len(RUN) > 20
    said: dict[str, str] = {}
    keys = exported(dev)
    for block in RUN:
        done = run(dev, block, **keys)
        expected = 124 if block.startswith("timeout ") else 0
        assert done.returncode == expected, (block, done.stdout, done.stderr)
        said[block.strip()] = done.stdout + done.stderr

    def answer_to(words: str) -> str:
        return next(answer for block, answer in said.items() if re.search(words, block))

    assert json.loads(answer_to("Health/Check")) == {"status": "SERVING"}
    assert "exchange.v1.OrderService/PlaceOrder" in answer_to("--list-methods")
    assert "orderId" not in json.loads(answer_to("validate_only"))["order"]
    assert json.loads(answer_to("/GetOrder$"))["order"]["status"] == "ORDER_STATUS_OPEN"
    assert json.loads(answer_to("/ListOrders"))["orders"][0]["clientOrderId"] == "ops-1"
    assert json.loads(answer_to("/CancelOrder"))["order"]["status"] == "ORDER_STATUS_CANCELED"
    assert json.loads(answer_to("SetMarketStatus"))["market"]["status"] == "MARKET_STATUS_CANCEL_ONLY"
    assert json.loads(answer_to("/Credit"))["balance"]["available"] == "1001000"
    assert json.loads(answer_to("CreateApiKey"))["apiKey"]
    assert "snapshot" in answer_to("StreamOrderBook")
    assert json.loads(answer_to("grpcweb"))["market"]["name"] == "BTC-USDC"
    assert "invalid_argument" in answer_to('"50000.05"')
    assert '"sound": true' in answer_to("exchange journal")


def test_every_curl_command_of_the_gateway_s_page_does_what_it_says(dev: Dev) -> None:
    key, *blocks = re.findall(r"^```sh\n(.*?)^```$", GATEWAY_PAGE.read_text(), re.MULTILINE | re.DOTALL)
    exported_key = run(dev, key + 'echo "$KEY"').stdout.strip()
    said = []
    for block in blocks:
        done = run(dev, block, KEY=exported_key)
        assert done.returncode == 0, (block, done.stdout, done.stderr)
        said.append(json.loads(done.stdout))
    market, book, placed, listed, amended, canceled, balances, refused = said
    assert market["market"]["name"] == "BTC-USDC"
    assert "bids" in book["orderBook"]
    assert placed["order"]["clientOrderId"] == "by-curl/1"
    assert placed["order"]["orderId"] in [order["orderId"] for order in listed["orders"]]
    assert amended["order"]["quantity"] == "0.02"
    assert canceled["order"]["status"] == "ORDER_STATUS_CANCELED"
    assert {balance["asset"] for balance in balances["balances"]} == {"BTC", "ETH", "USDC"}
    assert (refused["code"], refused["details"][0]["reason"]) == (16, "UNAUTHENTICATED")


@pytest.mark.skipif(shutil.which("grpcurl") is None, reason="grpcurl is not installed")
def test_every_grpcurl_command_of_the_page_does_what_it_says() -> None:
    """On an exchange of its own: the commands build on each other, and `buf curl` has told the other one the same."""
    with open_folder() as folder, running(folder / "data", "--no-bots") as dev:
        keys = exported(dev)
        for block in GRPCURL:
            done = run(dev, block, **keys)
            expected = 124 if block.startswith("timeout ") else 0
            assert done.returncode == expected, (block, done.stdout, done.stderr)


def test_each_grpcurl_command_says_what_the_buf_command_beside_it_says() -> None:
    buf = [Call.parse(block) for block in RUN if "--http2-prior-knowledge" in block and not block.startswith("! ")]
    assert [Call.parse(block) for block in GRPCURL] == buf


def test_each_grpcurl_command_names_a_method_and_a_request_that_the_server_knows(dev: Dev) -> None:
    with grpc.insecure_channel(dev.address) as channel:
        pool = descriptor_pool.DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
        for call in map(Call.parse, GRPCURL):
            if call.method == "list":
                continue
            service, _, method = call.method.partition("/")
            descriptor = pool.FindServiceByName(service).methods_by_name[method]
            request = message_factory.GetMessageClass(descriptor.input_type)
            json_format.Parse(call.request, request(), descriptor_pool=pool)
