"""Storing the other letters of a stack by themselves, before its original goes.

A letter's pages are in one file with those of others. Each of the others' pages are copied into a
PDF of their own, pixel for pixel as the file opens; it is stored, read back, opened again and
compared with the stack's original before anything names it. An original that has no page of the
letter stays as it is, byte for byte.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from digitizer.capture.isolated.survey import count, cut_out, same_pages
from digitizer.capture.private_folder import private_folder
from digitizer.emptying.stacks import NewFile, Parted, Stack, StackPage, stack_of
from digitizer.engines.isolation import Pool
from digitizer.engines.opening import OpeningLimits
from digitizer.facility import Facility
from digitizer.model.errors import Conflict, StorageError
from digitizer.storage.database import reading
from digitizer.support.failpoints import failpoint


def part(facility: Facility, letter_id: str, note: Callable[[str], None]) -> Parted:
    """Stores what the others need. ``note`` is told a file's name before it is stored.

    Raises Conflict where the pages of the original are not those of the tables, and StorageError
    where a copy is not exactly what it was made of; then nothing may go.
    """
    with reading(facility.engine) as tx:
        stack = stack_of(tx, letter_id)
    if stack.is_alone:
        return Parted(stack, tuple(number for number, _ in stack.files), (), {})
    work = facility.settings.work
    limits = OpeningLimits(work.pages, work.page_megapixels)
    with private_folder(facility) as folder, Pool(1) as pool:
        paths = {
            number: str(facility.originals.local_path(sha256, folder))
            for number, sha256 in stack.files
        }
        places = stack.kept or _counted(pool, paths, stack, limits, work.survey_seconds)
        every = (*stack.own, *(each for some in stack.others.values() for each in some))
        if {each.id for each in every} - set(places):
            raise Conflict("The pages of its stack cannot be told apart.")
        gone = {places[each.id][0] for each in stack.own}
        new = []
        for some in stack.others.values():
            moved = [each for each in some if places[each.id][0] in gone]
            if moved:
                where = tuple((paths[places[each.id][0]], places[each.id][1]) for each in moved)
                seconds = work.read_seconds + work.survey_seconds * len(moved)
                new.append(
                    _stored(facility, pool, stack, where, moved, note, folder, limits, seconds)
                )
    stay = {
        each.id: places[each.id]
        for some in stack.others.values()
        for each in some
        if places[each.id][0] not in gone
    }
    return Parted(stack, tuple(sorted(gone)), tuple(new), stay)


def _counted(
    pool: Pool, paths: Mapping[int, str], stack: Stack, limits: OpeningLimits, seconds: float
) -> dict[int, tuple[int, int]]:
    """Where each page is, in files whose pages were never moved: the pages of one file follow those
    of the one before."""
    places: list[tuple[int, int]] = []
    for number, _ in stack.files:
        pages: int = pool.submit(count, paths[number], limits, seconds=seconds).result()
        places += [(number, place + 1) for place in range(pages)]
    every = [*stack.own, *(each for some in stack.others.values() for each in some)]
    if sorted(each.number for each in every) != list(range(1, len(places) + 1)):
        raise Conflict("Its original has other pages than the stack had when it was filed.")
    return {each.id: places[each.number - 1] for each in every}


def _stored(
    facility: Facility,
    pool: Pool,
    stack: Stack,
    where: tuple[tuple[str, int], ...],
    moved: Sequence[StackPage],
    note: Callable[[str], None],
    folder: Path,
    limits: OpeningLimits,
    seconds: float,
) -> NewFile:
    title = f"Pages of scan {stack.scan}"
    pdf: bytes = pool.submit(cut_out, where, title, limits, seconds=seconds).result()
    failpoint("retention.cut")
    note(hashlib.sha256(pdf).hexdigest())
    failpoint("retention.noted")
    sha256, size = facility.originals.put(io.BytesIO(pdf))
    failpoint("retention.stored")
    back = folder / f"back-{sha256}"
    try:
        back.write_bytes(facility.originals.get(sha256))
    except OSError as error:
        raise StorageError(f"Cannot write to {folder}: {error.strerror}.") from None
    same: bool = pool.submit(same_pages, where, str(back), limits, seconds=seconds).result()
    if not same:
        raise StorageError(f"A copy of pages of scan {stack.scan} is not what it was made of.")
    failpoint("retention.verified")
    return NewFile(sha256, size, tuple(each.id for each in moved))
