"""The commands for e-messages."""

from __future__ import annotations

from pathlib import Path

from digitizer.facility import Facility
from tests.support.command_line import Run
from tests.support.made_mail import ORSON


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
    printed = run("message", "print", "--out", tmp_path / "out", "--json")
    assert printed.code == 0
    assert [Path(line["file"]).is_file() for line in printed.lines] == [True] * 3
    assert run("message", "list", ORSON, "--json").lines[0]["state"] == "printed"
