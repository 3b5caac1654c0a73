"""How well and how fast pages of real letters are read, beside the engines used plainly.

    python -m benchmarks.reading --pages 12 --kind typed

Each page of the corpus is a picture NAME.jpg with what people read on it in NAME.txt; the
folders typed, mixed and handwritten are the truth for the choice of engine. Seconds are
processor seconds, so that a busy machine changes them little. OCRmyPDF is asked where it is on
the PATH (``pip install ocrmypdf`` into any environment), and listed as missing elsewhere.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytesseract
from numpy.typing import NDArray
from PIL import Image
from rapidfuzz.distance import Levenshtein
from rapidocr import RapidOCR
from rich.console import Console
from rich.table import Table

from digitizer.engines.reading import read_page
from digitizer.engines.reading.ctc import recognisers
from digitizer.engines.words import index_words
from digitizer.model.paper import Transcript

KINDS = ("typed", "mixed", "handwritten")
CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus" / "letters"
PAPER_INCHES = 11  # the corpus says no resolution: its letters are about this long

Picture = NDArray[np.uint8]


def character_error_rate(truth: str, read: str) -> float:
    """Edits (insert, delete, replace) that turn ``read`` into ``truth``, over its length.

    Runs of white space count as one space. 0 is perfect; it can pass 1.
    """
    truth, read = " ".join(truth.split()), " ".join(read.split())
    return Levenshtein.distance(truth, read) / max(1, len(truth))


def word_recall(truth: str, read: str) -> float | None:
    """The share of the truth's words of four letters or more that were read, each counted as
    often as it stands there; None if there are no such words."""
    wanted = Counter(word for word in index_words(truth) if len(word) >= 4)
    found = wanted & Counter(index_words(read))
    return found.total() / wanted.total() if wanted else None


@dataclass(frozen=True, slots=True)
class Measured:
    """One reader on one page."""

    page: str
    kind: str
    reader: str
    engine: str
    looks: str
    cer: float
    recall: float | None
    seconds: float


def our_reader(image: Picture, dpi: int) -> Transcript:
    return read_page(image, dpi, ("en",))


def plain_tesseract(image: Picture, dpi: int) -> Transcript:
    text = pytesseract.image_to_string(Image.fromarray(image), config=f"--dpi {dpi}")
    return Transcript("tesseract", text, 0)


def plain_ppocr(image: Picture, dpi: int) -> Transcript:
    found = _rapidocr()(image)
    return Transcript("pp-ocrv6", "\n".join(found.txts or ()), 0)


def ocrmypdf(image: Picture, dpi: int) -> Transcript:
    with tempfile.TemporaryDirectory() as name:
        page, text, out = (Path(name) / one for one in ("page.png", "text.txt", "out.pdf"))
        Image.fromarray(image).save(page, compress_level=1)
        subprocess.run(
            [
                "ocrmypdf",
                "--image-dpi",
                str(dpi),
                "--jobs",
                "1",
                "--output-type",
                "pdf",
                "-q",
                "--sidecar",
                str(text),
                str(page),
                str(out),
            ],
            check=True,
        )
        return Transcript("ocrmypdf", text.read_text("utf-8"), 0)


@cache
def _rapidocr() -> Any:
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


READERS: dict[str, Callable[[Picture, int], Transcript]] = {
    "digitizer": our_reader,
    "plain Tesseract": plain_tesseract,
    "plain PP-OCRv6": plain_ppocr,
}
if shutil.which("ocrmypdf"):
    READERS["OCRmyPDF"] = ocrmypdf


def choose_pages(
    corpus: Path, kind: str, count: int = 0, prefixes: tuple[str, ...] = ("",)
) -> list[Path]:
    """``count`` pages (0: all) of a kind, of names that begin with one of ``prefixes``, evenly
    over the names, so that many hands are among them."""
    pages = [
        page for page in sorted((corpus / kind).glob("*.jpg")) if page.name.startswith(prefixes)
    ]
    if not 0 < count < len(pages):
        return pages
    return [pages[number * len(pages) // count] for number in range(count)]


def measure(page: Path, kind: str, reader: str) -> Measured:
    image = np.asarray(Image.open(page))
    start = _processor_seconds()
    transcript = READERS[reader](image, round(max(image.shape) / PAPER_INCHES))
    seconds = _processor_seconds() - start
    truth = page.with_suffix(".txt").read_text("utf-8")
    return Measured(
        page.stem,
        kind,
        reader,
        transcript.engine,
        transcript.kind or "",
        character_error_rate(truth, transcript.text),
        word_recall(truth, transcript.text),
        seconds,
    )


def _processor_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def quality_table(rows: Sequence[Measured]) -> Table:
    table = Table(title="Reading, a line a kind of page and reader")
    for heading in ("pages", "reader", "CER mean", "CER median", "word recall", "CPU s a page"):
        table.add_column(heading, justify="left" if heading == "reader" else "right")
    for kind, reader in dict.fromkeys((row.kind, row.reader) for row in rows):
        some = [row for row in rows if (row.kind, row.reader) == (kind, reader)]
        cers = [row.cer for row in some]
        recalls = [row.recall for row in some if row.recall is not None]
        table.add_row(
            f"{len(some)} {kind}",
            reader,
            f"{statistics.mean(cers):.3f}",
            f"{statistics.median(cers):.3f}",
            f"{statistics.mean(recalls):.3f}" if recalls else "-",
            f"{statistics.mean(row.seconds for row in some):.2f}",
        )
    return table


def confusion_table(rows: Sequence[Measured]) -> Table:
    """What our reader took each kind of page for, and which engine's text it kept."""
    ours = [row for row in rows if row.reader == "digitizer"]
    columns = [*sorted({row.looks for row in ours}), *sorted({row.engine for row in ours})]
    table = Table("pages", *columns, title="What digitizer took them for, and who read them")
    for kind in dict.fromkeys(row.kind for row in ours):
        counts = Counter(
            each for row in ours if row.kind == kind for each in (row.looks, row.engine)
        )
        table.add_row(kind, *(str(counts[column]) for column in columns))
    return table


def worst_table(rows: Sequence[Measured], kind: str, most: int = 10) -> Table:
    """The pages of a kind that we read worst, beside what the others made of them."""
    readers = list(dict.fromkeys(row.reader for row in rows))
    cers = {(row.page, row.reader): row.cer for row in rows if row.kind == kind}
    pages = sorted({page for page, _ in cers}, key=lambda page: -cers.get((page, "digitizer"), 0.0))
    table = Table("page", *readers, title=f"CER of the {most} worst {kind} pages")
    for page in pages[:most]:
        table.add_row(page, *(f"{cers[page, reader]:.3f}" for reader in readers))
    return table


def use_weights(writing: Path | None, print_: Path | None) -> None:
    """Reads by other weights than the package's from now on, where they are given."""
    if writing is not None:
        recognisers.OF_WRITING = replace(recognisers.OF_WRITING, path=writing)
    if print_ is not None:
        recognisers.OF_PRINT = replace(recognisers.OF_PRINT, path=print_)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pages", type=int, default=0, help="pages of each kind (0: all)")
    parser.add_argument("--kind", choices=KINDS, action="append", help="may be given again")
    parser.add_argument("--reader", choices=READERS, action="append", help="may be given again")
    parser.add_argument("--only", nargs="*", default=[""], metavar="PREFIX", help="of page names")
    parser.add_argument("--writing", type=Path, help="other weights (.onnx) than the package's")
    parser.add_argument("--print", type=Path, help="the same for lines of print")
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="folder of the three kinds")
    chosen = parser.parse_args(arguments)
    if not chosen.corpus.is_dir():
        parser.error(f"{chosen.corpus} is not there: give the folder of letters with --corpus")
    use_weights(chosen.writing, chosen.print)
    console = Console(width=110)
    rows = []
    for kind in chosen.kind or KINDS:
        for page in choose_pages(chosen.corpus, kind, chosen.pages, tuple(chosen.only)):
            for reader in chosen.reader or READERS:
                rows.append(measure(page, kind, reader))
                last = rows[-1]
                console.print(
                    f"{last.page}  {reader}: {last.engine}, CER {last.cer:.3f}, "
                    f"{last.seconds:.2f} s",
                    highlight=False,
                )
    console.print(quality_table(rows), confusion_table(rows))
    if any(row.kind == "typed" for row in rows):
        console.print(worst_table(rows, "typed"))
    if "OCRmyPDF" not in READERS:
        console.print("OCRmyPDF is not on the PATH and was not asked.")


if __name__ == "__main__":
    main()
