"""The TypeScript SDK's examples run as they stand, with the package as it is published; so do those of its README."""

import re
from pathlib import Path

from tests.integration.exchange_fixture import MARKET, Exchange, Trader
from tests.typescript_support import ROOT, gateway, run_node

SDK = ROOT / "sdks" / "typescript"
EXAMPLES = SDK / "examples"


def settings(exchange: Exchange, trader: Trader) -> dict[str, str]:
    return {"EXCHANGE_ADDRESS": exchange.process.address, "EXCHANGE_API_KEY": trader.api_key}


def test_first_order(exchange: Exchange, alice: Trader) -> None:
    out = run_node(EXAMPLES / "first-order.ts", settings=settings(exchange, alice))
    assert re.search(r"would hold 10(\.\d+)? USDC\n", out)
    assert "OPEN under the key ts-" in out
    assert out.endswith("CANCELED: CANCELED_BY_OWNER\nrefused: INSUFFICIENT_FUNDS\n")


def test_order_entry(exchange: Exchange, alice: Trader) -> None:
    out = run_node(EXAMPLES / "order-entry.ts", settings=settings(exchange, alice))
    assert out == "20 orders are open\nOPEN, CANCELED, OPEN\n"


def test_local_book_through_the_gateway(exchange: Exchange, alice: Trader) -> None:
    with gateway(exchange.process.address) as url:
        out = run_node(EXAMPLES / "local-book.ts", settings=settings(exchange, alice) | {"EXCHANGE_GATEWAY": url})
    assert "best bid: none\n" in out
    assert "order BUY 20000: OPEN\n" in out
    assert "order BUY 20000: CANCELED\n" in out


def test_the_readme_s_pieces_run(exchange: Exchange, alice: Trader, tmp_path: Path) -> None:
    """The pieces of the README that are for Node, in their order, as one program."""
    readme = (SDK / "README.md").read_text("utf-8")
    pieces = re.findall(r"```ts\n(.*?)```", readme, re.DOTALL)
    assert len(pieces) >= 4
    # Where the package finds itself.
    script = EXAMPLES / f".readme-{tmp_path.name}.ts"
    script.write_text("\n".join(pieces).replace("BTC-USDC", MARKET), "utf-8")
    try:
        out = run_node(script, settings=settings(exchange, alice))
    finally:
        script.unlink()
    assert out.endswith("all of it ran\n")
