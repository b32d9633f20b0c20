"""Recorded market data for tests, which is not part of the project; its tests are skipped where it is absent."""

from pathlib import Path

import pytest

DATA = Path(__file__).parents[4] / "shared" / "data"
HYPERLIQUID = DATA / "hyperliquid_btc_20250126.gz"
BINANCE = DATA / "binance_btcusdt_perp_20240808.gz"

needs_hyperliquid = pytest.mark.skipif(
    not HYPERLIQUID.exists(), reason=f"the recording {HYPERLIQUID.name} is not here; see docs/play.md"
)
needs_binance = pytest.mark.skipif(
    not BINANCE.exists(), reason=f"the recording {BINANCE.name} is not here; see docs/play.md"
)
