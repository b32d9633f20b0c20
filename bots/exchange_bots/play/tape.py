"""Read recordings: plain or gzip, line by line, knowing how far along it is."""

import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

GZIP_MAGIC = b"\x1f\x8b"


class TapeError(Exception):
    """A recording is not what its format says; the message names file and line."""


class Tape:
    """The lines of one recording, without line ends. Open only while it is iterated."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.line_number = 0
        self._size = path.stat().st_size
        self._position = 0

    def __iter__(self) -> Iterator[str]:
        self.line_number = 0
        with self.path.open("rb") as raw:
            packed = raw.read(2) == GZIP_MAGIC
            raw.seek(0)
            binary = gzip.GzipFile(fileobj=raw) if packed else raw
            try:
                for line in io.TextIOWrapper(binary, encoding="utf-8"):
                    self.line_number += 1
                    if self.line_number % 64 == 0:
                        self._position = raw.tell()
                    if text := line.strip():
                        yield text
            except (EOFError, gzip.BadGzipFile, UnicodeDecodeError) as error:
                raise self.error(str(error)) from error
        self._position = self._size

    @property
    def progress(self) -> float:
        """How much of the file is read, 0 to 1."""
        return self._position / self._size if self._size else 1.0

    def error(self, what: str) -> TapeError:
        """Return an error that names the file and the present line."""
        return TapeError(f"{self.path.name}, line {self.line_number}: {what}")

    def messages(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield (receive time in ns, message) of a recording with a line of `<time> <JSON object>` each."""
        for line in self:
            stamp, _, text = line.partition(" ")
            try:
                message = json.loads(text)
                time_ns = int(stamp)
            except ValueError as error:
                raise self.error("expected '<time in ns> <JSON object>'") from error
            if not isinstance(message, dict):
                raise self.error("the message is not a JSON object")
            yield time_ns, message

    @classmethod
    def open(cls, path: Path) -> Self:
        """Return the tape of a file. Raises TapeError when there is none."""
        try:
            return cls(path)
        except OSError as error:
            raise TapeError(f"{path}: {error.strerror}") from error
