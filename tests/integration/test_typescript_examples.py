"""The TypeScript SDK's examples run as they stand, with the package as it is published; so do those of its README."""

import re
import signal
import subprocess
from pathlib import Path

from tests.integration.exchange_fixture import BUY, MARKET, SELL, Exchange, Trader
from tests.typescript_support import ROOT, environment, gateway, run_node

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


def test_follow_says_what_the_book_is_and_ends_in_order(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    with subprocess.Popen(
        [str(ROOT / ".venv/bin/node"), str(EXAMPLES / "follow.ts")],
        env=environment() | {"EXCHANGE_ADDRESS": exchange.process.address},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("LocalOrderBook(BTC-USDC, ")
        exchange.place(bob, SELL, "30000", "0.25")
        exchange.place(alice, BUY, "30000", "0.25")
        while not re.fullmatch(r"\d+: 0\.25 @ 30000\n", line := process.stdout.readline()):
            assert line.startswith("LocalOrderBook("), line
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        assert process.wait(10) == 0
