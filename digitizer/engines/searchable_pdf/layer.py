"""The invisible words of one page as PDF drawing commands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from statistics import StatisticsError, linear_regression, mean, median

from digitizer.engines.searchable_pdf.font import ADVANCE, DESCENT
from digitizer.engines.searchable_pdf.glyph_codes import Codes, encoded
from digitizer.model.paper import Box, Word

FONT = "/Words"
_LONGEST = 8000  # letters in a string of the format, which may have 32767 bytes


def text_layer(words: Sequence[Word], codes: Codes, scale: float, page_height: float) -> bytes:
    """``words`` in their order, each stretched to its box, drawn in render mode 3 (not at all).

    ``scale`` is points a pixel; ``page_height`` is in points. Within a line a word is followed
    by a space.
    """
    shown = [word for word in words if word.text.strip()]
    if not shown:
        return b""
    commands = [
        _show(word, encoded(word.text, codes), bottom, height, after, scale, page_height)
        for _, line in groupby(shown, key=lambda word: word.line)
        for word, bottom, height, after in _on_one_line(list(line))
    ]
    return "\n".join(["BT 3 Tr", *commands, "ET\n"]).encode("ascii")


def _on_one_line(line: Sequence[Word]) -> Iterator[tuple[Word, float, float, bool]]:
    """Each word with the bottom and height (pixels) that it shares with its line, and whether
    another follows.

    Tight boxes stand at different heights ("on", "Mrs", "page"), which readers of PDF take for
    different lines. A word whose own box the shared line would miss keeps its box.
    """
    height = median(word.box.height for word in line)
    slope, start = _bottoms([word.box for word in line])
    for number, word in enumerate(line, start=1):
        bottom = start + slope * (word.box.left + word.box.width / 2)
        if word.box.top <= bottom - height / 2 <= word.box.bottom:
            yield word, bottom, height, number < len(line)
        else:
            yield word, word.box.bottom, word.box.height, number < len(line)


def _bottoms(boxes: Sequence[Box]) -> tuple[float, float]:
    """The straight line (slope, height at 0) under the boxes: least squares, or level."""
    bottoms = [box.bottom for box in boxes]
    try:
        fit = linear_regression([box.left + box.width / 2 for box in boxes], bottoms)
    except StatisticsError:  # fewer than two places
        return 0.0, mean(bottoms)
    return fit.slope, fit.intercept


def _show(
    word: Word,
    letters: Sequence[int],
    bottom: float,
    height: float,
    after: bool,
    scale: float,
    page_height: float,
) -> str:
    """One word: the font size is the line's height, the horizontal stretch fits the width."""
    size = max(1.0, height) * scale
    width = max(1, word.box.width) * scale
    stretch = 100 * width / (len(letters) * ADVANCE / 1000 * size)
    baseline = page_height - bottom * scale - DESCENT / 1000 * size
    drawn = [*letters, ord(" ")] if after else letters
    return (
        f"{FONT} {size:.3f} Tf {stretch:.3f} Tz "
        f"1 0 0 1 {word.box.left * scale:.3f} {baseline:.3f} Tm {_strings(drawn)}"
    )


def _strings(letters: Sequence[int]) -> str:
    some = (letters[start : start + _LONGEST] for start in range(0, len(letters), _LONGEST))
    return " ".join(f"<{''.join(f'{code:04x}' for code in part)}> Tj" for part in some)
