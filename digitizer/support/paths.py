"""Where the data folders are: beside the code in a checkout, inside the package in a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def _data_folder(name: str) -> Path:
    shipped = _PACKAGE / "_data" / name
    return shipped if shipped.is_dir() else _PACKAGE.parent / name


TEMPLATES = _data_folder("templates")
WEB_TEMPLATES = TEMPLATES / "web"
PRINT_TEMPLATES = TEMPLATES / "print"
EVIDENCE_TEMPLATES = TEMPLATES / "evidence"
MAIL_TEMPLATES = TEMPLATES / "mail"
SCANNER_PROFILES = _data_folder("scanner_profiles")
MIGRATIONS = _PACKAGE / "storage" / "migrations"
SYSTEM_FONTS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
"""Where the operating system's packages install fonts."""
