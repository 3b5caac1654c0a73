"""People who move between the facilities of one agency, with all that is theirs.

The sending facility makes a transfer and says why; the receiving one takes the person over, where a
named person confirms who that is on its own roster. What is theirs is read, and written there,
while nothing can change in either; the sending facility keeps its records, and closes as at a
release. Who dies on the way takes them over once more: what is there already is not written again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from digitizer.access.acting import Action, acting, looking
from digitizer.access.permissions import Act, is_permitted
from digitizer.agency import Member
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, DigitizerError, SettingsError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import MACHINE, Actor, CustodyStatus, Inmate
from digitizer.model.settings_file import read_settings
from digitizer.people import leaving, roster
from digitizer.people.roster_import import end_logins
from digitizer.storage.one_at_a_time import one_at_a_time
from digitizer.storage.tables import inmate
from digitizer.storage.tables_transfers import arrival, transfer
from digitizer.support.clock import new_id, now
from digitizer.support.failpoints import failpoint
from digitizer.transfers import marks, neighbours, offers, parcels, stores
from digitizer.transfers.offers import Transfer, TransferState
from digitizer.transfers.unpacking import Stored, Unpacked, only_new, unpack

__all__ = [
    "Place",
    "TakenOver",
    "Transfer",
    "TransferState",
    "Unpacked",
    "finish_interrupted",
    "may_see",
    "other_facilities",
    "send",
    "take_over",
    "transfers",
    "transfers_of",
    "withdraw",
]

log = logging.getLogger("digitizer")

_NOTHING = Stored({})
_NONE_NEW = Unpacked(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Place:
    """Another facility of the agency."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class TakenOver:
    """Who was taken over, as the roster here lists them, and what is new here by it."""

    inmate: Inmate
    new: Unpacked


def other_facilities(facility: Facility, by: Actor) -> tuple[Place, ...]:
    """To which somebody of this facility may be given; none where it is the only one. One whose
    settings are broken is named by its code: pages show this, and must not fail for that."""
    with looking(facility, by, Act.SEE_TRANSFERS):
        try:
            others = neighbours.others(facility)
        except SettingsError as error:
            log.error("the facilities of this agency are not known: %s", error)
            return ()
        return tuple(Place(each.code, _name_of(each)) for each in others)


def _name_of(member: Member) -> str:
    try:
        return read_settings(member.home).facility.name
    except SettingsError:
        return member.code


def transfers(facility: Facility, by: Actor) -> tuple[Transfer, ...]:
    """To and from this facility, the newest first."""
    with looking(facility, by, Act.SEE_TRANSFERS) as look:
        return offers.all_transfers(look.tx)


def transfers_of(facility: Facility, booking_number: str, by: Actor) -> tuple[Transfer, ...]:
    """Of this person, the newest first. Raises NotFound."""
    with looking(facility, by, Act.SEE_TRANSFERS) as look:
        return offers.of_inmate(look.tx, roster.inmate_row_id(look.tx, booking_number))


def may_see(by: Actor) -> bool:
    """Whether this person may see who moves; each verb checks it again."""
    return is_permitted(by, Act.SEE_TRANSFERS)


def send(facility: Facility, booking_number: str, to: str, by: Actor, reason: str) -> Transfer:
    """Gives the person to the facility with the code ``to``, where it waits for somebody to take
    them over; until then nothing changes. The same again finishes what was interrupted.

    Raises NotFound; UsageError for an unknown facility or no reason; Conflict while it is not
    certain who the person is, and where a transfer to another facility waits.
    """
    sending = acting(facility, by, Act.SEND_TRANSFER, reason=reason)
    receiver = neighbours.member(facility, to)
    settings = read_settings(receiver.home).facility
    with sending as action:
        row_id = marks.certain_row(action.tx, booking_number)
        waiting = offers.waiting_for(action.tx, row_id)
        if waiting is not None and waiting.facility != to:
            raise Conflict(
                f"A transfer to {waiting.facility_name} waits already. Withdraw it first."
            )
        transfer_id = waiting.id if waiting else new_id()
        if waiting is None:
            values = {"facility": to, "facility_name": settings.name, "reason": action.why}
            address = "\n".join((settings.name, *settings.mail_address))
            values |= {"id": transfer_id, "by": by.name, "address": address}
            offers.make(action.tx, row_id, values)
            marks.add(action.tx, [transfer_id], row_id)
        of = Subject.inmate(booking_number)
        action.record(Verb.SEND_TRANSFER, of, transfer=transfer_id, facility=to)
        sent = offers.outgoing(action.tx, transfer_id)
    failpoint("transfers.made")
    with neighbours.opened(receiver) as there:
        _offer(facility, there, sent)
    failpoint("transfers.offered")
    return sent


def _offer(facility: Facility, there: Facility, sent: Transfer) -> None:
    own, hands = facility.settings.facility, neighbours.hands(facility)
    with looking(there, hands, Act.HAND_OVER) as look:
        if offers.is_offered(look.tx, sent.id):
            return
    with acting(there, hands, Act.HAND_OVER) as action:
        offers.offer(action.tx, sent, own.code, own.name)
        of = Subject.facility(own.code)
        action.record(Verb.GET_TRANSFER, of, transfer=sent.id, by_there=sent.by)


def withdraw(facility: Facility, transfer_id: str, by: Actor, reason: str) -> None:
    """Nobody takes the person over by it any more. The same again finishes what was interrupted.
    Raises NotFound, UsageError without a reason, and Conflict where they were taken over."""
    withdrawing = acting(facility, by, Act.SEND_TRANSFER, reason=reason)
    with looking(facility, by, Act.SEND_TRANSFER) as look:
        sent = offers.outgoing(look.tx, transfer_id)
    with neighbours.opened(neighbours.member(facility, sent.facility)) as there:
        hands = neighbours.hands(facility)
        with withdrawing as action:
            sent = offers.outgoing(action.tx, transfer_id)
            if sent.state is TransferState.TAKEN:
                offers.need_waiting(sent)
            with looking(there, hands, Act.HAND_OVER) as look:
                offered = offers.is_offered(look.tx, transfer_id)
                if offered:
                    _need_not_taken(offers.incoming(look.tx, transfer_id))
            offers.mark_withdrawn(action.tx, transfer, transfer_id)
            of = Subject.inmate(sent.listed.booking_number)
            action.record(Verb.WITHDRAW_TRANSFER, of, transfer=transfer_id)
        failpoint("transfers.withdrawn")
        if offered:
            with acting(there, hands, Act.HAND_OVER) as action:
                offers.mark_withdrawn(action.tx, arrival, transfer_id)
                of = Subject.facility(facility.settings.facility.code)
                action.record(Verb.WITHDRAW_TRANSFER, of, transfer=transfer_id, by_there=by.name)
        failpoint("transfers.offer_ended")


def _need_not_taken(offered: Transfer) -> None:
    if offered.state is TransferState.TAKEN:
        raise Conflict(
            f"{offered.taken_by} took them over there already, as {offered.taken_as}, and was "
            "interrupted. Let them take them over once more: then it is finished."
        )


def take_over(
    facility: Facility,
    transfer_id: str,
    booking_number: str,
    by: Actor,
    reason: str,
    *,
    in_spite_of_doubts: bool = False,
) -> TakenOver:
    """Takes the person over, who has this booking number here: ``by`` confirms that they are the
    one whom the other facility gives, and says in ``reason`` how they know. The same again finishes
    what was interrupted. ``in_spite_of_doubts``: the person who decides knows that names or dates
    of birth differ.

    Raises NotFound; UsageError without a reason; Conflict for one that was withdrawn or is done,
    for somebody whom the roster here does not list in custody, in doubt who they are, and where
    they were here before as somebody else, or while another one is taken over; StorageError. Then
    nothing of theirs is here.
    """
    taking = acting(facility, by, Act.TAKE_OVER, reason=reason)
    with looking(facility, by, Act.TAKE_OVER) as look:
        offered = offers.incoming(look.tx, transfer_id)
        _need_open(offered, booking_number)
    return _carry_over(facility, offered, booking_number, by, taking, in_spite_of_doubts)


def finish_interrupted(facility: Facility, by: Actor) -> int:
    """Finishes what people took over here, and what died before the other facility knew of it: they
    could still log in there, and mail went on to come to them. Returns how many; one that cannot be
    finished is logged, and tried again the next time. Raises SettingsError and StorageError."""
    with looking(facility, by, Act.HAND_OVER) as look:
        taken = offers.taken_here(look.tx)
    known = {each.code: each for each in neighbours.others(facility)} if taken else {}
    finished = 0
    for code in sorted({each.facility for each in taken} & known.keys()):
        hands = neighbours.hands(facility)
        with (
            neighbours.opened(known[code]) as there,
            looking(there, hands, Act.HAND_OVER) as look,
        ):
            waiting = offers.still_waiting(look.tx)
        for each in taken:
            if each.id in waiting:
                finished += _finish(facility, each, by)
    return finished


def _finish(facility: Facility, offered: Transfer, by: Actor) -> bool:
    finishing = acting(facility, by, Act.HAND_OVER)
    try:
        _carry_over(facility, offered, offered.taken_as, by, finishing, in_spite_of_doubts=True)
    except DigitizerError as error:
        log.error("the transfer %s cannot be finished: %s", offered.id, error)
        return False
    return True


def _carry_over(
    facility: Facility,
    offered: Transfer,
    booking_number: str,
    by: Actor,
    taking: AbstractContextManager[Action],
    in_spite_of_doubts: bool,
) -> TakenOver:
    """``taking``: in which it is written here."""
    transfer_id, hands = offered.id, neighbours.hands(facility)
    there_home = neighbours.member(facility, offered.facility)
    with (
        _alone(facility),
        neighbours.opened(there_home) as sender,
        stores.loading(facility) as cargo,
    ):
        handing = acting(sender, hands, Act.HAND_OVER)
        with looking(sender, hands, Act.HAND_OVER) as there:
            _need_unfinished(offers.outgoing(there.tx, transfer_id))
            parcel = parcels.read(there.tx, offers.row_of(there.tx, transfer_id))
            with looking(facility, MACHINE, Act.HAND_OVER) as here:
                row_id = _identified(here.tx, there.tx, booking_number, transfer_id)
                _need_no_doubt(here.tx, row_id, parcel, in_spite_of_doubts)
                new_here = only_new(here.tx, parcel, row_id)
        # Before anybody waits for it.
        stored = stores.carry(sender, facility, new_here, _NOTHING, cargo)
        with handing as closing:
            sent = offers.outgoing(closing.tx, transfer_id)
            _need_unfinished(sent)
            their_id = offers.row_of(closing.tx, transfer_id)
            parcels.mark_correspondents(closing.tx, their_id)
            parcel = parcels.read(closing.tx, their_id)
            with looking(facility, MACHINE, Act.HAND_OVER) as here:
                new_here = only_new(here.tx, parcel, row_id)
            stored = stores.carry(sender, facility, new_here, stored, cargo)
            with taking as action:
                _need_open(offers.incoming(action.tx, transfer_id), booking_number)
                row_id = _identified(action.tx, closing.tx, booking_number, transfer_id)
                doubts = _need_no_doubt(action.tx, row_id, parcel, in_spite_of_doubts)
                new = unpack(action, parcel, row_id, offered.facility, stored)
                _enter(action, offered, row_id, parcel, new, doubts)
                person = roster.inmate_of_row(action.tx, row_id)
            failpoint("transfers.taken_over")
            _close(closing, sender, sent, their_id, facility, offered.taken_by or by.name, person)
            failpoint("transfers.closing")
        failpoint("transfers.closed")
    return TakenOver(person, new)


@contextmanager
def _alone(facility: Facility) -> Iterator[None]:
    """Whoever takes over holds the writers' turn of one facility and waits for that of another: two
    who did so in both directions would wait for each other for ever, and no database would know.
    Raises Conflict while somebody else of the agency is at it."""
    with one_at_a_time(neighbours.agency_home(facility) / "run", "transfer") as alone:
        if not alone:
            raise Conflict("Another transfer is being taken over just now. Try again in a moment.")
        yield


def _need_open(offered: Transfer, booking_number: str) -> None:
    """One that was interrupted after it was entered here may be finished, by the same number."""
    if offered.state is TransferState.TAKEN and offered.taken_as == booking_number:
        return
    offers.need_waiting(offered)


def _need_unfinished(sent: Transfer) -> None:
    """In the sending facility it is the last thing that is written."""
    offers.need_waiting(sent)


def _identified(
    here: sa.Connection, there: sa.Connection, booking_number: str, transfer_id: str
) -> int:
    """The row of the person here."""
    row_id = marks.certain_row(here, booking_number)
    marks.need_here(roster.inmate_of_row(here, row_id))
    marks.need_same_person(here, there, row_id, offers.row_of(there, transfer_id))
    return row_id


def _need_no_doubt(
    tx: sa.Connection, row_id: int, parcel: parcels.Parcel, in_spite: bool
) -> tuple[str, ...]:
    """The doubts in spite of which it is done. Raises Conflict."""
    found = marks.doubts(tx, row_id, parcel.person, parcel.more)
    if found and not in_spite:
        raise Conflict(
            f"It is not certain that this is the same person: {'; '.join(found)}. Find out who "
            "they are. If they are one person all the same, say so (--in-spite-of-doubts)."
        )
    return found


def _enter(
    action: Action,
    offered: Transfer,
    row_id: int,
    parcel: parcels.Parcel,
    new: Unpacked,
    doubts: tuple[str, ...],
) -> None:
    marks.add(action.tx, (*parcel.marks, offered.id), row_id)
    if offered.state is TransferState.WAITING:
        offers.mark_taken(action.tx, arrival, offered.id, action.by.name, inmate_id=row_id)
    leaving.note_return(action.tx, row_id)  # a code to take a mailbox along never opens this
    action.record(
        Verb.TAKE_OVER,
        Subject.inmate(roster.inmate_of_row(action.tx, row_id).booking_number),
        transfer=offered.id,
        facility=offered.facility,
        there=offered.listed.booking_number,
        letters=new.letters,
        messages=new.messages,
        contacts=new.contacts,
        restrictions=new.restrictions,
        **({"in_spite_of": list(doubts)} if doubts else {}),
    )


def _close(
    closing: Action,
    sender: Facility,
    sent: Transfer,
    row_id: int,
    receiver: Facility,
    by: str,
    person: Inmate,
) -> None:
    """As at a release: whoever went away logs in there no more, and mail for them is held."""
    number = sent.listed.booking_number
    offers.mark_taken(closing.tx, transfer, sent.id, by, taken_as=person.booking_number)
    before = sent.listed.status
    gone = CustodyStatus.TRANSFERRED
    if not before.is_gone:
        this = sa.update(inmate).where(inmate.c.id == row_id)
        closing.tx.execute(this.values(status=str(gone), changed=now()))
    code = receiver.settings.facility.code
    closing.record(
        Verb.HAND_OVER,
        Subject.inmate(number),
        transfer=sent.id,
        facility=code,
        there=person.booking_number,
        by_there=by,
    )
    end_logins(closing, [number], sender.settings.facility)
    leaving.follow(closing, sender.settings, [leaving.Change(row_id, before, gone)])
