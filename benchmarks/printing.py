"""How many letters a second one core draws, what they take of memory, and whether codes are read.

    python -m benchmarks.printing [--letters 10000] [--read 1000]

Letters are made: a page of text and a reply sheet with a code of its own, to people on an invented
roster. Seconds are the processor's. Photos and tags are counted apart, by letters without them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random

import numpy as np
import psutil
import pypdfium2
from reportlab.pdfgen.canvas import Canvas
from rich.console import Console
from rich.table import Table

from benchmarks.matching import roster
from digitizer.engines.codes.barcodes import find_our_symbols
from digitizer.engines.codes.cover_code import KeyRing, new_cover_code, new_key, payload, short_id
from digitizer.engines.printing.kit import page_frame as drawing
from digitizer.engines.printing.kit.tagging import TaggedCanvas
from digitizer.engines.printing.letters.letter import LetterToInmate, letter_pdf
from digitizer.engines.printing.sheets.reply_sheet import ReplySheet
from digitizer.model.paper import CodeKind
from tests.support.printed_letters import photo
from tests.support.provenance import commit

_PROSE = Path(__file__).parents[1] / "tests" / "support" / "made_prose.txt"
_WORDS = 250
_DPI = 200
_FEW = 200
_CHECKED = 1000  # letters from one look at memory to the next


def made_letters(count: int, chance: Random) -> Iterator[LetterToInmate]:
    """So many letters of a page each, all different."""
    words, people = _PROSE.read_text("utf-8").split(), roster(500, chance)
    ring = KeyRing({1: new_key()}, current=1)
    for number in range(count):
        code = new_cover_code(CodeKind.REPLY, ring)
        yield LetterToInmate(
            facility_name="Example County Detention Center",
            inmate=chance.choice(people),
            sender="Invented Person",
            subject=" ".join(chance.choices(words, k=4)),
            text=_paragraphs(chance.choices(words, k=_WORDS)),
            photos=(),
            sent=datetime(2026, 3, 4, 9, 30),
            message_id=f"M-{number}",
            reply=ReplySheet(payload(code, ring), short_id(code)),
        )


def _paragraphs(words: Sequence[str]) -> str:
    return "\n\n".join(" ".join(words[at : at + 50]) for at in range(0, len(words), 50))


def a_second(letters: Sequence[LetterToInmate]) -> tuple[float, float]:
    """Letters a second of processor time, and bytes a letter."""
    letter_pdf(letters[0], "letter")
    began = time.process_time()
    size = sum(len(letter_pdf(each, "letter")) for each in letters)
    return len(letters) / (time.process_time() - began), size / len(letters)


def untagged(letters: Sequence[LetterToInmate]) -> tuple[float, float]:
    """The same of letters that do not say what their parts are."""
    setattr(drawing, "TaggedCanvas", Canvas)  # noqa: B010 (it is no name that others import)
    try:
        return a_second(letters)
    finally:
        setattr(drawing, "TaggedCanvas", TaggedCanvas)  # noqa: B010


def memory(count: int) -> Iterator[tuple[int, float]]:
    """Letters drawn one after the other, and the MiB that this process has then."""
    process = psutil.Process()
    for number, each in enumerate(made_letters(count, Random(2)), start=1):
        letter_pdf(each, "letter")
        if number == 1 or number % _CHECKED == 0:
            yield number, process.memory_info().rss / 2**20


def read_back(count: int) -> tuple[int, int]:
    """Of so many reply sheets, as pictures of 200 dpi: how many gave their own code and no other,
    and how many another."""
    right = wrong = 0
    for each in made_letters(count, Random(3)):
        with pypdfium2.PdfDocument(letter_pdf(each, "letter")) as document:
            grey = document[len(document) - 1].render(scale=_DPI / 72, grayscale=True).to_numpy()
        picture = np.ascontiguousarray(grey[:, :, 0] if grey.ndim == 3 else grey)
        found = {symbol.text for symbol in find_our_symbols(picture, _DPI).symbols}
        assert each.reply is not None  # only a copy has none
        right += found == {each.reply.payload}
        wrong += bool(found - {each.reply.payload})
    return right, wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=10_000, help="for memory")
    parser.add_argument("--read", type=int, default=1000, help="sheets whose codes are read")
    chosen = parser.parse_args()
    console = Console(width=100)
    console.print(f"commit {commit()}")
    few = list(made_letters(_FEW, Random(1)))
    with_photos = [replace(each, photos=(photo("red", (1600, 1200)),) * 2) for each in few[:20]]
    table = Table("letters", "a second", "kB a letter")
    for name, (speed, size) in (
        ("text, tagged", a_second(few)),
        ("text, not tagged", untagged(few)),
        ("large print", a_second([replace(each, large=True) for each in few])),
        ("two photos", a_second(with_photos)),
    ):
        table.add_row(name, f"{speed:.0f}", f"{size / 1000:.1f}")
    console.print(table)
    right, wrong = read_back(chosen.read)
    console.print(f"{chosen.read} sheets: {right} gave their code, {wrong} another")
    for number, size in memory(chosen.letters):
        console.print(f"after {number} letters: {size:.0f} MiB")


if __name__ == "__main__":
    main()
