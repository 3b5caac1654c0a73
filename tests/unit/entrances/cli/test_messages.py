"""The commands for e-messages."""

from __future__ import annotations

from pathlib import Path

from digitizer.facility import Facility
from digitizer.messages import writing
from digitizer.people.correspondents import actions as correspondents
from digitizer.prints import actions as prints
from tests.support.command_line import Run
from tests.support.conversing import as_correspondent, make_contact, with_messages
from tests.support.made_mail import ORSON, SUPERVISOR


def test_messages(run: Run, facility: Facility, tmp_path: Path) -> None:
    text, address = tmp_path / "text", tmp_path / "address"
    text.write_text("How are you?")
    address.write_text("Ida Invented\n7 Example Street\nSampletown, EX 00000\n")
    both = ("--subject", "Hi", "--text-file", text)
    (sent,) = run("message", "send", ORSON, "--from", "Aunt Ida", *both, "--json").lines
    assert (sent["booking_number"], sent["direction"]) == (ORSON, "to_inmate")
    out = run("message", "send", ORSON, "--to", "Ida", "--address-file", address, *both, "--json")
    assert out.lines[0]["direction"] == "from_inmate"
    for wrong in ((), ("--from", "x", "--to", "y"), ("--to", "y")):
        assert run("message", "send", ORSON, *wrong, *both).code == 2
    assert run("message", "send", ORSON, "--from", "x", "--text-file", tmp_path / "no").code == 2
    listed = run("message", "list", ORSON, "--json").lines
    assert {line["state"] for line in listed} == {"queued"}
    assert {line["given_up"] for line in listed} == {None}
    printed = run("message", "print", "--out", tmp_path / "out", "--json")
    assert printed.code == 0
    assert [Path(line["file"]).is_file() for line in printed.lines] == [True] * 3
    assert run("message", "list", ORSON, "--json").lines[0]["state"] == "printed"


def test_a_message_whose_print_was_given_up_says_so(run: Run, facility: Facility) -> None:
    facility = with_messages(facility, review="none")
    ida = make_contact(facility)
    writing.write(facility, ORSON, "Hi", "How are you?", as_correspondent(ida))
    correspondents.block_mail(facility, ida, ORSON, SUPERVISOR, "a threat")
    (stopped,) = prints.look_at_queue(facility, SUPERVISOR).stopped
    prints.give_up(facility, stopped.each.number, SUPERVISOR, "no end in sight")
    (line,) = run("message", "list", ORSON, "--json").lines
    assert (line["state"], line["given_up"]) == ("queued", "no end in sight")
    assert "not printed: given up" in run("message", "list", ORSON).out
