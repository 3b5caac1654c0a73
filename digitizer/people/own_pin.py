"""An inmate's own PIN: chosen by them alone, at the first login and whenever they want."""

from __future__ import annotations

from digitizer.access import accounts as logins
from digitizer.access import attempts, sessions
from digitizer.access.acting import acting
from digitizer.access.attempts import Refused
from digitizer.access.login_steps import steps_of
from digitizer.access.new_pins import check_new_pin
from digitizer.access.password_hashing import check_secret, hash_secret, turn
from digitizer.access.permissions import Act
from digitizer.facility import Facility
from digitizer.model.errors import UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.people import accounts
from digitizer.storage.database import reading


@turn()
def change_own_pin(
    facility: Facility, old: str, new: str, again: str, by: Actor, terminal: str
) -> str:
    """Ends all sessions of this inmate, this one too; returns the token of a new one.

    The old PIN is asked for as at a login, and a wrong one charged for; not of who has just typed a
    first PIN, which staff gave them and which they must change. Raises UsageError for a new one
    that is guessed too easily, was typed differently the second time, or is the old one; and
    Refused for a wrong old one.
    """
    changing = acting(facility, by, Act.OWN_PIN, of=by.name)
    web = facility.settings.web
    if new != again:
        raise UsageError("The two PINs differ. Type the new one twice.")
    pin = check_new_pin(new, web.pin_digits, by.name)
    with reading(facility.engine) as tx:
        account = logins.inmate_account(tx, by.name)
    made = None
    if not account.must_change:
        made = attempts.attempt(
            facility,
            Subject.inmate(by.name),
            "",
            terminal,
            lambda: check_secret(old.strip(), account.pin_hash),
        )
    if check_secret(pin, account.pin_hash):
        raise UsageError("That is your current PIN. Choose another one.")
    hashed = hash_secret(pin)
    with changing as action:
        if not logins.has_pin(action.tx, account):  # staff gave out another one meanwhile
            raise Refused
        accounts.set_pin(action.tx, by.name, hashed, first=False)
        sessions.close_sessions_of_inmate(action.tx, account.id)
        if made is not None:
            attempts.give_back(facility, action.tx, made)
        action.record(Verb.CHANGE_PIN, Subject.inmate(by.name))
        return sessions.open_session(action.tx, inmate_id=account.id, steps=len(steps_of(web)))
