"""`exchange dev` as a user has it: start, trade, stop, start again, kill, start again."""

import json
import os
import select
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import clickhouse_connect
import psutil
import pytest
from clickhouse_connect.driver.exceptions import Error as ClickHouseError

from exchange_server.cli.dev.ports import pick_free
from tests.e2e.dev_process import EXCHANGE, Dev, clean_environment, open_folder, running, wait_until


@pytest.fixture
def folder() -> Iterator[Path]:
    with open_folder() as path:
        yield path


@pytest.fixture(scope="module")
def dev() -> Iterator[Dev]:
    with open_folder() as path, running(path / "data", "--no-bots") as running_dev:
        yield running_dev


def test_the_ready_file_tells_addresses_processes_and_the_credentials_file(dev: Dev) -> None:
    assert set(dev.ready["addresses"]) == {"grpc", "postgres", "clickhouse", "gateway"}
    assert set(dev.ready["pids"]) == {
        "supervisor",
        "postgres",
        "clickhouse",
        "core",
        "follower",
        "market-follower",
        "gateway",
    }
    assert all(psutil.pid_exists(pid) for pid in dev.ready["pids"].values())
    credentials = Path(dev.ready["credentials_file"])
    assert credentials.stat().st_mode & 0o777 == 0o600
    assert set(json.loads(credentials.read_text())["profiles"]) == {"admin", "alice", "bob"}


def test_headless_says_where_everything_is_without_a_password_and_warns(dev: Dev) -> None:
    output = dev.output()
    assert f"grpc: {dev.address}" in output
    assert "not for production" in output
    assert "─" not in output
    for database in ("postgres", "clickhouse"):
        password = dev.ready["addresses"][database].split(":")[2].split("@")[0]
        assert len(password) > 10
        assert password not in output


def test_the_last_line_is_the_address_to_open(dev: Dev) -> None:
    assert dev.output().splitlines()[-1].split("  ", 1)[1] == f"open {dev.ready['addresses']['gateway']}"


def test_the_page_is_offered_the_accounts_and_they_work(dev: Dev) -> None:
    gateway = dev.ready["addresses"]["gateway"]
    with urllib.request.urlopen(f"{gateway}/dev-accounts.json", timeout=10) as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        accounts = json.load(answer)["accounts"]
    assert [account["name"] for account in accounts] == ["alice", "bob", "admin"]
    for account in accounts:
        headers = {"Authorization": f"Bearer {account['api_key']}"}
        with urllib.request.urlopen(urllib.request.Request(f"{gateway}/v1/account", headers=headers)) as answer:
            told = json.load(answer)
        assert told["account"]["accountId"] == account["account_id"]
        assert ("SCOPE_ADMIN" in told["scopes"]) is (account["name"] == "admin")
    (written,) = dev.data_dir.rglob("dev-accounts.json")
    assert written.stat().st_mode & 0o777 == 0o600


def test_the_first_markets_and_funded_accounts_are_there(dev: Dev) -> None:
    assert [market["name"] for market in dev.cli("market", "ls")] == ["BTC-USDC", "ETH-USDC"]
    assert dev.cli("market", "show", "BTC-USDC")["tick_size"] == "0.1"
    for profile in ("alice", "bob"):
        balances = {row["asset"]: row["available"] for row in dev.cli("--as", profile, "balances")}
        assert set(balances) == {"BTC", "ETH", "USDC"}


def test_an_order_is_placed_seen_filled_and_canceled_by_the_command_line(dev: Dev) -> None:
    placed = dev.cli("order", "place", "ETH-USDC", "sell", "2", "3000", "--id", "first")
    assert (placed["order"]["status"], placed["order"]["open_quantity"]) == ("OPEN", "2")
    assert dev.cli("book", "ETH-USDC")["asks"] == [{"price": "3000", "quantity": "2"}]

    taken = dev.cli("order", "place", "ETH-USDC", "buy", "0.5", "3001", "--tif", "ioc", "--as", "bob")
    assert taken["order"]["status"] == "FILLED"
    assert [(fill["price"], fill["quantity"]) for fill in taken["fills"]] == [("3000", "0.5")]

    (open_order,) = dev.cli("order", "ls", "--market", "ETH-USDC")
    assert (open_order["client_order_id"], open_order["open_quantity"]) == ("first", "1.5")
    again = dev.cli("order", "place", "ETH-USDC", "sell", "2", "3000", "--id", "first")
    assert again["deduplicated"]
    assert again["order"]["order_id"] == placed["order"]["order_id"]

    assert dev.cli("order", "cancel", str(placed["order"]["order_id"]))["status"] == "CANCELED"
    assert dev.cli("order", "ls", "--market", "ETH-USDC") == []
    wait_until(lambda: dev.cli("fills", "--market", "ETH-USDC", "--as", "bob"), "the fill in the history")
    (fill,) = dev.cli("fills", "--market", "ETH-USDC", "--as", "bob")
    assert (fill["side"], fill["liquidity"], fill["quantity"]) == ("BUY", "TAKER", "0.5")
    wait_until(lambda: dev.cli("order", "ls", "--all")[0]["status"] == "CANCELED", "the end in the history")


def test_every_open_order_is_canceled_at_once(dev: Dev) -> None:
    orders = [
        dev.cli("order", "place", "BTC-USDC", "buy", "0.01", price)["order"]["order_id"] for price in ("10000", "11000")
    ]
    assert dev.cli("order", "cancel-all", "--market", "BTC-USDC") == {"order_ids": orders}


def test_a_book_is_followed_line_by_line_when_piped(dev: Dev) -> None:
    with dev.watching("book", "BTC-USDC", "-w") as watching:
        assert watching.stdout is not None
        snapshot = json.loads(watching.stdout.readline())
        assert {"bids", "asks", "sequence", "checksum"} <= set(snapshot)
        placed = dev.cli("order", "place", "BTC-USDC", "buy", "0.02", "12345")["order"]
        delta = json.loads(watching.stdout.readline())
        assert delta["bids"] == [{"price": "12345", "quantity": "0.02"}]
        assert delta["prev_sequence"] == snapshot["sequence"]
        dev.cli("order", "cancel", str(placed["order_id"]))
        assert json.loads(watching.stdout.readline())["bids"] == [{"price": "12345", "quantity": "0"}]


def test_fills_are_followed_line_by_line_when_piped(dev: Dev) -> None:
    with dev.watching("fills", "-w") as watching:
        assert watching.stdout is not None
        deadline = time.monotonic() + 20
        fill = None
        # The stream may open after the first trades: trade until one is told.
        while fill is None:
            assert time.monotonic() < deadline
            dev.cli("order", "place", "ETH-USDC", "buy", "0.1", "2000")
            dev.cli("order", "place", "ETH-USDC", "sell", "0.1", "2000", "--as", "bob")
            if select.select([watching.stdout], [], [], 1)[0]:
                fill = json.loads(watching.stdout.readline())
        assert (fill["side"], fill["price"], fill["liquidity"]) == ("BUY", "2000", "MAKER")


def test_a_generated_flow_is_played_and_summed_up(dev: Dev) -> None:
    summary = dev.cli("play", "synthetic", "--messages", "300", "--seed", "7", "--market", "BTC-EUR")
    assert summary["orders"] + summary["cancels"] == 300
    assert summary["fills"] > 0
    assert 0 < summary["acknowledgement_p50_us"] <= summary["acknowledgement_p99_us"]
    assert dev.cli("market", "show", "BTC-EUR")["status"] == "OPEN"


def test_a_recording_is_played_at_its_pace(dev: Dev, tmp_path: Path) -> None:
    tape = tmp_path / "tape.csv"
    tape.write_text("1.0,1,7,10,5853300,1\n1.5,1,8,10,5853400,-1\n2.0,4,8,4,5853400,-1\n")
    summary = dev.cli("play", str(tape), "--format", "lobster", "--speed", "2")
    assert float(summary["seconds"]) >= 0.5
    assert summary["findings"]["hit_exactly_the_named_order"] == 1
    book = dev.cli("book", "AAPL-USD")
    assert (book["bids"], book["asks"]) == (
        [{"price": "585.33", "quantity": "10"}],
        [{"price": "585.34", "quantity": "6"}],
    )


def test_the_journal_is_proven_beside_the_running_core(dev: Dev) -> None:
    verified = dev.cli("journal", "verify")
    assert verified["sound"]
    assert verified["last_sequence"] >= 17
    assert dev.cli("journal", "stat")["mark"]["sequence"] >= verified["last_sequence"]


def test_what_is_only_validated_is_not_done(dev: Dev) -> None:
    placed = dev.cli("order", "place", "BTC-USDC", "buy", "0.01", "10000", "--validate-only")
    assert placed["order"]["order_id"] == 0
    assert dev.cli("order", "ls") == []


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("order", "place", "BTC-USDC", "buy", "0.01", "10000.05"), 1, "PRICE_OFF_TICK: price"),
        (("order", "place", "BTC-USDC", "buy", "100", "60000"), 1, "INSUFFICIENT_FUNDS"),
        (("order", "place", "XRP-USDC", "buy", "1", "1"), 1, "MARKET_NOT_FOUND"),
        (("order", "cancel", "999"), 1, "ORDER_NOT_FOUND"),
        (("order", "place", "BTC-USDC", "buy", "lots", "1"), 2, "QUANTITY: 'lots' is not a number"),
        (("order", "cancel"), 2, "name the order"),
        (("order", "place", "BTC-USDC", "hold", "1", "1"), 2, "hold"),
        (("balances", "--as", "carol"), 1, "no such profile"),
        (("balances", "--api-key", "wrong"), 1, "UNAUTHENTICATED"),
        (("admin", "account", "ls", "--as", "alice"), 1, "SCOPE_MISSING"),
        (("balances", "--address", "127.0.0.1:1"), 1, "UNAVAILABLE"),
        (("balances", "--address", "192.0.2.1:50051"), 1, "plaintext"),
        (("play", "/nowhere", "--format", "lobster"), 1, "/nowhere: No such file"),
        (("play", "/nowhere"), 2, "--format"),
        (("play", "synthetic", "--speed", "0"), 2, "--speed"),
        (("play", "synthetic", "--market", "BTC"), 2, "BASE-QUOTE"),
        (("journal", "verify", "/nowhere"), 1, "no journal there"),
    ],
)
def test_an_error_is_one_line_that_names_reason_and_place(
    dev: Dev, arguments: tuple[str, ...], status: int, words: str
) -> None:
    said = dev.cli(*arguments, status=status)
    assert words in said
    assert "Traceback" not in said
    if status == 1:
        assert said.startswith("error: ")
        assert said.count("\n") == 1


def test_an_operator_creates_asset_market_account_key_and_credit(dev: Dev) -> None:
    assert dev.cli("admin", "asset", "create", "SOL", "9") == {"name": "SOL", "decimals": 9}
    market = dev.cli("admin", "market", "create", "SOL", "USDC", "--tick-size", "0.01", "--lot-size", "0.001")
    assert market["name"] == "SOL-USDC"
    assert dev.cli("admin", "market", "status", "SOL-USDC", "halted")["status"] == "HALTED"
    account = dev.cli("admin", "account", "create", "carol")
    assert dev.cli("admin", "credit", "carol", "SOL", "12.5", "--id", "gift")["available"] == "12.5"
    assert dev.cli("admin", "credit", "carol", "SOL", "12.5", "--id", "gift")["available"] == "12.5"
    key = dev.cli("admin", "key", "create", str(account["account_id"]), "--scope", "read")
    assert dev.cli("balances", "--api-key", key["api_key"])[0]["available"] == "12.5"
    assert dev.cli("admin", "key", "revoke", key["key_id"])["revoked"]
    assert "UNAUTHENTICATED" in dev.cli("balances", "--api-key", key["api_key"], status=1)
    status = dev.cli("admin", "status")
    assert status["markets"]["SOL-USDC"] == "halted"
    assert len(dev.cli("admin", "state-hash")["state_hash"]) == 64


def test_a_restart_goes_on_with_the_same_balances_and_book_and_credits_nothing_twice(folder: Path) -> None:
    def state(dev: Dev) -> tuple[object, ...]:
        return (
            dev.cli("balances"),
            dev.cli("--as", "bob", "balances"),
            dev.cli("order", "ls"),
            {side: dev.cli("book", "BTC-USDC")[side] for side in ("bids", "asks")},
        )

    with running(folder / "data", "--no-bots") as first:
        first.cli("order", "place", "BTC-USDC", "sell", "1", "65000")
        first.cli("order", "place", "BTC-USDC", "buy", "0.25", "65000", "--as", "bob")
        before = state(first)
        credentials = (folder / "data" / "credentials.json").read_text().replace(first.address, "")
        assert first.interrupt() < 5
        assert first.process.returncode == 0
        assert first.orphans() == []
        assert not first.ready_file.exists()
    with running(folder / "data", "--no-bots") as second:
        assert state(second) == before
        assert (folder / "data" / "credentials.json").read_text().replace(second.address, "") == credentials


def test_after_a_kill_of_the_whole_group_nothing_is_left_running_and_the_next_start_goes_on(folder: Path) -> None:
    same_ports = ("--no-bots", "--grpc-port", str(pick_free()), "--gateway-port", str(pick_free()))
    with running(folder / "data", *same_ports) as first:
        placed = first.cli("order", "place", "BTC-USDC", "buy", "0.5", "60000")["order"]
        first.kill_group()
        # At once, while what is left of the first is still ending.
        with running(folder / "data", *same_ports) as second:
            assert second.cli("order", "show", str(placed["order_id"])) == placed
            assert first.orphans() == []


def test_a_damaged_journal_is_named_by_file_and_offset_and_does_not_start(folder: Path) -> None:
    with running(folder / "data", "--no-bots") as dev:
        dev.interrupt()
    (segment,) = (folder / "data" / "journal").glob("*.seg")
    with segment.open("r+b") as file:
        file.seek(300)
        byte = file.read(1)
        file.seek(300)
        file.write(bytes([byte[0] ^ 0xFF]))
    said = dev.cli("journal", "verify", status=1)
    assert f"{segment}, offset " in said
    broken = Dev(folder / "data", "--no-bots")
    broken.remember_family()
    assert broken.process.wait(60) == 1
    assert "the core does not start" in broken.output()
    assert f"{segment}, offset " in broken.output()
    broken.close()


def test_fresh_starts_empty_and_refuses_a_folder_that_is_not_ours(folder: Path) -> None:
    with running(folder / "data", "--no-bots") as first:
        first.cli("order", "place", "BTC-USDC", "buy", "0.5", "60000")
    with running(folder / "data", "--no-bots", "--fresh") as second:
        assert second.cli("book", "BTC-USDC")["bids"] == []
    (folder / "mine").mkdir()
    (folder / "mine" / "thesis.txt").write_text("years of work")
    refused = Dev(folder / "mine", "--fresh")
    assert refused.process.wait(30) == 1
    assert "was not made by exchange dev" in refused.output()
    assert (folder / "mine" / "thesis.txt").exists()
    refused.close()


def test_taken_ports_and_a_data_directory_in_use_are_named(dev: Dev, folder: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = str(holder.getsockname()[1])
        grpc_port = dev.address.rpartition(":")[2]
        command = [*EXCHANGE, "dev", "--headless", "--data-dir", str(dev.data_dir)]
        done = subprocess.run(
            [*command, "--grpc-port", grpc_port, "--gateway-port", port],
            env=clean_environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert f"--data-dir {dev.data_dir}: in use by another exchange dev (process {dev.process.pid})" in done.stderr
    assert f"port {grpc_port} is taken (--grpc-port)" in done.stderr
    assert f"port {port} is taken (--gateway-port)" in done.stderr
    assert dev.process.poll() is None


def test_whatever_dies_is_started_again_and_nothing_is_lost(folder: Path) -> None:
    with running(folder / "data", "--no-bots") as dev:
        placed = dev.cli("order", "place", "BTC-USDC", "buy", "0.5", "60000")["order"]
        for name in ("core", "follower", "market-follower", "clickhouse", "gateway"):
            os.kill(dev.ready["pids"][name], signal.SIGKILL)
            wait_until(partial(dev.has_said, f"{name} started again"), f"{name} is restarted")
            assert dev.has_said(f"{name} ended with SIGKILL")
        os.kill(dev.ready["pids"]["postgres"], signal.SIGKILL)
        wait_until(partial(dev.has_said, "PostgreSQL runs again"), "PostgreSQL is restarted")
        # It was said when the process started; on a busy machine it may take longer to serve than a call waits.
        dev.wait_until_serving()
        assert dev.cli("order", "show", str(placed["order_id"])) == placed
        filled = dev.cli("order", "place", "BTC-USDC", "sell", "0.5", "60000", "--as", "bob")["order"]
        assert filled["status"] == "FILLED"
        wait_until(partial(has_fill_of, dev, placed["order_id"]), "the fill is in the history", 30)
        wait_until(partial(has_trade, dev), "the trade is in the market history", 30)
        # Once each: what starts again stays.
        for name in ("core", "follower", "gateway"):
            assert dev.output().count(f"  {name} started again") == 1, dev.output()
        dev.remember_family()
        assert dev.interrupt() < 5
        assert dev.orphans() == []


def has_fill_of(dev: Dev, order_id: int) -> bool:
    """Tell whether the history has a fill; while PostgreSQL is down it cannot be asked."""
    try:
        return any(fill["order_id"] == order_id for fill in dev.cli("fills"))
    except AssertionError:
        return False


def has_trade(dev: Dev) -> bool:
    """Tell whether the market history has the trade; while ClickHouse is down it cannot be asked."""
    try:
        client = clickhouse_connect.get_client(dsn=dev.ready["addresses"]["clickhouse"], autogenerate_session_id=False)
        return client.query("SELECT trade_id, price_ticks FROM trades").result_rows == [(1, 600_000)]
    except ClickHouseError:
        return False


def test_ctrl_c_while_it_starts_leaves_nothing_behind(folder: Path) -> None:
    dev = Dev(folder / "data", "--no-bots")
    wait_until(lambda: "starting" in dev.output(), "it says that it starts")
    time.sleep(0.2)  # somewhere in the middle; wherever it is, nothing may be left
    dev.remember_family()
    assert dev.interrupt() < 10
    assert dev.orphans() == []
    assert not dev.ready_file.exists()
    dev.close()


def test_bots_make_the_market_move(folder: Path) -> None:
    with running(folder / "data") as dev:
        assert "bots" in dev.ready["pids"]

        def both_sides() -> bool:
            book = dev.cli("book", "BTC-USDC")
            return bool(book["bids"] and book["asks"])

        wait_until(both_sides, "bids and asks", 30)
        assert dev.interrupt() < 5
        assert dev.orphans() == []


def test_help_is_there_at_once() -> None:
    def seconds() -> float:
        started = time.monotonic()
        done = subprocess.run([*EXCHANGE, "--help"], capture_output=True, text=True, check=True, timeout=30)
        assert "dev" in done.stdout
        return time.monotonic() - started

    # The best of some: the machine may be busy with other tests.
    assert min(seconds() for _ in range(5)) < 0.5
