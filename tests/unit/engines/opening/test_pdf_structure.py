"""PDFs whose structure goes in a circle or miscounts."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from tests.support.files_to_open import OBJECTS_PLAIN, refusal, scanned_pdf


def test_a_cyclic_page_tree(tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.Root.Pages.Kids.append(pdf.Root.Pages)
        pdf.save(tmp_path / "a")
    assert "damaged" in refusal(tmp_path / "a")


@pytest.mark.parametrize("declared", [1, 2, 4, 40])
def test_a_page_tree_that_counts_other_than_it_has(tmp_path: Path, declared: int) -> None:
    data = scanned_pdf(tmp_path / "a", object_stream_mode=OBJECTS_PLAIN).read_bytes()
    (tmp_path / "b").write_bytes(data.replace(b"/Count 3", f"/Count {declared}".encode()))
    assert "damaged" in refusal(tmp_path / "b")


def test_a_packet_and_a_dynamic_form(tmp_path: Path) -> None:
    for key, value, word in (
        ("/Collection", pikepdf.Dictionary(), "packet"),
        ("/NeedsRendering", True, "form"),
    ):
        with pikepdf.new() as pdf:
            pdf.add_blank_page()
            pdf.Root[key] = value
            pdf.save(tmp_path / "a")
        assert word in refusal(tmp_path / "a")
