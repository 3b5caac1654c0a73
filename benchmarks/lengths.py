"""Whether a page costs the same in a short scan and in a very long one, and what a sandbox weighs.

    python -m benchmarks.lengths --pages 10 100 1000 5000

Each scan is a cover and typed pages of a few lines each, black and white, 200 dpi, one TIFF.
All is worked by ``digitizer ingest``; its start is measured apart, by a scan of the cover and one
page. A sandbox's start is the time until it has read its first page.
"""

from __future__ import annotations

import argparse
import io
import os
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterable
from functools import cache, partial
from itertools import chain
from pathlib import Path

from PIL import Image

from benchmarks.pipeline import DIGITIZER, measured
from digitizer.capture.isolated.page_reading import read_marked
from digitizer.engines.isolation import Pool
from tests.support import scanner
from tests.support.provenance import commit

_LINES = (
    "Dear Avery,\n\nthis is page {number} of a very long letter that was\nmade up to be counted."
)
_DPI = 200
_DIFFERENT = 100
_SHORT, _LONG, _RATIO = 3, 4, 5  # types of TIFF fields


def make_home(folder: Path, most: int) -> Path:
    """A home with one inmate that takes scans of so many pages; returns it."""
    home = folder / "home"
    _ours(home, "init")
    (home / "config.toml").write_text(f"[work]\npages = {most + 1}\n")
    roster = folder / "roster.csv"
    roster.write_text(
        "booking_number,last_name,first_name,housing_unit,status\nB1,Sample,Pat,A,in_custody\n"
    )
    _ours(home, "roster", "import", str(roster))
    _ours(home, "cover", "print", "B1", "--out", str(folder / "cover.pdf"))
    return home


def _ours(home: Path, *arguments: str) -> None:
    subprocess.run([DIGITIZER, "--home", str(home), *arguments], check=True, capture_output=True)


def _bilevel(page: scanner.Page) -> Image.Image:
    small = Image.fromarray(page).convert("L").resize((1700, 2200))
    return small.point(lambda tone: 255 * (tone > 128)).convert("1", dither=Image.Dither.NONE)


def write_stack(cover: scanner.Page, pages: int, path: Path) -> None:
    """A cover and so many pages, a hundred different ones by turns, as a scanner writes them."""
    written = (_page(number % _DIFFERENT) for number in range(1, pages + 1))
    write_tiff(chain([_bilevel(cover)], written), path)


@cache
def _page(number: int) -> Image.Image:
    return _bilevel(scanner.typed_page(_LINES.format(number=number)))


def write_tiff(pages: Iterable[Image.Image], path: Path) -> None:
    """Black and white pages as one TIFF, written from front to back: Pillow goes through all of
    them again for each that it adds."""
    with path.open("wb") as file:
        file.write(b"II*\0" + bytes(4))
        pointer = 4  # where the offset of the next page's directory belongs
        for page in pages:
            strip, photometric = _group4(page)
            at = file.tell()
            file.write(strip + bytes(len(strip) % 2))
            resolution = file.tell()
            file.write(struct.pack("<2I", _DPI, 1))
            directory = file.tell()
            fields = (
                (256, _LONG, page.width),
                (257, _LONG, page.height),
                (258, _SHORT, 1),
                (259, _SHORT, 4),
                (262, _SHORT, photometric),
                (273, _LONG, at),
                (277, _SHORT, 1),
                (278, _LONG, page.height),
                (279, _LONG, len(strip)),
                (282, _RATIO, resolution),
                (283, _RATIO, resolution),
                (296, _SHORT, 2),
            )
            entries = (struct.pack("<2H2I", tag, kind, 1, value) for tag, kind, value in fields)
            file.write(struct.pack("<H", len(fields)) + b"".join(entries) + bytes(4))
            end = file.tell()
            file.seek(pointer)
            file.write(struct.pack("<I", directory))
            pointer = end - 4
            file.seek(end)


def _group4(page: Image.Image) -> tuple[bytes, int]:
    """The page's one strip as fax group 4 codes it, and what its zeros mean."""
    single = io.BytesIO()
    page.save(single, "TIFF", compression="group4", tiffinfo={278: page.height})
    with Image.open(single) as written:
        tags = written.tag_v2  # type: ignore[attr-defined]  # TIFF's own
        ((at,), (length,), photometric) = tags[273], tags[279], tags[262]
    return single.getvalue()[at : at + length], photometric


def sandbox_start(page: Path) -> tuple[float, float]:
    """Seconds to a new sandbox's first page, and to its second."""
    with Pool(1) as pool:
        times = []
        for _ in range(2):
            start = time.perf_counter()
            pool.submit(read_marked, str(page), _DPI, ("en",), seconds=60).result()
            times.append(time.perf_counter() - start)
    return times[0], times[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pages", type=int, nargs="+", default=[10, 100, 1000])
    chosen = parser.parse_args()
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = make_home(folder, max(chosen.pages))
        cover = scanner.pdf_pages(folder / "cover.pdf")[0]
        print(f"Commit {commit()}.\n")
        print("| pages | seconds | seconds a page, start apart | peak MiB, all processes |")
        print("| ---: | ---: | ---: | ---: |")
        start = 0.0
        for pages in (1, *chosen.pages):
            path = folder / f"{pages}.tif"
            write_stack(cover, pages, path)
            done = measured(str(pages), pages, partial(_ours, home, "ingest", str(path)))
            start = start or done.seconds
            each = "" if pages == 1 else f"{(done.seconds - start) / (pages - 1):.3f}"
            print(f"| {pages} | {done.seconds:.1f} | {each} | {done.peak:.0f} |", flush=True)
        picture = folder / "page.png"
        _bilevel(scanner.typed_page(_LINES.format(number=1))).convert("L").save(picture)
        first, second = sandbox_start(picture)
        print(f"\nA new sandbox's first page takes {first:.1f} s, its second {second:.1f} s.")


if __name__ == "__main__":
    main()
