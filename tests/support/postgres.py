"""A real PostgreSQL for tests: made in a temporary folder, on the loopback, removed afterwards.

PostgreSQL refuses to run as root, so as root it is made and run by the user ``postgres``.
"""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

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


@contextmanager
def server() -> Iterator[str]:
    """Gives the URL of an empty database."""
    folder = Path(tempfile.mkdtemp(prefix="digitizer-postgres-"))
    user = _SERVER_USER if os.getuid() == 0 else getpass.getuser()
    if os.getuid() == 0:
        shutil.chown(folder, user)
    port = _free_port()
    data = str(folder / "data")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off"
    made = ("-A", "trust", "-U", "tester", "-E", "UTF8", "--no-locale", "--no-sync")
    _run(user, "initdb", "-D", data, *made)
    _run(user, "pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://tester@127.0.0.1:{port}/postgres"
    finally:
        _run(user, "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
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
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
