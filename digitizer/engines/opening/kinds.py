"""What kind of file it is, by its first bytes; its name does not matter."""

from __future__ import annotations

import re

PDF, TIFF, JPEG, PNG, GIF, BMP, WEBP, JPEG2000, HEIF = (
    "PDF",
    "TIFF",
    "JPEG",
    "PNG",
    "GIF",
    "BMP",
    "WEBP",
    "JPEG2000",
    "HEIF",
)
PDF_HEADER_WITHIN = 1024  # bytes; as Acrobat and every common viewer have it
HEAD_BYTES = PDF_HEADER_WITHIN + 8

_SIGNATURES = (
    (rb"II[*+]\0|MM\0[*+]", TIFF),
    (rb"\xff\xd8\xff", JPEG),
    (rb"\x89PNG\r\n\x1a\n", PNG),
    (rb"GIF8[79]a", GIF),
    (rb"BM", BMP),
    (rb"RIFF....WEBP", WEBP),
    (rb"\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51", JPEG2000),
    (rb"\0\0..ftyp(?:hei[cxms]|hev[cx]|mif1|msf1)", HEIF),
)
_KINDS = tuple((re.compile(pattern, re.DOTALL), kind) for pattern, kind in _SIGNATURES)

# Where a picture may begin behind another file: three bytes are few to look for, and two too few
# but where one must begin if any does.
_LONGER = {JPEG: rb"\xff\xd8\xff[\xc0-\xfe]", BMP: rb"BM.{4}\0\0\0\0"}
_BEHIND = {kind: _LONGER.get(kind, pattern) for pattern, kind in _SIGNATURES}
PICTURES = tuple(
    (re.compile(pattern, re.DOTALL), kind) for kind, pattern in _BEHIND.items() if kind != BMP
)
BITMAP = re.compile(_BEHIND[BMP], re.DOTALL)

# The same in the midst of other bytes, where two letters or four bytes may stand by chance.
ANYWHERE = re.compile(
    rb"II[*+]\0.{4}|MM\0[*+].{4}|\xff\xd8\xff[\xc0-\xfe]|\x89PNG\r\n\x1a\n|GIF8[79]a"
    rb"|BM....\0\0\0\0..\0\0[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0|RIFF....WEBP"
    rb"|\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51|\0\0..ftyp|%PDF-",
    re.DOTALL,
)


def kind_of(head: bytes) -> str | None:
    """The kind of the file that begins with ``head`` (HEAD_BYTES of it); None for an unknown."""
    for pattern, kind in _KINDS:
        if pattern.match(head):
            return kind
    return PDF if b"%PDF-" in head else None
