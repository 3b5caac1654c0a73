"""Held or rejected mail that goes back to its sender, or on to another place: the decision and what
is recorded of its paper are one act, so that no page is anywhere between."""

from __future__ import annotations

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act, permit
from digitizer.facility import Facility
from digitizer.logbook import proposals, returned, writing
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.logbook import NewReturn
from digitizer.model.people import Actor
from digitizer.screening import decisions
from digitizer.storage.tables_logbook import returned_mail


def return_item(facility: Facility, held_id: str, entry: NewReturn, by: Actor) -> int:
    """Rejects a held letter, or a scan held as a whole, for the reason that the entry has, and
    records where its paper goes; of one that is rejected already, only that. Returns the number of
    the entry.

    Raises NotFound, NotAllowed, UsageError for what the entry lacks, and Conflict for mail that is
    neither held nor rejected, or that is recorded already.
    """
    with looking(facility, by, Act.KEEP_LOGBOOK) as look:
        known = writing.recorded_before(look.tx, returned_mail, entry.form)
    if known is not None:
        return known
    with acting(facility, by, Act.DECIDE, reason=returned.reason_of(entry)) as action:
        permit(by, Act.KEEP_LOGBOOK)
        item = proposals.item_of(action.tx, held_id)
        if item is None:
            raise NotFound(f"No held letter or scan has the id {held_id}. See: digitizer held")
        if not item.rejected:
            if not item.held:
                raise Conflict("It is delivered or replaced: it is not here to go away.")
            decisions.reject_within(facility, action, held_id)
        return returned.note(action, entry, held_id)
