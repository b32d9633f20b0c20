"""The command line's orders against the real server."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from exchange_server.cli.main import app
from tests.integration.exchange_fixture import MARKET, Exchange, Trader


def run(exchange: Exchange, key: str, command: str, output: str = "json") -> Result:
    arguments = [*command.split(), "--address", exchange.process.address, "--api-key", key, "-o", output]
    return CliRunner().invoke(app, arguments)


def test_orders_are_placed_changed_and_canceled_from_the_command_line(
    exchange: Exchange, alice: Trader, bob: Trader, tmp_path: Path
) -> None:
    def ask(command: str, trader: Trader = alice) -> Any:
        done = run(exchange, trader.api_key, command)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    place = f"order place {MARKET}"
    stop = ask(f"{place} sell 1 --type stop_market --trigger 40")["order"]
    assert (stop["status"], stop["trigger_price"]) == ("PENDING_TRIGGER", "40")
    assert "pending trigger" in run(exchange, alice.api_key, "order ls", "table").output
    iceberg = ask(f"{place} sell 5 100 --display 1 --tif gtt --expire 1h --stp expire_taker")["order"]
    assert (iceberg["display_quantity"], iceberg["self_trade_prevention"]) == ("1", "EXPIRE_TAKER")
    preview = run(exchange, bob.api_key, f"{place} buy 2 101 --validate-only", "table").output
    assert "average price" in preview.split("Preview")[1]
    slid = ask(f"{place} buy 2 103 --post-only --slide", bob)["order"]
    assert slid["price"] == "99.5"
    assert ask(f"order amend {iceberg['order_id']} --quantity 4")["order"]["open_quantity"] == "4"
    replaced = ask(f"order replace {MARKET} sell 2 101 --cancel {iceberg['order_id']}")
    assert (replaced["canceled_order"]["status"], replaced["order"]["price"]) == ("CANCELED", "101")

    file = tmp_path / "orders.jsonl"
    bid = {"market": MARKET, "side": "buy", "quantity": "1", "price": "50", "client_order_id": "grid-1"}
    items = [{"place": bid}, {"amend": {"client_order_id": "grid-1", "price": "51"}}, {"cancel": {"order_id": 1 << 60}}]
    file.write_text("\n".join(map(json.dumps, items)))
    done = run(exchange, alice.api_key, f"order batch {file}")
    assert done.exit_code == 1
    results = json.loads(done.stdout)
    assert [result["status"] for result in results] == ["OPEN", "OPEN", None]
    assert results[2]["error"]["reason"] == "ORDER_NOT_FOUND"

    assert ask("order cancel-after 60")["cancel_time"].endswith("Z")
    assert ask("order cancel-after 0") == {"cancel_time": None}
    assert len(ask("order cancel-all --prefix grid-")["order_ids"]) == 1
    assert ask("order cancel-all --side sell")["order_ids"] == [stop["order_id"], replaced["order"]["order_id"]]
    ask("order cancel-all", bob)


def test_an_operator_limits_a_market_from_the_command_line(exchange: Exchange, alice: Trader) -> None:
    admin_key = exchange.process.admin_key

    def limits(options: str) -> Any:
        done = run(exchange, admin_key, f"admin protection {MARKET} {options}")
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)["protection"]

    try:
        assert limits("--max-quantity 10 --reference-price 100 --price-band-bps 1000")["max_quantity"] == "10"
        assert limits("--keep --max-open-orders 1")["price_band_bps"] == 1000
        shown = run(exchange, alice.api_key, f"market show {MARKET}", "table").output
        assert ["price", "band", "bps", "1000"] in [line.split() for line in shown.splitlines()]
        done = run(exchange, alice.api_key, f"order place {MARKET} buy 11 100")
        assert (done.exit_code, "QUANTITY_TOO_LARGE" in done.output) == (1, True)
    finally:
        assert limits("")["max_quantity"] is None
    done = run(exchange, admin_key, f"admin trade-group {alice.account_id} 5")
    assert json.loads(done.stdout)["trade_group_id"] == 5


def test_lists_are_placed_from_the_command_line(exchange: Exchange, alice: Trader) -> None:
    pair = run(exchange, alice.api_key, f"order oco {MARKET} sell 5 --limit 1100 --stop 9 --id above")
    assert pair.exit_code == 0, pair.output
    told = json.loads(pair.stdout)
    assert (told["above"]["status"], told["below"]["status"]) == ("OPEN", "PENDING_TRIGGER")
    assert told["below"]["order_list_id"] == told["order_list_id"] == told["above"]["order_id"]
    shown = run(exchange, alice.api_key, f"order bracket {MARKET} buy 5 10 --take-profit 1100 --stop 9", "table")
    assert shown.exit_code == 0, shown.output
    assert "take profit market" in shown.output
    assert run(exchange, alice.api_key, "order cancel-all").exit_code == 0
