"""What was destroyed, and what a thief of the disk looks for: in no byte of the home."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from digitizer.access.password_hashing import hash_secret
from digitizer.capture.scans import sealing
from digitizer.facility import Facility, make_home, open_facility
from digitizer.model.people import StaffRole
from digitizer.operations.backup import back_up
from digitizer.operations.restore import restore_home
from digitizer.people import actions as people
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import staff
from tests.support.made_mail import OPERATOR, ORSON, deliver, fill_roster
from tests.support.sealed_mail import sealed, stack
from tests.support.secrets_left import secrets_left
from tests.support.web_kit import PASSWORD
from trials.break_in.playing import Attack, Play, Theme, shut_if
from trials.break_in.target import DIGITIZER, Target, run, serving
from trials.break_in.visitor import Visitor

_PASSPHRASE = "a long enough passphrase"


def _secrets_of(facility: Facility, scan: str, words: bytes) -> dict[str, bytes]:
    with reading(facility.engine) as tx:
        key = sealing.find_sealed(tx, facility.seal_keys, scan).key
    return {"the key": key, "the text": words}


def _words(target: Target) -> bytes:
    return b"what only counsel may read, " + target.free().name.encode()


def _none_left(folder: Path, secrets: Mapping[str, bytes], where: str) -> str:
    found = list(secrets_left(folder, secrets))
    shut_if(not found, f"left in {where}: {found}")
    return f"in no byte of {where}"


# --- after destroying


def _on_the_web(target: Target, visitor: Visitor, scan: str) -> None:
    path, form = f"/staff/held/{scan}", {"reason": "handed over", "confirm": "DESTROY"}
    done = visitor.post(f"{path}/seal/destroy", form, seen_on=path)
    assert done.status == 303, done.status


def _destroyed_on_the_web(target: Target) -> str:
    """While the service runs: its log of the database, temporary files and free pages too."""
    words = _words(target)
    scan = target.sealed(words)
    secrets = _secrets_of(target.facility, scan, words)
    _on_the_web(target, target.as_staff(StaffRole.SUPERVISOR), scan)
    return _none_left(target.home, secrets, "the home of the running service")


def _looked_at_before(target: Target) -> str:
    """A supervisor looked at the page that seals it, and the service made its picture."""
    words = _words(target)
    scan, visitor = target.sealed(words), target.as_staff(StaffRole.SUPERVISOR)
    secrets = _secrets_of(target.facility, scan, words)
    shown = visitor.get(f"/staff/held/{scan}/seal/2/picture")
    assert shown.status == 200, shown.status
    _on_the_web(target, visitor, scan)
    return _none_left(target.home, {**secrets, "the picture": shown.body}, "the home")


def _by_command(target: Target) -> str:
    words = _words(target)
    scan, name = target.sealed(words), target.new_staff(StaffRole.SUPERVISOR)
    secrets = _secrets_of(target.facility, scan, words)
    file = target.free()
    file.write_text(f"{PASSWORD}\n")
    asked = ("legal", "destroy", scan, "--reason", "x", "--confirm", "--by", name)
    done = target.run(*asked, "--password-file", str(file))
    assert done.returncode == 0, done.stderr
    return _none_left(target.home, secrets, "the home")


def _many(target: Target) -> str:
    """Twenty, of which every second is destroyed; the others stay readable."""
    visitor = target.as_staff(StaffRole.SUPERVISOR)
    gone: dict[str, bytes] = {}
    kept = []
    for number in range(20):
        words = _words(target)
        scan = target.sealed(words)
        secrets = _secrets_of(target.facility, scan, words)
        if number % 2:
            _on_the_web(target, visitor, scan)
            gone |= {f"{name} {number}": secret for name, secret in secrets.items()}
        else:
            kept.append(scan)
    still = target.facility.seal_keys.names()
    shut_if(all(target.seal_key_of(scan) in still for scan in kept), "another key is gone too")
    return _none_left(target.home, gone, "the home, of ten out of twenty")


def _killed_then_started(target: Target) -> str:
    """kill -9 right after the decision; what a start finishes must be finished."""
    home = target.free() / "home"
    make_home(home)
    facility = open_facility(home)
    words = _words(target)
    scan = sealed(facility, target.free(), stack() + words).id
    secrets = _secrets_of(facility, scan, words)
    people.add_staff(facility, "Ruth Harrow", StaffRole.SUPERVISOR, OPERATOR)
    _claim(facility)
    with serving(home) as (service, port):
        visitor = Visitor(port, target.address(), tls=False)
        assert visitor.staff_in("Ruth Harrow")
        _on_the_web(target, visitor, scan)
        os.kill(service.pid, signal.SIGKILL)
    facility.engine.dispose()
    with serving(home):
        pass
    return _none_left(home, secrets, "the home, after kill -9 and a new start")


def _claim(facility: Facility) -> None:
    """Everyone on the staff list logs in with PASSWORD."""
    with writing(facility.engine) as tx:
        tx.execute(staff.update().values(password_hash=hash_secret(PASSWORD)))


def _in_a_later_backup(target: Target) -> str:
    home = target.free() / "home"
    make_home(home)
    facility = open_facility(home)
    words = _words(target)
    scan = sealed(facility, target.free(), stack() + words).id
    secrets = _secrets_of(facility, scan, words)
    people.add_staff(facility, "Ruth Harrow", StaffRole.SUPERVISOR, OPERATOR)
    _claim(facility)
    file = target.free()
    file.write_text(f"{PASSWORD}\n")
    asked = ("legal", "destroy", scan, "--reason", "x", "--confirm", "--by", "Ruth Harrow")
    done = run(home, *asked, "--password-file", str(file))
    assert done.returncode == 0, done.stderr
    place, again = target.free(), target.free()
    back_up(facility, place, _PASSPHRASE, OPERATOR)
    restore_home(place, again, OPERATOR, _PASSPHRASE)
    facility.engine.dispose()
    _none_left(place, secrets, "the backup")
    return _none_left(again, secrets, "a later backup, and what is restored from it")


# --- the stolen home

_TEXT = "my dear rutabaga grows behind the shed"
_ORIGINAL = b"the bytes of an original, in clear"


def _encrypted(target: Target, existing: bool) -> tuple[Path, Facility, dict[str, bytes]]:
    """A home with a name, a PIN, a letter and a message; ``existing``: encrypted afterwards."""
    home, key = target.free() / "home", target.free()
    first = run(home, "init", *(() if existing else ("--encrypt", "--key-file", str(key))))
    assert first.returncode == 0, first.stderr
    facility = open_facility(home)
    secrets = _fill(facility)
    if existing:
        facility.engine.dispose()
        done = run(home, "encrypt", "--key-file", str(key))
        assert done.returncode == 0, done.stderr
        facility = open_facility(home)
    assert facility.home_key is not None
    secrets["the home's key"] = facility.home_key.key
    return home, facility, secrets


def _fill(facility: Facility) -> dict[str, bytes]:
    with writing(facility.engine) as tx:
        fill_roster(tx)
    pin = people.set_pin(facility, ORSON, OPERATOR)
    password = people.add_staff(facility, "Philomena Quartzburn", StaffRole.CLERK, OPERATOR)
    deliver(facility, ORSON, _TEXT, _ORIGINAL)
    return {
        "the PIN": pin.encode(),
        "the password": password.encode(),
        "the staff's name": b"Quartzburn",
        "the inmate's name": b"TestvaleOrson",
        "the other inmate's name": b"SamplewoodPetra",
        "the text": _TEXT.encode(),
        "a word of it": b"rutabaga",
        "the original": _ORIGINAL,
        "the tables": b"CREATE TABLE",
    }


def _stolen(target: Target, existing: bool) -> str:
    home, facility, secrets = _encrypted(target, existing)
    facility.engine.dispose()
    return _none_left(home, secrets, "the home")


def _stolen_while_running(target: Target) -> str:
    home, facility, secrets = _encrypted(target, existing=False)
    with serving(home) as (_, port):
        visitor = Visitor(port, target.address(), tls=False)
        assert visitor.log_in(ORSON, secrets["the PIN"].decode())
        visitor.get("/mail?q=rutabaga")
        told = _none_left(home, secrets, "the home of the running service")
    facility.engine.dispose()
    return told


def _stolen_after_kill(target: Target) -> str:
    home, facility, secrets = _encrypted(target, existing=False)
    facility.engine.dispose()
    words = [DIGITIZER, "--home", str(home), "serve", "--port", "0"]
    service = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    time.sleep(2)
    service.kill()
    service.wait()
    return _none_left(home, secrets, "the home, after kill -9")


def _stolen_backup(target: Target) -> str:
    _, facility, secrets = _encrypted(target, existing=False)
    place = target.free()
    back_up(facility, place, _PASSPHRASE, OPERATOR)
    facility.engine.dispose()
    return _none_left(place, secrets, "its backup")


def _opened_without_its_key(target: Target) -> str:
    """Neither by the product nor by SQLite."""
    home, facility, _ = _encrypted(target, existing=False)
    facility.engine.dispose()
    key = Path(facility.settings.keys.key_file)
    key.rename(key.with_suffix(".away"))
    ended = {words: run(home, *words.split()).returncode for words in ("mailbox A-100", "doctor")}
    read = 0
    database = sqlite3.connect(home / "database" / "mail.sqlite")
    with suppress(sqlite3.DatabaseError):
        read = len(database.execute("SELECT * FROM sqlite_master").fetchall())
    database.close()
    shut_if(0 not in ended.values() and read == 0, f"ended with {ended}, {read} tables read")
    return f"commands end with {[*ended.values()]}, SQLite reads nothing"


def _plain_home_shows_all(target: Target) -> str:
    """That the search finds what is there: in a home that is not encrypted."""
    home = target.free() / "home"
    make_home(home)
    facility = open_facility(home)
    secrets = _fill(facility)
    facility.engine.dispose()
    found = {each.split(" in ")[0] for each in secrets_left(home, secrets)}
    never = {"the PIN", "the password"}
    shut_if(found == set(secrets) - never, f"found {found}")
    return "in a plain home all is found but PIN and password"


_DESTROYED: Mapping[str, Play] = {
    "on the web": _destroyed_on_the_web,
    "after a supervisor looked at its page": _looked_at_before,
    "by command": _by_command,
    "ten of twenty": _many,
    "kill -9 afterwards, and a new start": _killed_then_started,
    "in a later backup": _in_a_later_backup,
}
_STOLEN: Mapping[str, Play] = {
    "encrypted from the start": partial(_stolen, existing=False),
    "encrypted afterwards": partial(_stolen, existing=True),
    "while the service runs": _stolen_while_running,
    "after kill -9": _stolen_after_kill,
    "its backup": _stolen_backup,
    "opened without its key": _opened_without_its_key,
    "a plain home (the search must find all)": _plain_home_shows_all,
}

THEMES = (
    Theme(
        "destroyed",
        (Attack("read legal mail that was destroyed", "no byte of it is left", _DESTROYED),),
    ),
    Theme(
        "stolen",
        (Attack("read a stolen home", "no name, text or PIN", _STOLEN, short=0),),
        needs_service=False,
        databases=("sqlite",),
    ),
)
