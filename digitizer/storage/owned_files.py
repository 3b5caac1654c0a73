"""Files that are readable while one of their owners has its key in the key book.

A file has a mark, the number of its owners (4 bytes), each owner with the file's own random key
wrapped under the owner's (AES key wrap, RFC 3394), and the content as ``encrypted_files`` has it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from digitizer.storage.encrypted_files import CHUNK, DamagedFile, chunks_of, encrypted, opened
from digitizer.storage.encryption import new_seal_key
from digitizer.storage.key_book import OWNER_BYTES, Owner

_MARK = b"MDOWND1\n"
_COUNT = 4
_WRAPPED = 32 + 8


def write_owned(stream: IO[bytes], path: Path, owners: Mapping[Owner, bytes]) -> str:
    """A new file with all that ``stream`` gives, durable but for the name in its folder; returns
    the SHA-256 of what came in. Raises OSError."""
    key, digest = new_seal_key(), hashlib.sha256()

    def hashed() -> Iterator[bytes]:
        for chunk in chunks_of(stream):
            digest.update(chunk)
            yield chunk

    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(_MARK + len(owners).to_bytes(_COUNT, "big"))
        for owner, its_key in owners.items():
            out.write(owner + aes_key_wrap(its_key, key))
        for piece in encrypted(key, hashed()):
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def open_owned(path: Path, keys: Mapping[Owner, bytes]) -> IO[bytes] | None:
    """The content, to be read once; None where no owner has the key under which it was written.
    Raises OSError, and DamagedFile, also while reading."""
    stream = path.open("rb", CHUNK)
    try:
        key = _key_of(stream, keys)
    except BaseException:
        stream.close()
        raise
    if key is None:
        stream.close()
        return None
    return opened(key, stream)


def owners_in(path: Path) -> frozenset[Owner]:
    """Raises OSError and DamagedFile."""
    with path.open("rb") as stream:
        return frozenset(owner for owner, _ in _owners(stream))


def is_owned_by(path: Path, keys: Mapping[Owner, bytes]) -> bool:
    """Whether these owners, and no others, open it, each by this key. Raises OSError and
    DamagedFile."""
    with path.open("rb") as stream:
        found = dict(_owners(stream))
    return found.keys() == keys.keys() and all(
        _unwrapped(keys[owner], wrapped) is not None for owner, wrapped in found.items()
    )


def _key_of(stream: IO[bytes], keys: Mapping[Owner, bytes]) -> bytes | None:
    found = None
    for owner, wrapped in _owners(stream):  # all of them: what follows is the content
        if found is None and owner in keys:
            found = _unwrapped(keys[owner], wrapped)
    return found


def _owners(stream: IO[bytes]) -> Iterator[tuple[Owner, bytes]]:
    """Each with the file's key under its own."""
    if stream.read(len(_MARK)) != _MARK:
        raise DamagedFile("A file of this backup is not encrypted as it must be.")
    size = stream.read(_COUNT)
    count = int.from_bytes(size, "big")
    if len(size) != _COUNT or not count:
        raise DamagedFile("A file of this backup is cut short.")
    for _ in range(count):
        owner, wrapped = stream.read(OWNER_BYTES), stream.read(_WRAPPED)
        if len(wrapped) != _WRAPPED:
            raise DamagedFile("A file of this backup is cut short.")
        yield owner, wrapped


def _unwrapped(key: bytes, wrapped: bytes) -> bytes | None:
    """None where the same bytes came in again, and their owner has another key since."""
    try:
        return aes_key_unwrap(key, wrapped)
    except InvalidUnwrap:
        return None
