"""The font of the words behind the picture."""

from __future__ import annotations

from digitizer.engines.searchable_pdf.font import _true_type


def test_the_font_sums_to_what_opentype_asks() -> None:
    font = _true_type()
    padded = font + bytes(-len(font) % 4)
    total = sum(int.from_bytes(padded[i : i + 4]) for i in range(0, len(padded), 4))
    assert total & 0xFFFFFFFF == 0xB1B0AFBA
