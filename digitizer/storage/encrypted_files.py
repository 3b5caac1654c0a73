"""Files encrypted in chunks, so that a large one is never whole in memory.

A file has a mark, a random salt (32 bytes), and chunks of a mebibyte, each with its tag. Its own
key is derived from the home's and the salt (HKDF-SHA256), so that chunks can be numbered from 0 as
nonces; the last one is marked in its nonce. A file that is cut short, longer, reordered, mixed with
another, or changed does not decrypt.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from digitizer.model.errors import StorageError

CHUNK = 1 << 20
_MARK = b"MDFILE1\n"
_SALT = 32
_TAG = 16


class DamagedFile(StorageError):
    """An encrypted file that was changed, or was encrypted with another key."""


def derive(key: bytes, purpose: bytes, salt: bytes = b"") -> bytes:
    """Another 256-bit key, from which nobody learns ``key`` or its other children."""
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=purpose).derive(key)


def chunks_of(stream: IO[bytes]) -> Iterator[bytes]:
    """All that ``stream`` gives, in whole chunks but for the last; none if it is empty."""
    while chunk := _read(stream, CHUNK):
        yield chunk


def encrypted(key: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The file, piece by piece, of content that comes as ``chunks_of`` gives it."""
    salt = os.urandom(_SALT)
    cipher = AESGCM(derive(key, b"file", salt))
    yield _MARK + salt
    number, waiting = 0, b""
    for chunk in chunks:
        if waiting:
            yield cipher.encrypt(_nonce(number, last=False), waiting, None)
            number += 1
        waiting = chunk
    yield cipher.encrypt(_nonce(number, last=True), waiting, None)


def decrypted(key: bytes, stream: IO[bytes], first: int = 0) -> Iterator[bytes]:
    """The content, chunk by chunk; each is proven, and that none is missing once the last was
    given. ``first`` is the chunk to begin with, of a stream that can seek. Raises DamagedFile."""
    head = _read(stream, len(_MARK) + _SALT)
    if len(head) != len(_MARK) + _SALT or not head.startswith(_MARK):
        raise DamagedFile("A stored file is not encrypted as it must be.")
    cipher = AESGCM(derive(key, b"file", head[len(_MARK) :]))
    if first:
        stream.seek(first * (CHUNK + _TAG), os.SEEK_CUR)
    number, piece = first, _read(stream, CHUNK + _TAG)
    while True:
        following = _read(stream, CHUNK + _TAG)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), piece, None)
        except (InvalidTag, ValueError):
            raise DamagedFile(
                "A stored file does not decrypt: it was changed, or has another key."
            ) from None
        if not following:
            return
        number, piece = number + 1, following


def opened(key: bytes, stream: IO[bytes], start: int = 0) -> IO[bytes]:
    """The content as a stream to read once, from ``start`` on; closing it closes ``stream``."""
    content = io.BufferedReader(_Decrypting(key, stream, start // CHUNK), CHUNK)
    content.read(start % CHUNK)
    return content


class _Decrypting(io.RawIOBase):
    def __init__(self, key: bytes, stream: IO[bytes], first: int) -> None:
        self._stream = stream
        self._pieces = decrypted(key, stream, first)
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._left:
            self._left = memoryview(next(self._pieces, b""))
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size

    def close(self) -> None:
        self._stream.close()
        super().close()


def _read(stream: IO[bytes], size: int) -> bytes:
    """As many bytes, or all that are left: a stream may give less than it has."""
    pieces: list[bytes] = []
    while size and (piece := stream.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
