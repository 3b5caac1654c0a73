"""What is written to the protected line, as its addressee reads it, and sealed to their certificate
in memory: nothing of it is stored before."""

from __future__ import annotations

from digitizer.engines.smime import Certificate, sealed_to
from digitizer.model.people import Inmate

#: The same for all: it says neither who wrote nor about what.
SUBJECT = "Protected line: a sealed message"


def sealed(certificate: Certificate, place: str, writer: Inmate | None, text: str) -> str:
    """The sealed content of an e-mail: from where it is, who writes it (None: they gave no name),
    and the text."""
    who = f"From: {writer.full_name} ({writer.booking_number})" if writer else _NO_NAME
    return sealed_to(certificate, f"{place}\n{who}\n\n{text}\n")


_NO_NAME = "The writer gave no name."
