"""Order flows of `tests/conformance/order_flows.json` at a real exchange: markets, accounts, and Python's outcome.

Each run of a flow has a market and accounts of its own. In a case `$MARKET`, `$BASE` and `$QUOTE` stand for their
names; outcomes are told with these too, so that they are the same whoever runs them.
"""

import asyncio
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import exchange_sdk as sdk
from exchange_sdk.testing import TestExchange

FLOWS = json.loads((Path(__file__).parent / "conformance" / "order_flows.json").read_text("utf-8"))
PATIENCE_SECONDS = 20.0

# The arguments of Python's methods that are values of a type of their own.
_VALUES: dict[str, Any] = {
    "new_order": sdk.NewOrder,
    "bracket_exit": sdk.BracketExit,
    "amend_order": sdk.AmendOrder,
    "cancel_order": sdk.CancelOrder,
}


def prepared(flow: Mapping[str, Any], exchange: TestExchange, run: str) -> dict[str, Any]:
    """Create the market and accounts of a flow; return it with their names in place, and their API keys."""
    admin = exchange.admin.admin
    base, quote = f"B{run}", f"Q{run}"
    for asset in (base, quote):
        admin.create_asset(asset, 6)
    admin.create_market(base_asset=base, quote_asset=quote, **FLOWS["market"])
    keys: dict[str, str] = {}
    for name, amounts in flow["accounts"].items():
        account = admin.create_account(f"{name}-{run}".lower())
        keys[name] = admin.create_api_key(account.account_id, [sdk.Scope.READ, sdk.Scope.TRADE]).api_key
        for asset, amount in amounts.items():
            admin.credit(account.account_id, {"$BASE": base, "$QUOTE": quote}[asset], amount)
    text = json.dumps({"steps": flow["steps"], "events": flow["events"], "trades": flow["trades"]})
    for placeholder, name in (("$MARKET", f"{base}-{quote}"), ("$BASE", base), ("$QUOTE", quote)):
        text = text.replace(placeholder, name)
    return {**json.loads(text), "keys": keys, "market": f"{base}-{quote}", "names": {base: "$BASE", quote: "$QUOTE"}}


def with_placeholders(outcome: Any, flow: Mapping[str, Any]) -> Any:
    """Return an outcome as the case has it: names of this run's market and assets as what stands for them."""
    text = json.dumps(outcome).replace(flow["market"], "$MARKET")
    for name, placeholder in flow["names"].items():
        text = text.replace(f'"{name}"', f'"{placeholder}"')
    return json.loads(text)


def expected(flow: Mapping[str, Any]) -> dict[str, Any]:
    """Return the outcome that every SDK has to have."""
    steps = [{kind: step[kind]} for step in flow["steps"] for kind in ("result", "error") if kind in step]
    return {"steps": steps, "events": flow["events"], "trades": flow["trades"]}


async def outcome(flow: Mapping[str, Any], address: str) -> dict[str, Any]:
    """Run the steps with the Python SDK; return what they answered, and as many events as the case tells of."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        clients = {name: sdk.AsyncClient(address, api_key=key) for name, key in flow["keys"].items()}
        streams = {name: clients[name].stream_account() for name in flow["events"]}
        try:
            for stream in streams.values():
                await stream.__aenter__()
                assert isinstance(await anext(stream), sdk.AccountSnapshot)
            steps = [await _taken(clients[step["by"]], step) for step in flow["steps"]]
            events = {
                name: [_shown(await anext(stream)) for _ in flow["events"][name]] for name, stream in streams.items()
            }
            trades = await _trades(next(iter(clients.values())), flow["market"], len(flow["trades"]))
            return {"steps": steps, "events": events, "trades": trades}
        finally:
            for stream in streams.values():
                await stream.__aexit__(None, None, None)
            for client in clients.values():
                await client.close()


async def _taken(client: sdk.AsyncClient, step: Mapping[str, Any]) -> dict[str, Any]:
    arguments = {name: _argument(value) for name, value in step["arguments"].items()}
    try:
        result = await getattr(client, step["method"])(**arguments)
    except sdk.ExchangeError as error:
        paths = step.get("error", {"reason": None})
        return {
            "error": {path: type(error).__name__ if path == "name" else plain(getattr(error, path)) for path in paths}
        }
    return {"result": {path: plain(_at(result, path)) for path in step.get("result", {})}}


def _argument(value: Any) -> Any:
    if isinstance(value, list):
        return list(map(_argument, value))
    if isinstance(value, dict):
        ((kind, content),) = value.items()
        return _VALUES[kind](**content)
    return value


def _at(result: Any, path: str) -> Any:
    for part in path.split("."):
        result = result[int(part)] if part.isdigit() else getattr(result, part)
    return result() if callable(result) else result


def plain(value: Any) -> Any:
    """Write a value of the SDK as JSON, as the other SDKs' runners do."""
    if isinstance(value, Decimal):
        return _text(value)
    if hasattr(value, "name"):
        return value.name
    if isinstance(value, list | tuple):
        return list(map(plain, value))
    return value


def _text(value: Decimal) -> str:
    return format(value.normalize(), "f") if value else "0"


def _shown(update: Any) -> dict[str, Any]:
    assert isinstance(update, sdk.AccountUpdate), update
    return {
        "orders": [
            [
                order.client_order_id,
                *map(plain, (order.status, order.open_quantity, order.filled_quantity, order.close_reason)),
            ]
            for order in update.orders
        ],
        "fills": [
            [fill.client_order_id, *map(plain, (fill.price, fill.quantity, fill.fee, fill.liquidity))]
            for fill in update.fills
        ],
        "balances": [[balance.asset, plain(balance.available), plain(balance.reserved)] for balance in update.balances],
    }


async def _trades(client: sdk.AsyncClient, market: str, count: int) -> list[Any]:
    if not count:
        return []
    told = []
    async with client.stream_trades(market, after_trade_id=0) as stream:
        for _ in range(count):
            trade = await anext(stream)
            assert isinstance(trade, sdk.Trade), trade
            told.append(list(map(plain, (trade.price, trade.quantity, trade.taker_side))))
    return told
