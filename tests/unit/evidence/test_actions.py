"""The evidence pack: what is in it, what is never in it, and who may have it."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image

from digitizer import audit
from digitizer.appeals import actions as appeals
from digitizer.evidence import actions as evidence
from digitizer.evidence.actions import MadePack
from digitizer.facility import Facility
from digitizer.letters import actions as letters
from digitizer.model.appeals import Side
from digitizer.model.errors import AuditError, Conflict, NeedsCase, NotAllowed, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor, CustodyStatus, Inmate
from digitizer.operations import actions as operations
from digitizer.operations import timestamps
from digitizer.policies import actions as policies
from digitizer.policies.watch_rules import NewRule, WatchKind, today
from digitizer.screening import decisions, notices, recalls
from digitizer.storage.database import reading, writing
from digitizer.storage.event_tree import leaf_of
from digitizer.storage.tables import event, original, page
from tests.support.evidence_packs import shown, trail_of, unpacked, verified
from tests.support.made_mail import (
    ADMINISTRATOR,
    CLERK,
    INVESTIGATOR,
    OPERATOR,
    ORSON,
    PETRA,
    SUPERVISOR,
    as_inmate,
    deliver,
    enter_people,
    events,
    file,
    held_letter,
    letter_of,
    letters_of,
    new_cover,
    read,
    split_of,
    stored_letter,
)
from tests.support.pdf_looks import page_texts
from tests.support.sealed_mail import sealed

_WHY = "Subpoena 26-1"


def _make(
    facility: Facility, letter: str, by: Actor = SUPERVISOR, language: str = "en"
) -> MadePack:
    return evidence.make_pack(facility, letter, by, _WHY, language)


def _words(made: MadePack) -> str:
    return " ".join(" ".join(page_texts(made.pdf)).split())


def _picture(facility: Facility, letter: str, shade: int = 200) -> bytes:
    """Gives each page of the letter that stands in it a small picture; returns that."""
    out = io.BytesIO()
    Image.new("L", (60, 80), shade).save(out, "PNG")
    with writing(facility.engine) as tx:
        digest, _ = facility.pictures.put(io.BytesIO(out.getvalue()))
        own = page.c.letter_id == letter
        tx.execute(sa.update(page).where(own).values(picture=digest))
    return out.getvalue()


@pytest.fixture
def letter(facility: Facility) -> str:
    made = deliver(facility, ORSON, "plums from the garden", b"the stack")
    _picture(facility, made)
    return made


def test_all_of_a_letter_is_in_it_and_verifies(
    facility: Facility, letter: str, tmp_path: Path
) -> None:
    letters.open_letter(facility, letter, as_inmate(ORSON))
    letters.correct_page(facility, letter, 1, "plums of the garden", SUPERVISOR)
    anchor = operations.anchor_log(facility, OPERATOR).anchor
    made = _make(facility, letter)
    folder = unpacked(made.pdf, tmp_path / "out")
    assert {each.name for each in folder.iterdir()} == set(made.files)
    assert set(made.files) == {
        *("page-001.png", "page-002.png", "original-1.pdf", "transcript.json"),
        *("anchor.txt", "trail.json", "verify.py"),
    }
    assert (folder / "original-1.pdf").read_bytes() == b"the stack"
    assert (folder / "anchor.txt").read_text() == anchor.line
    assert anchor.root is not None
    for typed in ((), (anchor.root,), (anchor.root[:32].upper(), anchor.root[32:])):
        assert verified(folder, *typed).code == 0
    said = verified(folder).said
    assert "DOES NOT HOLD" not in said
    assert "'actor': 'A-100', 'verb': 'open'" in said
    assert verified(folder, made.root).code == 1, "the root of now is no anchor's"


def test_what_is_printed(facility: Facility, letter: str) -> None:
    letters.correct_page(facility, letter, 1, "plums of the garden", SUPERVISOR)
    anchor = operations.anchor_log(facility, OPERATOR).anchor
    made, again = _make(facility, letter), _make(facility, letter, language="es")
    english, spanish = _words(made), _words(again)
    digest = hashlib.sha256(b"the stack").hexdigest()
    for words in (english, spanish):
        packed = words.replace(" ", "")
        for needle in (digest, made.root if words is english else again.root, str(anchor.root)):
            assert needle in packed
        for needle in ("Orson Testvale (A-100)", letter, _WHY, "Super Visor", "stack.pdf"):
            assert needle in words
        assert "plums of the garden" in words
        assert "plums from the garden" in words
    assert "Evidence pack" in english
    assert "How to verify" in page_texts(made.pdf)[0]
    assert made.anchored == made.events - 1
    assert f"The anchor covers {made.anchored} of {made.events} entries" in english
    assert "Expediente de prueba" in spanish
    assert "Cómo verificarlo" in page_texts(again.pdf)[0]
    assert "Corregida por Super Visor" in spanish


def test_its_event_names_every_file_and_every_event(facility: Facility, letter: str) -> None:
    made = _make(facility, letter)
    with reading(facility.engine) as tx:
        (last,) = audit.latest_events(tx, 1)
        own = audit.events_of(tx, Subject.letter(letter))
    assert (last.verb, last.subject) == (Verb.MAKE_EVIDENCE, f"letter:{letter}")
    assert (last.detail["why"], last.seq) == (_WHY, made.event)
    assert set(last.detail["attached"]) == set(made.files) - {"trail.json"}
    assert {each.seq for each in own} <= {*last.detail["trail"], last.seq}
    assert len(last.detail["trail"]) == made.events - 1


def test_without_an_anchor_it_says_so(facility: Facility, letter: str, tmp_path: Path) -> None:
    made = _make(facility, letter)
    assert (made.anchor, made.anchored) == (None, 0)
    assert "The log had not been anchored when this pack was made" in _words(made)
    folder = unpacked(made.pdf, tmp_path / "out")
    assert not (folder / "anchor.txt").exists()
    assert trail_of(folder)["anchor"] is None
    assert verified(folder).code == 0
    typed = verified(folder, made.root)
    assert (typed.code, "DOES NOT HOLD: the root that you typed" in typed.said) == (1, True)


def test_the_newest_anchor_is_the_one_that_it_uses(facility: Facility, letter: str) -> None:
    operations.anchor_log(facility, OPERATOR)
    newest = operations.anchor_log(facility, OPERATOR).anchor
    assert _make(facility, letter).anchor == newest.head.seq


def test_the_reply_of_a_time_stamping_authority_goes_with_it(
    facility: Facility, letter: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timestamps, "reply_about", lambda home, line: line.encode()[::-1])
    anchor = operations.anchor_log(facility, OPERATOR).anchor
    folder = unpacked(_make(facility, letter).pdf, tmp_path / "out")
    assert (folder / "anchor.tsr").read_bytes() == anchor.line.encode()[::-1]
    assert verified(folder).code == 0


# ---- what is altered, and by whom


def test_a_log_that_was_altered_makes_no_pack(facility: Facility, letter: str) -> None:
    """Also where its leaf was written anew, by somebody who has no key."""
    operations.anchor_log(facility, OPERATOR)
    with writing(facility.engine) as tx:
        named = sa.select(event).where(event.c.subject == f"letter:{letter}")
        row = tx.execute(named).mappings().first()
        assert row is not None
        changed = {**row, "actor": "Somebody Else"}
        values = {"actor": "Somebody Else", "leaf": leaf_of(changed, row["salt"])}
        tx.execute(sa.update(event).where(event.c.seq == row["seq"]).values(values))
    with pytest.raises(AuditError, match=f"Event {row['seq']} was altered"):
        _make(facility, letter)


def test_a_log_whose_other_events_were_altered_makes_none_either(
    facility: Facility, letter: str
) -> None:
    operations.anchor_log(facility, OPERATOR)
    with writing(facility.engine) as tx:
        tx.execute(sa.update(event).where(event.c.seq == 1).values(leaf=b"x" * 32))
    with pytest.raises(AuditError, match="is not the one that was anchored"):
        _make(facility, letter)


# ---- other people's mail


@pytest.fixture
def shared(facility: Facility) -> tuple[str, str]:
    """One scan with a letter of Orson's and one of Petra's."""
    split = split_of(
        letter_of(new_cover(facility, ORSON), 1, 2), letter_of(new_cover(facility, PETRA), 3, 4)
    )
    scan = file(facility, split, {2: read("for Orson"), 4: read("for Petra")}, count=4)
    mine, theirs = (each.id for each in letters_of(facility, scan))
    _picture(facility, mine, 100)
    _picture(facility, theirs, 50)
    return mine, theirs


def _no_trace(made: MadePack, folder: Path, *needles: str) -> None:
    inside = unpacked(made.pdf, folder)
    texts = [_words(made), *(each.read_bytes().decode("latin-1") for each in inside.iterdir())]
    assert [needle for needle in needles if any(needle in text for text in texts)] == []
    assert verified(inside).code == 0


def test_nothing_of_another_letter_of_the_scan_is_in_it(
    facility: Facility, shared: tuple[str, str], tmp_path: Path
) -> None:
    mine, theirs = shared
    made = _make(facility, mine)
    assert "original-1.pdf" not in made.files
    assert "page-004.png" not in made.files
    assert "other people's mail is in the same scan" in _words(made)
    assert "for Orson" in _words(made)
    _no_trace(made, tmp_path / "out", theirs, PETRA, "Samplewood", "for Petra")


def test_of_an_event_about_the_scan_only_some_parts_are_open(
    facility: Facility, shared: tuple[str, str], tmp_path: Path
) -> None:
    mine, _ = shared
    about = Subject.scan(stored_letter(facility, mine).scan_id)
    with writing(facility.engine) as tx:
        audit.record(tx, CLERK, Verb.TAKE_IN, about, digests=["a" * 64], pages=[1, 2, 3, 4])
        audit.record(tx, CLERK, Verb.LOOK, about, why="for Samplewood")
    folder = unpacked(_make(facility, mine).pdf, tmp_path / "out")
    said = [shown(each) for each in trail_of(folder)["events"]]
    (taken,) = [each for each in said if each["verb"] == "take in"]
    assert taken["detail.digests"] == ["a" * 64]
    assert "detail.pages" not in taken
    (looked,) = [each for each in said if each["verb"] == "look"]
    assert "detail.why" not in looked
    assert verified(folder).code == 0


def test_an_earlier_owner_is_not_named(facility: Facility, letter: str, tmp_path: Path) -> None:
    """It was in Orson's mailbox by mistake; he opened it there."""
    letters.open_letter(facility, letter, as_inmate(ORSON))
    recalls.recall(facility, letter, SUPERVISOR, "it is not for Testvale, it is for A-200")
    decisions.assign(facility, letter, PETRA, CLERK, "the name on the page")
    made = _make(facility, letter)
    _no_trace(made, tmp_path / "out", ORSON, "Testvale", "Orson")
    assert "another inmate" in _words(made)
    assert "Petra Samplewood (A-200)" in _words(made)


def test_a_reason_that_names_another_is_closed(
    facility: Facility, letter: str, tmp_path: Path
) -> None:
    made = evidence.make_pack(facility, letter, SUPERVISOR, "Asked for by Samplewood")
    _no_trace(made, tmp_path / "out", "Samplewood")


def test_a_number_that_is_in_a_file_name_closes_nothing_that_is_needed(
    facility: Facility, letter: str, tmp_path: Path
) -> None:
    with writing(facility.engine) as tx:
        enter_people(tx, [Inmate("001", "Numbers", "Few", "C-1", CustodyStatus.IN_CUSTODY)])
    assert verified(unpacked(_make(facility, letter).pdf, tmp_path / "out")).code == 0


def _named(facility: Facility, source: str) -> None:
    with writing(facility.engine) as tx:
        tx.execute(sa.update(original).values(source=source))
        about = Subject.scan(tx.execute(sa.select(original.c.scan_id)).scalars().all()[0])
        audit.record(tx, CLERK, Verb.TAKE_IN, about, sources=[source])


@pytest.mark.parametrize(
    "source", ["Samplewood and others.pdf", "samplewood.pdf", "for A-200.pdf", "scan_a-200_2.pdf"]
)
def test_a_name_of_a_file_that_names_another_is_closed(
    facility: Facility, letter: str, tmp_path: Path, source: str
) -> None:
    _named(facility, source)
    made = _make(facility, letter)
    assert "original-1.pdf" in made.files
    _no_trace(made, tmp_path / "out", source, "Samplewood", "samplewood", "A-200", "a-200")


def test_of_a_scan_with_other_mail_no_name_of_a_file_is_shown(
    facility: Facility, shared: tuple[str, str], tmp_path: Path
) -> None:
    _named(facility, "mail of Zz Unlisted.pdf")
    _no_trace(_make(facility, shared[0]), tmp_path / "out", "Unlisted")


@pytest.mark.parametrize("damage", ["lost", "altered"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_what_the_home_has_lost_is_said_and_all_else_is_in_it(
    facility: Facility, letter: str, tmp_path: Path, damage: str, language: str
) -> None:
    for store in (facility.pictures, facility.originals):
        for name in list(store.names()):
            path = store.local_path(name, tmp_path)
            path.unlink()
            if damage == "altered":
                path.write_bytes(b"other bytes")
    with reading(facility.engine) as tx:
        picture = tx.execute(sa.select(page.c.picture).limit(1)).scalar_one()
    made = _make(facility, letter, language=language)
    assert not [name for name in made.files if name.startswith(("page-", "original-"))]
    words = _words(made)
    assert picture is not None
    for digest in (picture, hashlib.sha256(b"the stack").hexdigest()):
        assert digest in words.replace(" ", "")
    for said in {
        "en": ("Its picture is lost or damaged here.", "it should be kept here, and is lost"),
        "es": ("Su imagen se perdió o está dañada aquí.", "debería conservarse aquí"),
    }[language]:
        assert said in words
    assert "plums from the garden" in words
    assert verified(unpacked(made.pdf, tmp_path / "out")).code == 0


def test_legal_mail_is_in_no_pack(facility: Facility, tmp_path: Path) -> None:
    scan = sealed(facility, tmp_path).id
    before = events(facility)
    with pytest.raises(Conflict, match="sealed as legal mail"):
        _make(facility, scan)
    assert events(facility) == before


def test_what_is_no_letter_is_not_found(facility: Facility) -> None:
    with pytest.raises(NotFound):
        _make(facility, "0" * 16)


# ---- letters in other states


def test_a_held_letter(facility: Facility, tmp_path: Path) -> None:
    held = held_letter(facility, new_cover(facility))
    _picture(facility, held)
    made = _make(facility, held)
    assert "State now held" in _words(made)
    assert verified(unpacked(made.pdf, tmp_path / "out")).code == 0


def test_a_rejected_letter_says_why_who_was_told_and_who_appealed(facility: Facility) -> None:
    held = held_letter(facility, new_cover(facility))
    _picture(facility, held)
    decisions.reject(facility, held, CLERK, "Stickers are on it")
    lately = _words(_make(facility, held))
    assert "Rejected by Clara Clerk on" in lately
    assert "Reason and rule: Stickers are on it" in lately
    assert "No notice was given." in lately
    notices.rejection_notice(facility, held, False, (), CLERK)
    (known,) = appeals.rejections_of(facility, held, SUPERVISOR)
    appeals.enter_appeal(
        facility, known.rejection.number, Side.INMATE, "They are part of the paper.", today(), CLERK
    )
    words = _words(_make(facility, held))
    assert "Notice to the inmate:" in words
    assert "Appeal of the inmate, level 1, came on" in words
    assert "not decided" in words


def test_a_watch_rule_that_marked_it(facility: Facility) -> None:
    rule = NewRule(WatchKind.WORDS, "plums", "", "a case of smuggling", today())
    policies.add_rule(facility, rule, SUPERVISOR)
    marked = deliver(facility, ORSON, "plums from the garden", b"marked")
    assert "Marked by a watch rule of Super Visor: “plums”" in _words(_make(facility, marked))


def test_a_withheld_page_is_in_it(facility: Facility) -> None:
    held = held_letter(facility, new_cover(facility))
    _picture(facility, held)
    decisions.withhold(facility, held, 3, CLERK, "A map")
    made = _make(facility, held)
    assert "page-003.png" in made.files
    assert "withheld from the inmate" in _words(made)


def test_a_letter_without_pictures_has_its_trail(
    facility: Facility, letter: str, tmp_path: Path
) -> None:
    with writing(facility.engine) as tx:
        tx.execute(sa.update(page).values(picture=None))
    made = _make(facility, letter)
    assert not any(name.startswith("page-") for name in made.files)
    assert "No page of it is kept any more." in _words(made)
    assert verified(unpacked(made.pdf, tmp_path / "out")).code == 0


# ---- who may


@pytest.mark.parametrize("by", [CLERK, OPERATOR, as_inmate(ORSON)])
def test_who_may_not(facility: Facility, letter: str, by: Actor) -> None:
    with pytest.raises(NotAllowed):
        _make(facility, letter, by)
    assert not evidence.may_make_pack(by)


def test_an_investigator_names_the_case(facility: Facility, letter: str) -> None:
    with pytest.raises(NeedsCase):
        _make(facility, letter, INVESTIGATOR)
    letters.name_case(facility, "26-0117", INVESTIGATOR)
    assert "Case 26-0117" in _words(_make(facility, letter, INVESTIGATOR))
    with reading(facility.engine) as tx:
        assert audit.latest_events(tx, 1)[0].detail["case"] == "26-0117"


@pytest.mark.parametrize("by", [SUPERVISOR, ADMINISTRATOR])
def test_a_reason_is_needed(facility: Facility, letter: str, by: Actor) -> None:
    with pytest.raises(UsageError, match="Say why"):
        evidence.make_pack(facility, letter, by, " ")
    with pytest.raises(UsageError, match="en, es"):
        evidence.make_pack(facility, letter, by, _WHY, "fr")


def test_what_happens_meanwhile_is_not_left_out(
    facility: Facility, letter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the tables and the event of the pack."""
    real: Callable[..., object] = evidence._anchor_files

    def opened_meanwhile(*given: object) -> object:
        letters.open_letter(facility, letter, as_inmate(ORSON))
        return real(*given)

    monkeypatch.setattr(evidence, "_anchor_files", opened_meanwhile)
    with pytest.raises(Conflict, match="just now"):
        _make(facility, letter)


def test_it_is_a_sight_of_the_letter(facility: Facility, letter: str) -> None:
    _make(facility, letter)
    (seen,) = recalls.look_at_settled(facility, letter, SUPERVISOR).seen
    assert (seen.who, seen.did) == ("Super Visor", "saved all of it as PDF, as evidence")


def test_the_transcript_file(facility: Facility, letter: str, tmp_path: Path) -> None:
    letters.correct_page(facility, letter, 1, "plums of the garden", SUPERVISOR)
    folder = unpacked(_make(facility, letter).pdf, tmp_path / "out")
    cover, content = json.loads((folder / "transcript.json").read_text())
    assert (cover["role"], cover["engine"], cover["text"]) == ("cover", None, None)
    assert (content["position"], content["text"]) == (1, "plums from the garden")
    (corrected,) = content["corrections"]
    assert (corrected["text"], corrected["by"]) == ("plums of the garden", "Super Visor")
