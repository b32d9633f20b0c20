"""A server that fails as told, and both clients of it."""

from collections.abc import AsyncIterator

import pytest

import exchange_sdk as sdk
from tests.integration.sdk_fixture import AnyClient
from tests.unit.sdk.faulty_server import FaultyServer


@pytest.fixture
async def server() -> AsyncIterator[FaultyServer]:
    server = FaultyServer()
    await server.server.start()
    yield server
    await server.server.stop(None)


@pytest.fixture(params=[sdk.AsyncClient, sdk.Client])
async def client(request: pytest.FixtureRequest, server: FaultyServer) -> AsyncIterator[AnyClient]:
    policy = sdk.RetryPolicy(initial=0.01, maximum=0.02)
    client = AnyClient(request.param(server.address, api_key="k", timeout=2, retry=policy, liveness=0.4))
    yield client
    await client.close()
