"""Files that a scanner would not write: broken, lying, endless or monstrous. All made here."""

from __future__ import annotations

import gzip
import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pikepdf
from PIL import Image, ImageDraw

_POINTS = (0.02, 0.2, 0.5, 0.8, 0.95, 0.999)
_FLIPPERS = 5


@dataclass(frozen=True, slots=True)
class HostileFile:
    """What is dropped into the inbox, under which name, and what is wrong with it."""

    name: str
    what: str
    content: bytes


def hostile_files(seed: int = 1) -> list[HostileFile]:
    """At least a hundred, each different from all others; the same for the same seed."""
    rng = random.Random(seed)
    bases = base_files()
    made = [
        *_cut_off(bases),
        *_flipped(bases, rng),
        *_misnamed(bases),
        *_no_scans(rng),
        *_giants(),
        *_bombs(),
        *_tiff_faults(),
        *_pdf_faults(),
        *_one_page_broken(),
        *_too_many_pages(),
        *_odd_names(bases["pdf"]),
    ]
    return list({each.content: each for each in made}.values())


def base_files() -> dict[str, bytes]:
    """A whole small page in every form that a scanner may write, by its suffix."""
    page = _page("A whole page")
    bilevel = page.convert("1")
    return {
        "tif": _saved([bilevel, bilevel, bilevel], "TIFF", compression="group4", dpi=(200, 200)),
        "lzw.tif": _saved([page, page], "TIFF", compression="tiff_lzw", dpi=(200, 200)),
        "pdf": _saved([page, page], "PDF", resolution=200),
        "flate.pdf": _flate_pdf([page, page]),
        "jpg": _saved([page], "JPEG", dpi=(200, 200)),
        "png": _saved([page], "PNG", dpi=(200, 200)),
        "gif": _saved([page], "GIF"),
        "bmp": _saved([page], "BMP"),
        "webp": _saved([page], "WEBP"),
        "jp2": _saved([page], "JPEG2000"),
    }


def _page(text: str, size: tuple[int, int] = (850, 1100)) -> Image.Image:
    page = Image.new("L", size, 250)
    pen = ImageDraw.Draw(page)
    for line in range(20):
        pen.text((80, 80 + 45 * line), f"{text}, line {line}", fill=20, font_size=28)
    return page


def _saved(pages: Sequence[Image.Image], form: str, **options: object) -> bytes:
    out = io.BytesIO()
    more = {"save_all": True, "append_images": pages[1:]} if len(pages) > 1 else {}
    pages[0].save(out, form, **more, **options)
    return out.getvalue()


def _flate_pdf(pages: Sequence[Image.Image]) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for page in pages:
            picture = pikepdf.Stream(
                pdf,
                page.tobytes(),
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=page.width,
                Height=page.height,
                ColorSpace=pikepdf.Name.DeviceGray,
                BitsPerComponent=8,
            )
            pdf.add_blank_page(page_size=(306, 396))
            pdf.pages[-1].Resources = pikepdf.Dictionary(XObject={"/Im0": picture})
            pdf.pages[-1].Contents = pikepdf.Stream(pdf, b"q 306 0 0 396 0 0 cm /Im0 Do Q")
        pdf.save(out, static_id=True)
    return out.getvalue()


# --- whole files, harmed


def _cut_off(bases: Mapping[str, bytes]) -> Iterator[HostileFile]:
    for suffix, content in bases.items():
        for point in _POINTS:
            cut = content[: int(point * len(content))]
            yield HostileFile(f"cut-{point}.{suffix}", f"cut off at {point:.1%}", cut)


def _flipped(bases: Mapping[str, bytes], rng: random.Random) -> Iterator[HostileFile]:
    for suffix, content in bases.items():
        for number in range(_FLIPPERS):
            harmed = bytearray(content)
            for _ in range(4**number):
                harmed[rng.randrange(len(harmed))] ^= 1 << rng.randrange(8)
            what = f"{4**number} bits flipped"
            yield HostileFile(f"flipped-{number}.{suffix}", what, bytes(harmed))


def _misnamed(bases: Mapping[str, bytes]) -> Iterator[HostileFile]:
    suffixes = [*bases]
    for suffix, other in zip(suffixes, suffixes[1:] + suffixes[:1], strict=True):
        yield HostileFile(f"named.{other}", f"a .{suffix} named .{other}", bases[suffix])


def _odd_names(content: bytes) -> Iterator[HostileFile]:
    names = (
        "-rf.pdf",
        "a b;rm $(x) `y`.pdf",
        "new\nline.pdf",
        "%s%n%00.pdf",
        "\u202efdp.exe",
        "é" * 100 + ".pdf",
        "bad-\udcff-utf8.pdf",
        "no-suffix",
        "🂡.PDF",
        "'\"<b>.pdf",
    )
    for number, name in enumerate(names):
        yield HostileFile(name, "an odd name", content[: -40 - number])


def _no_scans(rng: random.Random) -> Iterator[HostileFile]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("word/document.xml"), "<w:document/>")
    for name, what, content in (
        ("one.tif", "one byte", b"I"),
        ("blanks.pdf", "nothing but blanks", b" " * 4096),
        ("zeros.tif", "a megabyte of zeros", bytes(1 << 20)),
        ("noise.jpg", "a megabyte of noise", rng.randbytes(1 << 20)),
        ("zip.pdf", "a ZIP named .pdf", packed.getvalue()),
        ("gzip.pdf", "a gzip named .pdf", gzip.compress(b"x" * 99999, mtime=0)),
        ("program.tif", "a program", b"\x7fELF\x02\x01\x01" + rng.randbytes(5000)),
        ("page.pdf", "HTML", b"<!DOCTYPE html><script>while(1){}</script>"),
        ("print.ps", "PostScript that loops", b"%!PS-Adobe-3.0\n{} loop\n"),
        ("both.pdf", "a ZIP and a PDF in one", packed.getvalue() + b"%PDF-1.4\n%%EOF"),
        ("only-head.pdf", "a PDF of its first line", b"%PDF-1.7\n"),
        ("only-head.tif", "a TIFF of its head", b"II*\0\x08\0\0\0"),
        ("only-head.png", "a PNG of its signature", b"\x89PNG\r\n\x1a\n"),
        ("only-head.jpg", "a JPEG of its first mark", b"\xff\xd8\xff\xe0"),
    ):
        yield HostileFile(name, what, content)


# --- sizes


def _png(width: int, height: int, rows: bytes, *more: tuple[bytes, bytes], bits: int = 8) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), *more, (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def _giants() -> Iterator[HostileFile]:
    tiny = zlib.compress(bytes(100))
    jpeg = bytearray(_saved([_page("x", (64, 64))], "JPEG"))
    at = jpeg.index(b"\xff\xc0")
    jpeg[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    most = 2**31 - 1
    for name, what, content in (
        ("giant.png", "a PNG of 2^31 pixels a side", _png(most, most, tiny)),
        ("wide.png", "a PNG of 2^31 by 1", _png(most, 1, tiny)),
        ("giant.jpg", "a JPEG of 65,535 a side", bytes(jpeg)),
        (
            "giant.bmp",
            "a BMP of 2^31 by 2^31",
            b"BM"
            + struct.pack("<IHHI", 200, 0, 0, 54)
            + struct.pack("<IiiHHIIiiII", 40, most, most, 1, 24, 0, 0, 0, 0, 0, 0)
            + bytes(100),
        ),
        (
            "giant.gif",
            "a GIF of 65,535 a side",
            b"GIF89a\xff\xff\xff\xff\x80\0\0"
            + bytes(6)
            + b",\0\0\0\0\xff\xff\xff\xff\0\x02\x02\x44\x01\0;",
        ),
        ("giant.tif", "a TIFF of 2^32 pixels a side", _tiff([_ifd(2**32 - 1, 2**32 - 1)])),
        ("thin.tif", "a TIFF of 1 by 2^31", _tiff([_ifd(1, most)])),
        ("giant-page.pdf", "a page of 10^9 points", _pdf_page(b"", "/MediaBox [0 0 1e9 1e9]")),
        (
            "giant-unit.pdf",
            "a UserUnit of 10^6",
            _pdf_page(b"0 0 9 9 re f", "/MediaBox [0 0 612 792] /UserUnit 1000000"),
        ),
        (
            "below-zero.pdf",
            "a page of negative size",
            _pdf_page(b"", "/MediaBox [612 792 -612 -792]"),
        ),
        ("no-size.pdf", "a page of no size", _pdf_page(b"", "/MediaBox [0 0 0 0]")),
        (
            "giant-image.pdf",
            "a PDF whose image claims 10^5 a side",
            _pdf_image(b"x" * 100, "/Width 100000 /Height 100000"),
        ),
    ):
        yield HostileFile(name, what, content)


def _zeros(size: int) -> bytes:
    """So many zeros, deflated without ever holding them all."""
    packer = zlib.compressobj(9)
    piece = bytes(1 << 20)
    parts = [packer.compress(piece) for _ in range(size >> 20)]
    return b"".join(parts) + packer.flush()


def _bombs() -> Iterator[HostileFile]:
    gigabyte = _zeros(1 << 30)
    twice = zlib.compress(gigabyte, 9)
    side = 10_900  # just under the pixels that a page may have
    full = _zeros(-(-side * (side + 1) >> 20) << 20)
    flate = "/Filter /FlateDecode"
    for name, what, content in (
        ("bomb.png", "a PNG that unpacks to a gigabyte", _png(2000, 2000, gigabyte)),
        ("bomb-full.png", "a PNG of the most pixels allowed, all black", _png(side, side, full)),
        ("bomb-bits.png", "a bilevel PNG of 3.6 gigapixels", _png(60000, 60000, gigabyte, bits=1)),
        (
            "bomb-text.png",
            "a PNG with a gigabyte of text",
            _png(8, 8, zlib.compress(bytes(72)), (b"zTXt", b"Comment\0\0" + gigabyte)),
        ),
        (
            "bomb-profile.png",
            "a PNG with a gigabyte of colour profile",
            _png(8, 8, zlib.compress(bytes(72)), (b"iCCP", b"p\0\0" + gigabyte)),
        ),
        (
            "bomb-content.pdf",
            "a PDF with a gigabyte of content",
            _pdf_page(gigabyte, "/MediaBox [0 0 612 792]", flate),
        ),
        (
            "bomb-twice.pdf",
            "the same, packed twice",
            _pdf_page(twice, "/MediaBox [0 0 612 792]", "/Filter [/FlateDecode /FlateDecode]"),
        ),
        (
            "bomb-image.pdf",
            "a PDF image that unpacks to a gigabyte",
            _pdf_image(gigabyte, f"/Width 1000 /Height 1000 {flate}"),
        ),
        (
            "bomb-image-full.pdf",
            "a PDF image of the most pixels allowed",
            _pdf_image(full, f"/Width {side} /Height {side} {flate}"),
        ),
        (
            "bomb-objects.pdf",
            "a PDF whose object stream unpacks to a gigabyte",
            _pdf(
                {
                    1: b"<</Type/Catalog/Pages 2 0 R>>",
                    3: _stream(gigabyte, f"/Type/ObjStm /N 100 /First 1000 {flate}"),
                }
            ),
        ),
        (
            "bomb.tif",
            "a TIFF strip that unpacks to a gigabyte",
            _tiff([_ifd(1000, 1000, compression=8, data=gigabyte)]),
        ),
        (
            "bomb-full.tif",
            "a TIFF strip of the most pixels allowed",
            _tiff([_ifd(side, side, compression=8, data=full)]),
        ),
        (
            "bomb-operators.pdf",
            "a PDF that paints ten million boxes",
            _pdf_page(
                zlib.compress(b"0 0 600 700 re f\n" * 10_000_000, 9),
                "/MediaBox [0 0 612 792]",
                flate,
            ),
        ),
    ):
        yield HostileFile(name, what, content)


# --- TIFF, byte by byte


@dataclass(frozen=True, slots=True)
class _Directory:
    tags: tuple[tuple[int, int, int, int], ...]  # tag, type, count, value
    data: bytes


def _ifd(width: int, height: int, compression: int = 1, data: bytes = bytes(100)) -> _Directory:
    tags = (
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, 8),
        (259, 3, 1, compression),
        (262, 3, 1, 1),
        (273, 4, 1, -1),
        (277, 3, 1, 1),
        (278, 4, 1, height),
        (279, 4, 1, len(data)),
    )
    return _Directory(tags, data)


def _tiff(directories: Sequence[_Directory], back_to: int | None = None) -> bytes:
    """A chain of directories; ``back_to`` makes the last point back at that one (a loop)."""
    out = bytearray(b"II*\0\0\0\0\0")
    link, places = 4, []
    for each in directories:
        data = len(out)
        out += each.data + bytes(len(each.data) % 2)
        places.append(len(out))
        out[link : link + 4] = struct.pack("<I", len(out))
        out += struct.pack("<H", len(each.tags))
        for tag, kind, count, value in each.tags:
            out += struct.pack("<HHII", tag, kind, count, data if value == -1 else value)
        link = len(out)
        out += bytes(4)
    if back_to is not None:
        out[link : link + 4] = struct.pack("<I", places[back_to])
    return bytes(out)


def _with_tag(tag: int, kind: int, count: int, value: int) -> bytes:
    plain = _ifd(100, 100, data=bytes(10000))
    tags = {each[0]: each for each in plain.tags} | {tag: (tag, kind, count, value)}
    return _tiff([_Directory(tuple(tags[key] for key in sorted(tags)), plain.data)])


def _tiff_faults() -> Iterator[HostileFile]:
    good = _ifd(100, 100, data=bytes(range(250)) * 40)
    for name, what, content in (
        ("loop-self.tif", "a TIFF whose directory follows itself", _tiff([good], back_to=0)),
        ("loop-two.tif", "a TIFF whose second directory leads back", _tiff([good] * 2, back_to=0)),
        ("loop-later.tif", "a TIFF that loops after nine pages", _tiff([good] * 9, back_to=4)),
        ("astray.tif", "a TIFF whose first directory is past its end", b"II*\0\xff\xff\xff\x7f"),
        ("entries.tif", "65,535 entries", b"II*\0\x08\0\0\0\xff\xff" + bytes(999)),
        ("strip-past.tif", "a strip past the end", _with_tag(273, 4, 1, 2**31)),
        ("strip-long.tif", "a strip of 4 GB", _with_tag(279, 4, 1, 2**32 - 1)),
        ("strips.tif", "two thousand million strips", _with_tag(273, 4, 2**31 - 1, 8)),
        ("samples.tif", "65,535 samples a pixel", _with_tag(277, 3, 1, 65535)),
        ("bits.tif", "0 bits a sample", _with_tag(258, 3, 1, 0)),
        ("packing.tif", "an unknown compression", _with_tag(259, 3, 1, 60000)),
        ("fax.tif", "zeros declared as Group 4", _with_tag(259, 3, 1, 4)),
        ("old-jpeg.tif", "zeros declared as old JPEG", _with_tag(259, 3, 1, 6)),
        ("sub-loop.tif", "a sub-directory that is the head", _with_tag(330, 4, 1, 8)),
        ("turned.tif", "an orientation of 99", _with_tag(274, 3, 1, 99)),
        ("tiles.tif", "tiles of no width", _with_tag(322, 4, 1, 0)),
        ("no-rows.tif", "no rows a strip", _with_tag(278, 4, 1, 0)),
    ):
        yield HostileFile(name, what, content)


# --- PDF, byte by byte


def _stream(data: bytes, entries: str = "") -> bytes:
    return f"<<{entries} /Length {len(data)}>>stream\n".encode() + data + b"\nendstream"


def _pdf(objects: Mapping[int, bytes], trailer: str = "") -> bytes:
    """These objects with a right table of their places; object 1 is the catalogue."""
    out = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    size = max(objects) + 1
    out += f"trailer\n<</Size {size} /Root 1 0 R {trailer}>>\nstartxref\n{table}\n%%EOF".encode()
    return bytes(out)


def _pdf_page(
    content: bytes,
    page: str = "/MediaBox [0 0 612 792]",
    how: str = "",
    more: Mapping[int, bytes] | None = None,
) -> bytes:
    """One page (object 3) with its content (object 4)."""
    return _pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            3: f"<</Type/Page/Parent 2 0 R/Contents 4 0 R {page}>>".encode(),
            4: _stream(content, how),
            **(more or {}),
        }
    )


def _pdf_image(data: bytes, entries: str) -> bytes:
    head = f"/Type/XObject/Subtype/Image/ColorSpace/DeviceGray/BitsPerComponent 8 {entries}"
    page = "/MediaBox [0 0 612 792] /Resources<</XObject<</I 5 0 R>>>>"
    drawn = b"q 612 0 0 792 0 0 cm /I Do Q"
    return _pdf_page(drawn, page, more={5: _stream(data, head)})


def _pdf_form(content: bytes, *, more: Mapping[int, bytes] | None = None) -> bytes:
    """A page that draws form 5, whose content is this; it may name itself /F and form 6 /G."""
    resources = "/Resources<</XObject<</F 5 0 R/G 6 0 R>>>>"
    form = f"/Type/XObject/Subtype/Form/BBox[0 0 612 792] {resources}"
    page = f"/MediaBox [0 0 612 792] {resources}"
    return _pdf_page(b"/F Do", page, more={5: _stream(content, form), **(more or {})})


def _deep_pages(depth: int) -> bytes:
    nodes = {
        number: f"<</Type/Pages/Kids[{number + 1} 0 R]/Count 1/Parent {number - 1} 0 R>>".encode()
        for number in range(2, depth)
    }
    leaf = f"<</Type/Page/Parent {depth - 1} 0 R/MediaBox[0 0 612 792]>>".encode()
    return _pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", **nodes, depth: leaf})


def _doubling_forms(levels: int) -> bytes:
    """Each form draws the next one twice: 2^levels drawings in a few hundred bytes a level."""
    forms = {}
    for number in range(5, 5 + levels):
        inner = f"/Resources<</XObject<</F {number + 1} 0 R>>>>"
        forms[number] = _stream(
            b"/F Do /F Do", f"/Type/XObject/Subtype/Form/BBox[0 0 612 792]{inner}"
        )
    last = _stream(b"0 0 600 700 re f", "/Type/XObject/Subtype/Form/BBox[0 0 612 792]")
    page = "/MediaBox [0 0 612 792] /Resources<</XObject<</F 5 0 R>>>>"
    return _pdf_page(b"/F Do", page, more={**forms, 5 + levels: last})


def _pdf_faults() -> Iterator[HostileFile]:
    catalogue, box = b"<</Type/Catalog/Pages 2 0 R>>", "/MediaBox [0 0 612 792]"
    whole = _pdf_page(b"0 0 9 9 re f")
    deep = b"[" * 100_000 + b"]" * 100_000
    for name, what, content in (
        (
            "kids-loop.pdf",
            "a page tree that holds itself",
            _pdf({1: catalogue, 2: b"<</Type/Pages/Kids[2 0 R]/Count 1>>"}),
        ),
        (
            "kids-loop-two.pdf",
            "two page nodes that hold each other",
            _pdf(
                {
                    1: catalogue,
                    2: b"<</Type/Pages/Kids[3 0 R]/Count 2>>",
                    3: b"<</Type/Pages/Kids[2 0 R]/Count 1/Parent 2 0 R>>",
                }
            ),
        ),
        (
            "parent-loop.pdf",
            "a page that is its own parent",
            _pdf(
                {
                    1: catalogue,
                    2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
                    3: b"<</Type/Page/Parent 3 0 R>>",
                }
            ),
        ),
        (
            "same-page.pdf",
            "a tree that holds one page ten thousand times",
            _pdf(
                {
                    1: catalogue,
                    2: b"<</Type/Pages/Kids[" + b"3 0 R " * 10000 + b"]/Count 10000>>",
                    3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>",
                }
            ),
        ),
        (
            "prev-loop.pdf",
            "a table of places that goes back to itself",
            whole.replace(b"/Root", b"/Prev %d /Root" % whole.index(b"xref\n")),
        ),
        (
            "length-loop.pdf",
            "a stream whose length is itself",
            whole.replace(b"/Length 12", b"/Length 4 0 R"),
        ),
        ("reference-loop.pdf", "a reference to itself", _pdf_page(b"", box, more={5: b"5 0 R"})),
        ("contents-loop.pdf", "contents that are the page", whole.replace(b"4 0 R", b"3 0 R")),
        ("form-loop.pdf", "a form that draws itself", _pdf_form(b"/F Do")),
        (
            "form-loop-two.pdf",
            "two forms that draw each other",
            _pdf_form(
                b"/G Do",
                more={
                    6: _stream(
                        b"/F Do", "/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>"
                    )
                },
            ),
        ),
        ("forms-doubling.pdf", "forms that draw 2^30 boxes", _doubling_forms(30)),
        (
            "outline-loop.pdf",
            "an outline that follows itself",
            _pdf(
                {
                    1: b"<</Type/Catalog/Pages 2 0 R/Outlines 5 0 R>>",
                    2: b"<</Type/Pages/Kids[]/Count 0>>",
                    5: b"<</First 5 0 R/Next 5 0 R>>",
                }
            ),
        ),
        (
            "extends-loop.pdf",
            "an object stream that extends itself",
            _pdf_page(
                b"", box, more={5: _stream(b"6 0 <<>>", "/Type/ObjStm/N 1/First 4/Extends 5 0 R")}
            ),
        ),
        ("deep-array.pdf", "an array a hundred thousand deep", _pdf_page(b"", box, more={5: deep})),
        ("deep-content.pdf", "the same in its content", _pdf_page(deep + b" 0 d")),
        ("deep-page.pdf", "the same in its page", _pdf_page(b"", f"/Annots {deep.decode()} {box}")),
        (
            "deep-dict.pdf",
            "dictionaries fifty thousand deep",
            _pdf_page(b"", box, more={5: b"<</A" * 50_000 + b" 1" + b">>" * 50_000}),
        ),
        ("deep-tree.pdf", "a page tree five thousand deep", _deep_pages(5000)),
        ("deep-states.pdf", "a million states saved", _pdf_page(b"q " * 1_000_000)),
        ("deep-clips.pdf", "clips without end", _pdf_page(b"0 0 612 792 re W n " * 300_000)),
        (
            "fine-dashes.pdf",
            "a line of 10^9 dashes",
            _pdf_page(b"[0.000001] 0 d 9 w 0 0 m 612 792 l S"),
        ),
        (
            "no-pages.pdf",
            "a PDF without a page",
            _pdf({1: catalogue, 2: b"<</Type/Pages/Kids[]/Count 0>>"}),
        ),
        (
            "lying-count.pdf",
            "a million pages claimed",
            whole.replace(b"/Count 1", b"/Count 999999"),
        ),
        ("null-page.pdf", "a page that is not there", whole.replace(b"[3 0 R]", b"[9 0 R]")),
        ("no-root.pdf", "a trailer without a root", whole.replace(b"/Root 1 0 R", b"")),
        (
            "far-table.pdf",
            "a table past the end",
            whole.replace(b"startxref\n", b"startxref\n9999"),
        ),
        (
            "turned.pdf",
            "a page turned by 37 degrees",
            _pdf_page(b"0 0 9 9 re f", box + "/Rotate 37"),
        ),
        (
            "script.pdf",
            "a script that runs on opening",
            whole.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(while(1);)>>"),
        ),
        ("locked.pdf", "a PDF with a password", _locked(whole)),
        ("jpx.pdf", "noise declared as JPEG 2000", _noise_pdf("/JPXDecode")),
        ("jbig2.pdf", "noise declared as JBIG2", _noise_pdf("/JBIG2Decode")),
        (
            "fax.pdf",
            "noise declared as a fax of 10^7 rows",
            _noise_pdf("/CCITTFaxDecode /DecodeParms<</K -1/Columns 9999/Rows 10000000>>"),
        ),
        ("dct.pdf", "noise declared as JPEG", _noise_pdf("/DCTDecode")),
        (
            "predictor.pdf",
            "a predictor of 2^31 columns",
            _noise_pdf("/FlateDecode /DecodeParms<</Predictor 15/Columns 2147483647/Colors 32>>"),
        ),
        (
            "filters.pdf",
            "a thousand filters",
            _pdf_page(b"00>", box, "/Filter[" + "/ASCIIHexDecode " * 1000 + "]"),
        ),
        (
            "image-in-line.pdf",
            "an inline image without an end",
            _pdf_page(b"BI /W 9999 /H 9999 /CS /G /BPC 8 ID x"),
        ),
        (
            "numbers.pdf",
            "numbers without end",
            _pdf_page(b"9" * 1_000_000 + b" 0 m 1e999 -1e999 l S"),
        ),
        ("pattern-loop.pdf", "a pattern that paints with itself", _pattern_loop()),
        (
            "soft-mask-loop.pdf",
            "an image that is its own mask",
            _pdf_image(bytes(100), "/Width 10 /Height 10 /SMask 5 0 R"),
        ),
    ):
        yield HostileFile(name, what, content)


def _noise_pdf(filters: str) -> bytes:
    noise = random.Random(filters).randbytes(3000)
    return _pdf_image(noise, f"/Width 800 /Height 1000 /Filter {filters}")


def _pattern_loop() -> bytes:
    paint = b"/Pattern cs /P scn 0 0 612 792 re f"
    resources = "/Resources<</Pattern<</P 5 0 R>>>>"
    pattern = (
        f"/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep .01/YStep .01{resources}"
    )
    return _pdf_page(paint, f"/MediaBox[0 0 612 792]{resources}", more={5: _stream(paint, pattern)})


def _locked(content: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="owner", user="user"))
    return out.getvalue()


# --- files of several pages


def _one_page_broken() -> Iterator[HostileFile]:
    pages = [_page(f"Page {number}") for number in range(1, 4)]
    noise = random.Random(1).randbytes(2000)
    for suffix, form, options in (
        ("tif", "TIFF", {"compression": "tiff_lzw"}),
        ("pdf", "PDF", {}),
        ("g4.tif", "TIFF", {"compression": "group4"}),
    ):
        some = [page.convert("1") for page in pages] if suffix == "g4.tif" else pages
        content = _saved(some, form, **options)
        alone = len(_saved(some[:1], form, **options))
        middle = alone + (len(content) - alone) // 4
        harmed = content[:middle] + noise + content[middle + len(noise) :]
        yield HostileFile(f"broken-page.{suffix}", "one page of three broken", harmed)
    flate = bytearray(_flate_pdf(pages))
    at = [place for place in range(len(flate)) if flate.startswith(b"stream\n", place)][2]
    flate[at + 40 : at + 400] = noise[:360]
    yield HostileFile("broken-page.flate.pdf", "one page of three broken", bytes(flate))


def _too_many_pages() -> Iterator[HostileFile]:
    kids = b"".join(b"%d 0 R " % number for number in range(3, 3003))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>"
    yield HostileFile(
        "pages.pdf",
        "a PDF of 3,000 pages",
        _pdf(
            {
                1: b"<</Type/Catalog/Pages 2 0 R>>",
                2: b"<</Type/Pages/Kids[" + kids + b"]/Count 3000>>",
                **dict.fromkeys(range(3, 3003), page),
            }
        ),
    )
    small = _ifd(8, 8, data=np.arange(64, dtype=np.uint8).tobytes())
    yield HostileFile("pages.tif", "a TIFF of 3,000 pages", _tiff([small] * 3000))
