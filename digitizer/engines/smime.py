"""S/MIME: a text is encrypted to a certificate, and what cannot be encrypted to is told.

Of RFC 8551, enveloped data with AES-256; who holds the certificate's private key, and nobody else,
can open it. No key that could is made or kept here.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7EnvelopeBuilder, PKCS7Options

#: Bits of a key that counts as strong enough (NIST SP 800-57, until 2030).
_LEAST_BITS = 2048
_MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Certificate:
    """One that can be encrypted to at the time at which it was read."""

    holder: str
    ends: datetime
    parsed: x509.Certificate


class BadCertificate(Exception):
    """It cannot be encrypted to; its text says why, for whoever keeps it."""


def read_certificate(path: Path, at: datetime) -> Certificate:
    """A certificate (PEM) that holds at this moment. Raises BadCertificate."""
    try:
        with path.open("rb") as file:
            parsed = x509.load_pem_x509_certificate(file.read(_MOST_BYTES))
    except OSError as error:
        raise BadCertificate(f"{path} cannot be read: {error.strerror}") from None
    except ValueError:
        raise BadCertificate(f"{path} is no certificate (X.509, PEM)") from None
    if at < parsed.not_valid_before_utc:
        raise BadCertificate(f"{path} holds only from {parsed.not_valid_before_utc:%F} on")
    if parsed.not_valid_after_utc <= at:
        raise BadCertificate(f"{path} ended on {parsed.not_valid_after_utc:%F}")
    key = parsed.public_key()
    if not isinstance(key, RSAPublicKey) or key.key_size < _LEAST_BITS:
        raise BadCertificate(f"{path} has no RSA key of {_LEAST_BITS} bits or more")
    if not _may_encrypt(parsed):
        raise BadCertificate(f"{path} is not for encryption (key usage)")
    return Certificate(parsed.subject.rfc4514_string(), parsed.not_valid_after_utc, parsed)


def _may_encrypt(parsed: x509.Certificate) -> bool:
    try:
        usage = parsed.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.key_encipherment


def sealed_to(certificate: Certificate, text: str) -> str:
    """The text as an e-mail's sealed content: base64 of the enveloped data (DER), in lines."""
    inside = EmailMessage(policy=policy.SMTP)
    inside.set_content(text, cte="base64")
    made = (
        PKCS7EnvelopeBuilder()
        .set_data(inside.as_bytes())
        .add_recipient(certificate.parsed)
        .set_content_encryption_algorithm(algorithms.AES256)
        .encrypt(Encoding.DER, [PKCS7Options.Binary])
    )
    return base64.encodebytes(made).decode("ascii")
