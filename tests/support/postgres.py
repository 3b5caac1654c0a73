"""A real PostgreSQL for tests: made in a temporary folder, on the loopback, removed afterwards.

PostgreSQL refuses to run as root, so as root it is made and run by the user ``postgres``.
"""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from tests.support.patience import HUNG

_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
_SERVER_USER = "postgres"


def missing() -> str | None:
    """Why there can be no server here; None if there can."""
    if not _PROGRAMS:
        return "PostgreSQL is not installed (apt-get install postgresql)"
    if os.getuid() == 0 and _SERVER_USER not in {user.pw_name for user in pwd.getpwall()}:
        return "there is no user postgres to run the server"
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return "psycopg is not installed (pip install 'psycopg[binary]')"
    return None


class Cluster:
    """A server whose data outlive it: it can be killed, and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        self._user = _SERVER_USER if os.getuid() == 0 else getpass.getuser()
        self._folder, self._data = folder, folder / "data"
        self._port = _free_port()
        if os.getuid() == 0:
            shutil.chown(folder, self._user)
        made = ("-A", "trust", "-U", "tester", "-E", "UTF8", "--no-locale", "--no-sync")
        _run(self._user, "initdb", "-D", str(self._data), *made)

    @property
    def url(self) -> str:
        return f"postgresql://tester@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Also right after it was killed: as long as its children end it refuses to start."""
        deadline = time.monotonic() + HUNG
        while not self._begun():
            assert time.monotonic() < deadline, "PostgreSQL does not start"
            time.sleep(0.2)

    def _begun(self) -> bool:
        address = f"-p {self._port} -c listen_addresses=127.0.0.1 -k {self._folder}"
        options = f"{address} -c fsync=off"
        log = str(self._folder / "log")
        how = ("-D", str(self._data), "-w", "-l", log, "-o", options)
        try:
            _run(self._user, "pg_ctl", *how, "start")
        except subprocess.CalledProcessError:
            return False
        return True

    def kill(self) -> None:
        """SIGKILL; its children end with it, and the next start recovers from its log."""
        process = int((self._data / "postmaster.pid").read_text().split()[0])
        os.kill(process, signal.SIGKILL)

    def stop(self) -> None:
        _run(self._user, "pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop")


@contextmanager
def server() -> Iterator[str]:
    """Gives the URL of an empty database."""
    folder = Path(tempfile.mkdtemp(prefix="digitizer-postgres-"))
    cluster = Cluster(folder)
    cluster.start()
    try:
        yield cluster.url
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def emptied(url: str) -> str:
    """The same database without anything in it."""
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:", 1))
    with engine.begin() as tx:
        for name in sa.inspect(tx).get_schema_names():
            if not name.startswith(("pg_", "information_schema")):
                tx.exec_driver_sql(f"DROP SCHEMA {name} CASCADE")
        tx.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    return url


def _run(user: str, program: str, *arguments: str) -> None:
    as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    command = [str(_PROGRAMS[-1] / program), *arguments]
    subprocess.run(
        as_user + command if os.getuid() == 0 else command,
        check=True,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
