"""The commands of the print queue."""

from __future__ import annotations

from pathlib import Path

from digitizer.facility import Facility
from digitizer.prints.previews import Sample
from tests.support.command_line import Run
from tests.support.made_mail import ORSON
from tests.support.pdf_looks import page_texts


def test_the_queue_from_end_to_end(run: Run, facility: Facility, tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("How are you?")
    for _ in range(2):
        run("message", "send", ORSON, "--from", "Aunt Ida", "--text-file", text)
    waiting = run("print", "list", "--json").lines
    assert [(each["pile"], each["state"]) for each in waiting] == [("unit:B-1", "queued")] * 2
    assert run("print", "send", "--unit", "C-9").err.strip() == "Nothing waits to be printed."
    (batch,) = run("print", "send", "--unit", "B-1", "--json").lines
    assert batch["prints"] == [each["print"] for each in waiting]
    assert Path(batch["file"]).parent == facility.home / "outbox"
    assert "Delivery list: B-1" in page_texts(Path(batch["file"]).read_bytes())[0]
    assert run("print", "list", "--json").lines == []
    assert {each["state"] for each in run("message", "list", ORSON, "--json").lines} == {"printed"}
    first, last = batch["prints"]
    again = run("print", "again", first, last, "--by", "Ann Clerk", "--reason", "a jam")
    assert again.code == 0, again.err
    assert len(run("print", "list", "--json").lines) == 2


def test_what_is_refused(run: Run, facility: Facility) -> None:
    assert run("print", "came-out", 7).code == 1
    assert run("print", "came-not", 7).code == 1
    missing = run("print", "again", 7, "--by", "Ann Clerk", "--reason", "why")
    assert (missing.code, "no print" in missing.err) == (1, True)
    assert facility.home.exists()


def test_a_preview_draws_every_sample_and_names_a_file_with_a_fault(
    run: Run, facility: Facility, tmp_path: Path
) -> None:
    bad = facility.print_templates / "reply.toml"
    bad.write_text('[en]\ntitle = "Answer"', encoding="utf-8")
    out = tmp_path / "out"
    done = run("print", "preview", "--out", out)
    assert (done.code, f"{bad}, line 2" in done.err) == (1, True)
    assert sorted(each.stem for each in out.iterdir()) == sorted(Sample)
