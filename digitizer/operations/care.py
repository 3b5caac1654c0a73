"""What needs care: all that somebody has to do something about now, in words."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime

from digitizer.access.acting import looking
from digitizer.access.permissions import Act
from digitizer.facility import Facility
from digitizer.model.people import Actor
from digitizer.operations import backup_runs, findings
from digitizer.operations.findings import Finding
from digitizer.operations.folder_looks import folder_findings
from digitizer.operations.scanner_health import ScannerState, scanner_findings, scanner_states
from digitizer.scanners.profiles import watched_folders
from digitizer.support.clock import now


@dataclass(frozen=True, slots=True)
class Care:
    """``findings`` are not good, each of them; ``scanners`` are those in use. ``backed_up`` is when
    the newest good backup was begun, ``free`` the room on the home's disk, in bytes."""

    findings: tuple[Finding, ...]
    scanners: tuple[ScannerState, ...]
    backed_up: datetime | None
    free: int


def needs_care(facility: Facility, by: Actor) -> Care:
    """Names nobody: anyone who may look at the intake may know it."""
    at, settings = now(), facility.settings
    folders = watched_folders(facility.profiles, facility.home)
    with looking(facility, by, Act.LOOK) as look:
        backed_up = backup_runs.newest_good(look.tx)
        states = scanner_states(look.tx, facility.profiles, [each.name for each in folders], at)
        found = (*findings.of_the_tables(settings, look.tx), findings.disk(facility.home, settings))
    own = findings.print_templates(facility.own_words)
    every = (own, *found, *folder_findings(folders, at), *scanner_findings(states))
    free = shutil.disk_usage(facility.home).free
    return Care(tuple(each for each in every if not each.good), states, backed_up, free)
