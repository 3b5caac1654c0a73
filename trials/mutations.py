"""Mutations of files and of pictures, for ``fuzz``: all drawn from the ``Random`` given."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]

LONGEST_SIDE = 900
"""Pixels; a picture that grows is cut to it."""

_NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_TOKENS = (
    b"0",
    b"-1",
    b"1",
    b"65535",
    b"2147483647",
    b"4294967296",
    b"1e38",
    b"null",
    b"[]",
    b"<<>>",
    b"1 0 R",
    b"3 0 R",
    b"(",
    b">>",
    b"/Kids",
    b"/Filter",
    b"endobj",
)


def _flip_bits(data: bytearray, rng: random.Random, _seeds: Sequence[bytes]) -> None:
    for _ in range(rng.choice((1, 4, 16, 64))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _set_number(data: bytearray, rng: random.Random, _seeds: Sequence[bytes]) -> None:
    at, size = rng.randrange(len(data)), rng.choice((1, 2, 4))
    number = rng.choice(_NUMBERS) & (256**size - 1)
    data[at : at + size] = number.to_bytes(size, rng.choice(("big", "little")))


def _set_number_in_head(data: bytearray, rng: random.Random, _seeds: Sequence[bytes]) -> None:
    data[rng.randrange(min(len(data), 200))] = rng.choice((0, 1, 0x7F, 0x80, 0xFF))


def _cut(data: bytearray, rng: random.Random, _seeds: Sequence[bytes]) -> None:
    at = rng.randrange(len(data))
    del data[at : at + rng.choice((1, 30, 1000, len(data)))]


def _double(data: bytearray, rng: random.Random, _seeds: Sequence[bytes]) -> None:
    at, size = rng.randrange(len(data)), rng.choice((1, 30, 1000))
    data[at:at] = data[at : at + size] * rng.choice((1, 2, 50))


def _splice(data: bytearray, rng: random.Random, seeds: Sequence[bytes]) -> None:
    other = rng.choice(seeds)
    at, start = rng.randrange(len(data)), rng.randrange(len(other))
    data[at : at + 500] = other[start : start + rng.choice((10, 500, 5000))]


def _set_token(data: bytearray, rng: random.Random, _seeds: Sequence[bytes]) -> None:
    """Another token in the place of a number or a name, as PDF writes them."""
    found = [*re.finditer(rb"/[A-Za-z]+|[0-9]+( 0 R)?", data[:200_000])]
    if found:
        data[slice(*rng.choice(found).span())] = rng.choice(_TOKENS)


_MUTATORS = (_flip_bits, _set_number, _set_number_in_head, _cut, _double, _splice, _set_token)


def mutated_file(seeds: Sequence[bytes], rng: random.Random) -> bytes:
    """One to four mutations of one of the seeds."""
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.randint(1, 4)):
        if data:
            rng.choice(_MUTATORS)(data, rng, seeds)
    return bytes(data)


def mutated_picture(seeds: Sequence[Picture], rng: random.Random) -> Picture:
    """One to four harms of one of the pictures; in the end of any shape, from one pixel up."""
    dice = np.random.default_rng(rng.randrange(2**32))
    picture = rng.choice(seeds)
    for _ in range(rng.randint(1, 4)):
        picture = _harmed(picture, rng, dice)
    return np.ascontiguousarray(picture)


def _harmed(picture: Picture, rng: random.Random, dice: np.random.Generator) -> Picture:
    height, width = picture.shape[:2]
    top, left = rng.randrange(height), rng.randrange(width)
    bottom, right = rng.randint(top + 1, height), rng.randint(left + 1, width)
    harmed = picture.copy()
    match rng.randrange(9):
        case 0:
            return picture[top:bottom, left:right]
        case 1:
            harmed[top:bottom, left:right] = rng.choice((0, 128, 255))
        case 2:
            harmed[top:bottom, left:right] = dice.integers(0, 256, (bottom - top, right - left))
        case 3:
            noise = dice.normal(0, rng.choice((5, 40, 120)), picture.shape)
            harmed = np.clip(picture + noise, 0, 255).astype(np.uint8)
        case 4:
            harmed = 255 - harmed
        case 5:
            size = (rng.randint(1, LONGEST_SIDE), rng.randint(1, LONGEST_SIDE))
            harmed = np.asarray(Image.fromarray(picture).resize(size))
        case 6:
            harmed = np.asarray(
                Image.fromarray(picture).rotate(rng.uniform(0, 360), expand=True, fillcolor=255)
            )[:LONGEST_SIDE, :LONGEST_SIDE]
        case 7:
            harmed = np.roll(harmed, (top, left), (0, 1))
        case _:
            level = np.uint8(rng.randrange(1, 255))
            harmed = np.where(picture < level, 0, 255).astype(np.uint8)
    return harmed
