"""The Python SDK on the cases of errors that every SDK has to pass (`tests/conformance`)."""

import json
from pathlib import Path
from typing import Any

import pytest

import exchange_sdk as sdk
from tests.conformance_server import ConformanceServer, Play

CASES = json.loads((Path(__file__).parents[2] / "conformance" / "errors.json").read_text("utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
async def test_a_status_becomes_the_error_of_the_case(case: dict[str, Any]) -> None:
    server = ConformanceServer()
    server.plays["k"] = Play("GetMarket", status=case["status"])
    await server.server.start()
    policy = sdk.RetryPolicy(max_attempts=1)
    try:
        async with sdk.AsyncClient(server.address, api_key="k", retry=policy) as client:
            with pytest.raises(sdk.ExchangeError) as caught:
                await client.get_market("BTC-USDC")
    finally:
        await server.server.stop(None)
    error = caught.value
    classes = {name for name in sdk.__all__ if _is_error(name) and isinstance(error, getattr(sdk, name))}
    assert sorted(classes) == case["classes"]
    assert {name: _plain(getattr(error, name), name) for name in case["error"]} == case["error"]


def _is_error(name: str) -> bool:
    kind = getattr(sdk, name)
    return isinstance(kind, type) and issubclass(kind, sdk.ExchangeError) and kind is not sdk.ExchangeError


def _plain(value: Any, name: str) -> Any:
    if name in ("code", "reason"):
        return None if value is None else value.name
    return str(value) if name in ("resume_after", "oldest") and value is not None else value
