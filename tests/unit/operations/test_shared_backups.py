"""Backups that share stored files with an earlier one: each complete without the other, and nothing
that decayed or is another's by now handed on."""

from __future__ import annotations

import errno
import io
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.errors import UsageError
from digitizer.model.retention import MailKind
from digitizer.operations.backup import BackedUp, back_up
from digitizer.operations.backup_folder import BLOBS, is_whole
from digitizer.operations.restore import restore_home
from digitizer.screening.sealing_by_hand import seal_held
from digitizer.storage import encryption
from digitizer.storage.database import writing
from digitizer.storage.tables import message
from tests.support.kept_by_key import PASSPHRASE, book_now, encrypted_home, found_in_backup
from tests.support.kept_mail import destroyed, old_message, old_stack, scheduled
from tests.support.made_mail import (
    CLERK,
    DOUBT,
    OPERATOR,
    ORSON,
    PETRA,
    file,
    letter_of,
    letters_of,
    new_cover,
    read,
    split_of,
    take,
)
from tests.support.sealed_mail import all_bytes


@pytest.fixture(autouse=True)
def _cheap_stretching(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encryption, "_COST", 2)


@pytest.fixture
def keyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Facility]:
    (tmp_path / "passphrase").write_text(f"{PASSPHRASE}\n")
    monkeypatch.setenv("DIGITIZER_PASSPHRASE_FILE", str(tmp_path / "passphrase"))
    with encrypted_home(tmp_path) as facility:
        yield facility


def _back_up(facility: Facility, folder: Path, earlier: Path | None = None) -> BackedUp:
    done = back_up(facility, folder, PASSPHRASE, OPERATOR, earlier=earlier)
    assert (done.missing, done.altered) == ((), ())
    return done


def _stored(folder: Path) -> dict[str, Path]:
    """By what part of the backup it is, and the name of its plain bytes."""
    found = (path for part in BLOBS for path in (folder / part).rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path for path in found}


def _one_with(folder: Path, earlier: Path) -> set[str]:
    here, there = _stored(folder), _stored(earlier)
    return {name for name in here.keys() & there.keys() if here[name].samefile(there[name])}


def _comes_back(folder: Path, home: Path) -> None:
    """A restore proves all scans, all files and the whole log by itself."""
    restore_home(folder, home, OPERATOR, PASSPHRASE)


def test_what_is_there_already_is_not_stored_again(full: Facility, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    _back_up(full, one)
    before = set(_stored(one))
    take(full, b"came since")
    done = _back_up(full, two, one)
    assert _one_with(two, one) == before
    assert (done.shared, len(_stored(two))) == (len(before), len(before) + 1)
    assert (is_whole(one), is_whole(two)) == (True, False)
    shutil.rmtree(one)
    _comes_back(two, tmp_path / "again")


def test_the_earlier_one_does_without_the_later_one(full: Facility, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    _back_up(full, one)
    _back_up(full, two, one)
    shutil.rmtree(two)
    _comes_back(one, tmp_path / "again")


@pytest.mark.parametrize("part", BLOBS)
@pytest.mark.parametrize("damage", ["changed", "cut", "gone", "unreadable"])
def test_what_decayed_there_comes_from_the_home(
    full: Facility, tmp_path: Path, part: str, damage: str
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    _back_up(full, one)
    path = next(path for name, path in _stored(one).items() if name.startswith(part))
    if damage == "changed":
        path.write_bytes(b"#" + path.read_bytes()[1:])
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:-1])
    else:
        path.unlink()
        if damage == "unreadable":
            path.mkdir()
    _back_up(full, two, one)
    assert str(path.relative_to(one)) not in _one_with(two, one)
    assert _one_with(two, one)
    _comes_back(two, tmp_path / "again")


@pytest.mark.parametrize("number", [errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP])
def test_where_there_are_no_hard_links_all_is_copied(
    full: Facility, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    one, two = tmp_path / "one", tmp_path / "two"
    _back_up(full, one)
    with monkeypatch.context() as without:
        without.setattr(os, "link", refused)
        assert _back_up(full, two, one).shared == 0
    assert is_whole(two)
    _comes_back(two, tmp_path / "again")


def test_what_was_sealed_since_is_in_the_later_one_no_more(full: Facility, tmp_path: Path) -> None:
    """And is in the earlier one as it was: nothing is overwritten there."""
    words = b"the paper of counsel"
    held = split_of(letter_of(new_cover(full, PETRA), 1, 2, DOUBT))
    (letter,) = letters_of(full, file(full, held, {2: read("Law office")}, content=words))
    one, two = tmp_path / "one", tmp_path / "two"
    _back_up(full, one)
    seal_held(full, letter.id, 2, CLERK, "it may be legal mail")
    assert _back_up(full, two, one).shared
    assert (words in all_bytes(one), words in all_bytes(two)) == (True, False)
    for each in (one, two):
        _comes_back(each, tmp_path / f"from {each.name}")


@pytest.mark.parametrize("what", ["nothing", "unfinished"])
def test_it_is_shared_with_backups_alone(full: Facility, tmp_path: Path, what: str) -> None:
    if what == "unfinished":
        _back_up(full, tmp_path / "one")
        (tmp_path / "one" / "config.toml").unlink()
    with pytest.raises(UsageError, match="not a backup"):
        back_up(full, tmp_path / "two", PASSPHRASE, OPERATOR, earlier=tmp_path / "one")
    assert not (tmp_path / "two").exists()


def test_by_key_the_same_owners_share(keyed: Facility, tmp_path: Path) -> None:
    here = scheduled(keyed)
    old_stack(here, [ORSON, PETRA], 0)
    one, two = tmp_path / "one", tmp_path / "two"
    _back_up(here, one)
    assert _back_up(here, two, one).shared == len(_stored(one)) > 0
    shutil.rmtree(one)
    _comes_back(two, tmp_path / "again")


def test_by_key_destruction_reaches_what_is_shared(keyed: Facility, tmp_path: Path) -> None:
    here = scheduled(keyed)
    gone = old_message(here, ORSON, 50)
    one, two, three = (tmp_path / each for each in ("one", "two", "three"))
    _back_up(here, one)
    assert _back_up(here, two, one).shared
    destroyed(here, MailKind.MESSAGES)
    _back_up(here, three, two)
    assert here.home_key is not None
    for each in (one, two, three):
        found = found_in_backup(each, here.home_key.database, book_now(here), [*gone.words])
        assert found == set()
    _comes_back(three, tmp_path / "again")


def test_by_key_what_lost_an_owner_is_written_anew(keyed: Facility, tmp_path: Path) -> None:
    """The photo of two messages is that of one by now: a destruction of that one must reach it."""
    here = scheduled(keyed)
    one, two = (old_message(here, ORSON, number) for number in (50, 51))
    with writing(here.engine) as tx:
        its = sa.select(message.c.photos).where(message.c.id == one.id)
        photos = tx.execute(its).scalar_one()
        tx.execute(sa.update(message).where(message.c.id == two.id).values(photos=photos))
    _back_up(here, tmp_path / "one")
    with writing(here.engine) as tx:
        tx.execute(sa.update(message).where(message.c.id == one.id).values(photos=[]))
    _back_up(here, tmp_path / "two", tmp_path / "one")
    (photo,) = (name for name in _stored(tmp_path / "two") if name.endswith(photos[0]))
    assert photo in _stored(tmp_path / "one")
    assert photo not in _one_with(tmp_path / "two", tmp_path / "one")


def test_a_plain_one_gives_an_encrypted_home_nothing(
    full: Facility, keyed: Facility, tmp_path: Path
) -> None:
    """Not even where the plain bytes are the same."""
    old_stack(scheduled(keyed), [ORSON], 0)
    one, two = tmp_path / "one", tmp_path / "two"
    for each in keyed.originals.names():
        full.originals.put(_stream(keyed, each))
    _back_up(full, one)
    assert {Path(each).name for each in _stored(one)} >= set(keyed.originals.names())
    assert _back_up(keyed, two, one).shared == 0


def _stream(facility: Facility, name: str) -> io.BytesIO:
    return io.BytesIO(facility.originals.get(name))
