"""What an inmate gets on paper is in their own language first, where the roster names it."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.messages import copies, printing, reply_sheets, writing
from digitizer.people import roster
from digitizer.prints import actions as prints
from digitizer.prints import queue
from digitizer.screening import decisions, message_review, notices
from digitizer.storage.database import reading
from digitizer.storage.database import writing as changing
from digitizer.storage.tables import inmate
from tests.support.conversing import as_correspondent, make_contact
from tests.support.made_mail import CLERK, ORSON, as_inmate, held_letter, new_cover
from tests.support.pdf_looks import page_texts
from tests.support.screened_mail import waiting_letter


def _reads(facility: Facility, language: str | None) -> None:
    more = {} if language is None else {"language": language}
    with changing(facility.engine) as tx:
        tx.execute(sa.update(inmate).values(more=more))


@pytest.mark.parametrize(
    ("said", "language"),
    [
        (None, ""),
        ("", ""),
        ("es", "es"),
        (" Español ", "es"),
        ("SPANISH", "es"),
        ("es-MX", "es"),
        ("es_419", "es"),
        ("Spanish (Mexico)", "es"),
        ("en", "en"),
        ("en-US", "en"),
        ("English", "en"),
        ("Vietnamese", ""),
        ("estonian", ""),
    ],
)
def test_the_roster_says_it_by_a_code_or_a_name(
    facility: Facility, said: str | None, language: str
) -> None:
    _reads(facility, said)
    with reading(facility.engine) as tx:
        assert roster.language_of(tx, ORSON) == language


def _message(facility: Facility) -> bytes:
    ida = make_contact(facility)
    sent = writing.write(facility, ORSON, "Hi", "How are you?", as_correspondent(ida))
    message_review.release_message(facility, sent, CLERK, "fine")
    return _printed(facility)


def _printed(facility: Facility) -> bytes:
    """What waits, rendered."""
    (pile,) = prints.look_at_queue(facility, CLERK).waiting
    number = max(each.number for each in pile.prints)
    printing.render_queued(facility, [number], CLERK)
    with reading(facility.engine) as tx:
        (found,) = queue.numbered(tx, [number])
    assert found.pdf is not None
    return facility.pictures.get(found.pdf)


def _copy_of_message(facility: Facility) -> bytes:
    _message(facility)
    ida = as_correspondent(1)
    sent = writing.conversation(facility, ORSON, ida).entries[0].id
    copies.ask_for_copy(facility, sent, as_inmate(ORSON))
    return _printed(facility)


def _copy_of_letter(facility: Facility) -> bytes:
    letter = waiting_letter(facility)
    decisions.release(facility, letter, CLERK, "fine")
    copies.ask_for_copy(facility, letter, as_inmate(ORSON))
    return _printed(facility)


def _reply_sheet(facility: Facility) -> bytes:
    return reply_sheets.print_reply_sheet(facility, ORSON, CLERK).pdf


def _notice(facility: Facility) -> bytes:
    letter = held_letter(facility, new_cover(facility))
    decisions.reject(facility, letter, CLERK, "contraband")
    return notices.rejection_notice(facility, letter, False, (), CLERK).pdf


#: A label in each language that stands on it.
PAPER: dict[Callable[[Facility], bytes], tuple[str, str]] = {
    _message: ("From", "De"),
    _copy_of_message: ("From", "De"),
    _copy_of_letter: ("From", "De"),
    _reply_sheet: ("From", "De"),
    _notice: ("Reference", "Referencia"),
}


@pytest.mark.parametrize("language", [None, "English", "Spanish"])
@pytest.mark.parametrize("paper", PAPER, ids=lambda each: each.__name__)
def test_the_readers_language_comes_first_and_the_pdf_says_which_it_is(
    facility: Facility, paper: Callable[[Facility], bytes], language: str | None
) -> None:
    _reads(facility, language)
    pdf = paper(facility)
    english, spanish = PAPER[paper]
    first, second = (spanish, english) if language == "Spanish" else (english, spanish)
    texts = " ".join(page_texts(pdf))
    assert f"{first} · {second}" in texts
    assert f"{second} · {first}" not in texts
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        said = str(opened.Root.Lang)
    assert said == {"Spanish": "es", "English": "en", None: "en"}[language]


def test_the_senders_notice_is_not_in_the_inmates_language(facility: Facility) -> None:
    _reads(facility, "Spanish")
    letter = held_letter(facility, new_cover(facility))
    decisions.reject(facility, letter, CLERK, "contraband")
    pdf = notices.rejection_notice(facility, letter, True, (), CLERK).pdf
    assert "Reference · Referencia" in " ".join(page_texts(pdf))
