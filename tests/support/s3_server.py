"""A real S3 server (SeaweedFS) on this machine, with one empty bucket."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.patience import HUNG

WEED = shutil.which("weed", path=str(Path(sys.executable).parent)) or shutil.which("weed")
#: What its clients need: it asks for no more than that there are some.
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "any",
    "AWS_SECRET_ACCESS_KEY": "any",
    "AWS_REGION": "us-east-1",
}


def _free_ports(count: int) -> list[int]:
    """Ports that are free and whose sisters 10,000 higher, which the server takes too, are; and
    below those that the system gives to clients."""
    found: list[int] = []
    for port in range(11_000 + os.getpid() % 11_000, 22_700):
        if _is_free(port) and _is_free(port + 10_000):
            found.append(port)
        if len(found) == count:
            return found
    raise AssertionError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _has_bucket(filer: int, process: subprocess.Popen[bytes]) -> bool:
    """Waits until the server answers, and makes the bucket if there is none; False: it ended."""
    deadline = time.monotonic() + HUNG
    method, answer = "GET", "nothing"
    while answer not in ("200", "201"):
        if process.poll() is not None:
            return False
        assert time.monotonic() < deadline, f"the S3 server gave {answer} all the time"
        connection = http.client.HTTPConnection("127.0.0.1", filer, timeout=HUNG)
        try:
            connection.request(method, "/buckets/mail/")
            answer = str(connection.getresponse().status)
            method = "POST" if answer == "404" else "GET"
        except OSError as error:
            answer = str(error)
            time.sleep(0.2)
        finally:
            connection.close()
    return True


class Store:
    """A server whose data outlive it: it can be killed, and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._s3, self._filer, self._master, self._volume = _free_ports(4)
        self._process: subprocess.Popen[bytes] | None = None
        self._known = False

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._s3}"

    def start(self) -> None:
        """Returns when it answers, and has the bucket. The first time on ports that are free:
        another program may take one before it does."""
        while not self._begun():
            assert not self._known, "the S3 server does not come back"
            self._s3, self._filer, self._master, self._volume = _free_ports(4)
        self._known = True

    def _begun(self) -> bool:
        assert WEED is not None
        self._process = subprocess.Popen(
            [
                WEED,
                "server",
                f"-dir={self._folder}",
                "-ip=127.0.0.1",
                "-s3",
                # Otherwise it makes a bucket that a file is put into, as no other store does.
                "-s3.autoCreateBucket=false",
                f"-s3.port={self._s3}",
                f"-filer.port={self._filer}",
                f"-master.port={self._master}",
                f"-volume.port={self._volume}",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return _has_bucket(self._filer, self._process)

    def kill(self) -> None:
        """SIGKILL: it ignores SIGTERM."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@contextmanager
def s3_server(folder: Path) -> Iterator[str]:
    """Its address; the bucket is ``mail``."""
    store = Store(folder)
    try:
        store.start()
        yield store.address
    finally:
        store.kill()
