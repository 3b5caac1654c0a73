"""reconcile, doctor, backup, restore, scrub and encrypt as commands."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from digitizer import audit
from digitizer.entrances.cli.main import main
from digitizer.facility import Facility, open_facility
from digitizer.model.events import STORE, Verb
from digitizer.operations import key_keeping
from digitizer.storage import encryption
from digitizer.storage.blobs import LocalBlobs
from digitizer.storage.database import reading
from tests.support.command_line import Run
from tests.support.kept_by_key import PASSPHRASE, encrypted_home
from tests.support.made_mail import ORSON, deliver, held_whole

RunWithMail = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run_with_mail(
    facility: Facility, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> RunWithMail:
    """Runs a command; gives its exit code, stdout and stderr."""
    monkeypatch.setattr(encryption, "_COST", 2)
    deliver(facility, ORSON, "words", b"1")

    def call(*arguments: object, at: Path = facility.home) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["digitizer", "--home", str(at), *map(str, arguments)])
        umask, code = os.umask(0o077), 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            os.umask(umask)
        out, err = capsys.readouterr()
        return code, out, err

    return call


def _line(done: tuple[int, str, str]) -> dict[str, Any]:
    (line,) = done[1].splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def _same_keys(facility: Facility, home: Path) -> bool:
    other = open_facility(home)
    other.engine.dispose()
    return other.keys == facility.keys


def test_a_later_backup_shares_stored_files(run_with_mail: RunWithMail, tmp_path: Path) -> None:
    first = _line(run_with_mail("backup", tmp_path / "one", "--json"))
    again = ("backup", tmp_path / "two", "--share-with", tmp_path / "one")
    code, said, _ = run_with_mail(*again)
    assert code == 0
    assert f"shared with {tmp_path / 'one'}" in said
    assert first["shared"] == 0
    code, _, told = run_with_mail("backup", tmp_path / "three", "--share-with", tmp_path / "none")
    assert (code, "is not a backup" in told) == (2, True)


def test_a_passphrase_is_made_and_shown_once(
    run_with_mail: RunWithMail, facility: Facility, tmp_path: Path
) -> None:
    done = run_with_mail("backup", tmp_path / "copy", "--json")
    line = _line(done)
    known = ["folder", "files", "keys", "passphrase", "missing", "altered", "shared", "bucket"]
    assert list(line) == known
    assert "Write the passphrase down" in done[2]
    assert line["passphrase"] not in done[2]
    secret = tmp_path / "secret"
    secret.write_text(f"{line['passphrase']}\nnot this\n")
    back = run_with_mail(
        "restore", tmp_path / "copy", "--passphrase-file", secret, "--json", at=tmp_path / "again"
    )
    assert (back[0], _line(back)["scans"], _line(back)["warnings"]) == (0, 1, [])
    assert _same_keys(facility, tmp_path / "again")


def test_a_passphrase_of_ones_own_is_not_shown(
    run_with_mail: RunWithMail, facility: Facility, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("plainly invented words\n")
    code, out, err = run_with_mail("backup", tmp_path / "copy", "--passphrase-file", secret)
    assert code == 0
    assert "invented" not in out + err
    secret.write_text("plainly mistyped words\n")
    code, _, err = run_with_mail(
        "restore", tmp_path / "copy", "--passphrase-file", secret, at=tmp_path / "again"
    )
    assert code == 1
    assert "passphrase is wrong" in err
    assert not (tmp_path / "again").exists()
    code, _, err = run_with_mail("restore", tmp_path / "copy", at=tmp_path / "again")
    assert code == 0
    assert "not recognised" in err
    assert not _same_keys(facility, tmp_path / "again")


def test_a_lost_copy_of_the_keys_is_confirmed(
    run_with_mail: RunWithMail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "passphrase"
    secret.write_text(f"{PASSPHRASE}\n")
    monkeypatch.setenv("DIGITIZER_PASSPHRASE_FILE", str(secret))
    with encrypted_home(tmp_path) as keyed:

        def backup(name: str, *more: str) -> tuple[int, str, str]:
            given = ("backup", tmp_path / name, "--passphrase-file", secret, *more)
            return run_with_mail(*given, at=keyed.home)

        assert backup("one")[0] == 0
        copy = tmp_path / "key-folder" / key_keeping.FILE_NAME
        copy.unlink()
        code, _, err = backup("two")
        assert (code, "backup DIR --confirm-key-folder" in err) == (2, True)
        assert backup("three", "--confirm-key-folder")[0] == 0
        assert copy.exists()
        with reading(keyed.engine) as tx:
            made = [each for each in audit.events_of(tx, STORE) if each.verb == Verb.BACK_UP]
    said = ["key_folder_confirmed" in each.detail for each in made]
    assert sorted(said) == [False, False, True]


@pytest.mark.parametrize("content", [None, "", "short\n"])
def test_no_passphrase_no_backup(
    run_with_mail: RunWithMail, tmp_path: Path, content: str | None
) -> None:
    secret = tmp_path / "secret"
    if content is not None:
        secret.write_text(content)
    assert run_with_mail("backup", tmp_path / "copy", "--passphrase-file", secret)[0] == 2
    assert not (tmp_path / "copy").exists()


def test_scrub(run_with_mail: RunWithMail, facility: Facility) -> None:
    done = run_with_mail("scrub", "--json")
    assert done[0] == 0
    assert _line(done) == {"files": 1, "size": 1, "missing": [], "altered": [], "left_over": []}
    assert isinstance(facility.originals, LocalBlobs)
    (name,) = facility.originals.names()
    facility.originals.path(name).write_bytes(b"rotten")
    done = run_with_mail("scrub", "--rate", "100", "--json")
    assert done[0] == 1
    assert [each["name"] for each in _line(done)["altered"]] == [name]
    code, out, err = run_with_mail("scrub")
    assert (code, f"ALTERED  originals {name}" in out) == (1, True)
    assert "backup" in err
    assert run_with_mail("scrub", "--rate", "0")[0] == 2
    code, _, err = run_with_mail("backup", facility.home.parent / "copy")
    assert code == 1
    assert name in err


# --- encryption at rest


def test_a_home_is_encrypted_by_a_command_that_asks_nothing(
    run_with_mail: RunWithMail, facility: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DIGITIZER_PASSPHRASE_FILE", raising=False)
    facility.engine.dispose()
    key = tmp_path / "usb.key"
    assert run_with_mail("encrypt")[0] == 2
    assert run_with_mail("encrypt", "--key-file", key, "--passphrase-file", key)[0] == 2
    code, out, _ = run_with_mail("encrypt", "--key-file", key)
    assert (code, "1 file" in out, key.stat().st_mode & 0o777) == (
        0,
        True,
        0o600,
    )
    assert run_with_mail("encrypt", "--key-file", key)[0] == 2
    code, out, _ = run_with_mail("mailbox", ORSON, "--json")
    assert (code, len(out.splitlines())) == (0, 1)
    key.rename(tmp_path / "away")
    code, out, err = run_with_mail("mailbox", ORSON, "--json")
    assert (code, out, "put the device in" in err) == (2, "", True)


def test_a_new_home_is_encrypted_under_a_passphrase(
    run_with_mail: RunWithMail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, home = tmp_path / "words", tmp_path / "new"
    words.write_text("a long enough passphrase\n")
    monkeypatch.delenv("DIGITIZER_PASSPHRASE_FILE", raising=False)
    assert run_with_mail("init", "--encrypt", at=home)[0] == 2
    assert run_with_mail("init", "--passphrase-file", words, at=home)[0] == 2
    assert not home.exists()
    monkeypatch.setenv("DIGITIZER_PASSPHRASE_FILE", str(words))
    assert run_with_mail("init", "--encrypt", at=home)[0] == 0
    assert run_with_mail("init", at=home)[:2] == (0, f"{home} is up to date.\n")
    assert run_with_mail("held", "--json", at=home)[0] == 0
    assert run_with_mail("init", "--encrypt", at=home)[0] == 2
    monkeypatch.delenv("DIGITIZER_PASSPHRASE_FILE")
    code, out, err = run_with_mail("held", "--json", at=home)
    assert (code, out, "is encrypted" in err) == (2, "", True)


def test_reconcile(run: Run, facility: Facility) -> None:
    deliver(facility, ORSON, "words", b"1")
    held_whole(facility, count=0)
    done = run("reconcile", "--json")
    keys = [
        "scan",
        "source",
        "pages",
        "delivered",
        "held",
        "recorded",
        "covers",
        "blanks",
        "rejected",
        "working",
        "balanced",
    ]
    assert done.code == 0
    assert all(list(line)[: len(keys)] == keys for line in done.lines)
    assert [(line["pages"], line["held"]) for line in done.lines] == [(2, 0), (None, 1)]
    facility.originals.delete(next(iter(facility.originals.names())))
    done = run("reconcile", "--json")
    assert done.code == 1
    assert [line["balanced"] for line in done.lines].count(False) == 1


# --- copies and health


def test_backup_and_restore(run: Run, facility: Facility, tmp_path: Path) -> None:
    deliver(facility, ORSON, "words", b"1")
    assert run("backup", tmp_path / "copy").code == 0
    assert run("backup", tmp_path / "copy").code == 2
    assert run("restore", tmp_path / "copy", at=tmp_path / "again").code == 0
    assert run("restore", tmp_path / "copy", at=tmp_path / "again").code == 2
    assert len(run("mailbox", ORSON, "--json", at=tmp_path / "again").lines) == 1


def test_doctor(run: Run, facility: Facility) -> None:
    done = run("doctor", "--json")
    assert done.code in (0, 1)
    assert all(list(line) == ["what", "good", "says", "mend"] for line in done.lines)
    assert {"home", "disk", "database", "audit chain"} <= {line["what"] for line in done.lines}
    assert all(line["mend"] for line in done.lines if not line["good"])


def test_a_passphrase_is_changed_by_a_command(
    run_with_mail: RunWithMail, facility: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facility.engine.dispose()
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text("a long enough passphrase\n")
    new.write_text("another long passphrase\n")
    assert run_with_mail("encrypt", "--passphrase-file", old)[0] == 0
    change = ("change-passphrase", "--passphrase-file", old, "--new-passphrase-file", new)
    assert run_with_mail(*change, "--by", "Nobody Known")[0] == 1  # a name needs its password
    code, out, _ = run_with_mail(*change)
    assert (code, "older copy" in out) == (0, True)
    assert run_with_mail(*change)[0] == 2
    monkeypatch.setenv("DIGITIZER_PASSPHRASE_FILE", str(new))
    assert run_with_mail("mailbox", ORSON, "--json")[0] == 0
