"""The verbs of the mailroom's legal log: a code is scanned, the item is opened in the inmate's
presence, and handed over. Clerks log these steps; a supervisor sees the log by senders, with a
reason. There is no verb that shows, reads or finds what is in an item: nobody here has it."""

from __future__ import annotations

from collections.abc import Sequence

from digitizer.access.acting import acting, looking, need_reason, permit
from digitizer.access.permissions import Act, is_permitted
from digitizer.engines.codes.cover_code import claims_item, is_ours
from digitizer.facility import Facility
from digitizer.legal import by_sender, items, scanning, senders
from digitizer.model.events import LEGAL_LOG, Subject, Verb
from digitizer.model.legal import (
    Answer,
    Cause,
    Ending,
    LegalItem,
    Scanned,
    SenderCounts,
    Waiting,
)
from digitizer.model.people import Actor
from digitizer.storage.tables_legal import legal_item

_MOST_ITEMS = 500


def scan_code(facility: Facility, text: str, by: Actor) -> Scanned:
    """What the mailroom does with an envelope whose code was scanned or typed. The first scan of a
    good code lets its item in; that, and every other answer about a code that can be read, is
    recorded."""
    code = scanning.read(text, facility.keys)
    if code.refusal is not None and code.refusal.answer is Answer.UNREADABLE:
        with looking(facility, by, Act.SCAN_LEGAL):
            return code.refusal
    with acting(facility, by, Act.SCAN_LEGAL) as action:
        item = None if code.refusal else scanning.find(action.tx, code)
        if item is None:
            answer = code.refusal or Scanned(Answer.UNKNOWN, Cause.NOT_REGISTERED)
        else:
            percent = facility.settings.legal_mail.check_percent
            answer = scanning.judge(action.tx, item, percent, by.name)
        about = Subject.legal_item(item.id) if item else LEGAL_LOG
        action.record(Verb.SCAN_LEGAL_CODE, about, answer=str(answer.answer))
    return answer


def scan_seen(facility: Facility, texts: Sequence[str], by: Actor) -> Scanned:
    """As ``scan_code``, of the codes that were seen in a picture of one envelope. Two codes of ours
    may be two envelopes: neither counts."""
    ours = list(dict.fromkeys(text for text in texts if is_ours(text)))
    claimed = [text for text in ours if claims_item(text)] or ours
    if len(claimed) == 1:
        return scan_code(facility, claimed[0], by)
    with looking(facility, by, Act.SCAN_LEGAL):
        return Scanned(Answer.UNREADABLE, Cause.SEVERAL if claimed else Cause.NO_CODE)


def waiting_items(facility: Facility, by: Actor) -> tuple[LegalItem, ...]:
    """What is in the mailroom's hands, the oldest first."""
    with looking(facility, by, Act.SCAN_LEGAL) as look:
        return items.waiting(look.tx)


def waiting(facility: Facility, by: Actor) -> Waiting:
    """How much that is, for the page of the day."""
    found = waiting_items(facility, by)
    return Waiting(len(found), found[0].scanned if found else None)


def arrived_item(facility: Facility, item_id: str, by: Actor) -> LegalItem:
    """One item with its steps. Raises NotFound, also for one that has not arrived."""
    with looking(facility, by, Act.SCAN_LEGAL) as look:
        return items.get_arrived(look.tx, item_id)


def log_opened(facility: Facility, item_id: str, found: bool, by: Actor) -> None:
    """It was opened in the inmate's presence; ``found``: with something in it that may not come in.
    Raises NotFound and Conflict."""
    with acting(facility, by, Act.SCAN_LEGAL) as action:
        items.open_before_inmate(action, item_id, found)


def log_handed_over(facility: Facility, item_id: str, signed: bool, by: Actor) -> None:
    """The inmate has it, and signed for it on paper or refused to. Raises NotFound and Conflict."""
    with acting(facility, by, Act.SCAN_LEGAL) as action:
        items.end(action, item_id, Ending.SIGNED if signed else Ending.REFUSED)


def log_returned(facility: Facility, item_id: str, by: Actor, reason: str) -> None:
    """It goes back unread, or on. Raises NotFound, Conflict, and UsageError without a reason."""
    returning = acting(facility, by, Act.SCAN_LEGAL)
    why = need_reason(reason)
    with returning as action:
        items.end(action, item_id, Ending.RETURNED, why)


def log_by_sender(facility: Facility, by: Actor, reason: str) -> tuple[SenderCounts, ...]:
    """Counts of every sender, those that stand out first. Raises UsageError without a reason."""
    with acting(facility, by, Act.SEE_LEGAL_LOG, reason=reason) as action:
        action.record(Verb.LOOK_AT_LEGAL_LOG, LEGAL_LOG)
        return by_sender.counts(action.tx)


def log_of_sender(facility: Facility, number: int, by: Actor, reason: str) -> tuple[LegalItem, ...]:
    """The items of one sender, newest first. Raises NotFound, and UsageError without a reason."""
    with acting(facility, by, Act.SEE_LEGAL_LOG, reason=reason) as action:
        senders.get(action.tx, number)
        action.record(Verb.LOOK_AT_LEGAL_LOG, Subject.protected_sender(number))
        return items.look_up(action.tx, [legal_item.c.sender_id == number], most=_MOST_ITEMS)


def check_may_scan(facility: Facility, by: Actor) -> None:
    """Raises NotAllowed, before a picture is read."""
    permit(facility, by, Act.SCAN_LEGAL)


def check_may_see_log(facility: Facility, by: Actor) -> None:
    """Raises NotAllowed, before the reason is asked for."""
    permit(facility, by, Act.SEE_LEGAL_LOG)


def may_scan(by: Actor) -> bool:
    """Whether this person may scan; each verb checks it again."""
    return is_permitted(by, Act.SCAN_LEGAL)


def may_see_log(by: Actor) -> bool:
    """Whether this person may see the log by senders; each verb checks it again."""
    return is_permitted(by, Act.SEE_LEGAL_LOG)
