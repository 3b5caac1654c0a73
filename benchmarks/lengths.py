"""Whether a page costs the same in a short scan and in a very long one, and what a worker weighs.

    python -m benchmarks.lengths --pages 10 100 1000 5000

Each scan is a cover and typed pages of a few lines each, black and white, 200 dpi, one TIFF.
All is worked by ``digitizer ingest``; its start is told apart, by a scan of the cover and one
page. A worker's start is the time from its hiring until it has read its first page.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path

from PIL import Image

from benchmarks import scanner
from benchmarks.pipeline import DIGITIZER, measured
from benchmarks.provenance import commit
from digitizer.parts.isolation import Pool
from digitizer.processes.survey import read_marked

_LINES = (
    "Dear Avery,\n\nthis is page {number} of a very long letter that was\nmade up to be counted."
)
_DPI = 200


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
    return Image.fromarray(page).resize((1700, 2200)).convert("1")


def write_stack(cover: scanner.Page, pages: int, path: Path) -> None:
    """A cover and so many pages, each with a number of its own, as a scanner writes them."""
    written = (
        _bilevel(scanner.typed_page(_LINES.format(number=number))) for number in range(1, pages + 1)
    )
    _bilevel(cover).save(
        path, save_all=True, append_images=written, compression="group4", dpi=(_DPI, _DPI)
    )


def worker_start(page: Path) -> tuple[float, float]:
    """Seconds to a new worker's first page, and to its second."""
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
        first, second = worker_start(picture)
        print(f"\nA new worker's first page takes {first:.1f} s, its second {second:.1f} s.")


if __name__ == "__main__":
    main()
