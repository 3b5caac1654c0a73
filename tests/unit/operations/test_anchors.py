"""What a log cannot prove by itself, its anchors prove: that nothing was removed from its end."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from digitizer import audit
from digitizer.audit import Head, Restored, Walk
from digitizer.facility import Facility, open_facility
from digitizer.letters.actions import search_mail
from digitizer.model.errors import AuditError, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.settings import Audit
from digitizer.notifications.sending import send_due
from digitizer.operations import actions as operations
from digitizer.operations import anchors
from digitizer.operations.anchors import Anchor
from digitizer.operations.backup import back_up
from digitizer.operations.restore import restore_home
from digitizer.storage import encryption, event_tree
from digitizer.storage.audit_keys import keys_of
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import event, event_head
from digitizer.storage.tables_upkeep import outbox
from digitizer.support.clock import now
from tests.support.audit_log import audit_holds
from tests.support.made_mail import CLERK, OPERATOR, SUPERVISOR
from tests.support.mail_server import mail_server, with_mail

PASSPHRASE = "plainly invented words"


@pytest.fixture(autouse=True)
def _cheap_stretching(monkeypatch: pytest.MonkeyPatch) -> None:
    """The product's is slow on purpose."""
    monkeypatch.setattr(encryption, "_COST", 2)


@pytest.fixture
def anchored(facility: Facility, tmp_path: Path) -> Facility:
    """Its anchors go to another folder."""
    return _with(facility, anchor_path=str(tmp_path / "other disk" / "anchors.txt"))


def _with(facility: Facility, **settings: Any) -> Facility:
    return replace(
        facility, settings=facility.settings.model_copy(update={"audit": Audit(**settings)})
    )


def _anchors(facility: Facility) -> Path:
    return Path(facility.settings.audit.anchor_path)


def _write(facility: Facility, count: int) -> None:
    with writing(facility.engine) as tx:
        for number in range(count):
            audit.record(tx, CLERK, Verb.LOOK, Subject.letter(str(number)))


def _fault(facility: Facility, *given: str) -> str | None:
    return operations.check_log(facility, OPERATOR, given).fault


def _copy_of_database(facility: Facility, to: Path) -> Callable[[], None]:
    """Keeps the database as it is; what is returned puts it back, unseen by the log itself."""
    place = facility.home / "database"
    facility.engine.dispose()
    shutil.copytree(place, to)

    def put_back() -> None:
        facility.engine.dispose()
        shutil.rmtree(place)
        shutil.copytree(to, place)

    return put_back


def test_without_an_anchor_nothing_is_wrong_and_that_is_said(facility: Facility) -> None:
    checked = operations.check_log(facility, OPERATOR)
    assert (checked.fault, checked.anchors) == (None, 0)
    assert "No anchor was compared" in checked.notes[0]


def test_anchors_that_agree(anchored: Facility) -> None:
    for _ in range(2):
        _write(anchored, 2)
        made = operations.anchor_log(anchored, OPERATOR)
        assert (made.path, made.problems) == (_anchors(anchored), ())
    checked = operations.check_log(anchored, OPERATOR, [made.anchor.line, str(made.path)])
    assert (checked.fault, checked.anchors, checked.notes) == (None, 5, ())
    assert _anchors(anchored).stat().st_mode & 0o077 == 0


def test_a_log_that_was_put_back_to_an_earlier_state(anchored: Facility, tmp_path: Path) -> None:
    """All its hashes are right: only the anchor knows what came after."""
    _write(anchored, 2)
    put_back = _copy_of_database(anchored, tmp_path / "copy")
    _write(anchored, 3)
    line = operations.anchor_log(anchored, OPERATOR).anchor.line
    put_back()
    assert audit_holds(anchored)
    assert "ends before event 6" in str(_fault(anchored))
    assert "ends before event 6" in str(_fault(_with(anchored), line))
    _write(anchored, 9)  # the log grows past the anchor
    assert "is not the one that was anchored" in str(_fault(anchored))
    assert "is not the one that was anchored" in str(_fault(_with(anchored), line))


@pytest.mark.parametrize("passphrase", [PASSPHRASE, None], ids=["with keys", "without keys"])
def test_a_restore_explains_what_is_gone(
    anchored: Facility, tmp_path: Path, passphrase: str | None
) -> None:
    _write(anchored, 2)
    before = operations.anchor_log(anchored, OPERATOR).anchor.line
    back_up(anchored, tmp_path / "backup", PASSPHRASE, OPERATOR)
    _write(anchored, 3)
    gone = operations.anchor_log(anchored, OPERATOR).anchor.line
    restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR, passphrase)
    again = replace(open_facility(tmp_path / "again"), settings=anchored.settings)
    for more in (0, 9):
        _write(again, more)
        checked = operations.check_log(again, OPERATOR, [before, gone])
        assert (checked.fault, checked.anchors) == (None, 4)
        assert "restored from a backup that ended with event 5" in checked.notes[0]
        assert checked.unproven == (0 if passphrase else 5)
    new = operations.anchor_log(again, OPERATOR).anchor.line
    assert _fault(again, new) is None
    again.engine.dispose()


def test_a_restore_explains_nothing_that_was_anchored_after_it(
    facility: Facility, tmp_path: Path
) -> None:
    back_up(facility, tmp_path / "backup", PASSPHRASE, OPERATOR)
    restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR, PASSPHRASE)
    again = _with(open_facility(tmp_path / "again"), anchor_path=str(tmp_path / "anchors.txt"))
    put_back = _copy_of_database(again, tmp_path / "copy")
    _write(again, 3)
    made = operations.anchor_log(again, OPERATOR).anchor
    later = replace(made, at=made.at.replace(year=made.at.year + 1))  # not in the same second
    with reading(again.engine) as tx:
        line = replace(later, check=anchors._check(keys_of(tx), later)).line
    put_back()
    assert "ends before" in str(_fault(_with(again), line))
    again.engine.dispose()


def test_without_its_keys_a_restored_log_is_not_rewritten_unseen(
    facility: Facility, tmp_path: Path
) -> None:
    """What came before is linked to what is proven; a key that nobody has proves nothing more."""
    _write(facility, 3)
    back_up(facility, tmp_path / "backup", PASSPHRASE, OPERATOR)
    restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR)
    again = open_facility(tmp_path / "again")
    _write(again, 2)
    checked = operations.check_log(again, OPERATOR)
    assert (checked.fault, checked.events, checked.unproven) == (None, 8, 5)
    with writing(again.engine) as tx:
        tx.execute(event.update().where(event.c.seq == 7).values(key=77, actor="Nobody"))
    assert "key 77" in str(_fault(again))
    again.engine.dispose()


def _drop_last(path: Path) -> None:
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))


def _alter(path: Path) -> None:
    path.write_text(path.read_text().replace("seq=3", "seq=2"))


def _garble(path: Path) -> None:
    with path.open("a") as out:
        out.write("audit-anchor 1 se")


@pytest.mark.parametrize("spoil", [Path.unlink, _drop_last, _alter, _garble])
def test_anchors_that_were_spoiled_are_reported(
    anchored: Facility, spoil: Callable[[Path], None]
) -> None:
    _write(anchored, 2)
    operations.anchor_log(anchored, OPERATOR)
    assert _fault(anchored) is None
    spoil(_anchors(anchored))
    assert _fault(anchored) is not None
    assert audit_holds(anchored)


def test_an_anchor_after_a_line_that_was_cut_short_is_readable(anchored: Facility) -> None:
    operations.anchor_log(anchored, OPERATOR)
    _garble(_anchors(anchored))
    line = operations.anchor_log(anchored, OPERATOR).anchor.line
    assert _anchors(anchored).read_text().splitlines()[-1] == line


@pytest.mark.parametrize(
    "typed",
    [
        "audit-anchor",
        "audit-anchor 1 seq=0 hash=x",
        "audit-anchor 1 seq=1 hash="
        + "0" * 64
        + " at=2026-99-99T00:00:00Z key=1 check="
        + "0" * 16,
        "audit-anchor 1 seq=1 hash="
        + "0" * 64
        + " at=2026-01-01T00:00:00Z key=1 check="
        + "0" * 16,
        "/nowhere/at/all",
        "",
    ],
)
def test_a_line_that_is_no_anchor_is_a_typing_error(facility: Facility, typed: str) -> None:
    with pytest.raises(UsageError):
        operations.check_log(facility, OPERATOR, [typed])


def test_an_altered_log_is_not_anchored(anchored: Facility) -> None:
    _write(anchored, 2)
    with writing(anchored.engine) as tx:
        tx.execute(event_head.update().values(seq=2))
    with pytest.raises(AuditError, match="set back"):
        operations.anchor_log(anchored, OPERATOR)
    assert not _anchors(anchored).exists()


def test_a_disk_that_is_gone_is_reported_and_recorded(facility: Facility, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    broken = _with(facility, anchor_path=str(tmp_path / "file" / "anchors.txt"))
    made = operations.anchor_log(broken, OPERATOR)
    assert made.path is None
    assert "cannot be written" in made.problems[0]
    assert operations.anchored_last(broken, OPERATOR) is None
    assert operations.anchored_last(_with(facility), OPERATOR) is None
    operations.anchor_log(_with(facility), OPERATOR)
    assert operations.anchored_last(facility, OPERATOR) is not None


def test_an_anchor_is_mailed(facility: Facility, tmp_path: Path) -> None:
    with mail_server(tmp_path / "server") as server:
        mailing = with_mail(_with(facility, mail_to=("chief@example",)), server.settings)
        made = operations.anchor_log(mailing, OPERATOR)
    assert (made.mailed_to, made.problems) == (("chief@example",), ())
    (message,) = server.taken
    assert message["To"] == "chief@example"
    assert f"\n{made.anchor.line}\n" in message.as_string().replace("\r\n", "\n")


def test_an_anchor_is_mailed_by_the_server_that_older_settings_name(
    facility: Facility, tmp_path: Path
) -> None:
    """It may have no certificate, and need not be able to encrypt."""
    with mail_server(tmp_path / "server", encrypts=False) as server:
        older = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "mail_to": ("chief@example",)}
        assert operations.anchor_log(_with(facility, **older), OPERATOR).mailed_to
    assert server.taken[0]["From"] == "digitizer@localhost"


def test_an_anchor_that_could_not_be_mailed_goes_out_later(
    facility: Facility, tmp_path: Path
) -> None:
    with mail_server(tmp_path / "server", answers={"RCPT": "451 busy"}) as server:
        mailing = with_mail(_with(facility, mail_to=("chief@example",)), server.settings)
        made = operations.anchor_log(mailing, OPERATOR)
        assert (made.mailed_to, "451 busy" in made.problems[0]) == ((), True)
        assert operations.anchored_last(mailing, OPERATOR), "it is in the outbox: that is enough"
        server.answers.clear()
        with writing(facility.engine) as tx:
            tx.execute(outbox.update().values(next_try=now()))
        assert send_due(mailing, OPERATOR) == 1
    assert made.anchor.line in server.taken[0].get_content()


def test_the_daily_anchor_is_due_at_once_and_then_in_a_day(anchored: Facility) -> None:
    from digitizer.entrances.service import run

    assert run._anchor_if_due(anchored) == run._ANCHOR_EVERY
    assert 0 < run._anchor_if_due(anchored) <= run._ANCHOR_EVERY
    assert len(_anchors(anchored).read_text().splitlines()) == 1


@pytest.mark.parametrize("setting", ["plain", "hashed"])
def test_what_staff_searched_for_is_recorded(facility: Facility, setting: str) -> None:
    asking = _with(facility, search_words=setting)
    for query in ("a Tomato", "tomato"):
        search_mail(asking, query, SUPERVISOR)
    with reading(facility.engine) as tx:
        newer, older = (each.detail["words"] for each in audit.latest_events(tx, limit=2))
        hashed = audit.hashed_words(tx, ["tomato"])
    if setting == "plain":
        assert (older, newer) == ("a Tomato", "tomato")
    else:
        assert newer == hashed
        assert set(newer) < set(older)
        assert "tomato" not in json.dumps([older, newer]).casefold()


# ---- the root of the public tree


def test_an_anchor_has_the_root_up_to_its_event(anchored: Facility) -> None:
    _write(anchored, 3)
    made = operations.anchor_log(anchored, OPERATOR).anchor
    with reading(anchored.engine) as tx:
        roots = event_tree.roots_at(tx, [made.head.seq])
        detail = audit.latest_events(tx, 1)[0].detail
    assert roots == {made.head.seq: made.root}
    assert f" root={made.root} " in made.line
    assert (detail["root"], detail["line"]) == (made.root, made.line)
    assert anchors.parse_line(made.line) == made


def _without_root(made: Anchor, facility: Facility) -> Anchor:
    """As a version before the tree wrote it."""
    old = replace(made, root=None)
    with reading(facility.engine) as tx:
        return replace(old, check=anchors._check(keys_of(tx), old))


def test_an_anchor_of_before_there_was_a_tree_counts_as_ever(facility: Facility) -> None:
    _write(facility, 3)
    old = _without_root(operations.anchor_log(facility, OPERATOR).anchor, facility)
    assert old.line.startswith("audit-anchor 1 ")
    assert anchors.parse_line(old.line) == old
    assert _fault(facility, old.line) is None


@pytest.mark.parametrize("change", [("root=", "rot="), ("anchor 2", "anchor 1")])
def test_a_line_of_neither_form(facility: Facility, change: tuple[str, str]) -> None:
    line = operations.anchor_log(facility, OPERATOR).anchor.line
    with pytest.raises(UsageError, match="not an anchor"):
        anchors.parse_line(line.replace(*change))


def test_a_root_that_was_mistyped(facility: Facility) -> None:
    made = operations.anchor_log(facility, OPERATOR).anchor
    assert made.root is not None
    with pytest.raises(UsageError, match="its check value does not fit"):
        _fault(facility, made.line.replace(made.root, made.root[::-1]))


def test_whoever_has_the_keys_and_writes_another_tree_is_found_by_the_anchor(
    facility: Facility,
) -> None:
    """The chain is as it was; only the salt of one event, and with it all roots, is another."""
    _write(facility, 3)
    line = operations.anchor_log(facility, OPERATOR).anchor.line
    with writing(facility.engine) as tx:
        row = tx.execute(sa.select(event).where(event.c.seq == 2)).mappings().one()
        other = {"salt": b"x" * 16, "leaf": event_tree.leaf_of(row, b"x" * 16)}
        tx.execute(sa.update(event).where(event.c.seq == 2).values(other))
        found = anchors.other_root(tx, Walk(5, None, 0, ()), [anchors.parse_line(line)])
        assert "the log's tree up to event 4 is not the one that was anchored" in str(found)
        later = Restored(5, now(), Head(1, ""))
        assert (
            anchors.other_root(tx, Walk(5, None, 0, (later,)), [anchors.parse_line(line)]) is None
        )
