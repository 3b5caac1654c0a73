"""What a PDF refers to and does not have.

For qpdf, as for the standard, a reference to nothing is the same as no entry at all. But a page
whose drawing is lost is then blank, and a picture without its mask hides what lies under it. So
the file's own words are looked at.
"""

from __future__ import annotations

import mmap
import re
from typing import Any

import pikepdf

_MASK = re.compile(rb"/S?Mask\s+(\d+)\s+(\d+)\s+R\b")
_OBJECT = re.compile(rb"(?<!\d)(\d+)\s+(\d+)\s+obj\b")
_DICTIONARY = 4096  # bytes in which an object's dictionary begins before one of its entries


def lost_masks(pdf: pikepdf.Pdf) -> set[tuple[int, int]]:
    """The pictures that name a mask which is not in the file. They are never packed together
    with other objects (ISO 32000-1, 7.5.7), so their words can be seen."""
    lost: set[tuple[int, int]] = set()
    with _words(pdf) as data:
        at = data.find(b"Mask")
        while at >= 0:
            named = _MASK.match(data, max(0, at - 2)) or _MASK.match(data, max(0, at - 1))
            if named and pdf.get_object((int(named[1]), int(named[2]))) is None:
                lost |= _holder(data, named.start())
            at = data.find(b"Mask", at + 4)
    return lost


def names_contents(pdf: pikepdf.Pdf, name: tuple[int, int]) -> bool:
    """Whether a page that seems to draw nothing names a drawing that is not in the file."""
    number, generation = name
    begins = re.compile(rb"(?<!\d)%d\s+%d\s+obj\b(.*?)endobj" % name, re.DOTALL)
    with _words(pdf) as data:
        bodies = [each[1] for each in begins.finditer(data)]
    if not bodies and generation == 0:
        packed = [_packed_object(each, number) for each in pdf.objects if _is_packed(each)]
        bodies = [body for body in packed if body]
    return any(b"/Contents" in body for body in bodies[-1:])


def _words(pdf: pikepdf.Pdf) -> mmap.mmap:
    with open(pdf.filename, "rb") as file:  # noqa: PTH123 (the path of a descriptor)
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _holder(data: mmap.mmap, at: int) -> set[tuple[int, int]]:
    begins = list(_OBJECT.finditer(data, max(0, at - _DICTIONARY), at))
    return {(int(begins[-1][1]), int(begins[-1][2]))} if begins else set()


def _is_packed(thing: Any) -> bool:
    return isinstance(thing, pikepdf.Stream) and thing.get("/Type") == "/ObjStm"


def _packed_object(stream: Any, number: int) -> bytes:
    """An object's text in a stream of objects; empty where it is not there."""
    data, first = stream.read_bytes(), int(stream.First)
    numbers = [int(each) for each in data[:first].split()]
    starts = [*numbers[1::2], len(data)]
    for index, each in enumerate(numbers[::2]):
        if each == number:
            return bytes(data[first + starts[index] : first + starts[index + 1]])
    return b""
