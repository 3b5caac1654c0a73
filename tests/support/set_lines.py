"""Lines of text as they are set."""

from __future__ import annotations

from digitizer.engines.printing.kit.fonts import REGULAR
from digitizer.engines.printing.kit.text_runs import Line, single_line


def seen(line: Line) -> str:
    """What stands on the paper, from left to right."""
    return "".join(glyph.text for run in line.runs for glyph in run.glyphs)


def shapes(text: str) -> list[tuple[str, int]]:
    """The glyphs as their font and number, from left to right."""
    runs = single_line(text, REGULAR, 10).runs
    return [(run.font.name, glyph.number) for run in runs for glyph in run.glyphs]
