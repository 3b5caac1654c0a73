"""Files made here by Pillow and pikepdf, whole and harmed in every way; and odd ones of others."""

from __future__ import annotations

import csv
import io
import os
import random
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.GifImagePlugin import GifImageFile

from digitizer.engines.isolation import Pool
from digitizer.engines.opening import (
    OpenedPage,
    OpeningLimits,
    PageFault,
    count_pages,
    open_page,
    open_pages,
)
from digitizer.engines.opening.jbig2 import SYMBOLS_NOTE, has_symbol_dictionary
from digitizer.engines.opening.page import believable_dpi
from digitizer.model.errors import UnopenableFile, UsageError, WorkerFailed
from tests.support.corpus import CORPUS, without_corpus

LIMITS = OpeningLimits(pages=50, megapixels=20)
ODD_FILES = CORPUS / "odd-files"

Pixels = np.ndarray[Any, np.dtype[np.uint8]]


def drawing(width: int = 170, height: int = 220, seed: int = 1) -> Pixels:
    """A page with something different in every corner; black and white."""
    page = np.full((height, width), 255, np.uint8)
    page[10:30, 10:60] = 0
    page[height - 40 : height - 20, width - 30 : width - 10] = 0
    random = np.random.default_rng(seed)
    page[60:80, 40:100] = random.choice(np.array([0, 255], np.uint8), (20, 60))
    return page


def colourful(seed: int = 1) -> Pixels:
    grey = drawing(seed=seed)
    return np.dstack([grey, np.roll(grey, 5, axis=0), np.full_like(grey, 200)])


def save(picture: Image.Image, path: Path, **options: Any) -> Path:
    picture.save(path, **options)
    return path


def pages_of(path: Path, limits: OpeningLimits = LIMITS) -> list[OpenedPage | PageFault]:
    return list(open_pages(path, range(1, count_pages(path, limits) + 1), limits, 0))


def refusal(path: Path, limits: OpeningLimits = LIMITS) -> str:
    """The reason for which the file, or its first page, is refused."""
    with pytest.raises(UnopenableFile) as caught:
        open_page(path, 1, limits, 0)
    return str(caught.value)


# ---- PDFs made by hand


def image_stream(pdf: pikepdf.Pdf, pixels: Pixels, **more: Any) -> pikepdf.Stream:
    height, width = pixels.shape[:2]
    space = pikepdf.Name.DeviceRGB if pixels.ndim == 3 else pikepdf.Name.DeviceGray
    entries = {
        "Type": pikepdf.Name.XObject,
        "Subtype": pikepdf.Name.Image,
        "Width": width,
        "Height": height,
        "ColorSpace": space,
        "BitsPerComponent": 8,
    }
    return pikepdf.Stream(pdf, pixels.tobytes(), **(entries | more))


def add_page(
    pdf: pikepdf.Pdf, image: pikepdf.Stream, size: tuple[float, float], draw: str = "", **more: Any
) -> None:
    drawn = draw or f"q {size[0]} 0 0 {size[1]} 0 0 cm /Im0 Do Q"
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    pdf.pages.append(
        pikepdf.Page(
            pdf.make_indirect(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Page,
                    MediaBox=[0, 0, *size],
                    Resources=pikepdf.Dictionary(
                        XObject=pikepdf.Dictionary(Im0=image),
                        Font=pikepdf.Dictionary(F1=font),
                    ),
                    Contents=pikepdf.Stream(pdf, drawn.encode()),
                    **more,
                )
            )
        )
    )


def scanned_pdf(path: Path, pages: int = 3, dpi: int = 100, **save_options: Any) -> Path:
    with pikepdf.new() as pdf:
        for number in range(pages):
            pixels = drawing(seed=number)
            size = pixels.shape[1] * 72 / dpi, pixels.shape[0] * 72 / dpi
            add_page(pdf, pdf.make_indirect(image_stream(pdf, pixels)), size)
        pdf.save(path, **save_options)
    return path


def one_page_pdf(path: Path, pixels: Pixels, draw: str = "", **more: Any) -> Path:
    with pikepdf.new() as pdf:
        image_more = {key: more.pop(key) for key in tuple(more) if key in IMAGE_KEYS}
        image = image_stream(pdf, pixels, **image_more)
        size = pixels.shape[1] * 0.72, pixels.shape[0] * 0.72
        add_page(pdf, pdf.make_indirect(image), size, draw, **more)
        pdf.save(path)
    return path


IMAGE_KEYS = ("Decode", "SMask", "ImageMask")


# ---- pictures


@pytest.mark.parametrize(
    "compression",
    ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "group3", "group4"],
)
def test_black_and_white_tiff_of_every_compression(tmp_path: Path, compression: str) -> None:
    first, second = (Image.fromarray(drawing(seed=seed)).convert("1") for seed in (1, 2))
    path = save(
        first,
        tmp_path / "a",
        format="TIFF",
        compression=compression,
        dpi=(200, 200),
        save_all=True,
        append_images=[second],
    )
    pages = pages_of(path)
    assert [page.number for page in pages] == [1, 2]
    for page, seed in zip(pages, (1, 2), strict=True):
        assert isinstance(page, OpenedPage)
        assert page.dpi == 200
        assert np.array_equal(page.image, drawing(seed=seed))


def test_jpeg_in_tiff(tmp_path: Path) -> None:
    path = save(Image.fromarray(colourful()), tmp_path / "a", format="TIFF", compression="jpeg")
    image = open_page(path, 1, LIMITS, 0).image
    assert np.abs(image.astype(int) - colourful()).mean() < 20


def test_white_may_be_stored_as_nought(tmp_path: Path) -> None:
    path = save(Image.fromarray(drawing()).convert("1"), tmp_path / "a", format="TIFF")
    data = path.read_bytes()
    photometric = data.index(struct.pack("<HHI", 262, 3, 1)) + 8
    path.write_bytes(data[:photometric] + struct.pack("<H", 0) + data[photometric + 2 :])
    assert np.array_equal(open_page(path, 1, LIMITS, 0).image, 255 - drawing())


def test_resolution_in_centimetres(tmp_path: Path) -> None:
    picture = Image.fromarray(drawing())
    path = save(
        picture,
        tmp_path / "a",
        format="TIFF",
        resolution_unit="cm",
        x_resolution=118.11,
        y_resolution=118.11,
    )
    assert open_page(path, 1, LIMITS, 0).dpi == 300


def test_a_fax_is_drawn_out_to_square_pixels(tmp_path: Path) -> None:
    picture = Image.fromarray(drawing(1728, 1078)).convert("1")
    path = save(picture, tmp_path / "a", format="TIFF", compression="group4", dpi=(204, 98))
    page = open_page(path, 1, LIMITS, 0)
    assert page.image.shape == (2244, 1728)
    assert page.dpi == 204


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_orientation_is_heeded(tmp_path: Path, orientation: int, kind: str) -> None:
    upright = np.kron(np.array([[0, 255], [128, 60]], np.uint8), np.ones((32, 48), np.uint8))
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.T,
        6: np.rot90(upright),
        7: upright[::-1, ::-1].T,
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = Image.fromarray(np.ascontiguousarray(stored))
    options = {"tiffinfo": {0x0112: orientation}} if kind == "TIFF" else {"exif": exif}
    path = save(picture, tmp_path / "a", format=kind, **options)
    image = open_page(path, 1, LIMITS, 0).image
    assert image.shape == upright.shape
    assert np.abs(image.astype(int) - upright).max() < 12


@pytest.mark.parametrize("kind", ["GIF", "BMP", "WEBP", "JPEG2000", "PNG", "JPEG"])
def test_the_kind_is_told_by_content(tmp_path: Path, kind: str) -> None:
    path = save(Image.fromarray(colourful()), tmp_path / "scan.pdf", format=kind)
    assert open_page(path, 1, LIMITS, 0).image.shape[:2] == (220, 170)


def test_see_through_parts_show_white_paper(tmp_path: Path) -> None:
    clear = np.zeros((20, 30, 4), np.uint8)
    path = save(Image.fromarray(clear, "RGBA"), tmp_path / "a", format="PNG")
    assert (open_page(path, 1, LIMITS, 0).image == 255).all()


def test_sixteen_and_twelve_bits_become_eight(tmp_path: Path) -> None:
    deep = np.array([[0, 65535, 32768]] * 9, np.uint16)
    path = save(Image.fromarray(deep), tmp_path / "a", format="PNG")
    assert open_page(path, 1, LIMITS, 0).image[0].tolist() == [0, 255, 127]
    path = save(Image.fromarray(deep // 16), tmp_path / "b", format="TIFF")
    assert open_page(path, 1, LIMITS, 0).image[0].tolist() == [0, 255, 127]


def test_a_thumbnail_in_a_tiff_is_no_page_but_a_small_page_is(tmp_path: Path) -> None:
    full, small = Image.fromarray(drawing()), Image.fromarray(drawing()).resize((85, 110))

    def saved(subfile: int) -> Path:
        small.encoderinfo = {"tiffinfo": {254: subfile}}
        return save(full, tmp_path / "a", format="TIFF", save_all=True, append_images=[small])

    assert count_pages(saved(1), LIMITS) == 1
    assert count_pages(saved(0), LIMITS) == 2


@pytest.mark.parametrize(
    ("width", "height", "stated", "hint", "dpi"),
    [
        (2550, 3300, 300, 0, 300),
        (2550, 3300, 72, 300, 300),  # nobody set it
        (2550, 3300, 72, 0, 300),
        (3300, 2550, 1, 0, 300),
        (2550, 3300, 0, 200, 200),
        (1700, 2200, 0, 0, 200),
        (612, 792, 72, 0, 72),  # really scanned so
        (1728, 2200, 204, 300, 204),
        (3508, 4961, 300, 0, 300),  # A3
        (40, 40, 0, 0, 50),
        (2550, 3300, 99999, 0, 300),
    ],
)
def test_believable_resolution(width: int, height: int, stated: float, hint: int, dpi: int) -> None:
    assert believable_dpi(width, height, stated, hint) == dpi


# ---- PDF


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("pixels", [drawing(), colourful()], ids=["grey", "colour"])
def test_a_page_that_is_one_picture_comes_out_unchanged(
    tmp_path: Path, rotate: int, pixels: Pixels
) -> None:
    path = one_page_pdf(tmp_path / "a", pixels, Rotate=rotate)
    page = open_page(path, 1, LIMITS, 0)
    assert page.dpi == 100
    assert np.array_equal(page.image, np.rot90(pixels, -rotate // 90))


@pytest.mark.parametrize(
    ("turns", "matrix"),
    [(1, "0 -{h} {w} 0 0 {h}"), (2, "-{w} 0 0 -{h} {w} {h}"), (3, "0 {h} -{w} 0 {w} 0")],
)
def test_a_picture_drawn_turned_is_turned(tmp_path: Path, turns: int, matrix: str) -> None:
    pixels = drawing(200, 200)
    cm = matrix.format(w=144, h=144)
    path = one_page_pdf(tmp_path / "a", pixels, f"q {cm} cm /Im0 Do Q")
    assert np.array_equal(open_page(path, 1, LIMITS, 0).image, np.rot90(pixels, -turns))


def test_an_odd_page_size_costs_no_sharpness(tmp_path: Path) -> None:
    pixels = drawing(1240, 1753)
    with pikepdf.new() as pdf:
        image = pdf.make_indirect(image_stream(pdf, pixels))
        add_page(pdf, image, (595.0, 841.0), "q 595 0 0 841 0 0 cm /Im0 Do Q")
        pdf.save(tmp_path / "a")
    page = open_page(tmp_path / "a", 1, LIMITS, 0)
    assert np.array_equal(page.image, pixels)
    assert page.dpi == 150


@pytest.mark.parametrize(
    "draw",
    [
        "q 122.4 0 0 158.4 0 0 cm /Im0 Do Q BT /F1 30 Tf 20 60 Td (Secret) Tj ET",
        "q 122.4 0 0 158.4 0 0 cm /Im0 Do Q 0 g 20 50 60 20 re f",
        "0 0 122.4 20 re W n q 122.4 0 0 158.4 0 0 cm /Im0 Do Q",
        "q -122.4 0 0 158.4 122.4 0 cm /Im0 Do Q",
        "q 60 0 0 80 0 0 cm /Im0 Do Q",
        "q 122.4 4 -5 158.4 0 0 cm /Im0 Do Q",
    ],
    ids=["text", "box", "clip", "mirrored", "small", "askew"],
)
def test_any_other_page_is_drawn_as_it_looks(tmp_path: Path, draw: str) -> None:
    path = one_page_pdf(tmp_path / "a", drawing(), draw)
    page = open_page(path, 1, LIMITS, 0)
    small = np.asarray(Image.fromarray(page.image).convert("L").resize((170, 220)))
    assert np.abs(small.astype(int) - drawing()).mean() > 3


def test_words_laid_under_a_scan_do_not_blow_it_up(tmp_path: Path) -> None:
    under = "BT 3 Tr /F1 12 Tf 20 60 Td (word) Tj ET q 122.4 0 0 158.4 0 0 cm /Im0 Do Q"
    page = open_page(one_page_pdf(tmp_path / "a", drawing(), under), 1, LIMITS, 0)
    assert page.dpi == 100
    assert page.image.shape == (220, 170)


def test_an_inverted_picture_is_seen_as_viewers_show_it(tmp_path: Path) -> None:
    path = one_page_pdf(tmp_path / "a", drawing(), Decode=[1, 0])
    assert np.array_equal(open_page(path, 1, LIMITS, 0).image, 255 - drawing())


def test_print_is_drawn_at_the_scanners_resolution(tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(612, 792))
        pdf.save(tmp_path / "a")
    assert open_page(tmp_path / "a", 1, LIMITS, 0).image.shape == (3300, 2550)
    assert open_page(tmp_path / "a", 1, LIMITS, 200).image.shape == (2200, 1700)


def test_a_pdf_may_begin_after_some_junk(tmp_path: Path) -> None:
    data = scanned_pdf(tmp_path / "a").read_bytes()
    (tmp_path / "b").write_bytes(b"junk\n" * 100 + data)
    assert count_pages(tmp_path / "b", LIMITS) == 3


@pytest.mark.parametrize("harm", [b"startxref\n1", b"startxref\n999999"])
def test_a_sloppy_pdf_is_opened(tmp_path: Path, harm: bytes) -> None:
    data = scanned_pdf(tmp_path / "a", object_stream_mode=OBJECTS_PLAIN).read_bytes()
    at = data.rindex(b"startxref")
    (tmp_path / "b").write_bytes(data[:at] + harm + b"\n%%EOF\n")
    assert count_pages(tmp_path / "b", LIMITS) == 3


OBJECTS_PLAIN = pikepdf.ObjectStreamMode.disable


def test_passwords(tmp_path: Path) -> None:
    for revision in (4, 6):
        locked = pikepdf.Encryption(user="u", owner="o", R=revision)
        path = scanned_pdf(tmp_path / f"locked{revision}", encryption=locked)
        assert "locked with a password" in refusal(path)
        only_owner = pikepdf.Encryption(user="", owner="o", R=revision)
        path = scanned_pdf(tmp_path / f"open{revision}", encryption=only_owner)
        assert np.array_equal(open_page(path, 3, LIMITS, 0).image, drawing(seed=2))


# ---- what is refused


def test_what_is_no_scan_is_refused(tmp_path: Path) -> None:
    for content, word in (
        (b"", "empty"),
        (b"Dear Sir", "no scan"),
        (b"PK\x03\x04...", "office"),
        (b"%PDF-1.7", "damaged"),
    ):
        path = tmp_path / "scan.pdf"
        path.write_bytes(content)
        assert word in refusal(path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(UnopenableFile):
            count_pages(path, LIMITS)


def test_names_do_not_matter(tmp_path: Path) -> None:
    name = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\n.. '\xe9")
    for made in (
        scanned_pdf(tmp_path / "a", 1),
        save(Image.fromarray(drawing()), tmp_path / "b.png"),
    ):
        path = made.rename(name)
        assert count_pages(path, LIMITS) == 1


def test_too_many_pages(tmp_path: Path) -> None:
    with pytest.raises(UnopenableFile, match="more than 50 pages"):
        count_pages(scanned_pdf(tmp_path / "a", 51), LIMITS)
    (tmp_path / "b").write_bytes(endless_tiff(10_000))
    with pytest.raises(UnopenableFile, match="more than 50 pages"):
        count_pages(tmp_path / "b", LIMITS)


def endless_tiff(pages: int, loop: bool = False) -> bytes:
    """Directories of one 8 by 1 pixel each, all of the same strip."""
    entries = ((256, 8), (257, 1), (258, 1), (259, 1), (262, 1), (273, 8), (278, 1), (279, 1))
    body = struct.pack("<H", len(entries)) + b"".join(
        struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries
    )
    size = len(body) + 4
    directories = b""
    for number in range(pages):
        last = number == pages - 1
        following = (16 if loop else 0) if last else 16 + (number + 1) * size
        directories += body + struct.pack("<I", following)
    return b"II*\0" + struct.pack("<I", 16) + bytes(8) + directories


def test_a_tiff_whose_pages_go_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "good").write_bytes(endless_tiff(3))
    assert len(pages_of(tmp_path / "good")) == 3
    (tmp_path / "bad").write_bytes(endless_tiff(3, loop=True))
    assert "damaged" in refusal(tmp_path / "bad")


def test_a_picture_too_large_is_not_decoded(tmp_path: Path) -> None:
    huge = Image.new("1", (20_000, 20_000))
    for kind in ("PNG", "TIFF", "GIF", "BMP"):
        path = save(huge, tmp_path / kind, format=kind)
        assert "megapixels" in refusal(path)
    pixels = np.zeros((5000, 5000), np.uint8)
    assert "megapixels" in refusal(one_page_pdf(tmp_path / "pdf", pixels))


def test_a_giant_page_is_refused_and_a_large_one_drawn_smaller(tmp_path: Path) -> None:
    for side, refused in ((14_400 * 20, True), (2000, False)):
        with pikepdf.new() as pdf:
            pdf.add_blank_page()
            pdf.pages[0].mediabox = pikepdf.Array([0, 0, side, side])
            pdf.save(tmp_path / "a")
        if refused:
            assert "megapixels" in refusal(tmp_path / "a")
        else:
            image = open_page(tmp_path / "a", 1, LIMITS, 0).image
            assert 0.9 < image.size / 20_000_000 <= 1


def test_a_cyclic_page_tree(tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.Root.Pages.Kids.append(pdf.Root.Pages)
        pdf.save(tmp_path / "a")
    assert "damaged" in refusal(tmp_path / "a")


@pytest.mark.parametrize("declared", [1, 2, 4, 40])
def test_a_page_tree_that_counts_other_than_it_has(tmp_path: Path, declared: int) -> None:
    data = scanned_pdf(tmp_path / "a", object_stream_mode=OBJECTS_PLAIN).read_bytes()
    (tmp_path / "b").write_bytes(data.replace(b"/Count 3", f"/Count {declared}".encode()))
    assert "damaged" in refusal(tmp_path / "b")


def test_a_packet_and_a_dynamic_form(tmp_path: Path) -> None:
    for key, value, word in (
        ("/Collection", pikepdf.Dictionary(), "packet"),
        ("/NeedsRendering", True, "form"),
    ):
        with pikepdf.new() as pdf:
            pdf.add_blank_page()
            pdf.Root[key] = value
            pdf.save(tmp_path / "a")
        assert word in refusal(tmp_path / "a")


def test_a_pdf_picture_with_pixels_missing_is_a_fault_of_its_page_only(tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        for rows in (220, 110):
            image = image_stream(pdf, drawing())
            image.write(drawing()[:rows].tobytes())
            add_page(pdf, pdf.make_indirect(image), (122.4, 158.4))
        pdf.save(tmp_path / "a")
    whole, half = pages_of(tmp_path / "a")
    assert isinstance(whole, OpenedPage)
    assert isinstance(half, PageFault)
    assert "damaged" in half.reason


def jpeg(pixels: Pixels, **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", **options)
    return stream.getvalue()


def half_a_jpeg() -> bytes:
    """A JPEG that lost its lower half, with an end mark put on: decoders fill it with grey."""
    noise = np.random.default_rng(1).integers(0, 255, (400, 300), dtype=np.uint8)
    data = jpeg(noise)
    return data[: len(data) // 2] + b"\xff\xd9"


def test_a_jpeg_filled_up_with_grey_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(half_a_jpeg())
    assert "damaged" in refusal(tmp_path / "a")
    with pikepdf.new() as pdf:
        image = pikepdf.Stream(
            pdf,
            half_a_jpeg(),
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=300,
            Height=400,
            ColorSpace=pikepdf.Name.DeviceGray,
            BitsPerComponent=8,
            Filter=pikepdf.Name.DCTDecode,
        )
        add_page(pdf, pdf.make_indirect(image), (216, 288))
        pdf.save(tmp_path / "b")
    assert "damaged" in refusal(tmp_path / "b")


# ---- the law: however a file is cut, no page is lost without a word


def make_tiff(path: Path, compression: str) -> None:
    first, *others = (Image.fromarray(drawing(seed=seed)).convert("1") for seed in range(3))
    first.save(path, "TIFF", compression=compression, save_all=True, append_images=others)


TAIL = 100
WHOLE: dict[str, Callable[[Path], Any]] = {
    "pdf": scanned_pdf,
    "plain-pdf": lambda path: scanned_pdf(path, object_stream_mode=OBJECTS_PLAIN),
    "linear-pdf": lambda path: scanned_pdf(path, linearize=True),
    "tiff": lambda path: make_tiff(path, "raw"),
    "g4-tiff": lambda path: make_tiff(path, "group4"),
    "lzw-tiff": lambda path: make_tiff(path, "tiff_lzw"),
    "png": lambda path: Image.fromarray(colourful()).save(path, "PNG"),
    "jpeg": lambda path: Image.fromarray(colourful()).save(path, "JPEG"),
    "progressive": lambda path: Image.fromarray(colourful()).save(path, "JPEG", progressive=True),
    "gif": lambda path: Image.fromarray(drawing()).save(path, "GIF"),
    "bmp": lambda path: Image.fromarray(drawing()).save(path, "BMP"),
    "webp": lambda path: Image.fromarray(colourful()).save(path, "WEBP", lossless=True),
    "jpeg2000": lambda path: Image.fromarray(colourful()).save(path, "JPEG2000"),
}


# Uncompressed pixels may well be zeros; and nothing in a WebP says whether they should be.
NOT_TOLD = ("tiff", "bmp", "webp")


@pytest.mark.parametrize(
    ("kind", "filling"),
    [(kind, False) for kind in WHOLE] + [(kind, True) for kind in WHOLE if kind not in NOT_TOLD],
)
def test_a_file_cut_anywhere_gives_all_or_says_so(tmp_path: Path, kind: str, filling: bool) -> None:
    """A copy that broke off is shorter, or is as long as it should be and ends in zeros."""
    WHOLE[kind](tmp_path / "whole")
    data, pages = (tmp_path / "whole").read_bytes(), pages_of(tmp_path / "whole")
    last = len(data) - (TAIL if filling else 0)
    cuts = random.Random(kind).sample(range(last), 40)
    path = tmp_path / "cut"
    for cut in (*cuts, *range(len(data) - TAIL, last, 4)):
        path.write_bytes(data[:cut] + bytes(len(data) - cut if filling else 0))
        assert is_told_or_whole(path, pages), cut


def is_told_or_whole(path: Path, pages: list[Any]) -> bool:
    try:
        seen = pages_of(path)
    except UnopenableFile:
        return True
    return len(seen) == len(pages) and all(
        isinstance(one, PageFault) or np.array_equal(one.image, other.image)
        for one, other in zip(seen, pages, strict=True)
    )


@settings(max_examples=60, deadline=None)
@given(
    data=st.binary(max_size=300),
    kind=st.sampled_from(
        [
            b"%PDF-1.4\n",
            b"II*\0",
            b"\xff\xd8\xff",
            b"\x89PNG\r\n\x1a\n",
            b"GIF89a",
            b"BM",
            b"\xff\x4f\xff\x51",
            b"RIFF\0\0\0\0WEBP",
            b"",
        ]
    ),
)
def test_noise_is_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, kind: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "noise"
    path.write_bytes(kind + data)
    assert reason(lambda: pages_of(path)).endswith(".")


# ---- small things


def test_a_page_that_is_not_there(tmp_path: Path) -> None:
    path = scanned_pdf(tmp_path / "a", 1)
    for number in (0, 2):
        with pytest.raises(UsageError):
            open_page(path, number, LIMITS, 0)


def segment(number: int, kind: int, data: bytes) -> bytes:
    return struct.pack(">IBBBI", number, kind, 0, 1, len(data)) + data


def test_jbig2_symbols_are_noticed() -> None:
    plain = segment(0, 48, bytes(19)) + segment(1, 38, b"xyz")
    assert not has_symbol_dictionary(plain)
    assert has_symbol_dictionary(plain + segment(2, 0, b"abc"))
    assert not has_symbol_dictionary(b"")


@given(st.binary(max_size=200))
def test_any_bytes_may_be_taken_for_jbig2(data: bytes) -> None:
    assert has_symbol_dictionary(data) in (True, False)


def test_jbig2_symbols_become_a_note_of_the_page(tmp_path: Path) -> None:
    odd = ODD_FILES / "ocrmypdf" / "jbig2.pdf"
    if not odd.exists():
        without_corpus("the odd files")
    assert open_page(odd, 1, OpeningLimits(), 0).notes == (SYMBOLS_NOTE,)


def test_a_gif_decodes_no_frame_that_is_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To show a frame it decodes those before it, each of which may claim to be any size."""
    sizes: list[tuple[int, int]] = []
    prepare = GifImageFile.load_prepare

    def note(picture: GifImageFile) -> None:
        sizes.append(picture.size)
        prepare(picture)

    monkeypatch.setattr(GifImageFile, "load_prepare", note)
    frames = b"".join(
        b"," + struct.pack("<HHHHB", 0, 0, side, side, 0) + b"\x02\x02\x44\x01\0"
        for side in (1, 6000, 1)
    )
    path = tmp_path / "growing.gif"
    path.write_bytes(b"GIF89a\1\0\1\0\x80\0\0" + bytes(6) + frames + b";")
    with pytest.raises(UnopenableFile, match="megapixels allowed"):
        open_page(path, 3, LIMITS, 0)
    assert set(sizes) <= {(1, 1)}


# ---- other people's odd files, in isolation as in service


def reason(attempt: Callable[[], Any]) -> str:
    """Why it failed, in the only two ways in which it may."""
    try:
        attempt()
    except (UnopenableFile, WorkerFailed) as error:
        return str(error)
    return "Opened."


def look(path: str) -> int:
    """Runs in a worker: opens the first five pages."""
    limits = OpeningLimits()
    count = count_pages(Path(path), limits)
    pages = list(open_pages(Path(path), range(1, min(count, 5) + 1), limits, 0))
    assert all(p.image.size <= 3 * 120e6 for p in pages if isinstance(p, OpenedPage))
    return len(pages)


def odd_files() -> Iterator[Path]:
    for notes in sorted(ODD_FILES.glob("*/notes.tsv")):
        with notes.open(newline="") as lines:
            yield from (
                notes.parent / line["file"] for line in csv.DictReader(lines, delimiter="\t")
            )


def test_every_odd_file_opens_or_is_refused() -> None:
    files = [path for path in odd_files() if path.is_file()]
    if not files:
        without_corpus("the odd files")
    with Pool(2) as pool:
        futures = [pool.submit(look, str(path), seconds=120) for path in files]
        opened = 0
        for path, future in zip(files, futures, strict=True):
            says = reason(future.result)
            assert says.endswith("."), path
            opened += says == "Opened."
    assert opened >= 0.7 * len(files)
