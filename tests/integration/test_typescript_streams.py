"""The TypeScript SDK's streams and hooks through Envoy and over gRPC, with an exchange that is killed and comes back.

What is expected stands in `sdks/typescript/tests/live`.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from exchange_sdk.testing import TestExchange
from tests.integration.typescript_fixture import Controller, control_server, run_vitest
from tests.typescript_support import gateway

SECONDS = 90
pytestmark = pytest.mark.timeout(SECONDS + 30)


@pytest.fixture(scope="module")
def live() -> Iterator[dict[str, Any]]:
    with TestExchange("BTC-USDC", "ETH-USDC", settings={"heartbeat_seconds": 0.2}) as exchange:
        controller = Controller(exchange)
        with gateway(exchange.address) as url, control_server(controller) as control:
            yield {"gateway": url, "grpc": f"http://{exchange.address}", "control": control, "keys": controller.keys}


@pytest.mark.parametrize("file", ["calls.test.ts", "order-entry.test.ts", "streams.test.ts", "hooks.test.tsx"])
def test_the_typescript_sdk(live: dict[str, Any], file: str) -> None:
    run_vitest(f"tests/live/{file}", live=live, seconds=SECONDS)
