"""The path of a sheet of paper, from stored original to what is to be filed.

    count -> survey (open, prepare, read symbols) -> verify -> split -> read -> doubt what reads
    like a cover -> ask the endpoint on the premises, if there is one -> Worked

This file is the order. It touches no database: filing is another step, in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from digitizer.parts.codes import KeyRing
from digitizer.parts.isolation import Pool
from digitizer.parts.opening import OpeningLimits
from digitizer.parts.reading.premises import Premises
from digitizer.processes.asking import Question, ask, is_worth_asking
from digitizer.processes.covers_seen import reads_like_cover, see
from digitizer.processes.splitting import split
from digitizer.processes.survey import (
    SurveyOrder,
    UprightReading,
    count,
    read_picture,
    read_upright,
    survey,
)
from digitizer.vocabulary.errors import UnopenableFile
from digitizer.vocabulary.paper import (
    Doubt,
    DoubtReason,
    Scan,
    SeenPage,
    Split,
    SurveyedPage,
    Transcript,
)
from digitizer.vocabulary.profiles import ScannerProfile, Sides
from digitizer.vocabulary.settings import Work

#: Pages that one task surveys: enough that opening the file again costs little.
_PAGES_A_TASK = 4

#: Called as pages are done: what is being done, how many of how many.
Progress = Callable[[str, int, int], None]


def no_progress(_stage: str, _done: int, _total: int) -> None:
    """For callers who show none."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What the work is done with: isolated processes, keys, limits, a folder for pictures.

    ``premises`` is a reader on the facility's network, None where there is none.
    """

    pool: Pool
    keys: KeyRing
    work: Work
    folder: Path
    progress: Progress = no_progress
    premises: Premises | None = None


@dataclass(frozen=True, slots=True)
class Worked:
    """All that is known of a scan before it is filed. ``pages`` are in the scan's order.

    ``sides`` tells how the paper lay.
    """

    scan: Scan
    pages: tuple[SurveyedPage, ...]
    split: Split
    transcripts: Mapping[int, Transcript]
    sides: Sides = Sides.SIMPLEX


def work(scan: Scan, files: Sequence[Path], profile: ScannerProfile, bench: Bench) -> Worked:
    """Works one scan to the point of filing. ``files`` are its originals, in order.

    A file that cannot be opened is a Worked that holds the scan whole; a worker that fails
    raises, and whoever counts tries decides.
    """
    try:
        surveyed = _survey_all(files, profile, bench)
    except UnopenableFile as error:
        return Worked(scan, (), _held_whole(error), {})
    seen = [see(page, bench.keys) for page in surveyed]
    parted = split(seen, profile.sides, profile.batch_header_required)
    if parted.sealed:
        return Worked(scan, surveyed, parted, {}, profile.sides)
    read = _read_all(surveyed, parted, profile, bench)
    surveyed = tuple(_turned(page, read) for page in surveyed)
    transcripts = {number: one.transcript for number, one in read.items()}
    doubtful = _doubt_unseen_covers(seen, parted, transcripts)
    if doubtful != seen:
        parted = split(doubtful, profile.sides, profile.batch_header_required)
    if bench.premises:
        transcripts |= _ask(bench.premises, surveyed, parted, transcripts, profile, bench)
    return Worked(scan, surveyed, parted, transcripts, profile.sides)


def _held_whole(error: UnopenableFile) -> Split:
    return Split(whole=(Doubt(DoubtReason.UNOPENABLE, str(error)),))


def _survey_all(
    files: Sequence[Path], profile: ScannerProfile, bench: Bench
) -> tuple[SurveyedPage, ...]:
    limits = OpeningLimits(bench.work.pages, bench.work.page_megapixels)
    counts = [
        bench.pool.submit(count, str(path), limits, seconds=bench.work.survey_seconds).result()
        for path in files
    ]
    orders = list(_orders(files, counts, profile, bench.folder, limits))
    seconds = bench.work.survey_seconds
    tasks = [bench.pool.submit(survey, order, seconds=seconds) for order in orders]
    pages: list[SurveyedPage] = []
    with _all_or_none(tasks):
        for task in tasks:
            pages.extend(task.result())
            bench.progress("opening", len(pages), sum(counts))
    return tuple(pages)


@contextmanager
def _all_or_none(tasks: Iterable[Future[Any]]) -> Iterator[None]:
    """When one fails the others are called off: none may write into a later try's folder."""
    try:
        yield
    except BaseException:
        for task in tasks:
            task.cancel()
        wait(tasks)
        raise


def _orders(
    files: Sequence[Path],
    counts: Sequence[int],
    profile: ScannerProfile,
    folder: Path,
    limits: OpeningLimits,
) -> Iterator[SurveyOrder]:
    first = 1
    for path, pages in zip(files, counts, strict=True):
        for start in range(1, pages + 1, _PAGES_A_TASK):
            numbers = tuple(range(start, min(start + _PAGES_A_TASK, pages + 1)))
            yield SurveyOrder(
                str(path), numbers, first, str(folder), limits,
                profile.dpi, profile.blank_ink, profile.code_region,
            )  # fmt: skip
        first += pages


def _turned_covers(pages: Sequence[SurveyedPage], parted: Split) -> dict[int, int]:
    """For each page of a letter whose cover lay turned: by how many degrees."""
    turned = {page.number: page.turned for page in pages}
    return {
        number: turned[cover]
        for letter in parted.letters
        for cover in letter.covers
        if turned[cover]
        for number in letter.pages
    }


def _turned(page: SurveyedPage, read: Mapping[int, UprightReading]) -> SurveyedPage:
    """The page as it stands after it was read."""
    degrees = read[page.number].turned if page.number in read else 0
    sideways = degrees in (90, 270)
    width, height = (page.height, page.width) if sideways else (page.width, page.height)
    return replace(page, width=width, height=height, turned=(page.turned + degrees) % 360)


def _read_all(
    pages: Sequence[SurveyedPage], parted: Split, profile: ScannerProfile, bench: Bench
) -> dict[int, UprightReading]:
    """Reads every page that is not blank; covers too, for what is written on them. A stack fed
    head first lies so as a whole, but only the covers' marks show it."""
    turns = _turned_covers(pages, parted)
    tasks = {
        page.number: _reading(page, turns.get(page.number, 0), profile, bench)
        for page in pages
        if not page.blank and not _only_cover(page)
    }
    read: dict[int, UprightReading] = {}
    with _all_or_none(tasks.values()):
        for number, task in tasks.items():
            found = task.result()
            read[number] = found if isinstance(found, UprightReading) else UprightReading(found)
            bench.progress("reading", len(read), len(tasks))
    return read


def _reading(
    page: SurveyedPage, maybe_turned: int, profile: ScannerProfile, bench: Bench
) -> Future[UprightReading | Transcript]:
    """Marks say which way up a page stands; of a page without any its reading tells."""
    path, dpi, languages = str(bench.folder / page.image), page.dpi, profile.languages
    seconds = bench.work.seconds_to_read(page.width * page.height / 1e6)
    if page.sightings.marks:
        return bench.pool.submit(read_picture, path, dpi, languages, page.writing, seconds=seconds)
    return bench.pool.submit(read_upright, path, dpi, languages, maybe_turned, seconds=seconds)


def _only_cover(page: SurveyedPage) -> bool:
    return bool(page.sightings.symbols and page.sightings.marks) and not page.ink_outside_print


def _doubt_unseen_covers(
    seen: Sequence[SeenPage], parted: Split, transcripts: Mapping[int, Transcript]
) -> list[SeenPage]:
    """A content page that reads like a cover's print may be one whose codes are gone."""
    content = {number for letter in parted.letters for number in letter.pages}
    suspects = {
        number
        for number, transcript in transcripts.items()
        if number in content and reads_like_cover(transcript.text)
    }
    return [
        replace(page, doubts=(*page.doubts, _reads_like_cover(page.number)))
        if page.number in suspects and not page.codes and not page.doubts
        else page
        for page in seen
    ]


def _reads_like_cover(number: int) -> Doubt:
    return Doubt(
        DoubtReason.READS_LIKE_COVER,
        f"Page {number} reads like a cover sheet, but no code was found on it. "
        "Look whether a new letter begins there.",
    )


def _ask(
    premises: Premises,
    pages: Sequence[SurveyedPage],
    parted: Split,
    transcripts: Mapping[int, Transcript],
    profile: ScannerProfile,
    bench: Bench,
) -> dict[int, Transcript]:
    """What the endpoint read on the pages of letters, and in the answers on reply sheets."""
    in_letters = {number for letter in parted.letters for number in (*letter.covers, *letter.pages)}
    questions = {
        page.number: Question(bench.folder / page.image, page.writing, transcripts[page.number])
        for page in pages
        if page.number in in_letters & transcripts.keys()
        and is_worth_asking(transcripts[page.number], profile.languages)
    }

    def done(count: int) -> None:
        bench.progress("asking", count, len(questions))

    return ask(premises, bench.pool, questions, profile.languages, bench.work.read_seconds, done)
