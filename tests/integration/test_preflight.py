"""Apache PDFBox's Preflight, a public validator, judges a letter's PDF.

It is not installed with the rest (it needs Java); to have it, on Debian:

    apt-get install --no-install-recommends default-jre-headless libpdfbox2-java \\
        libcommons-io-java libjaxb-api-java libactivation-java

It knows PDF/A-1b, whose rules on fonts, colours, pictures and metadata are those of PDF/A-2u or
stricter; so it is shown the same document in that dress: its number changed, its objects unpacked.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from digitizer.engines.searchable_pdf import searchable_pdf
from tests.support.read_pages import DEAR, LOVE, SENOR, page, picture
from tests.unit.engines.searchable_pdf.test_pdf_a import ODD

JARS = [
    Path("/usr/share/java", f"{name}.jar")
    for name in (
        "preflight",
        "pdfbox2",
        "fontbox2",
        "xmpbox",
        "commons-logging",
        "commons-io",
        "jaxb-api",
        "javax.activation",
    )
]

pytestmark = pytest.mark.skipif(
    not (JARS[0].exists() and shutil.which("java")), reason="PDFBox Preflight is not installed"
)

Change = Callable[[pikepdf.Pdf], object]


def judged(folder: Path, change: Change = lambda _: None) -> str:
    """Preflight's verdict on a letter with pictures of all kinds, after ``change``."""
    kinds = [("L", "JPEG"), ("RGB", "JPEG"), ("1", "PNG"), ("RGB", "PNG"), ("RGBA", "PNG")]
    pages = [page(DEAR, SENOR, LOVE, *ODD[:2], data=picture(*kind)) for kind in kinds]
    path = folder / "letter.pdf"
    with pikepdf.open(BytesIO(searchable_pdf(pages, "Carta — <Ñ>"))) as pdf:
        packet = pdf.Root.Metadata.read_bytes()
        dressed = packet.replace(b":part>2<", b":part>1<").replace(b"ance>U<", b"ance>B<")
        pdf.Root.Metadata.write(dressed)
        change(pdf)
        plain = pikepdf.ObjectStreamMode.disable
        pdf.save(path, force_version="1.4", object_stream_mode=plain, deterministic_id=True)
    done = subprocess.run(
        [
            "java",
            f"-Duser.home={folder}",
            "-cp",
            ":".join(map(str, JARS)),
            "org.apache.pdfbox.preflight.Validator_A1b",
            str(path),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def test_preflight_finds_no_error(tmp_path: Path) -> None:
    assert "is a valid PDF/A-1b file" in judged(tmp_path)


def _without_intent(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.OutputIntents


def _other_title(pdf: pikepdf.Pdf) -> None:
    pdf.docinfo["/Title"] = "Another"


def _without_glyphs(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[0].Resources.Font.Words.DescendantFonts[0].CIDToGIDMap


@pytest.mark.parametrize("change", [_without_intent, _other_title, _without_glyphs])
def test_preflight_would_find_an_error(tmp_path: Path, change: Change) -> None:
    assert "is not a valid PDF/A-1b file" in judged(tmp_path, change)
