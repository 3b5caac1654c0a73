"""Separators as a mailroom uses them: printed, laid on letters, scanned, taken in, listed.

Every stack goes through the command line as pictures of paper. Starting the sandboxes takes most of
the time, so all stacks of one scanner are taken in by one command; then each is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from digitizer.engines.printing.kit import cover_layout as layout
from tests.support import scanner
from tests.support.mailroom_kit import Home

pytestmark = pytest.mark.acceptance

ANN, BEN = "P1001", "P1002"
SEPARATED = "The stack says that a letter begins here, not whose it is."
_DPI = 200
_CODES = layout.code_areas(*layout.PAPERS["letter"])


@dataclass(slots=True)
class Mailroom:
    """A home, the separators in use there, and what became of each stack, by its name."""

    home: Home
    front: scanner.Page
    back: scanner.Page
    lines: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    queues: dict[str, str] = field(default_factory=dict)

    def take_in(self, stacks: dict[str, list[scanner.Page]], *profile: str) -> None:
        paths = []
        for seed, (name, pages) in enumerate(stacks.items()):
            paths.append(self.home.paper / f"{name}.pdf")
            write_scan(pages, paths[-1], seed)
        for line in self.home.lines("ingest", *map(str, paths), *profile):
            self.lines.setdefault(Path(line["source"]).stem, []).append(line)
        held = self.home.lines("held")
        self.queues = {each["letter"] or each["scan"]: each["queue"] for each in held}

    def seen(self, name: str) -> list[tuple[list[int], str]]:
        """Of each letter its pages, and the inmate it went to or else the queue it waits in."""
        return [
            (line["pages"], line["booking_number"] or self.queues[line["letter"]])
            for line in self.lines[name]
        ]


def write_scan(pages: list[scanner.Page], path: Path, seed: int) -> None:
    """A little askew, with noise, at 200 dpi."""
    rng = np.random.default_rng(seed)
    share = _DPI / scanner.DPI
    small = [cv2.resize(each, None, fx=share, fy=share, interpolation=3) for each in pages]
    laid = [Image.fromarray(scanner.glass(np.asarray(each, np.uint8), rng)) for each in small]
    laid[0].save(path, "PDF", save_all=True, append_images=laid[1:], resolution=_DPI, quality=80)


def note(words: str) -> scanner.Page:
    return scanner.typed_page(f"Dear Pat,\n\n{words}\n\nI hope to see you soon.\nYour aunt")


def upside_down(page: scanner.Page) -> scanner.Page:
    return np.ascontiguousarray(np.rot90(page, 2))


def without(page: scanner.Page, areas: tuple[layout.Area, ...]) -> scanner.Page:
    """What was in these places is blotted out."""
    k = scanner.DPI / 25.4
    boxes = [
        (round(each.left * k), round(each.top * k), round(each.right * k), round(each.bottom * k))
        for each in areas
    ]
    return scanner.blacken(page, boxes)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Mailroom:
    folder = tmp_path_factory.mktemp("separators")
    home = Home(folder)
    printed = folder / "separator.pdf"
    home.run("cover", "print", "--kind", "separator", "--out", str(printed))
    front, back = scanner.pdf_pages(printed)
    made = Mailroom(home, front, back)
    made.take_in(one_sided(made))
    made.take_in(two_sided(made), "--profile", "adf-duplex-pdf")
    return made


def one_sided(room: Mailroom) -> dict[str, list[scanner.Page]]:
    s, header = room.front, room.home.cover("--kind", "batch", "--letters", "3")
    ann, ben = room.home.cover(ANN), room.home.cover(BEN)
    legal = room.home.cover("--kind", "legal")
    return {
        "mixed": [ann, note("One."), s, note("Two."), note("Three."), room.back, note("Four.")],
        "turned": [upside_down(s), note("Five."), s, note("Six."), ben, note("Seven.")],
        "codes-gone": [s, note("Eight."), without(s, _CODES), note("Nine."), s, note("Ten.")],
        "face-down": [s, note("Eleven."), scanner.paper(), note("Twelve."), s, note("Thirteen.")],
        "doubled": [s, note("Fourteen."), s, s, note("Fifteen."), s, note("Sixteen.")],
        "lost": [header, s, note("Seventeen."), note("Eighteen."), ann, note("Nineteen.")],
        "legal": [s, note("Twenty-five."), legal, note("Twenty-six.")],
        "only": [s],
    }


def two_sided(room: Mailroom) -> dict[str, list[scanner.Page]]:
    """This scanner's stacks begin with a header."""
    blank = scanner.paper()
    header = [room.home.cover("--kind", "batch", "--letters", "2"), blank]
    front, back = [room.front, room.back], [room.back, room.front]
    one_printed = [room.front, blank, note("D."), blank, blank, room.back, note("E."), blank]
    return {
        "both-printed": [*header, *front, note("A."), blank, *back, note("B."), note("C.")],
        "one-printed": [*header, *one_printed],
        "back-written": [*header, *front, note("F."), blank, room.front, note("G.")],
    }


def test_letters_behind_separators_wait_for_a_name_and_the_others_are_delivered(
    room: Mailroom,
) -> None:
    assert room.seen("mixed") == [([2], ANN), ([4, 5], "match"), ([7], "match")]
    for line in room.lines["mixed"][1:]:
        assert line["outcome"] == "held"
        assert line["reason"].startswith(SEPARATED)
    assert room.seen("turned") == [([2], "match"), ([4], "match"), ([6], BEN)]


def test_what_may_be_a_separator_sends_both_neighbours_to_the_exception_queue(
    room: Mailroom,
) -> None:
    assert room.seen("codes-gone") == [([2], "exception"), ([3, 4], "exception"), ([6], "match")]
    assert "Page 3 looks like a separator" in room.lines["codes-gone"][0]["reason"]
    assert room.seen("face-down") == [([2], "exception"), ([4], "exception"), ([6], "match")]


def test_a_separator_that_is_lost_shows_in_the_count_of_letters(room: Mailroom) -> None:
    assert room.seen("lost") == [([3, 4], "exception"), ([6], "exception")]


def test_a_separator_too_many_may_be_a_handful_back_to_front(room: Mailroom) -> None:
    assert room.seen("doubled") == [([2], "exception"), ([5], "exception"), ([7], "match")]


def test_a_legal_marker_among_separators_seals(room: Mailroom) -> None:
    (line,) = room.lines["legal"]
    assert (line["letter"], line["pages"]) == (None, [])
    assert room.queues[line["scan"]] == "legal"


def test_separators_alone_are_held(room: Mailroom) -> None:
    (line,) = room.lines["only"]
    assert (line["letter"], line["outcome"]) == (None, "held")
    assert "Page 1 is a separator" in line["reason"]


def test_either_side_of_a_separator_counts_and_a_written_one_is_a_doubt(room: Mailroom) -> None:
    assert room.seen("both-printed") == [([5], "match"), ([9, 10], "match")]
    assert room.seen("one-printed") == [([5], "match"), ([9], "match")]
    assert room.seen("back-written") == [([5], "exception"), ([8], "exception")]


def test_every_page_is_somewhere_and_separators_are_recorded(room: Mailroom) -> None:
    accounts = {Path(each["source"]).stem: each for each in room.home.lines("reconcile")}
    assert all(each["balanced"] for each in accounts.values())
    assert accounts["mixed"]["recorded"] == 2
    assert accounts["lost"]["recorded"] == 2
    assert accounts["both-printed"]["recorded"] == 6
    assert (accounts["one-printed"]["recorded"], accounts["one-printed"]["blanks"]) == (6, 2)


def test_a_letter_behind_a_separator_is_read_and_assigned_by_a_person(room: Mailroom) -> None:
    letter = next(line["letter"] for line in room.lines["mixed"] if line["pages"] == [4, 5])
    arguments = ("assign", letter, "--to", BEN, "--by", "Clerk", "--reason", "read the envelope")
    room.home.run("staff", "add", "Clerk", "--role", "clerk")
    room.home.run(*arguments)
    (entry,) = [each for each in room.home.lines("mailbox", BEN) if each["letter"] == letter]
    assert entry["pages"] == 2
    hits = room.home.lines("search", "Three", "--booking", BEN)
    assert (hits[0]["letter"], hits[0]["page"]) == (letter, 2)


def test_decode_names_the_kind(room: Mailroom) -> None:
    pages = room.home.lines("decode", str(room.home.path.parent / "separator.pdf"))
    assert [len(each["symbols"]) for each in pages] == [4, 4]
    assert {each["why"].split(" code ")[0] for page in pages for each in page["symbols"]} == {
        "separator"
    }
