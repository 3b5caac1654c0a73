"""The real print system, with a printer that is a file: skipped where CUPS is not installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from digitizer.facility import Facility
from digitizer.model.errors import StorageError
from digitizer.model.prints import PrintKind
from digitizer.prints import actions
from tests.support.made_mail import CLERK
from tests.support.patience import HUNG, until
from tests.support.pdf_looks import pdf_pages
from tests.support.print_system import BLANK_PDF, with_printers

_CUPS = Path("/usr/lib/cups")
pytestmark = pytest.mark.skipif(
    not (shutil.which("cupsd") and shutil.which("lpadmin") and _CUPS.exists() and os.getuid() == 0),
    reason="CUPS is not installed here, or we are not root",
)

_FILES = """
SystemGroup root
User lp
Group lp
ServerRoot {at}/etc
RequestRoot {at}/spool
CacheDir {at}/cache
StateDir {at}/run
ServerBin {at}/bin
AccessLog {at}/access.log
ErrorLog {at}/error.log
PageLog {at}/page.log
"""
_CUPSD = """
Listen {at}/socket
Browsing No
DefaultAuthType None
WebInterface No
<Location />
Order allow,deny
Allow all
</Location>
<Policy default>
<Limit All>
Order deny,allow
</Limit>
</Policy>
"""
#: What CUPS gives a job to: it puts it into a file.
_BACKEND = """#!/bin/sh
[ $# -eq 0 ] && echo 'direct keep "Keeps" "Keeps"' && exit 0
[ $# -ge 6 ] && exec cp "$6" "{at}/kept/$1.pdf"
cat > "{at}/kept/$1.pdf"
"""


@pytest.fixture
def print_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A print system of its own, on a socket of its own; yields where what is printed lies."""
    at = Path("/tmp") / tmp_path_factory.mktemp("cups").name  # a socket's name must be short
    at = Path(shutil.copytree(_CUPS, at / "bin", symlinks=True)).parent
    at.chmod(0o755)
    for name in ("etc", "spool", "cache", "run", "kept"):
        (at / name).mkdir()
    (at / "kept").chmod(0o777)
    (at / "etc" / "cups-files.conf").write_text(_FILES.format(at=at))
    (at / "etc" / "cupsd.conf").write_text(_CUPSD.format(at=at))
    backend = at / "bin" / "backend" / "keep"
    backend.write_text(_BACKEND.format(at=at))
    backend.chmod(0o755)
    arguments = ("-c", f"{at}/etc/cupsd.conf", "-s", f"{at}/etc/cups-files.conf")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUPS_SERVER", f"{at}/socket")
        server = subprocess.Popen(["cupsd", "-f", *arguments])
        try:
            until(lambda: (at / "socket").exists(), server)
            made = ["lpadmin", "-p", "office", "-E", "-v", "keep:/x", "-m", "raw"]
            until(lambda: subprocess.run(made, capture_output=True).returncode == 0)
            yield at / "kept"
        finally:
            server.terminate()
            server.wait(HUNG)
            shutil.rmtree(at)


def test_a_batch_reaches_the_print_system_once(facility: Facility, print_system: Path) -> None:
    facility = with_printers(facility, office="office", gone="nosuch")
    numbers = [
        actions.queue_pdf(facility, CLERK, PrintKind.SEPARATOR, "Separator", BLANK_PDF)
        for _ in range(3)
    ]
    with pytest.raises(StorageError, match="took nothing"):
        actions.send(facility, CLERK, numbers, "gone")
    batch = actions.send(facility, CLERK, numbers, "office")
    assert batch.request == "office-1"
    until(lambda: _is_whole(print_system))
    (kept,) = print_system.iterdir()
    assert pdf_pages(kept.read_bytes()) == 6
    assert actions.came_out(facility, [batch.number], CLERK) == 3


def _is_whole(folder: Path) -> bool:
    kept = [each.read_bytes() for each in folder.iterdir()]
    return bool(kept) and all(each.rstrip().endswith(b"%%EOF") for each in kept)
