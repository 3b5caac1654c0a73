"""Blobs in an S3 bucket: the one file that knows obstore.

The bucket's address is ``s3://BUCKET/PREFIX?endpoint=URL``; credentials come from the usual
environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION). A blob counts as stored when
the service has acknowledged it; that is its promise of durability.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar
from urllib.parse import parse_qs, urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from digitizer.model.errors import NotFound, SettingsError, StorageError
from digitizer.storage.blobs import Source, copy_hashed
from digitizer.storage.encrypted_files import decrypted
from digitizer.support.concurrency import each

if TYPE_CHECKING:
    from obstore.store import S3Config

_THREADS = 8
#: So long a store that does not answer is asked again before whoever waits hears of it; whatever it
#: was is then tried again later.
_PATIENCE = timedelta(seconds=15)
T = TypeVar("T")


class S3Blobs:
    """Blobs under ``PREFIX/FOLDER/ab/abcdef…`` of a bucket; keeps the promises of BlobStore."""

    def __init__(self, url: str, folder: str, key: bytes | None = None) -> None:
        self._encryption_key = key
        address = urlsplit(url)
        if address.scheme != "s3" or not address.netloc:
            raise SettingsError(
                f"store.blobs_url {url!r} is not the address of a bucket. "
                "Write s3://BUCKET/PREFIX?endpoint=URL."
            )
        endpoint = parse_qs(address.query).get("endpoint", [None])[0]
        plain_http = bool(endpoint and endpoint.startswith("http://"))
        self._prefix = "/".join(part for part in (address.path.strip("/"), folder) if part)
        self._url = url
        config: S3Config = {} if endpoint is None else {"endpoint": endpoint}
        self._store = S3Store(
            address.netloc,
            config=config,
            client_options={"allow_http": plain_http},
            retry_config={"retry_timeout": _PATIENCE},
        )

    def put(self, stream: IO[bytes]) -> tuple[str, int]:
        with tempfile.TemporaryFile() as whole:  # the name is the digest, known only at the end
            sha256, size = copy_hashed(stream, whole, self._encryption_key)
            whole.seek(0)
            if not self.exists(sha256):
                self._guarded("store", lambda: obstore.put(self._store, self._key(sha256), whole))
        return sha256, size

    def put_all(self, sources: Sequence[Source]) -> list[tuple[str, int] | Exception]:
        return each(self._put_one, sources, _THREADS)

    def _put_one(self, source: Source) -> tuple[str, int]:
        with source() as stream:
            return self.put(stream)

    def get(self, sha256: str) -> bytes:
        stored = self._guarded(
            "read", lambda: bytes(obstore.get(self._store, self._key(sha256)).bytes())
        )
        if self._encryption_key is None:
            return stored
        return b"".join(decrypted(self._encryption_key, io.BytesIO(stored)))

    def exists(self, sha256: str) -> bool:
        try:
            self._guarded("look for", lambda: obstore.head(self._store, self._key(sha256)))
        except NotFound:
            return False
        return True

    def delete(self, sha256: str) -> None:
        if self.exists(sha256):
            self._guarded("delete", lambda: obstore.delete(self._store, self._key(sha256)))

    def erase(self, sha256: str) -> None:
        self.delete(sha256)

    def local_path(self, sha256: str, folder: Path) -> Path:
        path = folder / sha256
        path.write_bytes(self.get(sha256))
        return path

    def names(self) -> Iterator[str]:
        for batch in obstore.list(self._store, self._prefix):
            yield from sorted(str(each["path"]).rsplit("/", 1)[-1] for each in batch)

    def sweep(self) -> None:
        """Nothing: what is not stored whole has no name, here or in the bucket."""

    def _key(self, sha256: str) -> str:
        return f"{self._prefix}/{sha256[:2]}/{sha256}"

    def _guarded(self, verb: str, action: Callable[[], T]) -> T:
        try:
            return action()
        except (NotFoundError, FileNotFoundError):
            raise NotFound("There is no such stored file.") from None
        except BaseError as error:
            raise StorageError(
                f"Could not {verb} a file in {self._url}: {error}. It was not acknowledged, and is "
                "tried again when the store answers."
            ) from error
