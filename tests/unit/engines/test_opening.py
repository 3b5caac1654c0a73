"""Files refused and opened: what is no scan, what was cut anywhere, and odd ones of others."""

from __future__ import annotations

import csv
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from digitizer.engines.isolation import Pool
from digitizer.engines.opening import (
    OpenedPage,
    OpeningLimits,
    PageProblem,
    count_pages,
    open_page,
    open_pages,
)
from digitizer.model.errors import SandboxFailed, UnopenableFile, UsageError
from tests.support.corpus import without_corpus
from tests.support.files_to_open import (
    LIMITS,
    OBJECTS_PLAIN,
    ODD_FILES,
    colourful,
    drawing,
    endless_tiff,
    pages_of,
    refusal,
    save,
    scanned_pdf,
)

# ---- what is refused


def test_what_is_no_scan_is_refused(tmp_path: Path) -> None:
    for content, word in (
        (b"", "empty"),
        (b"Dear Sir", "not a scan"),
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
NOT_SEEN = ("tiff", "bmp", "webp")


@pytest.mark.parametrize(
    ("kind", "filling"),
    [(kind, False) for kind in WHOLE] + [(kind, True) for kind in WHOLE if kind not in NOT_SEEN],
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
        assert is_refused_or_whole(path, pages), cut


def is_refused_or_whole(path: Path, pages: list[Any]) -> bool:
    try:
        seen = pages_of(path)
    except UnopenableFile:
        return True
    return len(seen) == len(pages) and all(
        isinstance(one, PageProblem) or np.array_equal(one.image, other.image)
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


# ---- other people's odd files, in isolation as in service


def reason(attempt: Callable[[], Any]) -> str:
    """Why it failed, in the only two ways in which it may."""
    try:
        attempt()
    except (UnopenableFile, SandboxFailed) as error:
        return str(error)
    return "Opened."


def look(path: str) -> int:
    """Runs in a sandbox: opens the first five pages."""
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
            message = reason(future.result)
            assert message.endswith("."), path
            opened += message == "Opened."
    assert opened >= 0.7 * len(files)
