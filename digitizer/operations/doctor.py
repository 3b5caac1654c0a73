"""The doctor: what is installed, reachable, writable and safe; each finding with its fix."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from digitizer.access.permissions import Act, permit
from digitizer.access.visitors import forwarders
from digitizer.capture.scans import seal_destruction, sealing
from digitizer.engines.codes.decoders import has_second_decoder
from digitizer.engines.isolation import network_guard
from digitizer.engines.printing.kit.missing import missing_scripts
from digitizer.engines.reading import engines
from digitizer.engines.reading.readers.vision_model import open_premises
from digitizer.facility import Facility, open_facility
from digitizer.model.errors import DigitizerError
from digitizer.model.people import Actor
from digitizer.notifications.smtp import reachable
from digitizer.operations import key_keeping
from digitizer.operations.actions import verify_audit
from digitizer.operations.call_looks import video_calls
from digitizer.operations.findings import Finding, backup, disk, mail, print_templates, rosters
from digitizer.protected_line import addressees
from digitizer.scanners.profiles import (
    undirected,
    unwatched_folders,
    watched_folders,
)
from digitizer.storage.database import integrity, linked_sqlite, reading, wal_is_safe
from digitizer.storage.key_book import KeyBook
from digitizer.support.clock import now
from digitizer.support.wording import counted, local_moment
from inbox_watch.errors import UnsafeFolders
from inbox_watch.safety import refuse_overlaps

_FONT_PACKAGES = "fonts-noto-core fonts-droid-fallback fonts-nanum"


def examine(home: Path | None, by: Actor) -> Iterator[Finding]:
    """Checks the installed programs first, then the home if one is named. Raises NotAllowed."""
    permit(by, Act.OPERATE)
    return _examine(home, by)


def _examine(home: Path | None, by: Actor) -> Iterator[Finding]:
    yield from _programs()
    if home is None:
        yield Finding("home", True, "no home was named; only the installed programs were checked")
        return
    try:
        facility = open_facility(home)
    except DigitizerError as error:
        yield Finding("home", False, str(error), f"digitizer --home {home} init")
        return
    yield from _home(facility, by)


def _clock(facility: Facility) -> Finding:
    zone = facility.settings.facility.time_zone
    whose = f"{zone} (facility.time_zone)" if zone else "the machine's"
    return Finding("time zone", True, f"{whose}: it is {local_moment(now())}")


def _programs() -> Iterator[Finding]:
    for engine in engines():
        message = f"{engine.version or 'not installed'}"
        fix = None if engine.ready else engine.fix
        yield Finding(f"reader {engine.name}", engine.ready, message, fix)
    second = has_second_decoder()
    yield Finding(
        "second barcode decoder",
        second,
        "zbar" if second else "libzbar is missing",
        None if second else "apt-get install libzbar0",
    )
    scripts = missing_scripts()
    yield Finding(
        "fonts for print",
        not scripts,
        f"no font for {', '.join(scripts)}: such names print as boxes"
        if scripts
        else "all installed",
        f"apt-get install {_FONT_PACKAGES}" if scripts else None,
    )
    version = linked_sqlite()
    safe = wal_is_safe(version)
    message = ".".join(map(str, version)) + ("" if safe else ": the safe rollback journal is used")
    yield Finding("SQLite", True, message)
    yield Finding("network guard of sandboxes", True, network_guard())


def _home(facility: Facility, by: Actor) -> Iterator[Finding]:
    mode = facility.home.stat().st_mode & 0o077
    yield Finding(
        "home",
        mode == 0,
        f"{facility.home}" + (": other users can read it" if mode else ""),
        f"chmod 700 {facility.home}" if mode else None,
    )
    yield _clock(facility)
    yield disk(facility.home, facility.settings)
    problem = integrity(facility.engine)
    yield Finding(
        "database",
        problem is None,
        problem or "intact",
        "Stop the service and restore the last backup." if problem else None,
    )
    if not problem:
        yield _audit_chain(facility, by)
        yield _seals(facility)
        yield _seal_keys(facility)
        yield from _upkeep(facility)
    yield print_templates(facility.own_words)
    yield _at_rest(facility)
    yield from _key_folder(facility)
    yield from _endpoint(facility)
    yield from _mail_server(facility)
    yield from _protected_line(facility)
    yield from video_calls(facility)
    yield _takeaway(facility)
    yield from _folders(facility)
    yield _direction_of_mail(facility)
    if not problem:
        yield from _proxies(facility, by)


def _audit_chain(facility: Facility, by: Actor) -> Finding:
    events, broken = verify_audit(facility, by)
    return Finding(
        "audit chain",
        broken is None,
        broken or f"intact: {counted(events, 'event')}",
        "Leave the database as it is and inform a supervisor: it was changed by hand."
        if broken
        else None,
    )


def _seals(facility: Facility) -> Finding:
    with reading(facility.engine) as tx:
        left = sealing.plain_beside_seals(tx, facility.originals)
    return Finding(
        "seals",
        not left,
        f"the plain original is still stored beside the sealed one: scan {', '.join(left)}"
        if left
        else "no plain original is stored beside a sealed one",
        "Restart the service. If it is then still there, the sealed copy cannot be proven: see the "
        "log."
        if left
        else None,
    )


def _seal_keys(facility: Facility) -> Finding:
    with reading(facility.engine) as tx:
        lost = sealing.lost_keys(tx, facility.seal_keys)
        undone = [each.scan_id for each in seal_destruction.undone(tx)]
    wrong = f"the seal key of scan {', '.join(lost)} is lost or damaged" if lost else ""
    if undone:
        wrong = f"the destruction of the key of scan {', '.join(undone)} is not finished"
    return Finding(
        "seal keys",
        not wrong,
        wrong or "every sealed scan has its key, and every key that was to be destroyed is",
        "Restart the service; if it is still so, see the log, and put back the home's keys folder."
        if wrong
        else None,
    )


def _upkeep(facility: Facility) -> Iterator[Finding]:
    settings = facility.settings
    with reading(facility.engine) as tx:
        yield rosters(settings, tx)
        yield mail(tx)
        if settings.backup.folder:
            yield backup(settings, tx, now())


def _at_rest(facility: Facility) -> Finding:
    what, own = "encryption at rest", facility.settings.keys
    if facility.home_key is None:
        return Finding(  # a choice, not a problem: an encrypted disk does as well
            what,
            True,
            "off: whoever takes the disk can read every letter, unless the disk is encrypted. "
            f"Turn it on with: digitizer --home {facility.home} encrypt",
        )
    secret = own.key_file or own.passphrase_file
    path = facility.home / secret
    if secret and path.exists() and path.stat().st_dev == facility.home.stat().st_dev:
        return Finding(
            what,
            False,
            f"on, but {path} is on the same disk: whoever takes it has both",
            "Keep that file on another device, or give the passphrase at each start.",
        )
    return Finding(what, True, "on")


def _protected_line(facility: Facility) -> Iterator[Finding]:
    """Of each addressee, whether there is an encrypted way on a screen, if the settings want one.
    What cannot be encrypted is not sent: inmates are shown the way on paper."""
    for line in addressees.lines(facility):
        what = f"protected line, {line.to.name}"
        if line.problem:
            fix = (
                "Ask the addressee for their S/MIME certificate (PEM, RSA, for encryption), name "
                "it and their e-mail address under [[requests.protected]] in config.toml, and a "
                "server under [mail]. Until then inmates are offered paper."
            )
            yield Finding(what, False, f"no way on a screen: {line.problem}", fix)
        elif line.certificate is None:
            yield Finding(what, True, "on paper alone")
        else:
            ends = f"encrypted to {line.certificate.holder}, good until {line.certificate.ends:%F}"
            renew = "Ask the addressee for their next certificate." if line.ends_soon else None
            yield Finding(what, not line.ends_soon, ends, renew)


def _key_folder(facility: Facility) -> Iterator[Finding]:
    """Of a home that is encrypted: whether destruction reaches older backups."""
    what = "keys of the backups"
    if facility.home_key is None:
        return
    try:
        book = key_keeping.book_of(facility)
        if key_keeping.works_by_keys(facility):
            folder = Path(facility.settings.backup.key_folder).resolve()
            key_keeping.check_folder(facility.settings, facility.home)
            wrong, fix = _copy_of_keys(facility, folder, book)
            good = f"a copy in {folder}; without it no backup can be read"
        else:
            wrong, fix = _old_copies(book, None)
            good = (  # a choice, not a problem
                "older backups hold what retention destroyed, until they are removed. Name a key "
                "folder on another device under [backup] in config.toml, and new ones will not"
            )
    except (DigitizerError, OSError) as error:
        wrong = str(error)
        fix = "Mount its disk, or correct backup.key_folder; then run: digitizer backup DIR"
    if wrong:
        yield Finding(what, False, wrong, fix)
    else:
        yield Finding(what, True, good)


def _copy_of_keys(facility: Facility, folder: Path, book: KeyBook | None) -> tuple[str, str]:
    """What is wrong with it, "" if nothing is, and what helps."""
    if _device(folder) == _device(facility.home):
        return (
            f"{folder} is on the disk of the home: who loses one loses both",
            "Name a folder on another device: backup.key_folder in config.toml.",
        )
    if book is None:
        return "", ""
    confirm = "digitizer backup DIR --confirm-key-folder"
    if book.is_restored:
        return (
            f"this home was restored, and has not written its keys to {folder} yet",
            f"If it takes the place of the home that was backed up: {confirm}",
        )
    if not key_keeping.is_there(folder):
        if str(folder) in book.kept_in:
            return (
                f"the copy that was in {folder} is not there",
                f"Mount its disk; if it is lost for good: {confirm}",
            )
        return f"no copy is in {folder} yet", "Run: digitizer backup DIR"
    if not key_keeping.is_of_today(folder, book):
        return (
            f"the copy in {folder} is not of today: what was destroyed may still be in it",
            "Run: digitizer backup DIR",
        )
    return _old_copies(book, folder)


def _old_copies(book: KeyBook | None, folder: Path | None) -> tuple[str, str]:
    """Those in folders that the settings do not name any more."""
    old = [
        each
        for each in map(Path, book.kept_in if book else ())
        if each != folder
        and not (key_keeping.is_there(each) and book and key_keeping.is_of_today(each, book))
    ]
    if not old:
        return "", ""
    return (
        f"an older copy of the keys was in {', '.join(map(str, old))}, and is out of reach: it may "
        "open what was destroyed since",
        "Mount its disk and run: digitizer backup DIR. If it is lost for good: digitizer backup "
        "DIR --confirm-key-folder",
    )


def _device(path: Path) -> int:
    return path.stat().st_dev


def _endpoint(facility: Facility) -> Iterator[Finding]:
    try:
        premises = open_premises(facility.settings.endpoint, facility.home)
    except DigitizerError as error:
        yield Finding("reading endpoint", False, str(error), "Correct [endpoint] in config.toml.")
        return
    if premises:
        problem = premises.problem()
        yield Finding(
            "reading endpoint",
            problem is None,
            problem or "it answers",
            "Start it, or correct [endpoint] in config.toml; until then, the built-in reader reads "
            "every page."
            if problem
            else None,
        )


def _takeaway(facility: Facility) -> Finding:
    """Whether somebody who left has a page for the code on their slip. A facility that wrote that
    it wants that must have one; else it is a hint."""
    settings = facility.settings
    off = settings.release.export == "off"
    has_page = settings.family.enabled and bool(settings.family.address)
    good = off or has_page or "export" not in settings.release.model_fields_set
    if off:
        message = "off: mailboxes are exported at a desk alone"
    elif has_page:
        message = "a code opens on the family's pages"
    else:
        message = "no codes: no address is set at which people who left could type one"
    fix = 'Write address under [family] in config.toml, or export = "off" under [release].'
    return Finding("mailboxes to take along", good, message, None if good else fix)


def _mail_server(facility: Facility) -> Iterator[Finding]:
    server = facility.settings.mail_server
    if server is not None:
        family = facility.settings.family
        lacks = family.enabled and not family.address
        yield Finding(
            "family accounts",
            not lacks,
            "a mail server is named, but not where families reach their pages: nobody can sign up"
            if lacks
            else "e-mail and address are set",
            "Write address under [family] in config.toml, or enabled = false." if lacks else None,
        )
        problem = reachable(server)
        yield Finding(
            "mail server",
            problem is None,
            problem or "it answers",
            "Correct [mail] in config.toml, or ask whoever runs the server; until then, e-mail "
            "waits in the outbox."
            if problem
            else None,
        )


def _proxies(facility: Facility, by: Actor) -> Iterator[Finding]:
    """What the service made of the proxies before it, as far as it noted in the last week."""
    seen = forwarders(facility, by)
    if not seen:
        listed = ", ".join(facility.settings.web.trusted_proxies) or "none"
        yield Finding("proxies", True, f"no request was passed on by one; trusted: {listed}")
    for each in seen:
        if each.trusted:
            message = f"{each.address} passes on; a visitor was {each.client} over {each.scheme}"
            yield Finding("proxies", True, message)
        else:
            yield Finding(
                "proxies",
                False,
                f"{each.address} says whose requests it passes on, and is not believed: all its "
                "visitors look like one device",
                f'If it is your proxy, write trusted_proxies = ["{each.address}"] under [web] in '
                "config.toml; if not, somebody tried to pass for another device.",
            )


def _direction_of_mail(facility: Facility) -> Finding:
    """Mail from outside and from inside share no stack, so each profile must set which it takes."""
    what, lacking = "direction of mail", undirected(facility.profiles, facility.home)
    if not lacking:
        return Finding(what, True, "set for every scanner in use")
    names = ", ".join(lacking)
    return Finding(
        what,
        False,
        f"not set for {names}",
        'Write from = "outside" (letters behind cover sheets) or from = "inside" (reply sheets) '
        f"into {facility.home}/profiles/NAME.toml, for each of: {names}.",
    )


def _folders(facility: Facility) -> Iterator[Finding]:
    folders = watched_folders(facility.profiles, facility.home)
    try:
        refuse_overlaps(folders, facility.home, facility.home / "inbox")
        yield Finding("watched folders", True, ", ".join(str(each.path) for each in folders))
    except UnsafeFolders as error:
        yield Finding("watched folders", False, str(error), "Change the profile that is named.")
    for folder in unwatched_folders(facility.profiles, facility.home):
        yield Finding(
            "inbox",
            False,
            f"{folder} has no scanner profile of its name; nothing in it is taken in",
            f"Write {facility.home}/profiles/{folder.name}.toml, "
            "or move its files to inbox/default.",
        )
