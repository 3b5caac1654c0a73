"""Sending what is in the outbox: one try at one thing, and all that is due.

What becomes of it in the end is recorded by the guard; the claims and waits between tries are the
service's own notes, written without an event, or a dead server would fill the log.
"""

from __future__ import annotations

from digitizer.access.acting import acting, permit
from digitizer.access.permissions import Act
from digitizer.facility import Facility
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.notifications import changes, html_mail, outbox, smtp, webhooks
from digitizer.notifications.bounces import is_about_address, note_refused
from digitizer.notifications.outbox import Kind, Outgoing, OutState
from digitizer.notifications.return_address import return_address
from digitizer.notifications.smtp import Fate, Try, Withdrawn
from digitizer.storage.database import reading, writing
from digitizer.support.clock import now

_NO_SERVER = "No server is named that sends e-mail: write host under [mail] in config.toml."
_LOST = "The service ended while it was being sent."
_ENDS = {
    Fate.SENT: OutState.SENT,
    Fate.NEVER: OutState.FAILED,
    Fate.DOUBTFUL: OutState.DOUBTFUL,
}


def send_due(facility: Facility, by: Actor) -> int:
    """Tries all that is due, e-mail first, then oldest first; returns how much of it was sent. What
    was being sent when a process died is doubtful from now on, and what nobody sends to the
    protected line any more is erased. Raises NotAllowed, StorageError."""
    permit(facility, by, Act.OPERATE)
    _tell_of_changes(facility)
    with reading(facility.engine) as tx:
        lost, waiting = outbox.abandoned(tx, now()), outbox.due(tx, now())
        lapsed = outbox.lapsed(tx, now())
    for item_id in lost:
        _end(facility, item_id, OutState.DOUBTFUL, _LOST, by)
    for item in lapsed:
        _erase(facility, item, by)
    return sum(send_one(facility, each, by) is OutState.SENT for each in waiting)


def send_one(facility: Facility, item_id: str, by: Actor) -> OutState | None:
    """One try at one thing that is due; its state afterwards, None where there was no try."""
    permit(facility, by, Act.OPERATE)
    with writing(facility.engine) as tx:
        item = outbox.claim(tx, item_id, now())
    if item is None:
        return None
    try:
        result = _try(facility, item)
    except Withdrawn:
        return None
    state = _ENDS.get(result.fate)
    if state is None:
        with writing(facility.engine) as tx:
            if outbox.try_later(tx, item, result.problem, now()) is OutState.QUEUED:
                return OutState.QUEUED
        state = OutState.FAILED
    if result.fate is Fate.NEVER and result.recipient and is_about_address(*result.recipient):
        with writing(facility.engine) as tx:
            note_refused(tx, item.recipient, result.problem)
    _end(facility, item.id, state, result.problem, by)
    return state


def _tell_of_changes(facility: Facility) -> None:
    """Puts into the outbox what the program of the webhook has not been told of."""
    url = facility.settings.webhook.url
    if not url:
        return
    with reading(facility.engine) as tx:
        if not changes.is_untold(tx, url):
            return
    with writing(facility.engine) as tx:
        changes.tell(tx, url)


def _try(facility: Facility, item: Outgoing) -> Try:
    if item.kind is Kind.WEBHOOK:
        return webhooks.send(facility.settings.webhook, item)
    server = facility.settings.mail_server
    if server is None:
        return Try(Fate.LATER, _NO_SERVER)

    def note_begun() -> None:
        with writing(facility.engine) as tx:
            if not outbox.begin(tx, item.id, now()):
                raise Withdrawn

    try:
        message = _composed(facility, server.sender, item)
    except ValueError as error:
        return Try(Fate.NEVER, f"It cannot be written as an e-mail: {error}.")
    back = return_address(server.sender, item.id, facility.keys) if server.bounces else ""
    return smtp.send(server, item.recipient, message, note_begun, back)


def _composed(facility: Facility, sender: str, item: Outgoing) -> bytes:
    """Raises ValueError."""
    head = sender, item.recipient, item.subject, item.body, item.message_id, item.put
    if item.kind is Kind.SEALED:
        return smtp.compose_sealed(*head)
    return smtp.compose(*head, item.leave, _page(facility, item))


def _page(facility: Facility, item: Outgoing) -> str | None:
    if item.language is None:
        return None
    own = facility.settings
    return html_mail.as_html(
        item.subject, item.body, item.language, own.facility.name, own.family.address, item.leave
    )


def _erase(facility: Facility, item: Outgoing, by: Actor) -> None:
    with acting(facility, by, Act.OPERATE) as action:
        outbox.end(action.tx, item.id, OutState.DROPPED, item.problem)
        action.record(Verb.DROP_MAIL, Subject.outgoing(item.id), was=str(item.state))


def _end(facility: Facility, item_id: str, state: OutState, problem: str, by: Actor) -> None:
    with acting(facility, by, Act.OPERATE) as action:
        outbox.end(action.tx, item_id, state, problem or None)
        action.record(
            Verb.SEND_MAIL, Subject.outgoing(item_id), result=str(state), problem=problem or None
        )
