"""Recorded market data for tests, which is not part of the project; its tests are skipped where it is absent."""

from pathlib import Path

import pytest

HYPERLIQUID = Path(__file__).parents[4] / "shared" / "data" / "hyperliquid_btc_20250126.gz"

needs_hyperliquid = pytest.mark.skipif(
    not HYPERLIQUID.exists(), reason=f"the recording {HYPERLIQUID.name} is not here; see docs/play.md"
)
