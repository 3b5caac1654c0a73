"""The papers of originals: the label of a box, and the certificate of a destruction."""

from __future__ import annotations

from digitizer.facility import Facility
from digitizer.model.originals import Box, Destruction


def label(facility: Facility, box: Box) -> bytes:
    from digitizer.engines.printing.sheets.box_label import BoxLabel, box_label_pdf

    made = BoxLabel(
        code=box.code,
        shelf=box.shelf,
        facility_name=facility.settings.facility.name,
        begun=box.made.astimezone().date(),
        keep_days=facility.settings.originals.keep_days,
    )
    return box_label_pdf(made)


def certificate(facility: Facility, known: Destruction) -> bytes:
    """Raises ValueError for one that was not confirmed."""
    from digitizer.engines.printing.sheets.destruction_certificate import certificate_pdf

    own = facility.settings.facility
    return certificate_pdf(known, own.name, facility.settings.originals.keep_days, own.paper)
