"""Composed texts in another language."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from babel.messages.catalog import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from digitizer.capture.reasons import reason_of
from digitizer.capture.splitting import split
from digitizer.entrances.web.shared.composed import said
from digitizer.entrances.web.shared.translations import catalogue
from digitizer.model.paper import Doubt
from digitizer.model.scanner_profile import Origin, Sides
from digitizer.support.wording import counted
from tests.support.composed_texts import composed_texts
from tests.support.split_stacks import stack

#: Words that no Spanish sentence has.
_ENGLISH = re.compile(
    r"\b(the|is|are|was|were|page|sheet|cover|its|of|and|scan|which|that)\b", re.I
)


def _shown(doubts: Sequence[Doubt]) -> str:
    return re.sub(r"\(digitizer .*?\)", "", said("es", reason_of(doubts) or ""))


def test_english_stays_as_it_was_composed() -> None:
    assert said("en", "The cover sheet was revoked.") == "The cover sheet was revoked."


def test_what_a_person_typed_stays_as_it_is() -> None:
    assert said("es", "Looked at it with Ruth. The box is gone") == (
        "Looked at it with Ruth. The box is gone"
    )
    assert said("es", "") == ""


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        ("The cover sheet was revoked.", "La portada se anuló."),
        (
            "Page 3 is blank and may be a cover sheet that was fed face down. "
            "Look at both sides of the paper of pages 2 to 4, and assign each letter.",
            "La página 3 está en blanco y puede ser una portada que pasó boca abajo. "
            "Mire los dos lados del papel de las páginas 2 a 4, y asigne cada carta.",
        ),
        (
            "The cover sheet on page 1 should have 2 sheets behind it, but 1 was found.",
            "La portada de la página 1 debería tener detrás 2 hojas, pero se encontró 1.",
        ),
        (
            "Page 1 is a separator, and there is no page of a letter behind it.",
            "La página 1 es separador, y no hay detrás ninguna página de una carta.",
        ),
        ("There is no page of a letter behind it.", "No hay detrás ninguna página de una carta."),
        (
            "Mail from Ann Held to Joe Wu (B1) is blocked by the inmate, until 2026-03-31: The "
            "inmate asked. Read the reason, then deliver the letter or reject it.",
            "El correo de Ann Held a Joe Wu (B1) está bloqueado por la persona detenida, hasta "
            "2026-03-31: The inmate asked. Lea el motivo, y entregue la carta o rechácela.",
        ),
        ("the frame, the marks at the sides and its original size", None),
        (
            "1 scan not read yet, the oldest of 2026-03-05 14:07 CST",
            "sin leer todavía: 1 escaneo, lo más antiguo del 2026-03-05 14:07 CST",
        ),
        (
            "Decide about it; 3 items in this queue.",
            "Decida sobre ello; en esta cola: 3 elementos.",
        ),
        (
            "This file could not be processed in 1 attempt (It took longer than it may and was "
            "stopped.). Ask for it to be scanned again, or file it by hand.",
            "Este archivo no se pudo procesar en 1 intento (Tardó más de lo permitido y se "
            "detuvo.). Pida que se escanee otra vez, o archívelo a mano.",
        ),
        (
            "The file is empty. Ask for it to be scanned again.",
            "El archivo está vacío. Pida que se escanee otra vez.",
        ),
    ],
)
def test_a_composed_text_is_said_in_the_readers_language(english: str, spanish: str | None) -> None:
    shown = said("es", english)
    assert spanish is None or shown == spanish
    assert not _ENGLISH.search(shown.replace("The inmate asked", ""))


def _composed(language: str) -> list[Message]:
    below = composed_texts()
    return [each for each in catalogue(language) if each.id in below and not each.context]


def test_every_composed_text_is_known_whatever_is_put_into_it() -> None:
    """Also that of no two texts one is taken for the other."""
    known = _composed("es")
    assert len(known) > 500
    for message in known:
        english, spanish = _filled(str(message.id)), _filled(str(message.string))
        assert said("es", english).casefold() == spanish.casefold()


def _filled(text: str) -> str:
    """With a word of its own in each hole, whatever the order; a number where one must be."""
    if "%(" not in text:
        return text
    filled = re.sub(r"%\((low|high)\)s", lambda hole: str(len(hole[1])), text)
    return re.sub(r"%\((\w+)\)s", r"Zq\1x", filled).replace("%%", "%")


@pytest.mark.parametrize("number", [0, 1, 2, 30])
def test_counts_have_their_plural(number: int) -> None:
    assert said("es", counted(number, "page")) == {
        0: "sin páginas",
        1: "1 página",
    }.get(number, f"{number} páginas")


_SIGNS = "A B A.2 A+ A&B S S+ R R.2 H H.3 L _ = ~ # ? % ! x y"
SIGNS = st.sampled_from(_SIGNS.split())


@settings(max_examples=25)
@given(st.lists(SIGNS, min_size=1, max_size=7))
def test_no_stack_is_held_for_a_reason_in_english(signs: list[str]) -> None:
    """Whatever lies in it, and however the scanner is set."""
    pages = stack(" ".join(signs))
    for sides in Sides:
        for origin in Origin:
            for header in (False, True):
                made = split(pages, sides, header, origin)
                held = [made.whole, *(each.doubts for each in made.letters)]
                for doubts in held:
                    real = [each for each in doubts if not each.message.endswith("is odd.")]
                    assert not _ENGLISH.search(_shown(real)), reason_of(real)
