"""Scans that are old enough for their paper to be destroyed, in a box."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from digitizer.facility import Facility
from digitizer.model.originals import Obstacle
from digitizer.originals import actions as originals
from digitizer.originals import obstacles
from digitizer.storage.blobs import LocalBlobs
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import original, scan, staff
from digitizer.support.clock import now
from tests.support.made_mail import ADMINISTRATOR, CLERK, INVESTIGATOR, ORSON, SUPERVISOR
from tests.support.web_kit import Mail, add_letter, add_scan

OLD = timedelta(days=45)


@dataclass
class Boxed:
    """A facility with an open box and staff who may do something."""

    mail: Mail
    code: str

    @property
    def facility(self) -> Facility:
        return self.mail.facility

    def add(self, *letters: str | None, age: timedelta = OLD, **values: object) -> tuple[str, ...]:
        """A scan in the box with letters to these inmates (None: held); its id and theirs."""
        new = add_scan(
            self.mail, f"stack-{self.mail.scans}.pdf", taken_in=now() - age, pages=2, **values
        )
        ids = [add_letter(self.mail, new, each) for each in letters or (ORSON,)]
        originals.put_paper(self.facility, new, self.code, CLERK)
        return (new, *ids)

    def obstacle(self, scan_id: str) -> Obstacle | None:
        with reading(self.facility.engine) as tx:
            return obstacles.of_scans(tx, self.facility.settings, [scan_id]).get(scan_id)

    def damage(self, scan_id: str) -> None:
        """The stored file of this scan is no more what came in."""

        with reading(self.facility.engine) as tx:
            asked = sa.select(original.c.sha256).where(original.c.scan_id == scan_id)
            digest = tx.execute(asked).scalar_one()
        assert isinstance(self.facility.originals, LocalBlobs)
        path = self.facility.originals.path(digest)
        path.chmod(0o600)
        path.write_bytes(b"something else")

    def change(self, scan_id: str, **values: object) -> None:
        with writing(self.facility.engine) as tx:
            tx.execute(sa.update(scan).where(scan.c.id == scan_id).values(**values))


def boxed(facility: Facility) -> Boxed:
    with writing(facility.engine) as tx:
        for each in (CLERK, SUPERVISOR, ADMINISTRATOR, INVESTIGATOR):
            tx.execute(sa.insert(staff).values(name=each.name, role=str(each.role), active=True))
    return Boxed(Mail(facility), originals.make_box(facility, "Shelf 3", CLERK))
