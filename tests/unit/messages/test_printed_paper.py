"""What goes to the printer: covers, and e-messages from the draft to the file."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pypdfium2
import pytest
import sqlalchemy as sa
from PIL import Image

from digitizer.covers import actions as covers
from digitizer.covers import register
from digitizer.engines.codes import cover_code
from digitizer.facility import House
from digitizer.messages import reply_sheets
from digitizer.messages.actions import (
    Draft,
    print_messages,
    print_queue,
    send,
    threads,
)
from digitizer.model.errors import (
    Conflict,
    NotAllowed,
    NotFound,
    StorageError,
    UsageError,
)
from digitizer.model.mail import Direction, MessageState
from digitizer.model.paper import CodeKind
from digitizer.model.people import Actor, ActorKind, StaffRole
from digitizer.people import actions as people
from digitizer.storage.tables import inmate, message, reading, session, writing
from digitizer.support.clock import now
from tests.support.made_mail import (
    CLERK,
    INVESTIGATOR,
    OPERATOR,
    ORSON,
    PETRA,
    as_inmate,
    events,
    one_more_event,
)

ADDRESS = "Ida Invented\n7 Example Street\nSampletown, EX 00000"


def _pdf_pages(pdf: bytes) -> int:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


def _photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(out, "PNG")
    return out.getvalue()


def _to(booking: str = ORSON, body: str = "How are you?", **more: object) -> Draft:
    return Draft(Direction.TO_INMATE, booking, "Aunt Ida", "Hi", body, **more)  # type: ignore[arg-type]


def _from(address: str | None = ADDRESS, **more: object) -> Draft:
    return Draft(
        Direction.FROM_INMATE,
        ORSON,
        "Ida Invented",
        "Hi",
        "I am well.",
        address=address,
        **more,  # type: ignore[arg-type]
    )


# --- covers


def test_a_cover_is_registered_before_it_is_paper(house: House) -> None:
    printed = covers.print_inmate_cover(house, ORSON, CLERK, sheets=3, sender="Ida", once=True)
    known = covers.find_cover(house, printed.short_id.lower(), OPERATOR)
    assert (known.code.sheets, known.once, known.sender) == (3, True, "Ida")
    assert known.inmate is not None
    assert known.inmate.booking_number == ORSON
    assert _pdf_pages(printed.pdf) == 1
    assert events(house)[-1][0] == "print cover"


def test_every_cover_is_a_new_one_and_earlier_ones_stay(house: House) -> None:
    one, two = (covers.print_inmate_cover(house, ORSON, CLERK).short_id for _ in range(2))
    assert one != two
    assert covers.find_cover(house, one, OPERATOR).revoked is None


def test_a_reply_sheet_begins_a_thread_and_has_lines(house: House) -> None:
    printed = reply_sheets.print_reply_sheet(house, ORSON, CLERK, correspondent="Aunt Ida")
    known = covers.find_cover(house, printed.short_id, OPERATOR)
    (thread,) = threads(house, ORSON, OPERATOR)
    assert (known.code.kind, known.message) == (CodeKind.REPLY, thread.message.id)
    assert thread.message.state is MessageState.PRINTED
    assert print_queue(house, OPERATOR) == ()
    document = pypdfium2.PdfDocument(printed.pdf)
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert "Aunt Ida" in text
    assert printed.short_id in text


def test_markers_are_for_nobody(house: House) -> None:
    batch = covers.print_batch_header(house, 12, CLERK)
    legal = covers.print_legal_marker(house, CLERK)
    known = covers.find_cover(house, batch.short_id, OPERATOR)
    assert (known.code.kind, known.code.sheets, known.inmate) == (CodeKind.BATCH, 12, None)
    assert covers.find_cover(house, legal.short_id, OPERATOR).code.kind is CodeKind.LEGAL


@pytest.mark.parametrize("sheets", [-1, 251])
def test_counts_that_a_code_cannot_carry(house: House, sheets: int) -> None:
    with pytest.raises(UsageError):
        covers.print_inmate_cover(house, ORSON, CLERK, sheets=sheets)


def test_a_cover_for_nobody_known_is_none(house: House) -> None:
    before = events(house)
    with pytest.raises(NotFound):
        covers.print_inmate_cover(house, "nobody", CLERK)
    with pytest.raises(NotAllowed):
        covers.print_inmate_cover(house, ORSON, INVESTIGATOR)
    assert events(house) == before


def test_revoking_says_why(house: House) -> None:
    printed = covers.print_inmate_cover(house, ORSON, CLERK)
    with pytest.raises(UsageError):
        covers.revoke_cover(house, printed.short_id, CLERK, " ")
    covers.revoke_cover(house, printed.short_id, CLERK, "stolen")
    first = covers.find_cover(house, printed.short_id, OPERATOR).revoked
    covers.revoke_cover(house, printed.short_id, CLERK, "again")
    assert covers.find_cover(house, printed.short_id, OPERATOR).revoked == first is not None


def test_two_sheets_never_share_a_short_id(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = iter(["aa" * 9, "aa" * 5 + "bb" * 4, "cc" * 9])
    made = cover_code.new_cover_code

    def predictable(kind: CodeKind, ring: object, sheets: int = 0) -> object:
        code = made(kind, house.keys, sheets)
        return type(code)(code.kind, code.key_id, next(ids), code.sheets)

    monkeypatch.setattr(register, "new_cover_code", predictable)
    with writing(house.engine) as tx:
        first = register.fresh_code(tx, CodeKind.LEGAL, house.keys)
        register.enrol(tx, first)
        second = register.fresh_code(tx, CodeKind.LEGAL, house.keys)
    assert second.cover_id == "cc" * 9


# --- messages


@pytest.mark.parametrize(
    ("draft", "told"),
    [
        (_to(body="  \n"), "empty"),
        (_to(body="x" * 30_001), "30001 characters"),
        (_to(photos=(b"x",) * 26), "At most 25"),
        (Draft(Direction.TO_INMATE, ORSON, " ", "", "x"), "whom"),
        (_from(address=" \n "), "needs an address"),
        (_from(address=None), "needs an address"),
        (_from(address="\n".join(f"line {n} of a long address" for n in range(30))), "window"),
        (_to(photos=(b"no picture",)), "Photo 1: This photo cannot be opened"),
        (_to(body="a \ue000 b"), r"cannot be printed here: U\+E000\."),
        (_from(address=ADDRESS + " \ue001"), r"cannot be printed here: U\+E001\."),
    ],
)
def test_what_could_not_be_printed_is_said_at_once(house: House, draft: Draft, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        send(house, draft, OPERATOR)
    assert events(house) == []
    assert print_queue(house, OPERATOR) == ()


def test_a_name_that_no_font_has_is_printed_and_told(house: House, tmp_path: Path) -> None:
    """Its owner cannot mend it, and must have his mail all the same."""
    with writing(house.engine) as tx:
        tx.execute(sa.update(inmate).values(first_name="Or\ue000son"))
    sent = send(house, _to(), OPERATOR)
    run = print_messages(house, tmp_path, CLERK)
    assert [each.message for each in run.files if each.message] == [sent]
    assert run.faults == ()
    (warning,) = run.warnings
    assert sent in warning
    assert "U+E000" in warning
    for printed in (
        covers.print_inmate_cover(house, ORSON, CLERK),
        reply_sheets.print_reply_sheet(house, ORSON, CLERK, correspondent="Ida"),
    ):
        assert _pdf_pages(printed.pdf) == 1
        assert any("U+E000" in warning for warning in printed.warnings)


def test_a_cover_that_shows_everything_warns_of_nothing(house: House) -> None:
    assert covers.print_inmate_cover(house, ORSON, CLERK, sender="محمد שרה").warnings == ()


def test_who_may_send(house: House) -> None:
    with pytest.raises(NotAllowed):
        send(house, _to(), as_inmate(ORSON))
    with pytest.raises(NotFound):
        send(house, _from(), as_inmate(PETRA))
    with pytest.raises(NotAllowed):
        send(house, _to(), INVESTIGATOR)
    with pytest.raises(NotFound):
        send(house, _to("nobody"), OPERATOR)
    assert print_queue(house, OPERATOR) == ()
    send(house, _from(), as_inmate(ORSON))
    assert len(print_queue(house, OPERATOR)) == 1


def test_sent_printed_and_marked(house: House, tmp_path: Path) -> None:
    sent = send(house, _to(photos=(_photo(),)), OPERATOR)
    other = send(house, _to(PETRA), OPERATOR)
    out = send(house, _from(), OPERATOR)
    run = print_messages(house, tmp_path / "out", CLERK)
    assert run.faults == ()
    letters = {each.message: each for each in run.files if each.message}
    assert set(letters) == {sent, other, out}
    units = [each.housing_unit for each in run.files if each.message is None]
    assert units == ["B-1", "B/1"], "a letter that goes out is in no housing unit's file"
    assert len({each.file for each in run.files}) == 5
    for each in run.files:
        assert _pdf_pages(each.file.read_bytes()) == each.pages
    assert print_queue(house, OPERATOR) == ()
    assert {thread.message.state for thread in threads(house, ORSON, OPERATOR)} == {
        MessageState.PRINTED
    }


def test_a_later_run_writes_over_nothing(house: House, tmp_path: Path) -> None:
    send(house, _to(), OPERATOR)
    (_, unit) = print_messages(house, tmp_path, CLERK).files
    first = unit.file.read_bytes()
    assert print_messages(house, tmp_path, CLERK).files == ()
    send(house, _to(), OPERATOR)
    (_, again) = print_messages(house, tmp_path, CLERK).files
    assert again.file != unit.file
    assert unit.file.read_bytes() == first


def test_half_a_letter_is_not_left_to_be_printed(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(house, _to(), OPERATOR)

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(StorageError, match="No space left"):
            print_messages(house, tmp_path / "out", CLERK)
    assert not any((tmp_path / "out").iterdir())
    assert len(print_messages(house, tmp_path / "out", CLERK).files) == 2


def test_one_bad_message_does_not_stop_the_run(house: House, tmp_path: Path) -> None:
    bad = send(house, _from(), OPERATOR)
    good = send(house, _to(), OPERATOR)
    with writing(house.engine) as tx:
        tx.execute(sa.update(message).where(message.c.id == bad).values(address="x" * 500))
    run = print_messages(house, tmp_path, CLERK)
    assert [each.message for each in run.files if each.message] == [good]
    assert bad in run.faults[0]
    assert [each.id for each in print_queue(house, OPERATOR)] == [bad]


# --- people


def test_a_new_pin_ends_the_inmates_sessions(house: House) -> None:
    with writing(house.engine) as tx:
        tx.execute(
            sa.insert(session),
            [{"token_hash": f"{n}", "inmate_id": n, "csrf": "c", "created": now(), "seen": now()}
             for n in (1, 2)],
        )  # fmt: skip
    with one_more_event(house, "set PIN", f"inmate:{ORSON}", OPERATOR):
        pin = people.set_pin(house, ORSON, OPERATOR)
    with reading(house.engine) as tx:
        assert list(tx.execute(sa.select(session.c.inmate_id)).scalars()) == [2]
        hashed = tx.execute(sa.select(inmate.c.pin_hash).where(inmate.c.id == 1)).scalar()
    assert pin not in str(hashed)
    with pytest.raises(NotFound):
        people.set_pin(house, "nobody", OPERATOR)
    with pytest.raises(NotAllowed):
        people.set_pin(house, ORSON, CLERK)


def test_a_security_question_needs_an_answer(house: House) -> None:
    with pytest.raises(UsageError):
        people.set_security_question(house, ORSON, "Dog?", " x ", OPERATOR)
    people.set_security_question(house, ORSON, "Dog?", "Mr. Test", OPERATOR)
    with reading(house.engine) as tx:
        row = tx.execute(sa.select(inmate).where(inmate.c.id == 1)).one()
    assert row.question == "Dog?"
    assert "Test" not in row.answer_hash


def test_staff_and_who_signs(house: House) -> None:
    people.add_staff(house, " Ida  Boss ", StaffRole.SUPERVISOR, OPERATOR)
    with pytest.raises(Conflict):
        people.add_staff(house, "Ida Boss", StaffRole.CLERK, OPERATOR)
    for name in (" ", "x" * 65, "a\x07b"):
        with pytest.raises(UsageError):
            people.add_staff(house, name, StaffRole.CLERK, OPERATOR)
    signs = people.named_staff(house, "Ida Boss ")
    assert signs == Actor(ActorKind.STAFF, "Ida Boss", StaffRole.SUPERVISOR)
    assert people.named_staff(house, "somebody").role is StaffRole.CLERK
    with pytest.raises(UsageError):
        people.named_staff(house, " ")
