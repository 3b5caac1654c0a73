"""A letter through the real pipeline, its evidence pack, and an expert who has nothing else."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from digitizer import audit
from digitizer.evidence import actions
from digitizer.facility import Facility, open_facility
from digitizer.people.actions import named_staff
from digitizer.storage.audit_keys import keys_of
from digitizer.storage.database import writing
from digitizer.storage.event_tree import leaf_of, roots_at, salt_of
from digitizer.storage.tables import event
from tests.integration.test_paths_of_paper import TEXTS, scan
from tests.support import scanner
from tests.support.evidence_packs import (
    shown,
    trail_of,
    unpacked,
    verified,
    write_trail,
)
from tests.support.mailroom_kit import Home

BY = ("--by", "Ruth Harrow", "--reason", "Subpoena 26-1")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, str, str]:
    """A home with one delivered letter and an anchor: the letter's id, and the root on paper."""
    home = Home(tmp_path_factory.mktemp("evidence"))
    home.run("staff", "add", "Ruth Harrow", "--role", "supervisor")
    pages = [scanner.typed_page(text) for text in TEXTS]
    (line,) = home.lines("ingest", scan(home, "stack.pdf", home.cover("P1001"), *pages))
    assert line["outcome"] == "delivered"
    (anchor,) = home.lines("audit", "anchor")
    return home, line["letter"], _root(anchor["line"])


def _root(line: str) -> str:
    return line.partition("root=")[2].split()[0]


@pytest.fixture(scope="module")
def packed(made: tuple[Home, str, str]) -> Path:
    """The files of its pack, saved."""
    home, letter, _ = made
    pdf = home.path.parent / "pack.pdf"
    (said,) = home.lines("evidence", letter, "--to", str(pdf), *BY)
    assert (said["letter"], said["pages"], said["file"]) == (letter, 3, str(pdf))
    assert said["anchored"] == said["events"] - 1
    return unpacked(pdf.read_bytes(), home.path.parent / "files")


@pytest.fixture
def folder(packed: Path, tmp_path: Path) -> Path:
    """A copy to alter."""
    return Path(shutil.copytree(packed, tmp_path / "files"))


def test_an_expert_with_nothing_but_python_verifies_it(
    made: tuple[Home, str, str], folder: Path
) -> None:
    home, _, root = made
    for typed in ((), (root,)):
        found = verified(folder, *typed)
        assert (found.code, "DOES NOT HOLD" in found.said) == (0, False)
    said = {each["verb"]: each for each in map(shown, trail_of(folder)["events"])}
    assert set(said) == {"print cover", "take in", "deliver", "make evidence pack"}
    original = (home.path.parent / "stack.pdf").read_bytes()
    assert (folder / "original-1.pdf").read_bytes() == original
    named = [line for line in found.said.splitlines() if "'page-002.jpg', by its hash in" in line]
    assert named == [
        f"holds: the file 'page-002.jpg', by its hash in event {said['deliver']['seq']}"
    ]
    read = json.loads((folder / "transcript.json").read_text())
    assert "orchard behind the schoolhouse" in " ".join(read[1]["text"].split())
    home.run("audit", "verify")


# ---- one byte


def _flip(name: str) -> Callable[[Path], None]:
    def alter(folder: Path) -> None:
        content = bytearray((folder / name).read_bytes())
        content[len(content) // 2] ^= 1
        (folder / name).write_bytes(content)

    return alter


@pytest.mark.parametrize(
    "name",
    ["page-001.jpg", "page-002.jpg", "original-1.pdf", "transcript.json", "anchor.txt"],
)
def test_one_bit_of_a_file(folder: Path, name: str) -> None:
    _flip(name)(folder)
    found = verified(folder)
    assert (found.code, f"DOES NOT HOLD: the file '{name}'" in found.said) == (1, True)


def test_a_file_that_is_gone(folder: Path) -> None:
    (folder / "page-002.jpg").unlink()
    assert verified(folder).code == 1


def _digit(text: str) -> str:
    """Another hexadecimal digit in its middle."""
    at = len(text) // 2
    return text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :]


def _row(trail: dict[str, Any]) -> None:
    part = trail["events"][1]["parts"][3]
    part[1] = part[1].replace("command line", "command lime")


def _salt(trail: dict[str, Any]) -> None:
    part = trail["events"][1]["parts"][3]
    part[0] = _digit(part[0])


def _path(trail: dict[str, Any]) -> None:
    trail["events"][1]["path"][0] = _digit(trail["events"][1]["path"][0])


def _root_of(tree: str) -> Callable[[dict[str, Any]], None]:
    def alter(trail: dict[str, Any]) -> None:
        trail[tree]["root"] = _digit(trail[tree]["root"])

    return alter


def _size_of(tree: str) -> Callable[[dict[str, Any]], None]:
    def alter(trail: dict[str, Any]) -> None:
        trail[tree]["size"] += 8

    return alter


def _left_out(trail: dict[str, Any]) -> None:
    del trail["events"][1]


def _swapped(trail: dict[str, Any]) -> None:
    trail["events"][0]["parts"][0] = trail["events"][1]["parts"][0]


def _closed(trail: dict[str, Any]) -> None:
    trail["events"][1]["parts"][3] = ["", "0" * 64]


@pytest.mark.parametrize(
    "alter",
    [
        _row,
        _salt,
        _path,
        _root_of("anchor"),
        _root_of("now"),
        _size_of("anchor"),
        _size_of("now"),
        _left_out,
        _swapped,
        _closed,
    ],
)
def test_one_thing_of_the_trail(folder: Path, alter: Callable[[dict[str, Any]], None]) -> None:
    trail = trail_of(folder)
    alter(trail)
    write_trail(folder, trail)
    found = verified(folder)
    assert (found.code, "DOES NOT HOLD" in found.said) == (1, True)


def test_a_trail_that_was_only_written_anew_holds(folder: Path) -> None:
    write_trail(folder, trail_of(folder))
    assert verified(folder).code == 0


def test_another_root_than_the_one_on_paper(made: tuple[Home, str, str], folder: Path) -> None:
    found = verified(folder, _digit(made[2]))
    assert found.code == 1
    assert "DOES NOT HOLD: the root that you typed" in found.said


# ---- the past, written anew


@contextmanager
def _copied(made: tuple[Home, str, str], folder: Path) -> Iterator[tuple[Home, Facility]]:
    home = object.__new__(Home)
    home.path = Path(shutil.copytree(made[0].path, folder / "home"))
    home.paper = folder
    facility = open_facility(home.path)
    try:
        yield home, facility
    finally:
        facility.engine.dispose()


def _new_past(facility: Facility, keys: bool) -> None:
    """Another person took the stack in; every later event, and the anchor's record, fit that. With
    the log's ``keys`` its chain does as well."""
    with writing(facility.engine) as tx:
        rows = tx.execute(sa.select(event).order_by(event.c.seq)).mappings().all()
        previous = ""
        for row in rows:
            values = dict(row)
            if values["verb"] == "take in":
                values["actor"] = "Somebody Else"
            if values["verb"] == "anchor":
                size = values["detail"]["head"]["seq"]
                values["detail"] = {**values["detail"], "root": roots_at(tx, [size])[size]}
            if keys:
                values["previous"] = previous or values["previous"]
                values["hash"] = _keyed_hash(tx, values)
                values["salt"] = salt_of(keys_of(tx), values["key"], values["hash"])
            values["leaf"] = leaf_of(values, values["salt"])
            tx.execute(sa.update(event).where(event.c.seq == values["seq"]).values(values))
            previous = values["hash"]
        if keys:
            last = rows[-1]
            audit._write_head(tx, keys_of(tx), last["seq"], previous, last["key"])


def _keyed_hash(tx: sa.Connection, values: dict[str, Any]) -> str:
    link = audit._Link(**{name: values[name] for name in audit._COVERED})
    return link.hash(keys_of(tx))


def test_an_outsider_who_writes_the_database_gets_no_pack(
    made: tuple[Home, str, str], tmp_path: Path
) -> None:
    with _copied(made, tmp_path) as (home, facility):
        _new_past(facility, keys=False)
        pdf = tmp_path / "pack.pdf"
        home.run("evidence", made[1], "--to", str(pdf), *BY, good=(1,))
        assert not pdf.exists()
        assert "Broken after" in home.run("audit", "verify", good=(1,))


def test_an_outsider_who_makes_the_pack_without_us_is_found_by_the_root_on_paper(
    made: tuple[Home, str, str], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They know no key, so they leave out what a key proves."""
    with _copied(made, tmp_path / "copy") as (_, facility):
        _new_past(facility, keys=False)
        monkeypatch.setattr(audit, "first_altered", lambda tx, seqs: None)
        by = named_staff(facility, "Ruth Harrow", "root")
        pack = actions.make_pack(facility, made[1], by, "why")
        forged = unpacked(pack.pdf, tmp_path / "forged")
    assert "'actor': 'Somebody Else'" in verified(forged).said
    assert verified(forged).code == 0, "it is whole in itself"
    found = verified(forged, made[2])
    assert (found.code, "DOES NOT HOLD: the root that you typed" in found.said) == (1, True)


def test_even_the_jail_with_its_keys_cannot_write_another_past(
    made: tuple[Home, str, str], tmp_path: Path
) -> None:
    with _copied(made, tmp_path) as (home, facility):
        _new_past(facility, keys=True)
        home.run("audit", "verify")
        pdf = tmp_path / "pack.pdf"
        home.run("evidence", made[1], "--to", str(pdf), *BY)
        forged = unpacked(pdf.read_bytes(), tmp_path / "forged")
    assert "'actor': 'Somebody Else'" in verified(forged).said
    assert verified(forged, made[2]).code == 1


# ---- the command


def test_what_the_command_refuses(made: tuple[Home, str, str], tmp_path: Path) -> None:
    home, letter, _ = made
    out = tmp_path / "pack.pdf"
    home.run("staff", "add", "Clara Clerk", "--role", "clerk", good=(0, 1))
    for wrong in (
        (letter, "--by", "Clara Clerk", "--reason", "why"),
        (letter, "--by", "Ruth Harrow", "--reason", " "),
        ("0" * 16, *BY),
        (letter, *BY, "--language", "fr"),
    ):
        home.run("evidence", *wrong, "--to", str(out), good=(1, 2))
    assert not out.exists()
    with sqlite3.connect(home.path / "database" / "mail.sqlite") as database:
        (refused,) = database.execute("SELECT count(*) FROM event WHERE verb = 'refuse'").fetchone()
    assert refused == 1


def test_a_restored_home_proves_itself_from_its_next_anchor_on(
    made: tuple[Home, str, str], tmp_path: Path
) -> None:
    """What was anchored after the backup is gone with it; what was anchored before stays."""
    home, letter, root = made
    passphrase = tmp_path / "words"
    passphrase.write_text("plainly invented words\n")
    passphrase.chmod(0o600)
    options = ("--passphrase-file", str(passphrase))
    home.run("backup", str(tmp_path / "backup"), *options)
    home.run("search", "orchard")
    lost = _root(home.lines("audit", "anchor")[0]["line"])
    again = object.__new__(Home)
    again.path, again.paper = tmp_path / "again", tmp_path
    again.run("restore", str(tmp_path / "backup"), *options)
    pdf = tmp_path / "pack.pdf"
    (said,) = again.lines("evidence", letter, "--to", str(pdf), *BY)
    folder = unpacked(pdf.read_bytes(), tmp_path / "files")
    assert said["anchor"] is not None
    assert (verified(folder, root).code, verified(folder, lost).code) == (0, 1)
