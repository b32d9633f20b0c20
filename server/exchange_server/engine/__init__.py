"""The matching engine: pure, deterministic, integers only."""

from exchange_server.engine.engine import Engine

__all__ = ["Engine"]
