"""Commands that made the engine raise: kept for people, refused when they come again."""

import hashlib
import traceback
from pathlib import Path
from typing import Final

from exchange_server.journal.layout import Layout, write_durably

_SUFFIX: Final = ".bin"


class Quarantine:
    """The payloads in a shard's `quarantine` folder; `empty` is what the hot path asks first."""

    def __init__(self, layout: Layout) -> None:
        self._folder: Final = layout.quarantine
        self._names: Final = {path.name.removesuffix(_SUFFIX) for path in self._folder.glob("*" + _SUFFIX)}
        self.empty = not self._names

    def holds(self, payload: bytes) -> bool:
        """Tell whether a payload made the engine raise before."""
        return hashlib.sha256(payload).hexdigest() in self._names

    def add(self, payload: bytes, sequence: int, error: BaseException) -> Path:
        """Keep a payload and why; gives the file's path."""
        name = hashlib.sha256(payload).hexdigest()
        path = self._folder / (name + _SUFFIX)
        story = "".join(traceback.format_exception(error))
        write_durably(self._folder / (name + ".txt"), f"would have been sequence {sequence}\n\n{story}".encode())
        write_durably(path, payload)
        self._names.add(name)
        self.empty = False
        return path
