"""What tests of requests and of the protected line share: a facility with steps and addressees, a
certificate with its private key, and who of the staff acts."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from digitizer.facility import Facility
from digitizer.model.people import Actor, ActorKind, StaffRole
from digitizer.model.request_settings import Addressee, Category, Step
from digitizer.support.clock import now
from tests.support.made_mail import ORSON, PETRA

ME, OTHER = Actor(ActorKind.INMATE, ORSON), Actor(ActorKind.INMATE, PETRA)
WARDEN = Actor(ActorKind.STAFF, "Wanda Warden", StaffRole.ADMINISTRATOR, proven=True)
COLONEL = Actor(ActorKind.STAFF, "Cole Onel", StaffRole.SUPERVISOR, proven=True)
SEXUAL_ABUSE = Category(
    name="Sexual abuse",
    es="Abuso sexual",
    steps=(
        Step(name="Decision", es="Decisión", days=90, extension_days=70, next_days=0),
        Step(name="Appeal", es="Apelación", days=30, answered_by=("administrator",)),
    ),
    emergency_hours=48,
    emergency_days=5,
    source="28 CFR 115.52",
)
COMPLAINT = Category(
    name="Complaint",
    es="Reclamo",
    steps=(
        Step(name="Informal", es="Informal", days=3, working=True, next_days=5),
        Step(name="Warden", es="Director", days=20, next_days=20, source="28 CFR 542.18"),
        Step(name="Region", es="Región", days=30, answered_by=("supervisor", "administrator")),
    ),
    source="28 CFR 542",
)
PREA = "PREA line"
LINE = Addressee(
    name=PREA,
    es="Línea PREA",
    email="line@example.net",
    certificate="line.pem",
    address=("State PREA Line", "1 Invented Street", "Nowhere, EX 00000"),
    source="28 CFR 115.51(b)",
)
OMBUDSMAN = Addressee(name="Ombudsman", es="Defensoría", address=("2 Invented Street",))


def with_requests(facility: Facility, **values: Any) -> Facility:
    """The same facility with these categories, or other settings of requests."""
    update = {"categories": (COMPLAINT, SEXUAL_ABUSE), **values}
    own = facility.settings.requests.model_copy(update=update)
    return replace(facility, settings=facility.settings.model_copy(update={"requests": own}))


def with_holidays(facility: Facility, *days: str, federal: bool = False) -> Facility:
    update = {"holidays": days, "federal_holidays": federal}
    own = facility.settings.appeals.model_copy(update=update)
    return replace(facility, settings=facility.settings.model_copy(update={"appeals": own}))


@dataclass(frozen=True, slots=True)
class Opener:
    """Who can open what was sealed to a certificate: its file and that of the private key."""

    certificate: Path
    key: Path

    def opened(self, message: EmailMessage) -> bytes:
        """What ``openssl cms`` finds in an e-mail as it travelled, its inner head included."""
        return self.opened_der(message.get_payload(decode=True))

    def opened_der(self, enveloped: object) -> bytes:
        assert isinstance(enveloped, bytes)
        command = ["openssl", "cms", "-decrypt", "-binary", "-inform", "DER"]
        command += ["-recip", str(self.certificate), "-inkey", str(self.key)]
        done = subprocess.run(command, input=enveloped, capture_output=True, check=True)
        return done.stdout


def make_opener(
    folder: Path,
    name: str = "line",
    *,
    ends: datetime | None = None,
    begins: datetime | None = None,
    bits: int = 2048,
    curve: bool = False,
    signs_only: bool = False,
) -> Opener:
    """A certificate in ``folder``, with its key beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    key = (
        ec.generate_private_key(ec.SECP256R1())
        if curve
        else rsa.generate_private_key(public_exponent=65537, key_size=bits)
    )
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Invented Line")])
    made = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins or now() - timedelta(days=2))
        .not_valid_after(ends or now() + timedelta(days=400))
    )
    if signs_only:
        flags = dict.fromkeys(
            ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False
        )
        flags |= dict.fromkeys(
            ("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False
        )
        made = made.add_extension(x509.KeyUsage(digital_signature=True, **flags), critical=True)
    pem = serialization.Encoding.PEM
    files = folder / f"{name}.pem", folder / f"{name}.key"
    files[0].write_bytes(made.sign(key, hashes.SHA256()).public_bytes(pem))
    files[1].write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return Opener(*files)
