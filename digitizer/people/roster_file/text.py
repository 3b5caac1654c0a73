"""The bytes of a roster file as text."""

from __future__ import annotations

import codecs

from digitizer.model.errors import RosterError

#: Bytes. A hundred thousand people with forty columns are shorter.
LARGEST_FILE = 32 * 1024 * 1024

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # a spreadsheet's "Unicode text"
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def text_of(raw: bytes, name: str) -> str:
    """UTF-8, UTF-16 or Windows-1252, with or without a byte order mark. Raises RosterError for what
    is too long, or no text."""
    if len(raw) > LARGEST_FILE:
        raise RosterError(f"{name} has more than {LARGEST_FILE >> 20} MB. Export the roster alone.")
    if raw.startswith(_SPREADSHEETS):
        raise RosterError(f"{name} is a spreadsheet. Save it as CSV (UTF-8) and import that.")
    if raw.startswith(b"%PDF"):
        raise RosterError(f"{name} is a PDF. Export the roster as CSV.")
    for encoding in _encodings(raw):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return _checked(text, name)
    raise RosterError(f"{name} is neither UTF-8 nor Windows-1252 text. Export it again as UTF-8.")


def _encodings(raw: bytes) -> tuple[str, ...]:
    if raw[:2] in _UTF16_MARKS:
        return ("utf-16",)
    if len(raw) > 3 and raw[1] == 0 == raw[3] and raw[0] and raw[2]:  # the mark was left out
        return ("utf-16-le",)
    return ("utf-8-sig", "cp1252")


def _checked(text: str, name: str) -> str:
    begin = text.lstrip()[:200].casefold()
    if not begin:
        raise RosterError(f"{name} is empty. Export the roster again.")
    if begin.startswith(("<!doctype", "<html", "<?xml")):
        raise RosterError(
            f"{name} is a web page or XML, perhaps an error that was saved as a roster. "
            "Export the roster as CSV."
        )
    return text
