"""Files within a PDF come out as they went in."""

from __future__ import annotations

import hashlib
import io
import subprocess
from pathlib import Path

import pikepdf

from digitizer.engines.printing.kit.attaching import with_files
from digitizer.engines.printing.kit.page_frame import new_canvas
from digitizer.model.evidence import PackedFile

_WORDS = {"what": "a thing", "source": "the source"}


def _pdf() -> bytes:
    canvas, out = new_canvas("letter", "A title", "Example Jail")
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _file(name: str, content: bytes, *, data: bool = False) -> PackedFile:
    digest = hashlib.sha256(content).hexdigest()
    says = "source" if data else "what"
    return PackedFile(name, says, "application/octet-stream", content, digest, data)


_FILES = (_file("page-001.jpg", bytes(range(256)) * 50, data=True), _file("empty.txt", b""))


def test_another_program_saves_the_same_bytes(tmp_path: Path) -> None:
    file, out = tmp_path / "pack.pdf", tmp_path / "out"
    out.mkdir()
    file.write_bytes(with_files(_pdf(), _FILES, _WORDS))
    subprocess.run(["pdfdetach", "-saveall", "-o", out, file], check=True)
    assert {each.name: each.read_bytes() for each in out.iterdir()} == {
        each.name: each.content for each in _FILES
    }


def test_each_is_said_to_belong_to_the_document() -> None:
    with pikepdf.open(io.BytesIO(with_files(_pdf(), _FILES, _WORDS))) as opened:
        named = {str(each.F): str(each.AFRelationship) for each in opened.Root.AF}
        said = {name: each.description for name, each in opened.attachments.items()}
    assert named == {"page-001.jpg": "/Source", "empty.txt": "/Supplement"}
    assert said == {"page-001.jpg": "the source", "empty.txt": "a thing"}


def test_equal_files_give_equal_bytes() -> None:
    assert with_files(_pdf(), _FILES, _WORDS) == with_files(_pdf(), _FILES, _WORDS)
