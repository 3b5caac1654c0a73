"""Many documents as one."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest

from digitizer.engines.searchable_pdf import GrowingPdf, Leads, collected, searchable_pdf
from tests.support.read_pages import DEAR, page, picture


def document(pages: int = 1, kind: str = "RGB") -> bytes:
    data = picture(kind, "JPEG")
    return searchable_pdf([page(DEAR, data=data) for _ in range(pages)], "A letter")


def finished(folder: Path, parts: list[bytes], leads: list[Leads]) -> pikepdf.Pdf:
    grown = GrowingPdf(folder)
    counts = [grown.add(each) for each in parts]
    assert grown.pages == sum(counts)
    out = folder / "out.pdf"
    grown.finish(out, document(), leads, "All of it")
    assert [each.name for each in folder.iterdir()] == ["out.pdf"]
    return pikepdf.open(io.BytesIO(out.read_bytes()))


@pytest.mark.parametrize("most", [1, 2, 100])
def test_pages_stand_in_order_however_many_are_held_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(collected, "_MOST_PARTS", most)
    with finished(tmp_path, [document(n) for n in (1, 2, 3)], []) as pdf:
        assert len(pdf.pages) == 7


def test_places_of_the_front_and_the_outline_lead_to_pages(tmp_path: Path) -> None:
    leads = [Leads(0, (10, 10, 90, 20), 2, "Third"), Leads(0, (10, 30, 90, 40), 1, "Second")]
    with finished(tmp_path, [document(2)], leads) as pdf:
        assert [each.Dest[0].objgen for each in pdf.pages[0].obj.Annots] == [
            pdf.pages[2].objgen,
            pdf.pages[1].objgen,
        ]
        with pdf.open_outline() as outline:
            assert [each.title for each in outline.root] == ["Third", "Second"]


def test_pdf_a_is_claimed_unless_there_are_printing_colours(tmp_path: Path) -> None:
    for kind, claimed in (("RGB", True), ("L", True), ("CMYK", False)):
        folder = tmp_path / kind
        folder.mkdir()
        with finished(folder, [document(kind=kind)], []) as pdf:
            assert (b"pdfaid:conformance>B<" in pdf.Root.Metadata.read_bytes()) == claimed


def test_with_nothing_added_the_front_is_all(tmp_path: Path) -> None:
    with finished(tmp_path, [], []) as pdf:
        assert len(pdf.pages) == 1
