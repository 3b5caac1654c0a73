"""Pages a second through the whole pipeline, beside OCRmyPDF and the bare Tesseract program.

    python -m benchmarks.pipeline [--letters FOLDER] [--typed N] [--handwritten N]

Each set is one scan of real letters behind one cover (300 dpi colour, a little askew). All
readers see the same pages in the same run. Peers that are not installed are listed as missing;
``pip install ocrmypdf`` into any environment on the PATH adds that one.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from tests.support import scanner

ROOT = Path(__file__).resolve().parent.parent
LETTERS = ROOT.parent / "shared" / "corpus" / "letters"
DIGITIZER = str(Path(sys.executable).parent / "digitizer")
TWO_AT_A_TIME = 2


@dataclass(frozen=True, slots=True)
class Measured:
    """One reader over one set. ``peak`` is the most MiB resident of all its processes at once."""

    name: str
    pages: int
    seconds: float
    peak: float

    def row(self) -> str:
        speed = f"{self.pages / self.seconds:.2f}"
        return f"| {self.name} | {self.pages} | {self.seconds:.1f} | {speed} | {self.peak:.0f} |"


def measured(name: str, pages: int, job: Callable[[], None]) -> Measured:
    """Runs ``job`` once, watching the resident size of all our descendants."""
    done, peak = threading.Event(), [0.0]

    def watch() -> None:
        while not done.wait(0.1):
            peak[0] = max(peak[0], _resident_of_children())

    watcher = threading.Thread(target=watch)
    watcher.start()
    start = time.perf_counter()
    try:
        job()
    finally:
        seconds = time.perf_counter() - start
        done.set()
        watcher.join()
    return Measured(name, pages, seconds, peak[0])


def _resident_of_children() -> float:
    total = 0
    for child in psutil.Process().children(recursive=True):
        try:
            total += child.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total / 2**20


def _run(*command: str) -> None:
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    subprocess.run(command, check=True, capture_output=True, env=environment)


class Set:
    """One set of pages as files for every reader."""

    def __init__(self, name: str, fronts: Sequence[Path], backs: bool, folder: Path) -> None:
        self.name = name
        self.folder = folder / name.replace(" ", "-")
        self.folder.mkdir()
        self.home = self.folder / "home"
        self.profile = "bench" if backs else "default"
        self._make_home()
        self._ours("cover", "print", "B1", "--out", str(self.folder / "cover.pdf"))
        cover = scanner.pdf_pages(self.folder / "cover.pdf")[0]
        rng = np.random.default_rng(len(fronts))
        pages = [scanner.picture_page(scanner.photograph(path)) for path in fronts]
        covers = [cover]
        if backs:
            pages, covers = scanner.with_blank_backs(pages), scanner.with_blank_backs(covers)
        glassed = [scanner.glass(page, rng) for page in pages]
        self.count = len(glassed)
        self.stack, self.bare = self.folder / "stack.pdf", self.folder / "bare.pdf"
        scanner.write_pdf([*(scanner.glass(page, rng) for page in covers), *glassed], self.stack)
        scanner.write_pdf(glassed, self.bare)
        self.pictures = [self.folder / f"{number}.jpg" for number in range(self.count)]
        for page, path in zip(glassed, self.pictures, strict=True):
            scanner.write_jpeg(page, path)

    def _make_home(self) -> None:
        self._ours("init")
        profile = 'based_on = "default"\ntitle = "Bench"\nsides = "duplex"\n'
        (self.home / "profiles" / "bench.toml").write_text(profile)
        roster = self.folder / "roster.csv"
        roster.write_text(
            "booking_number,last_name,first_name,housing_unit,status\nB1,Sample,Pat,A,in_custody\n"
        )
        self._ours("roster", "import", str(roster))

    def _ours(self, *arguments: str) -> None:
        _run(DIGITIZER, "--home", str(self.home), *arguments)

    # ---- the readers

    def digitizer(self) -> Measured:
        def job() -> None:
            self._ours("ingest", str(self.stack), "--profile", self.profile)

        return measured("digitizer (whole pipeline)", self.count, job)

    def ocrmypdf(self) -> Measured | None:
        program = shutil.which("ocrmypdf")
        if program is None:
            return None
        out = str(self.folder / "ocr.pdf")
        return measured(
            "OCRmyPDF --jobs 2",
            self.count,
            lambda: _run(program, "--jobs", "2", "--force-ocr", "-q", str(self.bare), out),
        )

    def tesseract(self) -> Measured:
        def job() -> None:
            with ThreadPoolExecutor(TWO_AT_A_TIME) as pool:
                list(pool.map(self._tesseract, self.pictures))

        return measured("bare Tesseract, two at a time", self.count, job)

    def _tesseract(self, picture: Path) -> None:
        _run("tesseract", str(picture), str(picture.with_suffix("")), "--dpi", "300")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--letters", type=Path, default=LETTERS)
    options.add_argument("--typed", type=int, default=16)
    options.add_argument("--handwritten", type=int, default=10)
    chosen = options.parse_args()
    typed = sorted((chosen.letters / "typed").glob("*.jpg"))[: chosen.typed]
    written = sorted((chosen.letters / "handwritten").glob("*.jpg"))[: chosen.handwritten]
    if not typed or not written:
        sys.exit(f"There are no letters in {chosen.letters}; name their folder with --letters.")
    print("| reader | pages | seconds | pages a second | peak MiB |")
    print("| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for name, fronts, backs in (
            ("typed", typed, False),
            ("typed with blank backs", typed, True),
            ("handwritten", written, False),
        ):
            pages = Set(name, fronts, backs, Path(folder))
            print(f"| **{name}** | | | | |", flush=True)
            for result in (pages.digitizer(), pages.ocrmypdf(), pages.tesseract()):
                if result is None:
                    print("| OCRmyPDF: not installed | | | | |", flush=True)
                else:
                    print(result.row(), flush=True)


if __name__ == "__main__":
    main()
