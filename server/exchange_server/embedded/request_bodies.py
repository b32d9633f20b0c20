"""Bodies of HTTP requests, decompressed: what comes out is bounded, so that a small body cannot become a large one."""

import sys
import zlib
from typing import Final, Protocol

from lz4.frame import LZ4FrameDecompressor

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdDecompressor
else:
    from backports.zstd import ZstdDecompressor

LARGEST_BODY: Final = 64 << 20
"""Bytes of a request, compressed and not."""
_STEP: Final = 1 << 20


class BodyTooLarge(Exception):
    """More than LARGEST_BODY bytes."""


class BodyDamaged(Exception):
    """Not what its Content-Encoding says, or cut off; or an encoding that is not known."""


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes | None: ...
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


class _Zlib:
    """zlib's decompressor, which gives back what it has no room for, with the manners of the others, which keep it."""

    def __init__(self, window_bits: int) -> None:
        self._inner = zlib.decompressobj(window_bits)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


def decompressed(body: bytes, encoding: str, largest: int = LARGEST_BODY) -> bytes:
    """Return what a body with a Content-Encoding says. Raises BodyTooLarge and BodyDamaged."""
    if encoding in ("", "identity"):
        return body
    content = bytearray()
    rest = body
    while rest:
        # Several frames in a row are one content: clients compress block by block.
        frame = _new(encoding)
        try:
            content += _frame(frame, rest, largest - len(content))
        except BodyTooLarge:
            raise
        except Exception as error:  # each library has errors of its own
            raise BodyDamaged(f"the body is not {encoding}: {error}") from error
        rest = frame.unused_data or b""
    return bytes(content)


def _frame(frame: _Decompressor, data: bytes, largest: int) -> bytes:
    content = bytearray()
    while not frame.eof:
        piece = frame.decompress(data, _STEP)
        data = b""
        content += piece
        if len(content) > largest:
            raise BodyTooLarge
        if not piece and not frame.eof:
            raise BodyDamaged("it is cut off")
    return bytes(content)


def _new(encoding: str) -> _Decompressor:
    match encoding:
        case "gzip":
            return _Zlib(31)
        case "deflate":
            return _Zlib(15)
        case "lz4":
            decompressor: _Decompressor = LZ4FrameDecompressor()
            return decompressor
        case "zstd":
            return ZstdDecompressor()
        case _:
            raise BodyDamaged(f"the encoding {encoding!r} is not known")
