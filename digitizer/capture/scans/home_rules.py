"""By which settings, profiles and keys a facility's mail is worked: those of its home. A machine
elsewhere has copies, and must not file by old ones: a letter that the home would hold for a review
would be delivered.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.errors import SettingsError
from digitizer.storage.key_file import read_key_ring
from digitizer.storage.tables import SCHEMA_VERSION
from digitizer.storage.tables_queue import home_rules

#: What a machine may have of its own: it says where things are, or how fast it is.
_OWN: Mapping[str, bool | set[str]] = {
    "store": True,
    "keys": True,
    "web": True,
    "work": {"processes", "worker_megabytes"},
}
_ONLY = 1


def digest(facility: Facility) -> str:
    """A hash over all by which a machine works, also which program: an older one does not know what
    newer tables mean. Nothing can be learned from it: it is over keys, too. Raises
    SettingsError."""
    keys = read_key_ring(facility.key_file)  # each time: they may have been rotated
    rules = {
        "schema": SCHEMA_VERSION,
        "settings": facility.settings.model_dump(mode="json", exclude=_OWN),
        "profiles": {
            name: each.model_dump(mode="json") for name, each in facility.profiles.items()
        },
        "current": keys.current,
        "keys": {number: key.hex() for number, key in sorted(keys.keys.items())},
    }
    return hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()


def are_noted(tx: sa.Connection, facility: Facility) -> bool:
    """Whether the rules of this home are those that the database knows."""
    return tx.execute(sa.select(home_rules.c.digest)).scalar() == digest(facility)


def note(tx: sa.Connection, facility: Facility) -> None:
    """From now on machines elsewhere work by the rules of this home."""
    tx.execute(sa.delete(home_rules))
    tx.execute(sa.insert(home_rules).values(id=_ONLY, digest=digest(facility)))


def check(tx: sa.Connection, facility: Facility) -> None:
    """Raises SettingsError on a machine elsewhere whose copies are old."""
    if not are_noted(tx, facility):
        raise SettingsError(
            f"The settings, profiles or keys in {facility.home} are not those of the facility's "
            "home any more, or the programs are not the same, so nothing is worked here. Bring the "
            "program up to date here, and make this outpost anew, in the home: digitizer outpost "
            "FOLDER"
        )
