"""The command line's market data, recordings and their replay against the real server."""

import gzip
import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import zstandard
from typer.testing import CliRunner

from exchange_bots.play.recorded import RecordedFlow
from exchange_bots.play.tape import Tape
from exchange_server.cli.main import app
from tests.e2e.dev_process import EXCHANGE, clean_environment
from tests.integration.exchange_fixture import BUY, MARKET, SELL, Exchange, Trader
from tests.integration.test_cli_orders import run


def ask(exchange: Exchange, trader: Trader, command: str) -> Any:
    done = run(exchange, trader.api_key, command)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_market_is_shown_at_a_glance_by_levels_and_order_by_order(
    exchange: Exchange, alice: Trader, bob: Trader
) -> None:
    first = exchange.place(alice, BUY, "94.5", "1")
    second = exchange.place(bob, BUY, "94.5", "2")
    exchange.place(alice, BUY, "93", "4")
    exchange.place(alice, SELL, "106", "1")
    exchange.place(bob, BUY, "106", "0.25")
    told = ask(exchange, alice, f"ticker {MARKET}")
    assert (told["last_price"], told["ask"]["quantity"]) == ("106", "0.75")
    assert [each["market"] for each in ask(exchange, alice, "ticker")] == [MARKET]
    assert "106" in run(exchange, alice.api_key, "ticker", "table").output
    assert "change percent" in run(exchange, alice.api_key, f"ticker {MARKET}", "table").output

    grouped = ask(exchange, alice, f"book {MARKET} --step 5 --depth 3")
    assert grouped["bids"] == [{"price": "90", "quantity": "7"}]
    assert grouped["asks"] == [{"price": "110", "quantity": "0.75"}]
    assert ask(exchange, alice, f"book {MARKET}")["bids"][0] == {"price": "94.5", "quantity": "3"}
    assert run(exchange, alice.api_key, f"book {MARKET} --step 5 --depth 2000").exit_code == 2

    queue = ask(exchange, alice, f"queue {MARKET}")
    assert [order["order_id"] for order in queue["bids"][:2]] == [first.order_id, second.order_id]
    shown = run(exchange, alice.api_key, f"queue {MARKET}", "table").output
    assert str(second.order_id) in shown
    behind = run(exchange, alice.api_key, f"queue {MARKET} --order-id {second.order_id}", "table").output
    assert behind == f"{second.order_id}: 2 at 94.5, 1 in 1 before it\n"
    assert run(exchange, alice.api_key, f"queue {MARKET} --order-id 1").exit_code == 1
    for trader in (alice, bob):
        run(exchange, trader.api_key, "order cancel-all")


def test_the_current_candle_is_drawn_without_any_history(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    for price in ("101", "104", "103"):
        exchange.place(alice, SELL, price, "1")
        exchange.place(bob, BUY, price, "1")
    (candle,) = ask(exchange, alice, f"candles {MARKET} -i 1d -n 1")
    assert (candle["close"], candle["closed"], candle["interval"]) == ("103", False, "DAY_1")
    shown = run(exchange, alice.api_key, f"candles {MARKET} -i 1d", "table").output
    assert "█" in shown
    assert shown.splitlines()[-2].split()[-2:] == [candle["volume"], str(candle["trade_count"])]
    assert "█" not in run(exchange, alice.api_key, f"candles {MARKET} -i 1d --no-chart", "table").output
    assert [each["price"] for each in ask(exchange, alice, f"trades {MARKET} -n 3")] == ["103", "104", "101"]


def test_what_needs_the_history_says_so(exchange: Exchange, alice: Trader) -> None:
    for command in ("ledger", "fills --from 1h --to 1m", "order ls --status filled"):
        done = run(exchange, alice.api_key, command, "table")
        assert done.exit_code == 1, done.output
        assert "UNAVAILABLE" in done.output
    for command, word in (
        (f"trades {MARKET} --from yesterday", "--from"),
        (f"candles {MARKET} --from 2026-01-01", "no time zone"),
        (f"candles {MARKET} -i 2m", "2m"),
        (f"trades {MARKET} -w --from 1h", "--after"),
    ):
        done = run(exchange, alice.api_key, command, "table")
        assert done.exit_code == 2, done.output
        assert word in done.output


def trade_a_little(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    """Make levels, take some of them, and take some away."""
    for offset in range(5):
        exchange.place(alice, BUY, str(99 - offset), "1.5")
        exchange.place(alice, SELL, str(101 + offset), "2")
    exchange.place(bob, BUY, "102", "2.75")
    exchange.place(bob, SELL, "98", "2")
    exchange.place(bob, SELL, "100.5", "1")


@pytest.mark.parametrize("suffix", [".jsonl", ".gz", ".zst"])
def test_a_recording_plays_to_the_same_book_and_trades(
    exchange: Exchange, alice: Trader, bob: Trader, tmp_path: Path, suffix: str
) -> None:
    file = tmp_path / f"market{suffix}"
    arguments = ["record", str(file), "-m", MARKET, "-c", "book,trades,bbo,ticker,candles,orders,account,fills"]
    recorder = subprocess.Popen(
        [*EXCHANGE, *arguments, "--address", exchange.process.address, "--api-key", alice.api_key],
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for_lines(file, 3)
        trade_a_little(exchange, alice, bob)
        wanted = ask(exchange, alice, f"book {MARKET} --depth 5000")
        wait_for_lines(file, 3 + 12)
        time.sleep(1.2)
        recorder.send_signal(signal.SIGINT)
        output, errors = recorder.communicate(timeout=30)
    finally:
        recorder.kill()
        recorder.wait()
    assert recorder.returncode == 0, errors
    lines = [json.loads(line) for line in Tape(file)]
    assert lines[0]["markets"][0]["name"] == MARKET
    assert json.loads(output)["events"] == len(lines) - 1
    kinds = {line["kind"] for line in lines[1:]}
    assert {"order_book", "order_book_delta", "trade", "bbo", "ticker", "order_queues", "account_update"} <= kinds
    assert all(line["market"] == ("" if "account" in line["kind"] or line["kind"] == "fill" else MARKET)
               for line in lines[1:])  # fmt: skip

    # Under another name the recording makes the same levels by the same trades.
    name = f"COPY{ {'.jsonl': 'A', '.gz': 'B', '.zst': 'C'}[suffix] }-USDC".replace(" ", "")
    done = run(exchange, exchange.process.admin_key, f"play {file} --format exchange --market {name}")
    assert done.exit_code == 0, done.output
    summary = json.loads(done.stdout)
    assert summary["read"]["trades"] == sum(line["kind"] == "trade" for line in lines[1:]) >= 4
    copied = ask(exchange, alice, f"book {name} --depth 5000")
    assert (copied["bids"], copied["asks"]) == (wanted["bids"], wanted["asks"])
    told = ask(exchange, alice, f"ticker {name}")
    recorded = [line["event"] for line in lines[1:] if line["kind"] == "trade"]
    assert (told["last_price"], told["trade_count"]) == (recorded[-1]["price"], len(recorded))
    for trader in (alice, bob):
        run(exchange, trader.api_key, "order cancel-all")


def wait_for_lines(file: Path, count: int) -> None:
    deadline = time.monotonic() + 30
    while not file.exists() or sum(1 for _ in Tape(file).whole_lines()) < count:
        assert time.monotonic() < deadline, "the recorder wrote too little"
        time.sleep(0.05)


@pytest.mark.parametrize("suffix", [".jsonl", ".gz", ".zst"])
def test_a_killed_recorder_leaves_a_file_that_every_tool_can_read(
    exchange: Exchange, alice: Trader, bob: Trader, tmp_path: Path, suffix: str
) -> None:
    file = tmp_path / f"market{suffix}"
    recorder = subprocess.Popen(
        [*EXCHANGE, "record", str(file), "-m", MARKET, "--address", exchange.process.address],
        # Without the keys that `exchange dev` keeps for who runs the tests: they are of another exchange.
        env={**clean_environment(), "XDG_DATA_HOME": str(tmp_path)},
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_lines(file, 2)
        trade_a_little(exchange, alice, bob)
        # What is written is in the file a second later, also when nothing comes after it.
        wait_for_lines(file, 2 + 12)
    finally:
        recorder.kill()
        recorder.wait()
        for trader in (alice, bob):
            run(exchange, trader.api_key, "order cancel-all")
    data = file.read_bytes()
    match suffix:
        case ".gz":
            data = gzip.decompress(data)
        case ".zst":
            data = zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).read()
    lines = data.decode().splitlines()
    assert data.endswith(b"\n")
    assert len(list(map(json.loads, lines))) >= 14


def test_a_torn_recording_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    header = {"format": "exchange-recording", "version": 1, "markets": [
        {"name": "A-B", "base_asset": "A", "quote_asset": "B", "base_decimals": 2, "quote_decimals": 2,
         "tick_size": "1", "lot_size": "1"}]}  # fmt: skip
    book = {"bids": [{"price": "9", "quantity": "2"}], "asks": [], "sequence": 5}
    delta = {"bids": [{"price": "9", "quantity": "3"}], "asks": [], "sequence": 6, "prev_sequence": 5}
    lines = [
        json.dumps(header),
        json.dumps({"time_ns": 1, "market": "A-B", "kind": "order_book", "event": book}),
        json.dumps({"time_ns": 2, "market": "A-B", "kind": "order_book_delta", "event": delta}),
    ]
    text = ("\n".join(lines) + "\n").encode()
    half = len(text) - 20
    for name, data in (
        ("plain", text[:half]),
        ("gzip", gzip.compress(text[:half]) + gzip.compress(text[half:])[:-12]),
        ("zstandard", zstandard.compress(text[:half]) + zstandard.compress(text[half:])[:-6]),
    ):
        file = tmp_path / name
        file.write_bytes(data)
        flow = RecordedFlow(file)
        assert len(list(flow.actions())) == 1
        assert flow.counts.skipped["torn_end"] == 1
    (tmp_path / "other").write_text("{}\n")
    done = CliRunner().invoke(
        app, ["play", str(tmp_path / "other"), "--format", "exchange", "--address", "127.0.0.1:1", "--api-key", "k"]
    )
    assert done.exit_code == 1
    assert "not a recording" in done.output


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ("-c book,books", "--channel"),
        ("-c book,book", "twice"),
        ("--for ever", "--for"),
        ("--max-size 1.5M", "--max-size"),
        ("-c candles --candle 2m", "2m"),
    ],
)
def test_a_recording_that_cannot_be_is_refused(
    exchange: Exchange, alice: Trader, tmp_path: Path, options: str, word: str
) -> None:
    file = tmp_path / "market.gz"
    done = run(exchange, alice.api_key, f"record {file} -m {MARKET} {options}", "table")
    assert done.exit_code == 2, done.output
    assert word in done.output
    assert not file.exists()


def test_a_recording_ends_by_itself_and_never_writes_over_another(
    exchange: Exchange, alice: Trader, tmp_path: Path
) -> None:
    file = tmp_path / "market.gz"
    done = run(exchange, alice.api_key, f"record {file} -m {MARKET} --limit 1")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["events"] == 1
    kept = file.read_bytes()
    again = run(exchange, alice.api_key, f"record {file} -m {MARKET} --limit 1", "table")
    assert again.exit_code == 1
    assert file.read_bytes() == kept
    other = tmp_path / "short.zst"
    assert run(exchange, alice.api_key, f"record {other} -m {MARKET} --for 1s").exit_code == 0
    assert sum(1 for _ in Tape(other)) >= 2
