"""What a PDF refers to and does not have."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from digitizer.engines.opening.pdf_lost import lost_masks, names_contents


def _saved(path: Path, kind: str, lost: bool) -> tuple[Path, tuple[int, int]]:
    """A page with a picture and a mask of it, or with a drawing, which is perhaps not there."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        there = pdf.make_stream(b"\0")
        if kind == "mask":
            there.update({"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image})
            holder: pikepdf.Object = pdf.make_stream(b"\0", SMask=there)
            pdf.pages[0].obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=holder))
        else:
            holder = pdf.pages[0].obj
            holder.Contents = there
        pdf.save(path, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    key = b"/SMask " if kind == "mask" else b"/Contents "
    data = path.read_bytes()
    at = data.index(key) + len(key)
    end = data.index(b" 0 R", at)
    if lost:
        data = data[:at] + b"9" * (end - at) + data[end:]
        path.write_bytes(data)
    with pikepdf.open(path) as pdf:
        page = pdf.pages[0].obj
        held = page.Resources.XObject.Im0 if kind == "mask" else page
        return path, held.objgen


@pytest.mark.parametrize("lost", [True, False])
def test_a_picture_whose_mask_is_lost_is_found(tmp_path: Path, lost: bool) -> None:
    path, picture = _saved(tmp_path / "a.pdf", "mask", lost)
    with pikepdf.open(path) as pdf:
        assert lost_masks(pdf) == ({picture} if lost else set())


def test_a_page_that_names_a_drawing_is_not_meant_to_be_blank(tmp_path: Path) -> None:
    path, page = _saved(tmp_path / "a.pdf", "drawing", lost=True)
    with pikepdf.open(path) as pdf:
        assert names_contents(pdf, page)
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(tmp_path / "blank.pdf")
    with pikepdf.open(tmp_path / "blank.pdf") as pdf:
        root = pdf.Root.objgen
        assert not names_contents(pdf, root)
