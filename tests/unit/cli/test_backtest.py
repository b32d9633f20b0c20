"""Backtests on the engine: the same every time and everywhere, their parts add up, and the command tells and draws."""

import hashlib
import json
import os
import subprocess
import sys
import time
from decimal import Decimal
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from exchange_bots.backtest import MAKER, TAKER, Backtest
from exchange_bots.bot.config import read_toml
from exchange_bots.bot.view import Terms
from exchange_bots.clock import NS
from exchange_bots.feed.messages import BookSnapshot, parse
from exchange_bots.feed.synthetic_market import COINS, SyntheticMarket
from exchange_bots.performance import Report, drawdowns
from exchange_bots.recording import RecordingWriter
from exchange_bots.strategies import STRATEGIES, make_bot
from exchange_server.cli.backtest.engine_exchange import EngineExchange
from exchange_server.cli.main import app
from tests.unit.bots.recordings import BINANCE, needs_binance
from tests.unit.bots.views import START
from tests.unit.bots.virtual_market import VirtualMarket

EXAMPLES = Path(__file__).parents[3] / "bots" / "examples"
PLENTY = (Decimal(10_000), Decimal(1_000_000_000))
TERMS = Terms("BTC-USDC", Decimal("0.1"), Decimal("0.00001"))
STOIKOV = {"market": "BTC-USDC", "coin": "BTC", "order_quantity": "0.05", "risk_aversion": 0.02}


def backtest(seed: int = 7, name: str = "avellaneda-stoikov", values: dict[str, Any] = STOIKOV) -> Report:
    bot = make_bot(name, values)
    funds = dict.fromkeys((MAKER, TAKER, name), PLENTY)
    test = Backtest(EngineExchange(TERMS, funds, maker_fee_ppm=100, taker_fee_ppm=400), bot, "BTC")
    for _ in test.run(islice(SyntheticMarket(COINS[0], seed).messages(START), 300)):
        pass
    return test.report()


def test_the_same_backtest_gives_the_same_report_and_another_seed_another() -> None:
    assert backtest() == backtest()
    assert backtest().result != backtest(8).result


def digest() -> str:
    return hashlib.sha256(repr(backtest()).encode()).hexdigest()


@pytest.mark.parametrize("seed", ["0", "4711"])
def test_another_process_with_another_seed_of_hashes_gives_the_same_report_to_the_last_sample(seed: str) -> None:
    code = "from tests.unit.cli.test_backtest import digest; print(digest())"
    environment = os.environ | {"PYTHONHASHSEED": seed}
    root = Path(__file__).parents[3]
    told = subprocess.run([sys.executable, "-c", code], env=environment, cwd=root, check=True, capture_output=True)
    assert told.stdout.decode().strip() == digest()


@pytest.mark.parametrize("name", sorted(set(STRATEGIES) - {"lmsr"}))
def test_at_every_second_the_result_is_realised_and_unrealised_profit_less_fees(name: str) -> None:
    """The result is of the balances on the exchange, the parts of the bot's own executions."""
    report = backtest(name=name, values=read_toml(EXAMPLES / f"{name}.toml"))
    assert len(report.samples) >= 60
    for sample in report.samples:
        parts = sample.realised + sample.unrealised - sample.fees
        assert abs(parts - sample.result) < Decimal("1e-12")
    last = report.samples[-1]
    assert (report.result, report.fees, report.inventory) == (last.result, last.fees, last.inventory)
    assert len(report.trades) == report.counts.get("fills", 0)
    if name in ("mirror-maker", "mirror-taker", "noise", "twap"):
        assert len(report.trades) > 5
    assert report.max_drawdown == max(drawdowns([sample.result for sample in report.samples]))


def test_samples_are_a_second_apart_and_the_last_is_of_the_end() -> None:
    report = backtest()
    times = [sample.time_ns for sample in report.samples]
    assert all(NS <= later - before < 2 * NS for before, later in pairwise(times))
    messages = list(islice(SyntheticMarket(COINS[0], 7).messages(START), 300))
    assert times[-1] == messages[-1][0]
    books = [message for _, text in messages if isinstance(message := parse(text), BookSnapshot)]
    assert report.samples[-1].mid == books[-1].mid


def test_money_is_conserved_between_the_bot_its_market_and_the_fees() -> None:
    market = VirtualMarket("noise", rate=2, typical_quantity="0.3", inventory_band=5, fees_ppm=(100, 400))
    for number, (time_ns, text) in enumerate(islice(SyntheticMarket(COINS[0], 3).messages(START), 400)):
        market.say((time_ns - START) / NS, text)
        assert number % 20 or market.conserved()
    assert market.report().counts["fills"] > 50
    assert market.conserved()


def test_a_recording_without_the_coin_is_refused() -> None:
    bot = make_bot("twap", {"market": "X-USDC", "coin": "X", "side": "buy", "quantity": 1, "duration_seconds": 9})
    terms = Terms("X-USDC", Decimal(1), Decimal(1))
    funds = dict.fromkeys((MAKER, TAKER, "twap"), PLENTY)
    test = Backtest(EngineExchange(terms, funds, maker_fee_ppm=0, taker_fee_ppm=0), bot, "X")
    assert list(test.run(islice(SyntheticMarket(COINS[0], 1).messages(START), 5)))
    with pytest.raises(ValueError, match="no sound book of X"):
        test.report()


# ---------------------------------------------------------------- the command


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["backtest", *map(str, arguments)])


def document(*arguments: object) -> dict[str, Any]:
    result = run(*arguments, "-o", "json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize("name", sorted(STRATEGIES))
def test_every_strategy_has_an_example_that_runs_on_a_seeded_market(name: str) -> None:
    found = document(name, "--synthetic", 7, "--seconds", 20, "--config", EXAMPLES / f"{name}.toml")
    assert (found["bot"], found["counts"]["syncs"]) == (name, 1)
    assert 19 <= float(found["seconds"]) <= 20


def test_a_recording_of_this_exchange_is_heard_as_the_market_that_was_recorded(tmp_path: Path) -> None:
    path = tmp_path / "tape.jsonl.gz"
    header = {"markets": [{"name": "BTC-USDC", "base_asset": "BTC", "quote_asset": "USDC"}]}
    with RecordingWriter(path, header) as writer:
        for second in range(60):
            time_ns = START + second * NS
            mid = 1000 + second
            sides = {
                "bids": [{"price": f"{mid - 1}", "quantity": "5"}],
                "asks": [{"price": f"{mid + 1}", "quantity": "5"}],
            }
            writer.write(time_ns, "BTC-USDC", "order_book", sides)
    config = tmp_path / "twap.toml"
    config.write_text('side = "buy"\nquantity = 4\nduration_seconds = 30\nslices = 4\nslippage_bps = 20')
    found = document("twap", "--recording", path, "--config", config, "--maker-fee-ppm", 0, "--taker-fee-ppm", 0)
    # One each at 1001, and when 7.5, 15 and 22.5 seconds have passed; all worth 1059 at the end.
    assert (found["inventory"], found["seconds"], found["realised"]) == ("4", "59.0", "0")
    assert Decimal(found["result"]) == 4 * 1059 - sum((1001, 1008, 1016, 1023))
    half = document("twap", "--recording", path, "--config", config, "--seconds", 10)
    assert (half["inventory"], half["seconds"]) == ("2", "10.0")


def test_plots_are_drawn_the_same_every_time(tmp_path: Path) -> None:
    config = EXAMPLES / "noise.toml"
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        plots = [tmp_path / folder / "plot.png", tmp_path / folder / "plot.html"]
        options = ("--synthetic", 7, "--seconds", 30, "--config", config)
        document("noise", *options, *(part for plot in plots for part in ("--plot", plot)))
    picture, page = ((tmp_path / "one" / f"plot.{kind}").read_bytes() for kind in ("png", "html"))
    assert (tmp_path / "two" / "plot.png").read_bytes() == picture
    assert (tmp_path / "two" / "plot.html").read_bytes() == page
    assert picture.startswith(b"\x89PNG")
    # Width and height, and no more than a page of documentation can bear.
    assert (int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])) == (1000, 900)
    assert len(picture) < 120_000
    text = page.decode()
    assert text.count("<svg") == 1
    assert "<th>max drawdown</th>" in text
    # Nothing is fetched: the only addresses are names of namespaces.
    assert "src=" not in text
    assert "@import" not in text


def test_without_the_library_it_says_what_to_install_before_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = run("mirror-maker", "--recording", "nowhere.gz", "--plot", "plot.png")
    assert (result.exit_code, "pip install 'exchange-bots[plot]'" in result.output) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("noise",), 2, "give either --recording FILE or --synthetic SEED"),
        (("noise", "--synthetic", 1, "--recording", "x"), 2, "give either"),
        (("noise", "--recording", "nowhere.gz"), 1, "typical_quantity: Field required"),
        (("nobody", "--synthetic", 1), 1, "there is no 'nobody'"),
        (("mirror-maker", "--recording", "nowhere.gz"), 1, "nowhere.gz: No such file"),
        (("mirror-maker", "--synthetic", 1, "--market", "NOPE-USDC"), 1, "no coin NOPE; there are BTC, ETH, SOL, RAIN"),
        (("mirror-maker", "--synthetic", 1, "--plot", "plot.gif"), 1, "plot.gif: must end in .png or .html"),
        (("mirror-maker", "--synthetic", 1, "--tick-size", "0"), 1, "refused"),
    ],
)
def test_what_cannot_be_is_one_line_that_says_why(arguments: tuple[object, ...], code: int, said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == code
    assert said in " ".join(result.output.split())
    assert "Traceback" not in result.output


def test_a_person_sees_a_bar_on_stderr_and_a_program_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ("noise", "--synthetic", 7, "--seconds", 20, "--config", EXAMPLES / "noise.toml")
    quiet = run(*arguments)
    assert (quiet.exit_code, quiet.stderr) == (0, "")
    monkeypatch.setenv("FORCE_COLOR", "1")
    seen = run(*arguments)
    assert "━" in seen.stderr
    assert "%" in seen.stderr
    assert "━" not in seen.stdout


@needs_binance
def test_the_recording_of_binance_passes_at_fifty_times_its_pace(tmp_path: Path) -> None:
    """In CPU time, so that a busy machine does not count."""
    config = tmp_path / "stoikov.toml"
    config.write_text('order_quantity = "0.05"\ncoin = "BTC"')
    began = time.process_time()
    found = document("avellaneda-stoikov", "--recording", BINANCE, "--config", config)
    spent = time.process_time() - began
    assert found["counts"]["fills"] > 100
    assert float(found["seconds"]) / spent > 50
