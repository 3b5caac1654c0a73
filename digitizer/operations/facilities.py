"""The verbs of an agency: which facilities it has, and one more."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa

from digitizer.access.acting import acting
from digitizer.access.permissions import Act, permit
from digitizer.agency import A_CODE, FOLDER, members
from digitizer.audit import events_of
from digitizer.facility import Facility, database_url, make_home, open_facility
from digitizer.model.errors import UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.model.settings_file import FILE_NAME, agency_file, read_settings
from digitizer.model.toml_file import TomlFile, read_toml
from digitizer.storage.blobs import sync_folder
from digitizer.storage.copying import write_file
from digitizer.storage.database import in_schema, make_schema, open_engine, reading, schema_in
from digitizer.storage.schema import version_of
from digitizer.support.failpoints import failpoint
from digitizer.support.paths import TEMPLATES

_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class KnownFacility:
    """A facility of an agency. ``schema`` is that of its tables; "" where they have the database
    for themselves."""

    code: str
    name: str
    home: Path
    schema: str


def facilities(home: Path, by: Actor) -> tuple[KnownFacility, ...]:
    """The first one first, the others by code. Raises SettingsError."""
    permit(by, Act.OPERATE)
    return tuple(_known(each.code, each.home) for each in members(home.resolve()))


def _known(code: str, home: Path) -> KnownFacility:
    settings = read_settings(home)
    schema = schema_in(database_url(home, settings))
    return KnownFacility(code, settings.facility.name, home, schema)


def add_facility(
    home: Path, code: str, name: str, by: Actor, *, unencrypted: bool = False
) -> KnownFacility:
    """One more facility on the agency's PostgreSQL database: a schema, a home with keys, settings
    and an inbox. What was interrupted is finished by the same call. It is recorded in the log of
    the agency's first facility. ``unencrypted``: the new home may be plain though the first is
    encrypted at rest. Raises NotAllowed, UsageError, SettingsError and StorageError."""
    facility = open_facility(home)
    try:
        acting_here = acting(facility, by, Act.OPERATE)
        place = _checked(facility, code, name, unencrypted)
        if not place.exists():
            _make(facility, place, code, name.strip())
        with acting_here as action:
            made = _known(code, place)
            action.record(Verb.ADD_FACILITY, Subject.facility(code), name=made.name)
    finally:
        facility.engine.dispose()
    return made


def _make(facility: Facility, place: Path, code: str, name: str) -> None:
    """Beside its place, and there only once it is whole: half a facility is none."""
    url = in_schema(facility.settings.store.database_url, code)
    unfinished = place.with_name(f".{code}")
    if not (unfinished / FILE_NAME).exists():
        _need_no_tables(url, code)
        make_schema(url)
        failpoint("facilities.schema_made")
        _write_settings(facility, unfinished, url, code, name)
    failpoint("facilities.named")
    make_home(unfinished)
    failpoint("facilities.made")
    unfinished.rename(place)
    sync_folder(place.parent)
    failpoint("facilities.placed")


def _checked(facility: Facility, code: str, name: str, unencrypted: bool) -> Path:
    """The place of the new home."""
    if facility.engine.dialect.name != "postgresql":
        raise UsageError(
            "A home on SQLite is one facility. Move it to PostgreSQL first: "
            "digitizer move-to postgresql://USER@HOST/NAME"
        )
    if facility.home.parent.name == FOLDER:
        raise UsageError(
            f"{facility.home} is a facility of an agency: add others to the agency's own home, "
            f"{facility.home.parent.parent}."
        )
    if not A_CODE.fullmatch(code):
        raise UsageError(
            "A code has up to 40 small letters, digits and _, and begins with a letter, such as "
            "north_tower."
        )
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise UsageError(f"A facility's name has 1 to {_LONGEST_NAME} characters.")
    if facility.home_key is not None and not unencrypted:
        raise UsageError(
            "The agency's home is encrypted at rest, and the new one would not be yet. Say "
            f"--unencrypted, and then run: digitizer --facility {code} encrypt"
        )
    if code == facility.settings.facility.code or _is_recorded(facility, code):
        raise UsageError(f"There is a facility with the code {code} already.")
    return facility.home / FOLDER / code


def _is_recorded(facility: Facility, code: str) -> bool:
    """The last thing that is done: what is not, was interrupted."""
    with reading(facility.engine) as tx:
        known = events_of(tx, Subject.facility(code))
    return any(each.verb == Verb.ADD_FACILITY for each in known)


def _need_no_tables(url: str, code: str) -> None:
    """Whoever made this schema by hand, for something else, keeps it."""
    engine = open_engine(url)
    try:
        if not _has_no_tables(engine):
            raise UsageError(f"The database has a schema {code} with tables. Choose another code.")
    finally:
        engine.dispose()


def _has_no_tables(engine: sa.Engine) -> bool:
    with reading(engine) as tx:
        schema = tx.execute(sa.text("SELECT current_schema()")).scalar()
        return schema is None or (
            version_of(tx) is None and not sa.inspect(tx).get_table_names(schema=schema)
        )


def _write_settings(facility: Facility, place: Path, url: str, code: str, name: str) -> None:
    """As ``init`` writes them, with what tells this facility from the others."""
    store = {"database_url": url}
    if facility.settings.store.blobs_url:
        store["blobs_url"] = _below(facility.settings.store.blobs_url, code)
    text = (TEMPLATES / FILE_NAME).read_text("utf-8")
    for key, value in (("name", name), ("code", code)):
        text = text.replace(*_changed_line(text, key, value), 1)
    defaults = agency_file(facility.home)
    if defaults is not None:
        text = _leaving_out(text, read_toml(defaults))
    text += "\n[store]\n" + "".join(f"{_line(key, each)}\n" for key, each in store.items())
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_file(place / FILE_NAME, text.encode())
    for folder in (place.parent, facility.home):
        sync_folder(folder)


def _leaving_out(text: str, defaults: TomlFile) -> str:
    """What the agency says is not said again: it would hold instead of the agency's."""
    lines, section = [], ""
    for line in text.splitlines():
        section = line.strip("[]") if line.startswith("[") else section
        said = defaults.has((section, line.partition(" = ")[0]))
        lines.append(f"# {line}" if said else line)
    return "\n".join(lines) + "\n"


def _below(url: str, code: str) -> str:
    """The place in the same bucket, at the same endpoint, that is named by the code."""
    address = urlsplit(url)
    return address._replace(path=f"{address.path.rstrip('/')}/{code}").geturl()


def _changed_line(text: str, key: str, value: str) -> tuple[str, str]:
    """The first line of this key in the template, which is the facility's, and what it becomes."""
    old = next(each for each in text.splitlines() if each.startswith(f"{key} = "))
    return old, _line(key, value)


def _line(key: str, value: str) -> str:
    return f"{key} = {json.dumps(value, ensure_ascii=False)}"
