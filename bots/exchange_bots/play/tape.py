"""Read recordings: plain, gzip or zstandard, line by line, knowing how far along it is."""

import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import zstandard

GZIP_MAGIC = b"\x1f\x8b"
ZSTANDARD_MAGIC = b"\x28\xb5\x2f\xfd"


class TapeError(Exception):
    """A recording is not what its format says; the message names file and line."""


class Tape:
    """The lines of one recording, without line ends. Open only while it is iterated."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.line_number = 0
        self.is_torn = False
        self._size = path.stat().st_size
        self._position = 0

    def __iter__(self) -> Iterator[str]:
        """Yield the lines that are not empty. Raises TapeError when the file is damaged or ends in the middle."""
        return self._lines(torn_end=False)

    def whole_lines(self) -> Iterator[str]:
        """Yield the lines as far as they can be read; `is_torn` says whether the end is missing.

        Its writer may have been killed: the last line counts only with its line end.
        """
        return self._lines(torn_end=True)

    def _lines(self, *, torn_end: bool) -> Iterator[str]:
        self.line_number = 0
        with self.path.open("rb") as raw:
            try:
                for line in io.TextIOWrapper(_unpacked(raw), encoding="utf-8"):
                    self.line_number += 1
                    if self.line_number % 64 == 0:
                        self._position = raw.tell()
                    if torn_end and not line.endswith("\n"):
                        self.is_torn = True
                        break
                    if text := line.strip():
                        yield text
            except EOFError as error:
                if not torn_end:
                    raise self.error(str(error)) from error
                self.is_torn = True
            except (gzip.BadGzipFile, zstandard.ZstdError, UnicodeDecodeError) as error:
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
            yield self.message(line)

    def message(self, line: str) -> tuple[int, dict[str, Any]]:
        """Return (receive time in ns, message) of the present line. Raises TapeError."""
        stamp, _, text = line.partition(" ")
        try:
            message = json.loads(text)
            time_ns = int(stamp)
        except ValueError as error:
            raise self.error("expected '<time in ns> <JSON object>'") from error
        if not isinstance(message, dict):
            raise self.error("the message is not a JSON object")
        return time_ns, message

    @classmethod
    def open(cls, path: Path) -> Self:
        """Return the tape of a file. Raises TapeError when there is none."""
        try:
            return cls(path)
        except OSError as error:
            raise TapeError(f"{path}: {error.strerror}") from error


def _unpacked(raw: io.BufferedReader) -> Any:
    """Return the file of what is packed in it, by its first bytes; `Any`, because the kinds share no type."""
    magic = raw.read(4)
    raw.seek(0)
    if magic.startswith(GZIP_MAGIC):
        return gzip.GzipFile(fileobj=raw)
    if magic == ZSTANDARD_MAGIC:
        return io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True))
    return raw
