"""Of a page of which a part is withheld, nobody who reads the letter gets anything of the part."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from digitizer.facility import Facility
from digitizer.letters import actions as letters
from digitizer.letters.transcripts import transcripts_of, whole_transcripts_of
from digitizer.letters.withheld_parts import WithheldPart, text_outside
from digitizer.model.paper import Box, Transcript, Word
from digitizer.screening import decisions, recalls
from digitizer.storage.database import reading
from tests.support.made_mail import (
    CLERK,
    DOUBT,
    ORSON,
    SUPERVISOR,
    as_inmate,
    file,
    letter_of,
    letters_of,
    split_of,
)

_WIDE, _HIGH = 2550, 3300
_SAFE, _SECRET = Box(200, 200, 300, 60), Box(200, 2500, 300, 60)
_READ = Transcript(
    "made-up",
    "harbor\nforbiddance",
    0.9,
    (
        Word("harbor", _SAFE, 0.9, 0),
        Word("forbiddance", _SECRET, 0.9, 1, (("forbearance", 0.2),)),
    ),
)
_LOWER = "0 50 100 50"


def _letter(facility: Facility) -> str:
    page = Image.new("L", (_WIDE, _HIGH), 200)
    out = io.BytesIO()
    page.save(out, "JPEG", dpi=(300, 300))
    name = facility.pictures.put(io.BytesIO(out.getvalue()))[0]
    filed = file(
        facility, split_of(letter_of(None, 1, 2, DOUBT)), {1: _READ}, pictures={1: name, 2: name}
    )
    return letters_of(facility, filed)[0].id


def _grey(picture: bytes) -> tuple[float, float]:
    """The mean grey of the page's upper and lower half."""
    with Image.open(io.BytesIO(picture)) as page:
        values = np.asarray(page.convert("L"), dtype=float)
    return float(values[:1600].mean()), float(values[1700:3290].mean())


def _deliver(facility: Facility, letter: str) -> None:
    decisions.assign(facility, letter, ORSON, SUPERVISOR, "why")


def test_picture_pdf_text_and_search_have_nothing_of_the_part(facility: Facility) -> None:
    letter, inmate = _letter(facility), as_inmate(ORSON)
    decisions.withhold_part(facility, letter, 1, _LOWER, CLERK, "a plan")
    _deliver(facility, letter)
    for who in (inmate, SUPERVISOR):
        upper, lower = _grey(letters.page_picture(facility, letter, 1, who))
        assert (round(upper), lower > 245) == (200, True)
        assert _grey(letters.page_picture(facility, letter, 2, who))[1] == pytest.approx(200, abs=1)
        opened = letters.open_letter(facility, letter, who)
        assert opened.pages[0].transcript is not None
        assert opened.pages[0].transcript.text == "harbor"
        assert [(each.part, each.after, each.reason) for each in opened.withheld] == [
            (True, 1, "a plan")
        ]
        assert letters.found_on(opened.pages[0], "forbiddance") == ()
    assert [hit.snippet for hit in letters.search_mail(facility, "harbor", inmate)] == ["harbor"]
    for words in ("forbiddance", "forbearance", '"harbor forbiddance"', "forbidance"):
        assert letters.search_mail(facility, words, inmate) == ()
    pdf = letters.letter_pdf(facility, letter, inmate)
    assert len(pdf) > 1000
    assert b"forbiddance" not in pdf


def test_a_correction_brings_nothing_of_the_part_back(facility: Facility) -> None:
    letter, inmate = _letter(facility), as_inmate(ORSON)
    decisions.withhold_part(facility, letter, 1, _LOWER, CLERK, "a plan")
    _deliver(facility, letter)
    letters.correct_page(facility, letter, 1, "harbor\nforbiddance indeed", SUPERVISOR)
    page = letters.open_letter(facility, letter, inmate).pages[0]
    assert page.transcript is not None
    assert (page.transcript.text, page.as_read) == ("harbor", None)
    assert letters.search_mail(facility, "forbiddance", inmate) == ()
    assert letters.search_mail(facility, "indeed", inmate) == ()


def test_nor_does_one_of_before(facility: Facility) -> None:
    """Its words stand where others like them were read, and that is a guess."""
    letter, inmate = _letter(facility), as_inmate(ORSON)
    _deliver(facility, letter)
    letters.correct_page(facility, letter, 1, "indeed\nharbor forbiddance\nindeed", SUPERVISOR)
    recalls.recall(facility, letter, SUPERVISOR, "look again")
    decisions.withhold_part(facility, letter, 1, _LOWER, CLERK, "a plan")
    _deliver(facility, letter)
    page = letters.open_letter(facility, letter, inmate).pages[0]
    assert page.transcript is not None
    assert page.transcript.text == "harbor"
    for words in ("forbiddance", "indeed", "harbor forbiddance"):
        assert "forbiddance" not in str(letters.search_mail(facility, words, inmate))


def test_what_is_given_back_is_all_there_again(facility: Facility) -> None:
    letter, inmate = _letter(facility), as_inmate(ORSON)
    decisions.withhold_part(facility, letter, 1, _LOWER, CLERK, "a plan")
    _deliver(facility, letter)
    recalls.recall(facility, letter, SUPERVISOR, "an appeal was granted")
    decisions.give_back_parts(facility, letter, 1, CLERK, "an appeal was granted")
    _deliver(facility, letter)
    assert _grey(letters.page_picture(facility, letter, 1, inmate))[1] == pytest.approx(200, abs=1)
    assert letters.search_mail(facility, "forbiddance", inmate)
    assert letters.open_letter(facility, letter, inmate).withheld == ()


def test_who_decides_reads_all_of_it_and_who_gets_it_does_not(facility: Facility) -> None:
    letter = _letter(facility)
    decisions.withhold_part(facility, letter, 1, _LOWER, CLERK, "a plan")
    with reading(facility.engine) as tx:
        assert [each.text for each in whole_transcripts_of(tx, [1]).values()] == [_READ.text]
        assert [each.text for each in transcripts_of(tx, [1]).values()] == ["harbor"]


def test_words_at_its_edge_and_those_without_a_place_are_left_out() -> None:
    edge = Word("edge", Box(100, 80, 50, 20), 0.9, 0)
    inside, far = Word("inside", Box(110, 110, 9, 9), 0.9, 1), Word("far", Box(5, 5, 9, 9), 0.9, 0)
    read = Transcript("made-up", "far edge\ninside nowhere", 0.9, (far, edge, inside))
    part = WithheldPart(Box(100, 100, 200, 200), "why")
    assert text_outside(read, (part,)).text == "far"
    assert text_outside(Transcript("vision", "no places", 0.9), (part,)).text == ""
    assert text_outside(read, ()) is read
