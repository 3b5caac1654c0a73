"""Cover sheets and following letters on the family's pages."""

from __future__ import annotations

from digitizer.covers import actions as covers
from tests.support.made_mail import CLERK
from tests.support.web_kit import without_code
from tests.unit.entrances.web.family.conftest import JOSE, TOBIAS, Families

HERE = "/family/letters"


def _made(families: Families) -> str:
    """The number of a new cover of Nora's."""
    sent = {"booking": TOBIAS, "sheets": "2"}
    answer = families.nora.post_form(HERE, sent, seen_on=HERE)
    assert answer.status_code == 303
    return str(answer.headers["location"]).rpartition("/")[2]


def test_a_cover_to_print_and_its_number_for_who_has_no_printer(families: Families) -> None:
    made = _made(families)
    html = families.nora.get(f"{HERE}/{made}").text
    assert f'large-number">{made}' in html
    assert "The letter must have 2 sheets" in html
    assert families.nora.get(f"{HERE}/{made}/cover.pdf").content.startswith(b"%PDF")
    assert families.nora.get(f"{HERE}/{made}/number.png").content.startswith(b"\x89PNG")
    assert made in families.nora.get(HERE).text


def test_a_wrong_name_and_an_unknown_number_are_the_same_answer(families: Families) -> None:
    pages = set()
    for number, name in ((JOSE, "Tobias Quillfeather"), ("2026-99999", "Tobias Quillfeather")):
        typed = {"other": number, "name": name}
        answer = families.nora.post_form(HERE, typed, seen_on=HERE)
        pages.add((answer.status_code, answer.text))
    assert len(pages) == 1
    right = {"other": JOSE, "name": "Jose Okonkwo-Ruiz"}
    assert families.nora.post_form(HERE, right, seen_on=HERE).status_code == 303


def test_anothers_cover_is_none(families: Families) -> None:
    made = _made(families)
    for file in ("", "/cover.pdf", "/number.png"):
        pages = {
            (answer.status_code, without_code(answer.text).replace(number, "NUMBER"))
            for number in (made, "K7QM-3XTR-D")
            for answer in [families.sam.get(f"{HERE}/{number}{file}")]
        }
        assert len(pages) == 1
        assert next(iter(pages))[0] == 404


def test_anyone_follows_a_letter_and_learns_no_name(families: Families) -> None:
    made = _made(families)
    printed = covers.print_inmate_cover(families.facility, JOSE, CLERK).short_id
    pages = set()
    for number in (made, printed, "K7QM-3XTR-D"):
        answer = families.anyone.post("/family/where", data={"number": number})
        if number == "K7QM-3XTR-D" and answer.status_code == 400:
            continue
        pages.add((answer.status_code, answer.text.replace(number, "NUMBER")))
    assert len(pages) == 1
    html = next(iter(pages))[1]
    assert not any(name in html for name in ("Tobias", "José", "Nora", TOBIAS))
    slip = families.anyone.post("/family/where", data={"number": "K7QM-3XTR-X"})
    assert slip.status_code == 400


def test_how_to_send_a_letter_says_where_to_and_what_the_facility_says(
    families: Families,
) -> None:
    html = families.anyone.get("/family/no-printer").text
    own = families.facility.settings.facility
    assert all(line in html for line in (*own.mail_address, *own.cover_notes))
    spanish = families.anyone.get("/family/no-printer?lang=es").text
    assert all(line in spanish for line in own.cover_notes_es)
