"""Labels as a mailroom uses them: printed, stuck on letters, scanned, and confirmed by a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest

from digitizer.engines.printing.kit.label_layout import LABELS
from digitizer.model.prints import LabelPaper
from digitizer.screening import cases
from tests.support import scanner
from tests.support.made_mail import CLERK
from tests.support.mailroom_kit import Home

pytestmark = pytest.mark.acceptance

ANN, BEN, CAM = "P1001", "P1002", "P1003"
LABELLED = "A label on it says whose it is: a label delivers nothing by itself."
_K = scanner.DPI / 25.4


@dataclass(slots=True)
class Mailroom:
    """What became of each stack, by its name."""

    home: Home
    lines: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    queues: dict[str, str] = field(default_factory=dict)

    def seen(self, name: str) -> list[tuple[list[int], str]]:
        """Of each letter its pages, and the inmate it went to or else the queue it waits in."""
        return [
            (line["pages"], line["booking_number"] or self.queues[line["letter"]])
            for line in self.lines[name]
        ]


def label(home: Home, booking: str, paper: LabelPaper, *gone: str) -> scanner.Page:
    """A label as it comes out of its printer; ``gone``: its codes, or its marks."""
    out = home.paper / "label.pdf"
    home.run("cover", "print", booking, "--paper", paper, "--out", str(out))
    document = pypdfium2.PdfDocument(out)
    try:
        picture = document[0].render(scale=scanner.DPI / 72).to_pil().convert("RGB")
    finally:
        document.close()
    place, page = LABELS[paper], np.asarray(picture).copy()
    areas = [*(place.codes if "codes" in gone else ())]
    areas += place.marks.values() if "marks" in gone else ()
    for each in areas:
        top, bottom = round(each.top * _K), round(each.bottom * _K)
        page[top:bottom, round(each.left * _K) : round(each.right * _K)] = 90
    return page


def stuck(label: scanner.Page, sheet: scanner.Page, left: int = 900, top: int = 80) -> scanner.Page:
    page = sheet.copy()
    page[top : top + label.shape[0], left : left + label.shape[1]] = label
    return page


def note(words: str) -> scanner.Page:
    return scanner.typed_page(f"Dear Pat,\n\n{words}\n\nI hope to see you soon.\nYour aunt")


def envelope() -> scanner.Page:
    page = np.full_like(scanner.paper()[:2000], (176, 138, 96))
    scanner.write_on(page, ["Ida Invented", "12 Made Up Street"], 120, 200, 120, 2)
    return page


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Mailroom:
    home = Home(tmp_path_factory.mktemp("labels"))
    made, paths = Mailroom(home), []
    for seed, (name, pages) in enumerate(stacks(home).items()):
        paths.append(home.paper / f"{name}.pdf")
        scanner.write_pdf([scanner.glass(p, np.random.default_rng(seed)) for p in pages], paths[-1])
    for line in home.lines("ingest", *map(str, paths)):
        made.lines.setdefault(Path(line["source"]).stem, []).append(line)
    made.queues = {each["letter"]: each["queue"] for each in home.lines("held")}
    return made


def stacks(home: Home) -> dict[str, list[scanner.Page]]:
    ann, ben = label(home, ANN, "label"), label(home, BEN, "label-small")
    cover, blind = home.cover(CAM), label(home, BEN, "label", "codes")
    bare = label(home, BEN, "label", "codes", "marks")
    return {
        "labelled": [
            stuck(ann, envelope()),
            note("One."),
            stuck(ben, note("Two."), top=2000),
            note("Three."),
            cover,
            note("Four."),
        ],
        "codes-gone": [cover, note("Five."), stuck(blind, envelope()), note("Six.")],
        "codes-and-marks-gone": [cover, note("Seven."), stuck(bare, scanner.paper()), note("8.")],
        "cut-out": [cover, note("Nine."), stuck(ann[:420, :420], note("Ten.")), note("Eleven.")],
        "alone": [cover, note("Twelve."), stuck(ann, scanner.paper())],
    }


def test_a_labelled_letter_waits_for_one_key_with_its_inmate_first(room: Mailroom) -> None:
    """The sheet that bears the label is a page of the letter."""
    assert room.seen("labelled") == [([1, 2], "match"), ([3, 4], "match"), ([6], CAM)]
    facility = _open(room)
    for line, booking in zip(room.lines["labelled"], (ANN, BEN), strict=False):
        assert line["outcome"] == "held"
        assert line["reason"].startswith(LABELLED)
        case = cases.look_at_held(facility, line["letter"], CLERK)
        assert case.one_key
        first = case.suggestions[0]
        assert (first.inmate.booking_number, first.why) == (booking, ("named by the label",))


def _open(room: Mailroom) -> Any:
    from digitizer.facility import open_facility

    return open_facility(room.home.path)


def test_a_label_that_cannot_be_read_holds_what_it_touches(room: Mailroom) -> None:
    for name in ("codes-gone", "codes-and-marks-gone"):
        assert room.seen(name) == [([2], "exception"), ([3, 4], "exception")]


def test_a_code_cut_from_a_label_delivers_nothing_either(room: Mailroom) -> None:
    """It divides, as its paper does, and proposes: a person sees the pages before they go."""
    assert room.seen("cut-out") == [([2], CAM), ([3, 4], "match")]


def test_a_label_without_a_page_behind_it_may_be_the_letter_before_put_in_backwards(
    room: Mailroom,
) -> None:
    assert room.seen("alone") == [([2], "exception"), ([3], "exception")]


def test_decode_says_of_a_label_that_it_is_one(room: Mailroom) -> None:
    out = room.home.paper / "decoded.pdf"
    room.home.run("cover", "print", ANN, "--paper", "label", "--out", str(out))
    (page,) = room.home.lines("decode", str(out))
    assert {each["trusted"] for each in page["symbols"]} == {True}
    assert all("good, of a label" in each["why"] for each in page["symbols"])


def test_only_an_inmates_cover_comes_as_a_label(room: Mailroom) -> None:
    for wrong in (
        ("--kind", "separator"),
        ("--everyone",),
        ("--kind", "reply", ANN),
        ("--once", ANN),
    ):
        out = str(room.home.paper / "x.pdf")
        room.home.run("cover", "print", *wrong, "--paper", "label", "--out", out, good=(2,))
        assert not Path(out).exists()
