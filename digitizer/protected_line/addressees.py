"""To whom the protected line goes, and whether there is a way on a screen: only an encrypted one.
Where there is none, there is the way on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from digitizer.engines.smime import BadCertificate, Certificate, read_certificate
from digitizer.facility import Facility
from digitizer.model.errors import UsageError
from digitizer.model.request_settings import Addressee
from digitizer.support.clock import now

_SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Line:
    """An addressee, with the certificate to which is encrypted what goes to them; None: on paper
    alone, and ``problem`` says why where the settings want a way on a screen. ``ends_soon``: within
    a month."""

    to: Addressee
    certificate: Certificate | None
    problem: str = ""

    @property
    def on_screen(self) -> bool:
        return self.certificate is not None

    @property
    def ends_soon(self) -> bool:
        return self.certificate is not None and self.certificate.ends - now() < _SOON


def lines(facility: Facility) -> tuple[Line, ...]:
    """All of the settings, in their order. Certificates are read each time: they are renewed."""
    return tuple(_line(facility, each) for each in facility.settings.requests.protected)


def line_to(facility: Facility, name: str) -> Line:
    """Raises UsageError for a name that the settings do not have."""
    found = facility.settings.requests.addressee(name)
    if found is None:
        raise UsageError("Choose to whom it goes.")
    return _line(facility, found)


def _line(facility: Facility, to: Addressee) -> Line:
    if not to.email and not to.certificate:
        return Line(to, None)
    if not to.email or not to.certificate:
        missing = "email" if not to.email else "certificate"
        return Line(to, None, f"{missing} is missing in config.toml")
    if facility.settings.mail_server is None:
        return Line(to, None, "no server is named that sends e-mail")
    try:
        return Line(to, read_certificate(facility.home / to.certificate, now()))
    except BadCertificate as error:
        return Line(to, None, str(error))
