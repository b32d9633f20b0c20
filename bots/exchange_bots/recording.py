"""The file that `exchange record` writes: JSON lines, packed in pieces that each can be read by themselves.

The first line is the header: format and version, when it began, the terms of the markets and what is recorded. Every
other line is one event: `time_ns` (when it was received), `market`, `kind` (what the event is), `event`. With the
suffix .gz or .zst each flush is a whole gzip member or zstandard frame, so that what was flushed can be read by any
tool however the recorder ended. Without such a suffix it is plain text.
"""

import gzip
import json
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import zstandard

FORMAT = "exchange-recording"
VERSION = 1

FLUSH_SECONDS = 1.0
FLUSH_CHARACTERS = 1 << 20
"""Lines that wait are written after so long, or when they are so many."""


class RecordingWriter:
    """Writes a recording. What was written is in the file at the next `flush`, of which `write` does one a second."""

    def __init__(self, path: Path, header: dict[str, Any]) -> None:
        """Begin a new file. Raises FileExistsError and other OSErrors."""
        self._suffix = path.suffix
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
        self._waiting: list[str] = []
        self._characters = 0
        self.bytes_written = 0
        self.events = 0
        self._add({"format": FORMAT, "version": VERSION, **header})
        self.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, time_ns: int, market: str, kind: str, event: Any) -> None:
        """Add an event, which is what JSON knows."""
        self._add({"time_ns": time_ns, "market": market, "kind": kind, "event": event})
        self.events += 1
        if self._characters >= FLUSH_CHARACTERS or time.monotonic() - self._flushed >= FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Put what waits into the file, as a piece of its own."""
        self._flushed = time.monotonic()
        if not self._waiting:
            return
        data = _packed("".join(self._waiting).encode(), self._suffix)
        self._waiting.clear()
        self._characters = 0
        while data:
            written = os.write(self._file, data)
            self.bytes_written += written
            data = data[written:]

    def close(self) -> None:
        """Flush and end the file."""
        if self._file >= 0:
            self.flush()
            os.close(self._file)
            self._file = -1

    def _add(self, line: dict[str, Any]) -> None:
        text = json.dumps(line, separators=(",", ":")) + "\n"
        self._waiting.append(text)
        self._characters += len(text)


def _packed(data: bytes, suffix: str) -> bytes:
    match suffix:
        case ".gz":
            return gzip.compress(data, 6)
        case ".zst":
            return zstandard.ZstdCompressor(level=6).compress(data)
    return data
