"""Finds secrets in files: every byte of a folder, in each form in which one may be written."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from pathlib import Path


def forms_of(secret: bytes) -> tuple[bytes, ...]:
    """As it is, in hex (either case), and in base64 (either alphabet, at any of three offsets)."""
    found = {secret, secret.hex().encode(), secret.hex().upper().encode()}
    for offset in range(3):
        for alphabet in (base64.b64encode, base64.urlsafe_b64encode):
            whole = alphabet(b"\0" * offset + secret).rstrip(b"=")
            found.add(whole[(0, 2, 3)[offset] : len(whole) - 1])  # what neighbours do not change
    return tuple(found)


def secrets_left(folder: Path, secrets: Mapping[str, bytes]) -> Iterator[str]:
    """The secrets that are somewhere in the folder, each with the file. A short one counts only
    where it stands alone: six digits are in many longer numbers."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            for name, secret in secrets.items():
                if _is_in(content, secret):
                    yield f"{name} in {path.relative_to(folder)}"


def _is_in(content: bytes, secret: bytes) -> bool:
    if len(secret) >= 12:
        return any(form in content for form in forms_of(secret))
    alone = rb"(?<![0-9A-Za-z.])" + re.escape(secret) + rb"(?![0-9A-Za-z])"
    return re.search(alone, content) is not None
