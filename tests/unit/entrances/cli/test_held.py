"""The commands for held mail."""

from __future__ import annotations

from pathlib import Path

from digitizer import audit
from digitizer.facility import Facility
from digitizer.letters import actions as letters
from digitizer.people.correspondents import actions as correspondents
from digitizer.storage.database import reading
from tests.support.command_line import Run
from tests.support.held_mail import awaiting
from tests.support.made_mail import (
    ORSON,
    PETRA,
    SUPERVISOR,
    as_inmate,
    deliver,
    events,
    held_letter,
    held_whole,
    new_cover,
)


def test_held(run: Run, facility: Facility) -> None:
    letter, scan = held_letter(facility), held_whole(facility, count=0)
    lines = run("held", "--json").lines
    assert [list(line) for line in lines] == [
        ["scan", "source", "letter", "pages", "reason", "since", "queue"]
    ] * 2
    assert [line["queue"] for line in lines] == ["exception", "exception"]
    by_letter = {line["letter"]: line for line in lines}
    assert by_letter[letter]["pages"] == [1, 2, 3, 4]
    assert (by_letter[None]["scan"], by_letter[None]["pages"]) == (scan, [])
    assert all(line["reason"] for line in lines)


def test_decisions(run: Run, facility: Facility) -> None:
    held = held_letter(facility)
    signed = ("--by", "Ida", "--reason", "looked")
    assert run("cut", held, "--page", "3", *signed).code == 0
    first, second = [line["letter"] for line in run("held", "--json").lines]
    assert run("join", first, second, *signed).code == 0
    assert run("mark", first, "--page", "1", "--as", "cover", *signed).code == 0
    assert run("assign", first, "--to", ORSON, "--by", "Ida", "--reason", " ").code == 2
    assert run("assign", first, "--to", "nobody", *signed).code == 1
    assert run("assign", first, "--to", ORSON, *signed).code == 0
    assert run("assign", first, "--to", ORSON, *signed).code == 1
    assert run("reject", held_whole(facility), *signed).code == 0
    assert run("reject", "none", *signed).code == 1
    assert run("held", "--json").out == ""
    assert [actor for *_, actor in events(facility)].count("Ida") == 5


def test_recall(run: Run, facility: Facility, tmp_path: Path) -> None:
    code = run("staff", "add", "Ruth Harrow", "--role", "supervisor").out.split()[-1]
    file = tmp_path / "password"
    file.write_text(code + "\n")
    file.chmod(0o600)
    letter = deliver(facility, ORSON, "plums", b"one")
    letters.open_letter(facility, letter, as_inmate(ORSON), 1)
    signed = ("--by", "Ruth Harrow", "--reason", "it is Petra's")
    refused = run("recall", letter, *signed)
    assert (refused.code, "--password-file" in refused.err) == (1, True)
    done = run("recall", letter, *signed, "--password-file", str(file), "--json")
    assert done.code == 0
    (record,) = done.lines
    assert list(record) == [
        *("scan", "letter", "was", "booking_number", "read", "incident", "seen", "reason"),
    ]
    assert (record["letter"], record["was"], record["booking_number"]) == (
        letter,
        "delivered",
        ORSON,
    )
    assert record["incident"] is True
    assert [(each["who"], each["inmate"], each["page"]) for each in record["seen"]] == [
        (ORSON, True, 1)
    ]
    (line,) = run("held", "--json").lines
    assert (line["letter"], line["queue"], line["reason"]) == (
        *(letter, "exception"),
        record["reason"],
    )
    assert run("mailbox", ORSON, "--json").out == ""
    again = run("recall", letter, *signed, "--password-file", str(file))
    assert (again.code, "is held already" in again.err) == (1, True)
    assert run("assign", letter, "--to", ORSON, "--by", "Ida", "--reason", "his").code == 0
    said = run("recall", letter, *signed, "--password-file", str(file)).out
    assert f"{letter} is held again. Recalled by Ruth Harrow" in said


def test_assign_on_the_shell_asks_nothing(run: Run, facility: Facility) -> None:
    """Also to an inmate whom the cover does not name: whoever types a number names one."""
    held = held_letter(facility, new_cover(facility, ORSON))
    assert run("assign", held, "--to", PETRA, "--by", "Ida", "--reason", "hers").code == 0


def test_what_was_not_shown_is_in_the_log_of_a_release(run: Run, facility: Facility) -> None:
    letter = awaiting(facility)
    assert run("release", letter, "--by", "Ida", "--reason", "looked at the paper").code == 0
    with reading(facility.engine) as tx:
        last = next(each for each in audit.latest_events(tx) if each.verb == "release")
    assert last.detail["not_shown"] == [2]


def test_a_block_is_named_before_it_is_passed(run: Run, facility: Facility) -> None:
    letter = awaiting(facility)
    block = correspondents.block_mail(facility, None, ORSON, SUPERVISOR, "court order 17")
    signed = ("--by", "Ida", "--reason", "looked")
    for command in (("release", letter), ("assign", letter, "--to", ORSON)):
        refused = run(*command, *signed)
        assert (refused.code, f"--despite {block}" in refused.err) == (1, True)
    passed = run("assign", letter, "--to", ORSON, "--despite", str(block), *signed)
    assert (passed.code, "is delivered" in passed.out) == (0, True)


def test_undo_takes_back_the_last_decision_of_the_person_named(
    run: Run, facility: Facility
) -> None:
    first, second = held_letter(facility), held_whole(facility)
    by_ida, by_ben = ("--by", "Ida"), ("--by", "Ben")
    assert run("undo", *by_ida).code == 1  # nothing is decided yet
    assert run("reject", first, *by_ida, "--reason", "looked").code == 0
    assert run("reject", second, *by_ben, "--reason", "looked").code == 0
    assert run("undo", *by_ida, "--json").lines == [{"held": first, "undone": "reject"}]
    assert [line["letter"] for line in run("held", "--json").lines] == [first]
    assert run("undo", *by_ida).code == 1  # it is undone already
    done = run("undo", *by_ben)
    assert (done.code, second in done.out) == (0, True)
    assert [verb for verb, *_ in events(facility)].count("undo") == 2
