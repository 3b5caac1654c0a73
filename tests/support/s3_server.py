"""A real S3 server (SeaweedFS) on this machine, with one empty bucket."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
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


@contextmanager
def s3_server(folder: Path) -> Iterator[str]:
    """Its address; the bucket is ``mail``."""
    assert WEED is not None
    s3, filer, master, volume = _free_ports(4)
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
