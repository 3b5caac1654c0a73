"""The path of a sheet of paper, from stored original to what is to be filed.

    count -> survey (open, prepare, read symbols) -> verify -> split -> read -> doubt what reads
    like a cover -> ask the endpoint on the premises, if there is one -> Worked

This file is the order. It touches no database: filing is another step, in one transaction.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from digitizer.capture.cover_evidence import reads_like_cover, reads_like_legal, see
from digitizer.capture.isolated.page_reading import (
    UprightReading,
    is_doubtful,
    read_again,
    read_marked,
    read_upright,
)
from digitizer.capture.isolated.survey import SurveyOrder, count, survey
from digitizer.capture.legal_evidence import clear, reads_like_marker, seals
from digitizer.capture.second_reading import Question, ask, is_worth_asking
from digitizer.capture.splitting import split
from digitizer.engines.codes.cover_code import KeyRing
from digitizer.engines.isolation import Pool
from digitizer.engines.opening import OpeningLimits
from digitizer.engines.reading.readers.vision_model import Premises
from digitizer.model.errors import UnopenableFile
from digitizer.model.paper import (
    WAS_MIRRORED,
    Doubt,
    DoubtReason,
    Scan,
    SeenPage,
    Split,
    SurveyedPage,
    Transcript,
)
from digitizer.model.scanner_profile import ScannerProfile, Sides
from digitizer.model.settings import Work

#: The most pages that one task surveys: enough that opening the file again costs little. A file
#: of thousands is opened by no more tasks than this: each goes through all its directories.
_PAGES_A_TASK, _TASKS_A_SCAN = 4, 128
#: The least number of tasks a process, if there are enough pages: so that all end together.
_TASKS_A_PROCESS = 4

#: Called as pages are done: what is being done, how many of how many.
Progress = Callable[[str, int, int], None]


def no_progress(_stage: str, _done: int, _total: int) -> None:
    """For callers that show none."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What the work is done with: sandboxes, keys, limits, a folder for pictures.

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
    """All that is known about a scan before it is filed. ``pages`` are in the scan's order.

    ``sides`` is how the paper was scanned, ``seen`` what splitting got to see of each page.
    """

    scan: Scan
    pages: tuple[SurveyedPage, ...]
    split: Split
    transcripts: Mapping[int, Transcript]
    sides: Sides = Sides.SIMPLEX
    seen: tuple[SeenPage, ...] = ()


def work(scan: Scan, files: Sequence[Path], profile: ScannerProfile, bench: Bench) -> Worked:
    """Works one scan to the point of filing. ``files`` are its originals, in order.

    A file that cannot be opened gives a Worked that holds the scan whole. Raises what a sandbox
    that fails raises; whoever counts attempts decides what follows.
    """
    try:
        surveyed = _survey_all(files, profile, bench)
    except UnopenableFile as error:
        return Worked(scan=scan, pages=(), split=_held_whole(error), transcripts={})
    seen = clear([see(page, bench.keys) for page in surveyed], scan.cleared)
    unread = Worked(
        scan=scan,
        pages=surveyed,
        split=_split(seen, profile),
        transcripts={},
        sides=profile.sides,
        seen=tuple(seen),
    )
    if unread.split.sealed:
        return unread
    read = _read_all(surveyed, unread.split, profile, bench)
    transcripts = {number: one.transcript for number, one in read.items()}
    doubtful = clear(_doubt_unseen_covers(seen, unread.split, transcripts), scan.cleared)
    parted = unread.split if doubtful == seen else _split(doubtful, profile)
    pages = tuple(_turned(page, read) for page in surveyed)
    worked = replace(unread, pages=pages, split=parted, seen=tuple(doubtful))
    if parted.sealed:  # a marker without code or mark was read: what was read is thrown away
        return worked
    if bench.premises:
        transcripts |= _ask(bench.premises, pages, parted, transcripts, profile, bench)
    return replace(worked, transcripts=transcripts)


def _split(seen: Sequence[SeenPage], profile: ScannerProfile) -> Split:
    return split(
        seen,
        profile.sides,
        profile.batch_header_required,
        profile.origin,
        profile.blank_sheets_expected,
    )


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
    orders = list(_orders(files, counts, profile, bench, limits))
    tasks = [bench.pool.submit(survey, each, seconds=_seconds(each, bench)) for each in orders]
    pages: list[SurveyedPage] = []
    with _all_or_none(bench.pool, tasks):
        for task in tasks:
            pages.extend(task.result())
            bench.progress("opening", len(pages), sum(counts))
    return tuple(pages)


def _seconds(order: SurveyOrder, bench: Bench) -> float:
    return bench.work.survey_seconds * max(1.0, len(order.numbers) / _PAGES_A_TASK)


@contextmanager
def _all_or_none(pool: Pool, tasks: Iterable[Future[Any]]) -> Iterator[None]:
    """When one fails the others are cancelled: none may write into a later attempt's folder, or
    keep a sandbox from other scans."""
    try:
        yield
    except BaseException:
        pool.call_off(tasks)
        raise


def _orders(
    files: Sequence[Path],
    counts: Sequence[int],
    profile: ScannerProfile,
    bench: Bench,
    limits: OpeningLimits,
) -> Iterator[SurveyOrder]:
    even = math.ceil(sum(counts) / (_TASKS_A_PROCESS * bench.work.processes))
    step = max(1, min(_PAGES_A_TASK, even), sum(counts) // _TASKS_A_SCAN)
    first = 1
    for path, pages in zip(files, counts, strict=True):
        for start in range(1, pages + 1, step):
            numbers = tuple(range(start, min(start + step, pages + 1)))
            yield SurveyOrder(
                path=str(path),
                numbers=numbers,
                first=first,
                folder=str(bench.folder),
                limits=limits,
                dpi=profile.dpi,
                blank_ink=profile.blank_ink,
                code_region=profile.code_region,
            )
        first += pages


def _behind_turned_covers(pages: Sequence[SurveyedPage], parted: Split) -> set[int]:
    """The pages of letters whose cover was sideways or upside down."""
    turned = {page.number for page in pages if page.turned}
    return {
        number
        for letter in parted.letters
        if turned.intersection(letter.covers)
        for number in letter.pages
    }


def _turned(page: SurveyedPage, read: Mapping[int, UprightReading]) -> SurveyedPage:
    """The page as it is after it was read."""
    if page.number not in read:
        return page
    degrees, mirrored = read[page.number].turned, read[page.number].mirrored
    sideways = degrees in (90, 270)
    width, height = (page.height, page.width) if sideways else (page.width, page.height)
    quality = (*page.quality, WAS_MIRRORED) if mirrored else page.quality
    turned = (page.turned + degrees) % 360
    return replace(page, width=width, height=height, turned=turned, quality=quality)


def _read_all(
    pages: Sequence[SurveyedPage], parted: Split, profile: ScannerProfile, bench: Bench
) -> dict[int, UprightReading]:
    """Reads every page that is not blank; covers too, for what is written on them. A stack fed
    upside down is so as a whole, but only the marks on its covers show it."""
    turned = _behind_turned_covers(pages, parted)
    wanted = [page for page in pages if not page.blank and not _only_cover(page)]
    wanted.sort(key=lambda page: -page.ink)  # the longest first, so that all processes end together
    tasks = [_reading(page, page.number in turned, profile, bench) for page in wanted]
    with _all_or_none(bench.pool, tasks):
        for place, page in enumerate(wanted):
            read = tasks[place].result()
            # Marks show which way up a page is; where there are none, the text that was read does.
            # A page that is perhaps blank is not worth a second reading.
            no_need = page.sightings.marks or page.perhaps_blank
            if not no_need and is_doubtful(read.transcript):
                tasks[place] = _submit(bench, page, read_again, profile.languages, read)
            bench.progress("reading", place + 1, len(wanted))
        return {page.number: task.result() for page, task in zip(wanted, tasks, strict=True)}


def _reading(
    page: SurveyedPage, maybe_turned: bool, profile: ScannerProfile, bench: Bench
) -> Future[UprightReading]:
    if page.sightings.marks:
        return _submit(bench, page, read_marked, profile.languages, page.writing)
    return _submit(bench, page, read_upright, profile.languages, maybe_turned)


def _submit(
    bench: Bench,
    page: SurveyedPage,
    reader: Callable[..., UprightReading],
    languages: tuple[str, ...],
    more: Any,
) -> Future[UprightReading]:
    path, seconds = bench.folder / page.image, bench.work.seconds_to_read(page.megapixels)
    return bench.pool.submit(reader, str(path), page.dpi, languages, more, seconds=seconds)


def _only_cover(page: SurveyedPage) -> bool:
    return bool(page.sightings.symbols and page.sightings.marks) and not page.ink_outside_print


def _doubt_unseen_covers(
    seen: Sequence[SeenPage], parted: Split, transcripts: Mapping[int, Transcript]
) -> list[SeenPage]:
    """A content page that reads like a printed cover may be one whose codes are gone.

    A legal marker's words seal, also on a page that is in doubt for another reason, such as one
    that looks like a cover: a marker that lost its band looks like any cover.
    """
    content = {number for letter in parted.letters for number in letter.pages}
    suspects = {number for number, each in transcripts.items() if reads_like_cover(each.text)}
    legal = {number for number in suspects if reads_like_legal(transcripts[number].text)}
    return [_doubted(page, suspects & content, legal) for page in seen]


def _doubted(page: SeenPage, covers: Collection[int], legal: Collection[int]) -> SeenPage:
    if page.codes or seals(page):
        return page
    if page.number in legal:
        return replace(page, doubts=(*page.doubts, reads_like_marker(page.number)))
    if page.number in covers and not page.doubts:
        return replace(page, doubts=(_reads_like_cover(page.number),))
    return page


def _reads_like_cover(number: int) -> Doubt:
    return Doubt(
        DoubtReason.READS_LIKE_COVER,
        f"Page {number} reads like a cover sheet, but no code was found on it.",
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
