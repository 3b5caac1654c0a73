"""The pack on paper: in two languages, with long texts, and with odd pictures."""

from __future__ import annotations

import io
import re
import string
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digitizer.engines.printing.kit.cover_layout import PAPERS, Paper
from digitizer.engines.printing.sheets.evidence_pack import evidence_pdf, words_of
from digitizer.model.evidence import (
    Corrected,
    Evidence,
    Pack,
    PackAnchor,
    PackedAppeal,
    PackedDecision,
    PackedFile,
    PackedMark,
    PackedOriginal,
    PackedPage,
    Trail,
    TrailRow,
)
from tests.support.pdf_looks import page_texts, picture

_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
_DIGEST = "0123456789abcdef" * 4


def _drawn(mode: str, size: tuple[int, int], shade: int | tuple[int, ...]) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, shade).save(out, "PNG")
    return out.getvalue()


_PAGE = PackedPage(
    number=2,
    position=1,
    role="content",
    file="page-002.png",
    sha256=_DIGEST,
    engine="tesseract",
    confidence=0.96,
    text="plums from the garden",
    corrections=(Corrected("plums of the garden", "Super Visor", _AT),),
)
_EVIDENCE = Evidence(
    letter="x7",
    kind="letter",
    state="awaiting_review",
    inmate="Orson Testvale (A-100)",
    sender="Aunt Ida",
    subject="",
    received=_AT,
    scan="s1",
    profile="default",
    cover="41K7-W3CR-T",
    whole_scan=True,
    originals=(PackedOriginal("stack.pdf", _DIGEST, 12345, "original-1.pdf"),),
    pages=(_PAGE,),
    marks=(PackedMark("“plums”", "a case", "Super Visor"),),
    decisions=(
        PackedDecision(
            pages=(2,),
            reasons=("Maps (rule 7)",),
            decided=_AT,
            by="Clara Clerk",
            sheet="evidence",
            told=(("inmate", _AT), ("sender", _AT)),
            withheld_until=date(2026, 4, 1),
            ended=_AT,
            appeals=(
                PackedAppeal("inmate", 1, date(2026, 3, 2), "denied", _AT, "Wanda", "It is a map"),
                PackedAppeal("sender", 2, date(2026, 3, 3), "open", None, "", ""),
            ),
        ),
    ),
)
_ROW = TrailRow(6, _AT, None, "open (letter:x7)", "page: 1", 1, _DIGEST, True)
_PACK = Pack(
    facility="Example Jail",
    evidence=_EVIDENCE,
    trail=Trail(
        (_ROW, replace(_ROW, seq=9, closed=3, anchored=False, who="Super Visor")),
        9,
        _DIGEST[::-1],
        PackAnchor(7, _DIGEST, _AT, ("anchor_written", "anchor_stamped"), "audit-anchor 2 …"),
    ),
    files=(
        PackedFile(
            "page-002.png", "file_page", "image/png", _drawn("L", (60, 80), 0), _DIGEST, True
        ),
    ),
    made=_AT,
    by="Super Visor",
    reason="Subpoena 26-1",
    case="26-0117",
    script="import sys\n\n\ndef f():\n    return 1\n",
)


def _pages(pack: Pack, language: str = "en", paper: Paper = "letter") -> list[str]:
    drawn = evidence_pdf(pack, words_of(language), language, paper)
    return [" ".join(each.split()) for each in page_texts(drawn)]


@pytest.mark.parametrize("paper", sorted(PAPERS))
@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            (
                "awaiting review",
                "The anchor covers 1 of 2 entries",
                "written to a file on another disk; stamped by a time-stamping authority",
                "another inmate",
                "9*",
                "3 parts closed",
                "Marked by a watch rule of Super Visor: “plums”. Why: a case",
                "Page 2 withheld by Clara Clerk",
                "Reason and rule: Maps (rule 7)",
                "Notice to the sender:",
                "The notice was withheld until 2026-04-01.",
                "Appeal of the inmate, level 1, came on 2026-03-02: denied by Wanda",
                "Appeal of the sender, level 2, came on 2026-03-03: not decided",
                "It is refused no longer since",
                "Read by tesseract, confidence 96%",
            ),
        ),
        (
            "es",
            (
                "El ancla cubre 1 de los 2 asientos",
                "escrita en un archivo en otro disco",
                "otra persona",
                "3 partes cerradas",
                "Página 2 retenida por Clara Clerk",
                "Aviso al remitente:",
                "Apelación de la persona detenida, nivel 1",
                "sin decidir",
                "Leída por tesseract, confianza 96%",
            ),
        ),
    ],
)
def test_all_of_it_is_said(language: str, said: tuple[str, ...], paper: Paper) -> None:
    words = " ".join(_pages(_PACK, language, paper))
    assert [each for each in said if each not in words] == []
    assert _DIGEST in words.replace(" ", "")


def _fields(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def test_both_languages_say_the_same() -> None:
    english, spanish = words_of("en"), words_of("es")
    assert set(english) == set(spanish)
    for key, text in english.items():
        assert _fields(text) == _fields(spanish[key]), key
    assert all(english.values())
    assert all(spanish.values())


def test_no_word_is_left_over() -> None:
    """Each is used by the drawing, or names a file, a way or a role."""
    source = Path(evidence_pdf.__code__.co_filename).read_text()
    by_name = ("file_", "anchor_", "role_", "sheet_", "side_", "outcome_", "told_")
    quoted = set(re.findall("[\"']([a-z_0-9]+)[\"']", source))
    unused = set(words_of("en")) - quoted
    assert [key for key in unused if not key.startswith(by_name)] == []


def test_a_letter_of_which_nothing_is_kept() -> None:
    page = replace(_PAGE, file=None, sha256=None, engine=None, text="", corrections=())
    original = replace(_EVIDENCE.originals[0], file=None)
    gone = replace(_EVIDENCE, pages=(page,), originals=(original,), marks=(), decisions=())
    words = " ".join(_pages(replace(_PACK, evidence=gone, files=())))
    for said in ("it is not kept any more", "No picture of it is kept.", "Nobody read it."):
        assert said in words
    assert "No page of it is kept any more." in words
    assert "No rule marked it, and nothing of it was refused." in words


def test_a_scan_with_other_mail_is_not_attached() -> None:
    cut = replace(
        _EVIDENCE, whole_scan=False, originals=(replace(_EVIDENCE.originals[0], file=None),)
    )
    words = " ".join(_pages(replace(_PACK, evidence=cut)))
    assert "Not attached: other people's mail is in the same scan." in words


def test_long_texts_go_on_over_pages() -> None:
    text = "\n".join(f"line {number} of the letter" for number in range(300))
    page = replace(_PAGE, text=text, corrections=())
    found = _pages(replace(_PACK, evidence=replace(_EVIDENCE, pages=(page,))))
    words = " ".join(found)
    assert all(f"line {number} of the letter" in words for number in range(300))
    assert len(found) > len(_pages(_PACK)) + 2
    assert found[-1].endswith(f"Page {len(found)}")


@pytest.mark.parametrize(
    ("mode", "size", "shade"),
    [
        ("1", (600, 800), 0),
        ("L", (40, 30), 0),
        ("RGB", (3000, 200), (0, 0, 0)),
        ("L", (200, 3000), 0),
    ],
)
def test_a_picture_is_as_large_as_the_page_lets_it(
    mode: str, size: tuple[int, int], shade: int | tuple[int, ...]
) -> None:
    file = replace(_PACK.files[0], content=_drawn(mode, size, shade))
    drawn = evidence_pdf(replace(_PACK, files=(file,)), words_of("en"), "en", "letter")
    seen = picture(drawn, len(page_texts(drawn)) - 2, 50)
    dark = np.argwhere(seen.max(axis=2) < 40)
    tall, wide = dark.max(axis=0) - dark.min(axis=0)
    assert max(wide / 425, tall / 550) > 0.2
    assert dark.max(axis=0)[0] < 520, "it stays above the foot"


def test_equal_packs_give_equal_bytes() -> None:
    words = words_of("en")
    assert evidence_pdf(_PACK, words, "en", "a4") == evidence_pdf(_PACK, words, "en", "a4")
