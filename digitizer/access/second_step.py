"""The second step of a staff login: codes from an app, and recovery codes for when it is lost.

An app's secret must be kept as it is, not as a hash. It is encrypted under a key in the home's
folder of keys, so that whoever reads the database alone cannot make codes.
"""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from digitizer import audit
from digitizer.access import totp
from digitizer.access.accounts import StaffAccount
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, SettingsError, StorageError
from digitizer.model.events import Subject, Verb
from digitizer.storage.database import reading, writing
from digitizer.storage.encryption import decrypt, encrypt, new_seal_key
from digitizer.storage.tables import recovery_code, staff
from digitizer.support.clock import now

log = logging.getLogger("digitizer")

RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstvwxyz23456789"  # none that is easily taken for another
_GROUPS, _GROUP = 4, 4  # 78 random bits: no hash of them can be tried through


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an app needs to make codes for this login: the key in text, and an address for a QR
    code, which holds the same."""

    key: str
    address: str


def begin(facility: Facility, tx: sa.Connection, staff_id: int) -> None:
    """Makes a key that counts once ``finish`` has seen a code of it."""
    made = encrypt(_key(facility), totp.new_secret())
    _update(tx, staff_id, totp_pending=made)


def pending(facility: Facility, tx: sa.Connection, staff_id: int) -> Enrolment | None:
    """The key that waits for its first code; None if there is none."""
    row = tx.execute(
        sa.select(staff.c.name, staff.c.totp_pending).where(staff.c.id == staff_id)
    ).one()
    secret = _decrypted(facility, row.totp_pending)
    if secret is None:
        return None
    own = facility.settings.facility.name
    return Enrolment(_in_groups(totp.as_text(secret)), totp.address(secret, row.name, own))


def finish(facility: Facility, tx: sa.Connection, staff_id: int, code: str) -> tuple[str, ...]:
    """The pending key counts from now on, in place of an earlier one. Returns new recovery codes.

    Raises Conflict if the code is not of this key.
    """
    row = tx.execute(sa.select(staff.c.totp_pending).where(staff.c.id == staff_id)).one()
    secret = _decrypted(facility, row.totp_pending)
    step = totp.matching_step(secret, code, now(), None) if secret else None
    if step is None:
        raise Conflict(
            "That is not the code of this key. Wait for the next one and type it; the clock of "
            "the telephone must be right."
        )
    _update(tx, staff_id, totp_secret=row.totp_pending, totp_pending=None, totp_step=step)
    return new_recovery_codes(tx, staff_id)


def remove(tx: sa.Connection, staff_id: int) -> None:
    _update(tx, staff_id, totp_secret=None, totp_pending=None, totp_step=None)
    tx.execute(sa.delete(recovery_code).where(recovery_code.c.staff_id == staff_id))


def new_recovery_codes(tx: sa.Connection, staff_id: int) -> tuple[str, ...]:
    """Ten codes, shown once; the earlier ones no longer count."""
    tx.execute(sa.delete(recovery_code).where(recovery_code.c.staff_id == staff_id))
    codes = tuple(_new_code() for _ in range(RECOVERY_CODES))
    tx.execute(
        sa.insert(recovery_code),
        [{"staff_id": staff_id, "hash": _digest(code)} for code in codes],
    )
    return codes


def recovery_codes_left(tx: sa.Connection, staff_id: int) -> int:
    count = sa.select(sa.func.count()).select_from(recovery_code)
    return int(tx.execute(count.where(recovery_code.c.staff_id == staff_id)).scalar_one())


def accept(facility: Facility, account: StaffAccount, typed: str) -> bool:
    """Whether this is a code of the person's app, or a recovery code of theirs, that was not used
    before. It is used from now on, even if the login is refused for another reason."""
    with reading(facility.engine) as tx:
        row = tx.execute(
            sa.select(staff.c.totp_secret, staff.c.totp_step).where(staff.c.id == account.id)
        ).one()
    secret = _decrypted(facility, row.totp_secret)
    step = totp.matching_step(secret, typed, now(), row.totp_step) if secret else None
    with writing(facility.engine) as tx:
        if step is not None:
            return _use_step(tx, account.id, step)
        if not _use_recovery_code(tx, account.id, typed):
            return False
        left = recovery_codes_left(tx, account.id)
        audit.record(
            tx, account.actor, Verb.USE_RECOVERY_CODE, Subject.staff(account.actor.name), left=left
        )
    return True


def _use_step(tx: sa.Connection, staff_id: int, step: int) -> bool:
    """False if a code of this step or a later one was accepted in the meantime."""
    earlier = sa.or_(staff.c.totp_step.is_(None), staff.c.totp_step < step)
    done = tx.execute(
        sa.update(staff).where(staff.c.id == staff_id, earlier).values(totp_step=step)
    )
    return done.rowcount == 1


def _use_recovery_code(tx: sa.Connection, staff_id: int, typed: str) -> bool:
    done = tx.execute(
        sa.delete(recovery_code).where(
            recovery_code.c.staff_id == staff_id, recovery_code.c.hash == _digest(typed)
        )
    )
    return done.rowcount == 1


def _new_code() -> str:
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def _digest(code: str) -> str:
    """Of the letters and digits alone, however they were typed."""
    plain = "".join(each for each in code.casefold() if each.isalnum())
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def _in_groups(text: str) -> str:
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def _update(tx: sa.Connection, staff_id: int, **values: object) -> None:
    tx.execute(sa.update(staff).where(staff.c.id == staff_id).values(**values))


def _decrypted(facility: Facility, encrypted: bytes | None) -> bytes | None:
    """None where there is none, or where its key is not here: then only a recovery code helps."""
    if encrypted is None:
        return None
    try:
        return decrypt(_key(facility), encrypted)
    except (StorageError, SettingsError):
        log.exception("the second step of a login cannot be decrypted")
        return None


def _key(facility: Facility) -> bytes:
    """The key that the secrets are encrypted under; made when first needed."""
    path = facility.home / "keys" / "logins.key"
    try:
        if not path.exists():
            _make_key(path)
        key = bytes.fromhex(path.read_text("ascii"))
        if len(key) != len(new_seal_key()):
            raise ValueError("it has not the length of a key")
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"The key file {path} cannot be used ({error}). Bring it back from a backup, or remove "
            "it, log in with a recovery code, and set the second step up again."
        ) from None
    return key


def _make_key(path: Path) -> None:
    """Whole or not at all; one that somebody else made in the meantime is left alone."""
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write(new_seal_key().hex())
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
