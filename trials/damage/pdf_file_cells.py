"""What may happen to a PDF as a file: cut, padded, joined with others, changed later."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import cache

import pikepdf
from PIL import Image

from trials.damage.cell import Cell
from trials.damage.pdf_kit import (
    coded,
    filling,
    looks_like,
    page_pdf,
    picture_pdf,
    stream,
    with_change,
    written,
)

_FORM = (
    b'\r\n------Boundary7MA4\r\nContent-Disposition: form-data; name="go"\r\n\r\nUpload\r\n'
    b"------Boundary7MA4--\r\n<html><body><p>Your file was received.</p></body></html>\r\n"
)
_HEAD = (
    b"POST /scan HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=----Boundary7MA4\r\n\r\n"
    b'------Boundary7MA4\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
)
_JOB = b"\x1b%-12345X@PJL JOB\r\n@PJL SET RESOLUTION=300\r\n@PJL ENTER LANGUAGE=PDF\r\n"


@cache
def _whole(seed: int = 0) -> bytes:
    return picture_pdf(coded("Flate", written(seed=seed)))


@cache
def _pages(count: int, linear: bool = False, packed: bool = False) -> bytes:
    """Pages all alike, as a program of today writes them."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(_whole())) as pdf:
        for _ in range(count - 1):
            pdf.pages.append(pdf.pages[0])
        mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
        pdf.save(out, linearize=linear, object_stream_mode=mode, static_id=True)
    return out.getvalue()


def _picture(kind: str) -> bytes:
    out = io.BytesIO()
    page = Image.fromarray(written())
    page.save(out, kind, **({"quality": 90} if kind == "JPEG" else {}))
    return out.getvalue()


def _changed() -> bytes:
    """Its picture replaced by another one."""
    return with_change(_whole(1), 5, coded("Flate", written()).stream(), 6)


def _attached(plain: bool) -> bytes:
    """Another PDF lies in it as an attachment, packed or not."""
    inner = _pages(2) + _whole(1)
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(_whole())) as pdf:
        pdf.attachments["other.pdf"] = pikepdf.AttachedFileSpec(
            pdf,
            inner,
            description="",
            filename="other.pdf",
            mime_type="application/pdf",
            creation_date="",
            mod_date="",
        )
        level = pikepdf.StreamDecodeLevel.none
        pdf.save(out, compress_streams=not plain, stream_decode_level=level if plain else None)
    return out.getvalue()


def _with_header_again() -> bytes:
    """A change behind the end, before which the program wrote the header once more."""
    whole = _whole(1)
    header = b"%PDF-1.7\n"
    changed = with_change(whole + header, 5, coded("Flate", written()).stream(), 6)
    return changed


def _cut_in_data() -> bytes:
    return _whole(1)[: len(_whole(1)) // 2]


_Made = tuple[str, int, Callable[[], bytes]]

_ONE: tuple[_Made, ...] = (
    ("zeros behind (32 KB block)", 1, lambda: _whole() + bytes(32_000)),
    ("1,500 zeros behind", 1, lambda: _whole() + bytes(1500)),
    ("blanks behind", 1, lambda: _whole() + b" " * 5000),
    ("line ends and ^Z behind", 1, lambda: _whole() + b"\r\n" * 900 + b"\x1a"),
    ("a web form's words behind", 1, lambda: _whole() + _FORM * 30),
    ("300 bytes of a buffer's rest behind", 1, lambda: _whole() + bytes(range(128, 228)) * 3),
    ("2,000 bytes before", 1, lambda: b"#" * 2000 + b"\n" + _whole()),
    ("70,000 zeros before", 1, lambda: bytes(70_000) + _whole()),
    ("a web form's words before and behind", 1, lambda: _HEAD * 20 + _whole() + _FORM),
    ("a printer job around it", 1, lambda: _JOB + _whole() + b"\x1b%-12345X@PJL EOJ\r\n"),
    (
        "2,000 bytes before, objects in streams",
        1,
        lambda: b"#" * 2000 + b"\n" + _pages(1, packed=True),
    ),
    ("changed later (two end markers)", 1, _changed),
    ("changed later, the header repeated", 1, _with_header_again),
    ("changed later, zeros behind", 1, lambda: _changed() + bytes(4000)),
    ("linearised (two end markers)", 1, lambda: _pages(1, linear=True)),
    ("objects in streams", 1, lambda: _pages(1, packed=True)),
    ("another PDF attached, packed", 1, lambda: _attached(plain=False)),
    ("another PDF attached, not packed", 1, lambda: _attached(plain=True)),
    ("end marker missing", 1, lambda: _whole().replace(b"%%EOF\n", b"")),
    ("its table's place wrong", 1, lambda: _whole().replace(b"startxref\n", b"startxref\n9")),
)
_SEVERAL: tuple[_Made, ...] = (
    ("PDF + PDF", 2, lambda: _whole() * 2),
    ("PDF + PDF, padding between", 2, lambda: _whole() + bytes(777) + _whole()),
    ("PDF + PDF, a web form's words between", 2, lambda: _whole() + _FORM + _HEAD + _whole()),
    ("PDF + PDF + PDF, zeros behind each", 3, lambda: (_whole() + bytes(512)) * 3),
    ("changed later + PDF", 2, lambda: _changed() + _whole()),
    (
        "linearised + PDF with objects in streams",
        5,
        lambda: _pages(2, linear=True) + _pages(3, packed=True),
    ),
    ("attached PDF within + PDF", 2, lambda: _attached(plain=True) + _whole()),
    ("PDF + JPEG", 2, lambda: _whole() + _picture("JPEG")),
    ("PDF + TIFF", 2, lambda: _whole() + _picture("TIFF")),
    ("PDF + PNG + PDF", 3, lambda: _whole() + _picture("PNG") + _whole()),
    ("PDF + BMP", 2, lambda: _whole() + _picture("BMP")),
)
_HELD: tuple[_Made, ...] = (
    ("cut off in its data", 0, _cut_in_data),
    ("cut off in its table", 0, lambda: _whole()[:-60]),
    ("a later change cut off", 0, lambda: _changed()[:-60]),
    ("a later change cut off, zeros behind", 0, lambda: _changed()[:-60] + bytes(3000)),
    ("cut off + PDF", 0, lambda: _cut_in_data() + _whole()),
    ("PDF + cut off", 0, lambda: _whole() + _cut_in_data()),
    ("a megabyte of something unknown behind", 0, lambda: _whole() + bytes(range(256)) * 4096),
    ("the second half zeroed", 0, lambda: _cut_in_data() + bytes(len(_whole(1)) // 2)),
)
_MISSING: tuple[_Made, ...] = (
    ("a picture that is not in the file", 0, lambda: _nameless("/X9", "/X9 9 0 R")),
    ("a picture that its page does not name", 0, lambda: _nameless("/X9", "")),
    (
        "a mask that is not in the file",
        0,
        lambda: page_pdf(filling(), [coded("Flate", written()).stream(keys="/SMask 9 0 R")]),
    ),
    (
        "a stencil that is not in the file",
        0,
        lambda: page_pdf(filling(), [coded("Flate", written()).stream(keys="/Mask 9 0 R")]),
    ),
    (
        "its drawing is not in the file",
        0,
        lambda: _whole().replace(b"/Contents 4 0 R", b"/Contents 9 0 R"),
    ),
    (
        "a part of its drawing is not in the file",
        0,
        lambda: _whole().replace(b"/Contents 4 0 R", b"/Contents[4 0 R 9 0 R]"),
    ),
    (
        "its resources are not in the file",
        0,
        lambda: _whole().replace(b"/Resources<<", b"/Resources 9 0 R/Other<<"),
    ),
    ("its form names a picture that is not in the file", 0, lambda: _form_without()),
    (
        "a page that is not in the file",
        0,
        lambda: _whole().replace(b"/Kids[3 0 R]/Count 1", b"/Kids[3 0 R 9 0 R]/Count 2"),
    ),
)


def _nameless(name: str, resource: str) -> bytes:
    """A small picture that is missing, over one that is not."""
    made = page_pdf(
        filling() + f"q 20 0 0 20 9 9 cm {name} Do Q", [coded("Flate", written()).stream()]
    )
    return made.replace(b"/X5 5 0 R>>", f"/X5 5 0 R{resource}>>".encode())


def _form_without() -> bytes:
    keys = "/Type/XObject/Subtype/Form/BBox[0 0 99 99]/Resources<</XObject<</X9 9 0 R>>>>"
    form = stream(b"q 20 0 0 20 9 9 cm /X9 Do Q", keys)
    return page_pdf(filling() + "/X6 Do", [coded("Flate", written()).stream(), form])


def cells() -> Iterator[Cell]:
    looks = looks_like(written())
    for damage, pages, make in (*_ONE, *_SEVERAL):
        yield Cell("PDF", "Flate", damage, pages, make, looks_right=looks)
    for damage, pages, make in (*_HELD, *_MISSING):
        yield Cell("PDF", "Flate", damage, pages, make)
