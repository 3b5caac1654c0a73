"""Codes for glyphs, none of them a code that means nothing."""

from __future__ import annotations

from digitizer.engines.searchable_pdf.glyph_codes import MEANINGLESS


def test_what_means_nothing_stands_at_the_ends_of_ranges() -> None:
    """The font's map leaves it out by cutting ranges short."""
    for high in range(0x0000, 0x10000, 0x100):
        meant = [code for code in range(high, high + 0x100) if code not in MEANINGLESS]
        assert meant == (list(range(meant[0], meant[-1] + 1)) if meant else [])
