"""Unpacking what a web server or a file gives compressed, without letting it grow past a limit.

Decides which packings are known (gzip; zstd where a library for it is there) and how far one may grow. What is packed
shows in its first bytes, whatever a server says of it; anything else is handed on as it is.
"""

import importlib
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Protocol

from blocker.errors import SourceError

MAX_RATIO = 200
"""So many bytes may come out of one. Sorted numbers as text shrink to a tenth, one line again and again to 1/1000."""

_FREE = 1 << 20
"""Bytes that may come out of anything: short texts can be very dense."""

_PIECE = 1 << 20
_ZSTD_WINDOW = 23
"""Memory that unpacking zstd may take, as a power of 2: 8 MB, what everybody must be able to read (RFC 9659, 3)."""
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


class _Unpacking(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Gzip:
    """zlib's object, asked as those of other packings are."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


def encodings() -> str:
    """What may be asked of a web server, as its header `Accept-Encoding` says it."""
    return "gzip, zstd" if _zstd() else "gzip"


class Unpacker:
    """Takes bytes as they come and gives what is in them; not for the event loop, which it would hold up."""

    def __init__(self, name: str, max_bytes: int) -> None:
        """`name` is what the messages call it; more than `max_bytes` don't come out of it."""
        self._name, self._max_bytes = name, max_bytes
        self._head: bytes | None = b""
        self._packing: Callable[[], _Unpacking] | None = None
        self._faults: tuple[type[Exception], ...] = (zlib.error,)
        self._unpacking: _Unpacking | None = None
        self._taken = self._given = 0

    @staticmethod
    def is_packed(head: bytes) -> bool:
        """Whether bytes begin like something that would be unpacked."""
        return head.startswith((_GZIP, _ZSTD))

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What comes out of the next bytes, in pieces that fit into memory.

        Raises:
            SourceError: it is damaged, or too large.
        """
        self._taken += len(data)
        if self._head is not None:
            self._head += data
            if len(self._head) < len(_ZSTD):
                return
            data = self._begin()
        yield from self._counted(self._unpacked(data))

    def finish(self) -> Iterator[bytes]:
        """What is left at the end.

        Raises:
            SourceError: the end is missing.
        """
        if self._head is not None:
            yield from self._counted(self._unpacked(self._begin()))
        if self._unpacking is not None and not self._unpacking.eof:
            raise SourceError(f"{self._name} ends in the middle of its packing; half a list is none")

    def _begin(self) -> bytes:
        data, self._head = self._head or b"", None
        if data.startswith(_ZSTD):
            module = _zstd()
            if module is None:
                mend = "install blocker[zstd], or look for another form of the list"
                raise SourceError(f"{self._name} is packed with zstd, which can't be read here ({mend})")
            options = {module.DecompressionParameter.window_log_max: _ZSTD_WINDOW}
            self._packing = partial(module.ZstdDecompressor, options=options)
            self._faults = (module.ZstdError, EOFError)
        elif data.startswith(_GZIP):
            self._packing = _Gzip
        if self._packing is not None:
            self._unpacking = self._packing()
        return data

    def _unpacked(self, data: bytes) -> Iterator[bytes]:
        if self._packing is None or self._unpacking is None:
            yield data
            return
        try:
            while data or not self._unpacking.eof:
                if self._unpacking.eof:  # several packed files may stand one behind the other
                    self._unpacking = self._packing()
                piece = self._unpacking.decompress(data, _PIECE)
                data = self._unpacking.unused_data if self._unpacking.eof else b""
                yield piece
                if len(piece) < _PIECE and not data:
                    return
        except self._faults as error:
            raise SourceError(f"{self._name} can't be unpacked: it is damaged, or takes too much memory") from error

    def _counted(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self._given += len(piece)
            if self._given > self._max_bytes:
                raise SourceError(f"{self._name} has more than {self._max_bytes} bytes, too much for a list")
            if self._given > max(_FREE, self._taken * MAX_RATIO):
                raise SourceError(f"{self._name} grows more than {MAX_RATIO} times as it is unpacked: no list does")
            yield piece


def _zstd() -> Any:  # noqa: ANN401  (a module, which of two the version of Python says)
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    return None
