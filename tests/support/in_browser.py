"""A headless Chromium, and the web pages served to it on a free port."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

#: Serves a home on a free port and prints it on its first line.
_SERVE = """
import socket, sys
from pathlib import Path
import uvicorn
from digitizer.entrances.web.app import make_app
from digitizer.facility import open_facility

listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
app = make_app(open_facility(Path(sys.argv[1])))
uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run([listener])
"""


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The address at which the pages of a home are served meanwhile."""
    with subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(home)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    ) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.terminate()
