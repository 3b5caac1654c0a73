"""A stack as pixels: written as a scanner would, opened, prepared, sighted, split, and judged.

Nothing is read: what a cover's printed words would still show is not counted on here.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from digitizer.capture.cover_evidence import see
from digitizer.capture.deliver_or_hold import UNKNOWN, Standing, destination_of, standing_of
from digitizer.capture.isolated.survey import SurveyOrder, count, survey
from digitizer.capture.scans.sealing import decrypt_original, seal
from digitizer.capture.splitting import split
from digitizer.engines.opening import OpeningLimits
from digitizer.model.paper import (
    CodeKind,
    CoverCode,
    Original,
    Scan,
    Split,
    SplitLetter,
    SurveyedPage,
)
from digitizer.model.people import CustodyStatus, Inmate
from digitizer.model.scanner_profile import Origin, Sides
from digitizer.storage.blobs import LocalBlobs
from digitizer.storage.encryption import new_seal_key
from digitizer.storage.seal_keys import SealKey
from trials.paper import sheets
from trials.paper.drafts import Draft, draft_of
from trials.paper.sheets import DPI, Picture

_NOW = datetime(2024, 1, 1, tzinfo=UTC)
_BLANK_INK = 0.0002
_WHOLE = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one stack.

    ``astray`` counts pages delivered to whom they do not belong, ``lost`` pages that are in no
    place or in two, ``letters`` and ``good`` the letters and those that nothing could touch,
    ``needless`` those of the good that were held. ``destroyed``: of a scan that was sealed the
    original could not be had again, byte for byte, once only its encrypted copy was left.
    """

    stack: int
    done: str
    origin: str
    astray: int
    lost: int
    letters: int
    good: int
    needless: int
    sealed: bool
    destroyed: bool
    why: tuple[str, ...]


def try_stack(seed: int, number: int) -> Result:
    """The stack of that number: the same whenever it is asked for, whatever runs beside it."""
    rng = np.random.default_rng((seed, number))
    draft = draft_of(rng)
    origin = _origin(draft, rng)
    data = scanned(draft, rng)
    pages = surveyed(data)
    seen = [see(page, sheets.KEYS) for page in pages]
    sides = Sides.DUPLEX if draft.duplex else Sides.SIMPLEX
    result = _judged(number, draft, split(seen, sides, False, origin), origin, len(pages))
    return replace(result, destroyed=result.sealed and not _comes_back(data))


def _origin(draft: Draft, rng: np.random.Generator) -> Origin:
    """What the scanner's profile says: which way the paper goes, or, for half of them, nothing."""
    if rng.random() < 0.5:
        return Origin.BOTH
    return Origin.INSIDE if draft.inside else Origin.OUTSIDE


# ---- the scanner


def scanned(draft: Draft, rng: np.random.Generator) -> bytes:
    """The stack as a PDF of one picture a side: grey or, one in three, black and white."""
    bilevel = bool(rng.random() < 0.33)
    sides = [_laid(paper.picture, rng) for paper in draft.papers]
    if draft.duplex:
        sides = [each for side in sides for each in (side, _laid(sheets.blank(), rng))]
    pictures = [Image.fromarray(_black_and_white(each) if bilevel else each) for each in sides]
    if bilevel:
        pictures = [each.convert("1", dither=Image.Dither.NONE) for each in pictures]
    buffer = BytesIO()
    first, *others = pictures
    loss = {} if bilevel else {"quality": 80}
    first.save(buffer, "PDF", save_all=True, append_images=others, resolution=DPI, **loss)
    return buffer.getvalue()


def _laid(picture: Picture, rng: np.random.Generator) -> Picture:
    """A little askew, as a feeder takes it, and as noisy as a scanner is."""
    height, width = picture.shape
    move = cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.normal(0, 0.5)), 1.0)
    laid = cv2.warpAffine(picture, move, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return sheets.noisy(np.asarray(laid), rng, 1.5)


def _black_and_white(picture: Picture) -> Picture:
    return np.where(picture < 128, 0, 255).astype(np.uint8)


def surveyed(data: bytes) -> Sequence[SurveyedPage]:
    """The file opened and looked at as every scan is."""
    shm = "/dev/shm"
    with tempfile.TemporaryDirectory(dir=shm if os.access(shm, os.W_OK) else None) as folder:
        path = Path(folder) / "stack.pdf"
        path.write_bytes(data)
        limits = OpeningLimits()
        numbers = tuple(range(1, count(str(path), limits) + 1))
        order = SurveyOrder(str(path), numbers, 1, folder, limits, DPI, _BLANK_INK, _WHOLE)
        return survey(order)


def _comes_back(data: bytes) -> bool:
    """Whether a sealed original comes back whole when only its encrypted copy is left."""
    with tempfile.TemporaryDirectory() as folder:
        store = LocalBlobs(Path(folder))
        sha256, size = store.put(BytesIO(data))
        scan = Scan("a trial", (Original(sha256, "stack.pdf", size),), "default", _NOW)
        made = seal(store, scan, SealKey("a trial", new_seal_key()))
        store.delete(sha256)
        return decrypt_original(store, made.key.key, made.stored[sha256], sha256) == data


# ---- the judge


def _judged(number: int, draft: Draft, parted: Split, origin: Origin, pages: int) -> Result:
    owners = _owners(draft)
    arrived, astray = set(), 0
    for destination, letter in _deliveries(draft, parted):
        arrived.add(destination)
        whose = [owners[page] for page in letter.pages]
        astray += sum(owner is not None and owner != destination for owner in whose)
    good = [
        letter.owner
        for at, letter in enumerate(draft.letters)
        if not draft.spoilt and at not in draft.touched
    ]
    return Result(
        stack=number,
        done=draft.done,
        origin=str(origin),
        astray=astray,
        lost=_lost(parted, pages),
        letters=len(draft.letters),
        good=len(good),
        needless=sum(owner not in arrived for owner in good),
        sealed=parted.sealed,
        destroyed=False,
        why=_reasons(parted),
    )


def _owners(draft: Draft) -> dict[int, str | None]:
    step = 2 if draft.duplex else 1
    found: dict[int, str | None] = {}
    for at, paper in enumerate(draft.papers):
        found[at * step + 1] = paper.owner
        if draft.duplex:
            found[at * step + 2] = None
    return found


def _deliveries(draft: Draft, parted: Split) -> Iterator[tuple[str, SplitLetter]]:
    for letter in parted.letters:
        destination = destination_of(letter, _standing(draft, letter.cover))
        if destination.booking_number is not None and letter.cover is not None:
            way = "from" if letter.cover.kind is CodeKind.REPLY else "to"
            yield f"{way}:{destination.booking_number}", letter


def _standing(draft: Draft, code: CoverCode | None) -> Standing:
    if code is None or code.kind not in (CodeKind.INMATE, CodeKind.REPLY):
        return UNKNOWN
    name = str(int(code.cover_id[1:7], 16))
    person = Inmate(name, "Testermann", "Invented", "B", CustodyStatus.IN_CUSTODY)
    once = code.kind is CodeKind.REPLY
    return standing_of(person, at=_NOW, once=once, used_elsewhere=code.cover_id in draft.spent)


def _lost(parted: Split, pages: int) -> int:
    if parted.whole:
        return 0
    placed = [*parted.recorded]
    for letter in parted.letters:
        placed += [*letter.pages, *letter.hidden, *letter.covers]
    return abs(len(placed) - pages) + len(placed) - len(set(placed))


def _reasons(parted: Split) -> tuple[str, ...]:
    doubts = [*parted.whole, *(doubt for letter in parted.letters for doubt in letter.doubts)]
    return tuple(sorted({str(doubt.reason) for doubt in doubts}))
