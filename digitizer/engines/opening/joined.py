"""Files that lie one behind the other in one file: what `cat` or a batch to one stream writes.

Every PDF reader takes the last table of places that it finds and shows that file alone. So the
places where files begin and end are looked for here, between the streams of objects: a PDF that
was changed later (several end markers, one header), or that lies in another as an attachment, is
one file. What lies before the first header or behind the last end marker is left out where it
holds nothing: zeros, blanks, a web form's words, a printer's commands.
"""

from __future__ import annotations

import mmap
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import BinaryIO

from digitizer.engines.opening.kinds import BITMAP, BMP, PDF, PICTURES
from digitizer.engines.opening.page import AGAIN, CUT_OFF
from digitizer.model.errors import UnopenableFile

HEADER = re.compile(rb"%PDF-\d\.\d")
_TOKEN = re.compile(rb"%PDF-\d\.\d|%%EOF|(?<!end)stream\r?\n")
_OBJECT = re.compile(rb"\d\s+\d+\s+obj\b")
_LENGTH = re.compile(rb"/Length\s+(\d+)(?:\s+(\d+)\s+R)?")
_START = re.compile(rb"startxref\s+(\d+)")
_TABLE = re.compile(rb"\s{0,4}(?:xref|\d+\s+\d+\s+obj)")
_DICTIONARY = 4096  # bytes before a stream in which its dictionary begins
_PADDING = bytes(range(33))  # zeros, blanks, line ends and the old marker of a file's end, ^Z
_MOST_JUNK = 4096  # bytes that no one can read: rests of a buffer; more may be a file
_TEXT = bytes(range(32, 127)) + b"\t\r\n\f\x1b"
_TEXTUAL = 0.95
_UNKNOWN = (
    f"Something that is not a PDF lies before or behind the PDF in the same file, and cannot be "
    f"shown. {AGAIN}"
)


_TOO_LONG = "This file holds several files, and is too long to be split. Scan them one by one."
_BLOCK = 1 << 20
_SLACK = 512  # bytes before and behind a PDF that its readers overlook by themselves


@dataclass(frozen=True, slots=True)
class Part:
    """Where one of the files lies: bytes ``start`` to ``end``. ``kind``: PDF, or a picture's."""

    start: int
    end: int
    kind: str = PDF


@contextmanager
def alone(file: BinaryIO, part: Part) -> Iterator[BinaryIO]:
    """The part as a file of its own, in memory: no library knows of a file's middle."""
    blocks = range(part.start, part.end, _BLOCK)
    read = (os.pread(file.fileno(), min(_BLOCK, part.end - at), at) for at in blocks)
    with _in_memory(read) as copy:
        yield copy


@contextmanager
def copied(file: BinaryIO) -> Iterator[BinaryIO]:
    """A file without a descriptor as one with, which a PDF's readers want."""
    with _in_memory(iter(partial(file.read, _BLOCK), b"")) as copy:
        yield copy


@contextmanager
def _in_memory(blocks: Iterable[bytes]) -> Iterator[BinaryIO]:
    with os.fdopen(os.memfd_create("part"), "w+b") as copy:
        try:
            copy.writelines(blocks)
            copy.flush()
        except OSError as error:
            raise UnopenableFile(_TOO_LONG) from error
        copy.seek(0)
        yield copy


def fills(part: Part, file: BinaryIO) -> bool:
    """Whether a PDF's readers find the part in the file by themselves."""
    rest = os.fstat(file.fileno()).st_size - part.end
    return part.start <= _SLACK and rest <= _SLACK


def parts_of(file: BinaryIO) -> tuple[Part, ...]:
    """The files that lie in a file with a PDF in it, in order; PDFs, and pictures among them.

    Raises UnopenableFile where something else lies there that may be a page.
    """
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        headers, ends = _markers(data)
        starts = _beginnings(data, headers)
        if not starts:
            return (Part(0, len(data)),)
        found = [*_pictures(data, 0, starts[0])]
        for start, stop in pairwise([*starts, len(data)]):
            end = _end(data, start, stop, [each for each in ends if start < each <= stop])
            found += [Part(start, end), *_pictures(data, end, stop)]
        return tuple(found)


def _markers(data: mmap.mmap) -> tuple[list[int], list[int]]:
    """Where headers begin, and where end markers end, outside of all streams."""
    headers, ends, at = [], [], 0
    while token := _TOKEN.search(data, at):
        at = token.end()
        if token[0].startswith(b"%PDF"):
            headers.append(token.start())
        elif token[0] == b"%%EOF":
            ends.append(at)
        else:
            at = _stream_end(data, token.start(), at)
    return headers, ends


def _stream_end(data: mmap.mmap, word: int, begin: int) -> int:
    """Where the stream that begins here ends; a file may be cut off in it, and another follow."""
    length = _length(data, word, begin)
    if length is not None and data[begin + length : begin + length + 16].lstrip()[:9] in (
        b"endstream",
        b"endobj",
    ):
        return begin + length
    end = data.find(b"endstream", begin)
    header = HEADER.search(data, begin + 1, end if end >= 0 else len(data))
    if header:
        return header.start()
    return end if end >= 0 else len(data)


def _length(data: mmap.mmap, word: int, begin: int) -> int | None:
    dictionary = data[max(0, word - _DICTIONARY) : word].rpartition(b"obj")[2]
    stated = _LENGTH.search(dictionary)
    if stated is None or stated[2] is None:
        return int(stated[1][:12]) if stated else None
    name = b"\n%b %b obj" % (stated[1], stated[2])
    place = data.find(name, begin)
    if place < 0:
        place = data.find(name)
    number = re.match(rb"\s*(\d{1,12})", data[place + len(name) :][:32]) if place >= 0 else None
    return int(number[1]) if number else None


def _beginnings(data: mmap.mmap, headers: list[int]) -> list[int]:
    """Headers at which a file begins. Some programs repeat the header where they add changes."""
    starts: list[int] = []
    for header, following in pairwise([*headers, len(data)]):
        if starts and _is_addition(data, starts[-1], header, following):
            continue
        if following < len(data) and _is_bare(data[header : min(following, header + 4096)]):
            continue
        starts.append(header)
    return starts


def _is_addition(data: mmap.mmap, base: int, header: int, stop: int) -> bool:
    stated = [int(each[1][:12]) for each in _START.finditer(data, header, stop)]
    if not stated or base + stated[-1] < header:
        return False
    own, earlier = header + stated[-1], base + stated[-1]
    return not _TABLE.match(data, own) and _TABLE.match(data, earlier) is not None


def _is_bare(segment: bytes) -> bool:
    """Whether it is a header alone, written twice."""
    return len(segment) < 4096 and all(
        line.startswith(b"%") or not line.strip(_PADDING) for line in segment.splitlines()
    )


def _end(data: mmap.mmap, start: int, stop: int, ends: list[int]) -> int:
    """Behind the last end marker; the whole where none is, or where only the marker is missing.

    Objects behind it that end in no table are a later change, or a further file, that was cut
    off: readers show the file without it. Raises UnopenableFile.
    """
    if not ends:
        return stop
    objects = list(_OBJECT.finditer(data, ends[-1], stop))
    if not objects:
        return ends[-1]
    if not _START.search(data, objects[-1].end(), stop):
        raise UnopenableFile(CUT_OFF)
    return stop


def _pictures(data: mmap.mmap, start: int, stop: int) -> Iterator[Part]:
    """A picture in what lies between the PDFs; nothing, where it is padding or words."""
    between = data[start:stop].strip(_PADDING) if start < stop else b""
    if not between:
        return
    begin = data.find(between[:_DICTIONARY], start)
    found = [(each.start(), kind) for sign, kind in PICTURES if (each := sign.search(between))]
    if BITMAP.match(between):
        found.append((0, BMP))
    if found:
        at, kind = min(found)
        yield Part(begin + at, stop, kind)
    elif len(between) > _MOST_JUNK and not _is_text(between):
        raise UnopenableFile(_UNKNOWN)


def _is_text(data: bytes) -> bool:
    return len(data) - len(data.translate(None, _TEXT)) >= _TEXTUAL * len(data)
