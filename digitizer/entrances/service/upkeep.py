"""What the service does by itself, besides the mail: it sends what is in the outbox, mails alarms,
makes the day's backup, removes photos that nobody sent, gives notices of what was refused,
destroys what two people decided to destroy, lets requests for visits lapse, holds what another
facility recalled, finishes transfers that were interrupted, and keeps what was recorded of
calls."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from digitizer.auditing.actions import open_reviews
from digitizer.calls import recordings
from digitizer.entrances.service.run import Service
from digitizer.facility import Facility
from digitizer.model.errors import DigitizerError
from digitizer.model.people import MACHINE
from digitizer.notifications import bounces, sending
from digitizer.operations.alarms import check_alarms
from digitizer.operations.appeal_clocks import escalate_lapsed
from digitizer.operations.digest import mail_digest
from digitizer.operations.log_checks import check_log_if_due
from digitizer.operations.own_backups import back_up_if_due
from digitizer.operations.unused_photos import forget_unused_photos
from digitizer.retention.actions import carry_out
from digitizer.screening import recalled_copies
from digitizer.screening.appeal_notices import give_notices
from digitizer.transfers import actions as transfers
from digitizer.visits import actions as visits

log = logging.getLogger("digitizer")

#: Seconds between looks at the outbox, at what may be an alarm, at whether a backup is due, at mail
#: that came back, for photos that nobody sent, for notices that are due, at the event log, for
#: what was confirmed to be destroyed, for requests for visits that nobody answered, and at what
#: the other facilities of the agency did, and for recordings of calls that are over.
_OUTBOX_LOOK, _ALARM_LOOK, _BACKUP_LOOK = 5.0, 60.0, 60.0
_BOUNCE_LOOK, _PHOTO_LOOK, _NOTICE_LOOK = 60.0, 900.0, 60.0
_LOG_LOOK, _RETENTION_LOOK, _VISIT_LOOK = 600.0, 60.0, 60.0
_AGENCY_LOOK, _RECORDING_LOOK = 60.0, 30.0
#: Seconds that the end of the service waits for what is under way.
_GRACE = 3.0


def send_outbox(service: Service) -> None:
    """Sends what is due, until the service stops."""
    _again_and_again(service, "outbox", _OUTBOX_LOOK, _send)


def _send(facility: Facility) -> None:
    sent = sending.send_due(facility, MACHINE)
    if sent:
        log.info("sent %d of the outbox", sent, extra={"event": "sent"})


def read_returned_mail(service: Service) -> None:
    """Reads the e-mail that came back, until the service stops."""
    _again_and_again(service, "bounces", _BOUNCE_LOOK, _read_bounces)


def _read_bounces(facility: Facility) -> None:
    noted = bounces.read_bounces(facility, MACHINE)
    if noted:
        log.warning("no e-mail reaches %d more addresses", noted, extra={"event": "bounced"})


def mail_alarms(service: Service) -> None:
    """Mails what is wrong, and what is good again, until the service stops."""
    _again_and_again(service, "alarms", _ALARM_LOOK, _check)


def _check(facility: Facility) -> None:
    mailed = check_alarms(facility, MACHINE)
    if mail_digest(facility, MACHINE):
        log.info("wrote the day's digest", extra={"event": "digest"})
    if mailed:
        log.warning("%d alarms were raised or cleared", mailed, extra={"event": "alarms"})


def back_up_daily(service: Service) -> None:
    """Makes the day's backup, where the settings name a folder, until the service stops."""
    _again_and_again(service, "backup", _BACKUP_LOOK, _back_up)


def _back_up(facility: Facility) -> None:
    made = back_up_if_due(facility, MACHINE)
    if made:
        log.info("backed up to %s", made, extra={"event": "backed_up"})


def forget_photos(service: Service) -> None:
    """Removes the photos that nothing has, until the service stops."""
    _again_and_again(service, "photos", _PHOTO_LOOK, _forget_photos)


def _forget_photos(facility: Facility) -> None:
    gone = forget_unused_photos(facility, MACHINE)
    if gone:
        log.info("removed %d photos that nobody sent", gone, extra={"event": "photos_removed"})


def tell_of_refusals(service: Service) -> None:
    """Gives notices of rejections and of decided appeals, and tells of clocks that lapsed, until
    the service stops."""
    _again_and_again(service, "notices", _NOTICE_LOOK, _tell_of_refusals)


def _tell_of_refusals(facility: Facility) -> None:
    told = give_notices(facility, MACHINE)
    if told:
        log.info("gave %d notices of what was refused", told, extra={"event": "notices"})
    lapsed = escalate_lapsed(facility, MACHINE)
    if lapsed:
        log.warning("%d appeals are overdue", lapsed, extra={"event": "appeals_overdue"})


def look_after_log(service: Service) -> None:
    """Opens the week's reviews, and walks along the log once a day, until the service stops."""
    _again_and_again(service, "log", _LOG_LOOK, _look_after_log)


def _look_after_log(facility: Facility) -> None:
    opened = open_reviews(facility, MACHINE)
    if opened:
        log.info("opened %d reviews of the log", opened, extra={"event": "reviews_opened"})
    found = check_log_if_due(facility, MACHINE)
    if found is not None and found.fault:
        log.error("the event log is broken: %s", found.fault, extra={"event": "log_broken"})


def destroy_what_is_confirmed(service: Service) -> None:
    """Carries out what two people decided, and what a crash interrupted, until the service
    stops."""
    _again_and_again(service, "retention", _RETENTION_LOOK, _destroy)


def _destroy(facility: Facility) -> None:
    destroyed = carry_out(facility, MACHINE, at_once=False)
    if destroyed:
        log.info("destroyed %d by schedule", destroyed, extra={"event": "destroyed"})


def look_after_visits(service: Service) -> None:
    """Lets requests lapse that nobody answered in time, until the service stops."""
    _again_and_again(service, "visits", _VISIT_LOOK, _look_after_visits)


def keep_recordings(service: Service) -> None:
    """Takes in what was recorded of calls that are over, until the service stops."""
    _again_and_again(service, "recordings", _RECORDING_LOOK, _keep_recordings)


def _keep_recordings(facility: Facility) -> None:
    kept = recordings.take_in(facility, MACHINE)
    if kept.calls:
        log.info("kept recordings of %d calls", kept.calls, extra={"event": "recordings"})


def _look_after_visits(facility: Facility) -> None:
    lapsed = visits.look_after(facility, MACHINE)
    if lapsed:
        log.warning("%d visits were not answered in time", lapsed, extra={"event": "visits_lapsed"})


def keep_in_step(service: Service) -> None:
    """Does what the other facilities of the agency make necessary, until the service stops."""
    _again_and_again(service, "facilities", _AGENCY_LOOK, _keep_in_step)


def _keep_in_step(facility: Facility) -> None:
    finished = transfers.finish_interrupted(facility, MACHINE)
    if finished:
        about = {"event": "transfers_finished"}
        log.warning("%d transfers were interrupted, and are finished", finished, extra=about)
    followed = recalled_copies.follow_recalls(facility, MACHINE)
    if followed:
        about = {"event": "recalls_followed"}
        log.warning("%d letters were recalled where they came from", followed, extra=about)


def _again_and_again(
    service: Service, name: str, seconds: float, do: Callable[[Facility], None]
) -> None:
    """In a thread of its own, so that a server that does not answer cannot hold up the end of the
    service: what was under way then is known from the database at the next start."""
    thread = threading.Thread(
        target=_loop, args=(service, name, seconds, do), name=name, daemon=True
    )
    thread.start()
    service.stop.wait()
    thread.join(_GRACE)


def _loop(service: Service, name: str, seconds: float, do: Callable[[Facility], None]) -> None:
    """A failure is logged once, not each time, and ends nothing: the mail goes on."""
    failed = ""
    while not service.stop.wait(seconds):
        try:
            do(service.facility)
            failed = ""
        except Exception as error:
            ours = isinstance(error, (DigitizerError, OSError))
            if failed != repr(error):
                about = {"event": f"{name}_failed"}
                log.error("%s: %s", name, error if ours else "", exc_info=not ours, extra=about)
            failed = repr(error)


#: All of them.
UPKEEP = (
    send_outbox,
    read_returned_mail,
    mail_alarms,
    back_up_daily,
    forget_photos,
    tell_of_refusals,
    look_after_log,
    destroy_what_is_confirmed,
    look_after_visits,
    keep_in_step,
    keep_recordings,
)
