"""What staff do: make and end codes, and export a mailbox at a desk."""

from __future__ import annotations

import errno
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.capture.recovery import recover
from digitizer.departures import actions, making
from digitizer.departures.codes import Over
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotAllowed, NotFound, StorageError, UsageError
from digitizer.model.events import Verb
from digitizer.storage.database import reading
from digitizer.storage.tables import event
from digitizer.storage.tables_departures import takeaway_code
from tests.support.conversing import PAGES
from tests.support.leaving_mail import fill_mailbox, list_as, list_whole, with_page
from tests.support.made_mail import ADMINISTRATOR, CLERK, ORSON, SUPERVISOR, events

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def here(facility: Facility) -> Facility:
    return with_page(facility)


def test_the_slip_says_where_and_until_when_and_not_whose_it_is(here: Facility) -> None:
    made = actions.make_code(here, ORSON, ADMINISTRATOR)
    asked = subprocess.run(
        ["pdftotext", "-", "-"], input=made.slip, capture_output=True, check=True
    )
    said = asked.stdout.decode()
    assert made.code in said
    assert f"{PAGES}/family/takeaway" in said
    assert made.last_day.isoformat() in said
    assert "Take your mail along" in said
    assert "Llévese su correo" in said
    for word in (ORSON, "Orson", "Testvale"):
        assert word not in said


def test_only_the_digest_of_the_code_is_kept(here: Facility) -> None:
    made = actions.make_code(here, ORSON, ADMINISTRATOR)
    with reading(here.engine) as tx:
        (row,) = tx.execute(sa.select(takeaway_code)).all()
        recorded = str([tuple(each) for each in tx.execute(sa.select(event))])
    plain = made.code.replace("-", "")
    assert plain not in str(tuple(row))
    assert made.code not in recorded
    assert plain not in recorded


def test_what_staff_see_of_it(here: Facility) -> None:
    assert actions.code_of(here, ORSON, ADMINISTRATOR) is None
    made = actions.make_code(here, ORSON, ADMINISTRATOR, 7)
    seen = actions.code_of(here, ORSON, ADMINISTRATOR)
    assert seen is not None
    assert (seen.id, seen.until, seen.over) == (made.number, made.last_day, None)
    assert actions.end_code(here, ORSON, ADMINISTRATOR, " lost ") == made.number
    ended = actions.code_of(here, ORSON, ADMINISTRATOR)
    assert ended is not None
    assert (ended.over, ended.ended_why) == (Over.ENDED, "lost")
    with pytest.raises(NotFound):
        actions.end_code(here, ORSON, ADMINISTRATOR, "again")


def test_staff_see_that_it_ended_with_a_return(here: Facility) -> None:
    actions.make_code(here, ORSON, ADMINISTRATOR)
    list_as(here, "released")
    list_as(here, "in custody")
    seen = actions.code_of(here, ORSON, ADMINISTRATOR)
    assert seen is not None
    assert seen.over is Over.BACK


def test_none_is_made_without_a_page_or_for_a_name_that_is_held(
    here: Facility, facility: Facility, tmp_path: Path
) -> None:
    with pytest.raises(Conflict, match="address"):
        actions.make_code(facility, ORSON, ADMINISTRATOR)
    with pytest.raises(Conflict, match="release"):
        actions.make_code(with_page(facility, export="off"), ORSON, ADMINISTRATOR)
    for days in (0, 367):
        with pytest.raises(UsageError):
            actions.make_code(here, ORSON, ADMINISTRATOR, days)
    with pytest.raises(NotFound):
        actions.make_code(here, "nobody", ADMINISTRATOR)


def test_only_who_may_reset_a_pin_makes_codes(here: Facility) -> None:
    for by in (CLERK, SUPERVISOR):
        assert not actions.may_make(by)
        with pytest.raises(NotAllowed):
            actions.make_code(here, ORSON, by)
        with pytest.raises(NotAllowed):
            actions.end_code(here, ORSON, by, "why")
    assert actions.may_make(ADMINISTRATOR)


def test_a_desk_exports_a_mailbox_and_each_letter_counts_as_looked_at(
    here: Facility, tmp_path: Path
) -> None:
    ids, out = fill_mailbox(here), tmp_path / "stick.zip"
    built = actions.export_mailbox(here, ORSON, out, SUPERVISOR, "asked for at the desk")
    with zipfile.ZipFile(io.BytesIO(out.read_bytes())) as archive:
        assert "mailbox.pdf" in archive.namelist()
    assert built.items == 3
    done = events(here)
    assert (Verb.COPY_AS_PDF, f"letter:{ids['letter']}", SUPERVISOR.name) in done
    assert (Verb.EXPORT_MAILBOX, f"inmate:{ORSON}", SUPERVISOR.name) in done
    with reading(here.engine) as tx:
        (detail,) = tx.execute(
            sa.select(event.c.detail).where(event.c.verb == str(Verb.EXPORT_MAILBOX))
        ).scalars()
    assert detail["why"] == "asked for at the desk"


def test_nobody_else_reads_the_export_and_messages_count_as_looked_at(
    here: Facility, tmp_path: Path
) -> None:
    ids, out = fill_mailbox(here), tmp_path / "stick.zip"
    out.write_bytes(b"an older one")
    out.chmod(0o644)
    actions.export_mailbox(here, ORSON, out, SUPERVISOR, "asked for at the desk")
    assert out.stat().st_mode & 0o777 == 0o600
    done = events(here)
    for each in (ids["message"], ids["answer"]):
        assert (Verb.LOOK_AT_MESSAGE, f"message:{each}", SUPERVISOR.name) in done


def test_nothing_is_exported_while_it_is_uncertain_whose_number_it_is(
    here: Facility, tmp_path: Path
) -> None:
    list_whole(here, f"{ORSON},Another,Person")
    with pytest.raises(Conflict, match="not certain"):
        actions.export_mailbox(here, ORSON, tmp_path / "m.zip", SUPERVISOR, "asked for")
    assert not [*tmp_path.glob("m.zip")]


def test_an_export_needs_a_reason_a_supervisor_and_room(here: Facility, tmp_path: Path) -> None:
    out = tmp_path / "stick.zip"
    with pytest.raises(UsageError):
        actions.export_mailbox(here, ORSON, out, SUPERVISOR, " ")
    with pytest.raises(NotAllowed):
        actions.export_mailbox(here, ORSON, out, CLERK, "why not")
    with pytest.raises(UsageError, match="Cannot write"):
        actions.export_mailbox(here, ORSON, tmp_path / "none" / "x.zip", SUPERVISOR, "asked for")
    assert not out.exists()
    assert not [*here.work_folder.iterdir()]


def test_a_full_disk_is_said_and_leaves_nothing(
    here: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(facility: Facility, tx: sa.Connection, inmate_id: int, folder: Path) -> None:
        (folder / "mailbox.zip").write_bytes(b"half of it")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(making, "build", full)
    with pytest.raises(StorageError, match="No space left"):
        actions.export_mailbox(here, ORSON, tmp_path / "m.zip", SUPERVISOR, "asked for")
    assert not [*here.work_folder.iterdir()]


def test_what_a_killed_process_left_goes_at_the_next_start(here: Facility) -> None:
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from digitizer.departures import making\n"
        "from digitizer.facility import open_facility\n"
        "def killed(facility, tx, inmate_id, folder):\n"
        "    (folder / 'mailbox.zip').write_bytes(b'half of it')\n"
        "    os.kill(os.getpid(), 9)\n"
        "making.build = killed\n"
        "with making.made(open_facility(Path(sys.argv[1])), 1):\n"
        "    pass\n"
    )
    done = subprocess.run([sys.executable, "-c", program, here.home], cwd=ROOT)
    assert done.returncode == -9
    assert [each.name for each in here.work_folder.rglob("*.zip")] == ["mailbox.zip"]
    recover(here)
    assert not [*here.work_folder.rglob("*.zip")]
