"""What waits to be printed, giving it to a printer, and saying what became of it.

Everything that is printed goes through here, so that it can be asked for again by its number, and
so that a crash loses no paper and prints none twice.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby

from digitizer.access.acting import acting, looking, permit
from digitizer.access.permissions import Act, is_permitted
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, NotFound, StorageError, UsageError
from digitizer.model.events import PRINT_QUEUE, Subject, Verb
from digitizer.model.people import Actor
from digitizer.model.prints import ASKED, WAITING, Batch, Pile, Print, PrintKind, PrintState
from digitizer.prints import queue
from digitizer.prints.handing import Handing, record_printed
from digitizer.prints.printers import HERE, Printer, find_printer, printers
from digitizer.prints.stopped import Stopped, check_none_stopped, stopped_among
from digitizer.prints.stored_pdfs import forget_pdf, intact_pdf, set_aside_lost

_LATEST = 12
_GIVEN_UP = "Its PDF was lost before it was printed."
#: Seconds that a person waits for another who is printing.
_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for one housing unit (``pile`` UNIT), for the post, or for the mailroom."""

    pile: Pile
    unit: str
    prints: tuple[Print, ...]

    @property
    def key(self) -> str:
        """As ``send`` takes it."""
        return f"{self.pile}:{self.unit}"


@dataclass(frozen=True, slots=True)
class Queue:
    """The whole queue as staff see it: what waits, what must not be printed now (``stopped``), what
    nobody has confirmed yet (the doubtful first), the last batches that came out, and the last
    messages whose print was ``given_up``."""

    waiting: tuple[Waiting, ...]
    stopped: tuple[Stopped, ...]
    asked: tuple[Batch, ...]
    done: tuple[Batch, ...]
    given_up: tuple[Print, ...] = ()


def printer_names(facility: Facility, by: Actor) -> Mapping[str, Printer]:
    """The printers of this facility by name; the last is the browser of whoever prints."""
    with looking(facility, by, Act.PRINT):
        return printers(facility)


def check_printer(facility: Facility, name: str, by: Actor) -> None:
    """Raises NotFound if there is no such printer, and UsageError for the browser, where there is
    none."""
    permit(facility, by, Act.PRINT)
    if find_printer(facility, name).kind == "here":
        raise UsageError("Only a browser prints on this computer. Name a printer.")


def may_print_again(by: Actor) -> bool:
    """Whether this person may print what was printed once more; each verb checks it again."""
    return is_permitted(by, Act.PRINT_AGAIN)


def look_at_queue(facility: Facility, by: Actor) -> Queue:
    """Says first what a process that died left in doubt. It shows who writes to whom, so it is
    recorded."""
    with suppress(Conflict), Handing(facility, by).alone(0):
        pass  # somebody is printing: what they print is in no doubt
    with acting(facility, by, Act.PRINT) as action:
        waiting = queue.waiting(action.tx)
        stopped = stopped_among(action.tx, waiting)
        no = {each.each.number for each in stopped}
        found = Queue(
            piles([each for each in waiting if each.number not in no]),
            stopped,
            queue.unconfirmed(action.tx),
            tuple(each for each in queue.latest(action.tx, _LATEST) if not each.is_open),
            queue.latest_given_up(action.tx, _LATEST),
        )
        numbers = [each.number for each in waiting]
        action.record(Verb.LOOK_AT_PRINT_QUEUE, PRINT_QUEUE, prints=numbers)
    return found


def piles(prints: Sequence[Print]) -> tuple[Waiting, ...]:
    """Housing units by name, then the post, then the mailroom's own sheets."""
    order = list(Pile)
    return _stretches(sorted(prints, key=lambda each: (order.index(each.pile[0]), each.pile[1])))


def _stretches(prints: Sequence[Print]) -> tuple[Waiting, ...]:
    """What lies together, in the order given."""
    return tuple(
        Waiting(pile, unit, tuple(inside))
        for (pile, unit), inside in groupby(prints, key=lambda each: each.pile)
    )


def find_print(facility: Facility, number: int, by: Actor) -> Print:
    """What a print is and how far it is, without what stands on it. Raises NotFound."""
    with looking(facility, by, Act.PRINT) as look:
        (found,) = queue.numbered(look.tx, [number])
    return found


def queue_pdf(
    facility: Facility,
    by: Actor,
    kind: PrintKind,
    title: str,
    pdf: bytes,
    booking_number: str | None = None,
    paper_of: str | None = None,
) -> int:
    """Puts a PDF of ours into the queue; returns its number. ``paper_of`` is the entry of the
    logbook that it tells of. Raises NotFound."""
    from digitizer.engines.printing.kit.batches import page_count
    from digitizer.people import roster

    queueing = acting(facility, by, Act.PRINT)
    pages = page_count(pdf)
    sha256, _ = facility.pictures.put(io.BytesIO(pdf))
    with queueing as action:
        owner = roster.inmate_row_id(action.tx, booking_number) if booking_number else None
        number = queue.add(
            action.tx, kind, title, inmate_id=owner, pdf=(sha256, pages), copied=paper_of
        )
        action.record(Verb.QUEUE_PRINT, PRINT_QUEUE, print=number, of=str(kind), to=booking_number)
    return number


def rendered(facility: Facility, numbers: Sequence[int], by: Actor) -> tuple[int, ...]:
    """Those of these prints that can be sent now."""
    with looking(facility, by, Act.PRINT) as look:
        found = queue.numbered(look.tx, numbers)
    return tuple(each.number for each in found if each.state is PrintState.RENDERED)


def send(facility: Facility, by: Actor, numbers: Sequence[int], printer: str) -> Batch:
    """Gives prints that are rendered to a printer, as one PDF: each housing unit's with a list of
    who gets what.

    What lost its PDF is left out: a message waits to be rendered again, anything else is doubtful.

    Raises NotFound, UsageError for none, Conflict for one that does not wait any more or must not
    be printed now, and
    StorageError where the printer took nothing, where nobody knows, or where all PDFs are lost.
    """
    permit(facility, by, Act.PRINT)
    to, hands = find_printer(facility, printer), Handing(facility, by)
    if not numbers:
        raise UsageError("Nothing is chosen.")
    with hands.alone(_PATIENCE):
        with looking(facility, by, Act.PRINT) as look:
            found = queue.numbered(look.tx, numbers)
        if len({each.pile[0] is Pile.LABELS for each in found}) > 1:
            raise UsageError("Labels and sheets go to a printer one after the other, not together.")
        prints = [each for pile in piles(found) for each in pile.prints]
        for each in prints:
            if each.state is not PrintState.RENDERED:
                raise Conflict(
                    f"Print {each.number} is {each.state} by now. Look at the queue again."
                )
        with looking(facility, by, Act.PRINT) as look:
            check_none_stopped(look.tx, prints)
        prints = _with_pdf(facility, prints, by)
        name = f"prints-{min(numbers)}-{max(numbers)}"
        batch = hands.give(to, prints, lambda: _bound(facility, prints), name)
    with looking(facility, by, Act.PRINT) as look:
        return queue.find_batch(look.tx, batch)


def _with_pdf(facility: Facility, prints: Sequence[Print], by: Actor) -> list[Print]:
    """Without those whose PDF is lost, which are set aside. Raises StorageError if none is left."""
    lost = [each for each in prints if intact_pdf(facility.pictures, each) is None]
    if lost:
        with acting(facility, by, Act.PRINT) as action:
            set_aside_lost(action, lost)
        for each in lost:
            if each.message:  # a good one will take its name
                forget_pdf(facility.pictures, each)
    left = [each for each in prints if each not in lost]
    if not left:
        raise _lost(lost[0])
    return left


def _lost(each: Print) -> StorageError:
    if each.message:
        return StorageError(
            f"The PDF of print {each.number} is lost: it waits to be rendered again. Print it "
            "once more."
        )
    return StorageError(
        f"The PDF of print {each.number} is lost. Make it again where it was made, then say on the "
        "page Print that this one is given up."
    )


def _bound(facility: Facility, prints: Sequence[Print]) -> bytes:
    """One PDF: a unit's list, then its letters, each on sheets of its own; labels one by one."""
    from digitizer.engines.printing.kit.batches import housing_unit_pdf
    from digitizer.engines.printing.sheets.delivery_list import Delivery, delivery_list_pdf

    own = facility.settings.facility
    parts: list[bytes] = []
    for pile in _stretches(prints):
        if pile.pile is Pile.UNIT and len(pile.prints) > 1:
            given = [
                Delivery(
                    each.number,
                    f"{each.inmate.last_name}, {each.inmate.first_name}" if each.inmate else "",
                    each.inmate.booking_number if each.inmate else "",
                    each.title,
                    -(-(each.pages or 0) // 2),
                )
                for each in pile.prints
            ]
            parts.append(delivery_list_pdf(own.name, pile.unit, given, own.paper))
        parts += [_pdf_of(facility, each) for each in pile.prints]
    on_sheets = any(each.pile[0] is not Pile.LABELS for each in prints)
    return parts[0] if len(parts) == 1 else housing_unit_pdf(parts, duplex=on_sheets)


def _pdf_of(facility: Facility, each: Print) -> bytes:
    if each.pdf is None:
        raise Conflict(f"Print {each.number} is not rendered yet.")
    pdf = intact_pdf(facility.pictures, each)
    if pdf is None:
        raise _lost(each)
    return pdf


def batch_pdf(facility: Facility, number: int, by: Actor) -> bytes:
    """What a batch consists of, to be opened and printed. Raises NotFound, and Conflict where some
    of it must not be printed now."""
    with acting(facility, by, Act.PRINT) as action:
        batch = queue.find_batch(action.tx, number)
        if not batch.prints:
            raise NotFound(f"Nothing is in batch {number}: it waits again.")
        for stopped in stopped_among(action.tx, batch.prints):
            raise Conflict(
                f"Print {stopped.each.number} of batch {number} is stopped: {stopped.why} Say that "
                "nothing of the batch came out, then print the rest."
            )
        numbers = [each.number for each in batch.prints]
        action.record(Verb.LOOK_AT_PRINT, Subject.batch(number), prints=numbers)
    return _bound(facility, batch.prints)


def came_out(facility: Facility, numbers: Sequence[int], by: Actor) -> int:
    """Somebody saw the paper of these batches; returns the number of prints. Raises NotFound, and
    Conflict for a batch of which nothing is asked."""
    with acting(facility, by, Act.PRINT) as action:
        batches = [queue.find_batch(action.tx, number) for number in numbers]
        for batch in batches:
            _check_asked(batch)
            queue.came_out(action.tx, batch.number)
            there = [each for each in batch.prints if each.state in ASKED]
            record_printed(action, there)
            out = [each.number for each in there]
            action.record(Verb.CONFIRM_PRINT, Subject.batch(batch.number), prints=out)
        if not batches:
            raise UsageError("Nothing is chosen.")
    return sum(len(batch.prints) for batch in batches)


def came_not(facility: Facility, numbers: Sequence[int], by: Actor) -> int:
    """Somebody saw that nothing of these batches came out: all of it waits to be printed again;
    what lost its PDF is given up. Returns the number of prints. Raises NotFound, UsageError for
    none, and Conflict for a batch of which nothing is asked."""
    with acting(facility, by, Act.PRINT) as action:
        batches = [queue.find_batch(action.tx, number) for number in numbers]
        for batch in batches:
            _check_asked(batch)
            asked = [each.number for each in batch.prints if each.state in ASKED]
            if batch.is_lost:
                for number in asked:
                    queue.spoil(action.tx, number, _GIVEN_UP)
            else:
                queue.take_back(action.tx, batch.number)
            fate = "given up" if batch.is_lost else "not out"
            action.record(Verb.DOUBT_PRINT, Subject.batch(batch.number), prints=asked, fate=fate)
        if not batches:
            raise UsageError("Nothing is chosen.")
    return sum(len(batch.prints) for batch in batches)


def _check_asked(batch: Batch) -> None:
    if not batch.is_open:
        raise Conflict(f"Batch {batch.number} is settled already.")


def give_up(facility: Facility, number: int, by: Actor, reason: str) -> None:
    """A print that must not be printed now will not be later, either: it is spoiled. Raises
    NotFound, UsageError without a reason, and Conflict for one that is not stopped."""
    with acting(facility, by, Act.PRINT_AGAIN, reason=reason) as action:
        (found,) = queue.numbered(action.tx, [number])
        if found.state not in WAITING or not stopped_among(action.tx, [found]):
            raise Conflict(f"Print {number} is not stopped. Look at the queue again.")
        queue.spoil(action.tx, number, action.why)
        action.record(Verb.SPOIL_PRINT, PRINT_QUEUE, prints=[number], again=[])


def print_again(
    facility: Facility, first: int, last: int, by: Actor, reason: str, *, spoiled: bool = False
) -> tuple[int, ...]:
    """Puts a print into the queue once more, or those from ``first`` to ``last`` as they lay in
    their batch; returns the numbers of the new ones. With ``spoiled`` the old ones count for
    nothing.

    Raises NotFound, UsageError without a reason or for prints of different batches, and Conflict
    for one that waits, or of which nobody has said whether it came out.
    """
    with acting(facility, by, Act.PRINT_AGAIN, reason=reason) as action:
        found = queue.between(action.tx, first, last)
        _check_again(found, queue.repeated(action.tx, [each.number for each in found]))
        made = tuple(queue.repeat(action.tx, each, action.why) for each in found)
        old = [each.number for each in found]
        if spoiled:
            for number in old:
                queue.spoil(action.tx, number, action.why)
        verb = Verb.SPOIL_PRINT if spoiled else Verb.PRINT_AGAIN
        action.record(verb, PRINT_QUEUE, prints=old, again=list(made))
    return made


def _check_again(found: Sequence[Print], repeated: Collection[int]) -> None:
    """``repeated``: those of them that were printed again. One that was only given up was not."""
    for each in found:
        if each.state in (PrintState.QUEUED, PrintState.RENDERED, PrintState.SENDING):
            raise Conflict(f"Print {each.number} still waits to be printed.")
        if each.state is PrintState.DOUBTFUL:
            raise Conflict(f"First say whether print {each.number} came out (batch {each.batch}).")
        if each.state is PrintState.SPOILED and each.number in repeated:
            raise Conflict(f"Print {each.number} is spoiled, and was printed again already.")


def default_printer(facility: Facility, by: Actor, asked: str | None) -> str:
    """The printer that was asked for, if there is one of that name; else the first that is set up
    in the settings, or whoever prints opens the PDF."""
    known = printer_names(facility, by)
    if asked and asked in known:
        return asked
    return next(iter(known)) if facility.settings.printers else HERE
