"""The table's cells of HEIC, as telephones write it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial

from PIL import Image

from trials.damage import harm, paper
from trials.damage.cell import Cell
from trials.damage.heic_writer import heic
from trials.damage.jpeg_cells import jpeg


@cache
def _whole(seed: int = 1) -> bytes:
    return heic(paper.grey(seed))


def _turned(turns: int) -> bytes:
    quarters = {
        0: None,
        1: Image.Transpose.ROTATE_270,
        2: Image.Transpose.ROTATE_180,
        3: Image.Transpose.ROTATE_90,
    }[turns]
    picture = Image.fromarray(paper.grey())
    stored = picture if quarters is None else picture.transpose(quarters)
    return heic(paper.as_pixels(stored), turns)


def _with_thumbnail() -> bytes:
    return heic(
        paper.grey(), thumbnail=paper.as_pixels(Image.fromarray(paper.grey(2)).resize((96, 128)))
    )


def _cut_and_filled(data: bytes) -> bytes:
    part = harm.cut(data)
    return part + bytes(len(data) - len(part))


def _cells() -> Iterator[Cell]:
    cell = partial(Cell, "HEIC", "HEVC")
    letter, two = paper.is_letter(1), paper.is_letter(1, 2)

    def made(change: Callable[[bytes], bytes]) -> Callable[[], bytes]:
        return lambda: change(_whole())

    yield cell("whole", 1, _whole, looks_right=letter)
    yield cell("cut", 0, made(harm.cut))
    yield cell("cut, zeros to its old length", 0, made(_cut_and_filled))
    yield cell("hole: 200 bytes zeroed", 0, made(harm.with_hole))
    yield cell("a block of 1,024 bytes left out", 0, made(harm.with_piece_lost))
    for name, filler in harm.FILLERS.items():
        yield cell(f"trailing data: {name}", 1, made(partial(_behind, filler)), looks_right=letter)
    for turns in range(4):
        yield cell(
            f"orientation: turned {90 * turns} degrees",
            1,
            partial(_turned, turns),
            looks_right=letter,
        )
    yield cell("a thumbnail in it", 1, _with_thumbnail, looks_right=letter)
    yield cell("concatenation: two files", 2, lambda: _whole() + _whole(2), looks_right=two)
    yield cell(
        "concatenation: three files, padded",
        3,
        lambda: (_whole() + bytes(512)) * 2 + _whole(2),
        looks_right=two,
    )
    yield cell(
        "concatenation: JPEG behind it",
        2,
        lambda: _whole() + jpeg("baseline, grey", 2),
        looks_right=two,
    )
    yield Cell(
        "JPEG",
        "any",
        "concatenation: HEIC behind it",
        2,
        lambda: jpeg("baseline, grey") + _whole(2),
        looks_right=two,
    )


def _behind(filler: bytes, data: bytes) -> bytes:
    return data + filler


CELLS: tuple[Cell, ...] = tuple(_cells())
