"""Both engines in one run: figures named `X` are of what is installed, those named `X, pure Python` of the sources."""

import os

from exchange_server import compiled_engine

PURE = ", pure Python"


def variants() -> list[str]:
    """Return what the names of the figures end in: the installed engine first; only that if it is the sources."""
    return ["", PURE] if compiled_engine.variant().compiled else [""]


def environment(variant: str) -> dict[str, str]:
    """Return the environment of a process that must use this engine."""
    wanted = "compiled" if compiled_engine.variant().compiled and variant != PURE else "pure"
    return {**os.environ, compiled_engine.VARIABLE: wanted}
