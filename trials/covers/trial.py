"""One cover's way: printed, worn, scanned, opened, prepared, sighted, verified, and judged.

A unit is a handful of covers of one code: printing costs more than wearing. What happens in a
unit depends on the seed and its number alone, whatever else runs beside it.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pypdfium2
import zxingcpp
from pyzbar import pyzbar

from digitizer.capture.cover_evidence import see
from digitizer.capture.isolated.survey import SurveyOrder, survey
from digitizer.engines.codes.cover_code import KeyRing, payload, short_id
from digitizer.engines.codes.decoders import QR
from digitizer.engines.opening import OpenedPage, OpeningLimits, open_page
from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.engines.printing.sheets.cover_sheet import CoverSheet, cover_pdf
from digitizer.model.errors import UnopenableFile
from digitizer.model.paper import CodeKind, CoverCode, SeenPage, SurveyedPage
from digitizer.model.people import CustodyStatus, Inmate
from digitizer.model.settings import FacilitySettings
from trials.covers.glass import File, scanned
from trials.covers.levels import Fate, Level, draw_level, fate
from trials.covers.paper_wear import Picture, Sheet

UNIT = 20
PRINT_DPI = 300
RIGHT = KeyRing({1: bytes(range(32)), 2: bytes(range(1, 33))}, current=2)
WRONG = KeyRing({1: bytes(range(2, 34)), 2: bytes(range(3, 35))}, current=2)
"""A ring of the same key ids and other keys: another facility's."""

_OWN = FacilitySettings()
_KINDS = {CodeKind.INMATE: 0.79, CodeKind.REPLY: 0.09, CodeKind.BATCH: 0.06, CodeKind.LEGAL: 0.06}
_NAMES = ("Testermann", "Example-Invented", "Muster", "O'Sample", "de la Prueba")
_LIMITS = OpeningLimits()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is of. Every ``peers_every``-th cover of a unit is shown to the peers (0: none).

    ``augraphy``: all covers are worn by augraphy, if it is installed.
    """

    seed: int
    peers_every: int = 5
    augraphy: bool = False


@dataclass(frozen=True, slots=True)
class Printed:
    """A cover fresh from the printer, and beside it a page with one plain QR code of its text."""

    code: CoverCode
    kind: CodeKind
    paper: Paper
    text: str
    cover: Picture
    plain: Picture


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one cover. ``name`` is ``unit.number``: enough to make it again.

    ``wrong``: some other code was accepted, or any under another facility's keys. ``peers``
    are whether pyzbar and zxing-cpp alone read the plain code, None where they were not asked;
    ``peers_wrong`` whether one of them read a text that was never printed.
    """

    name: str
    level: Level
    wears: tuple[str, ...]
    read: bool
    recognised: bool
    wrong: bool
    opened: bool = True
    peers: tuple[bool, bool] | None = None
    peers_wrong: bool = False


def unit(plan: Plan, number: int) -> list[Result]:
    """The results of one unit of covers."""
    printed = printed_of(plan, number)
    return [judge(printed, plan, number, each) for each in range(UNIT)]


def printed_of(plan: Plan, number: int) -> Printed:
    """The cover that all of a unit are copies of."""
    return print_cover(_rng(plan.seed, number))


def fate_of(plan: Plan, number: int, each: int) -> Fate:
    rng = _rng(plan.seed, number, each, 0)
    level = draw_level(rng)
    return fate(Level.AUGRAPHY if plan.augraphy else level, rng)


def scan_of(printed: Printed, plan: Plan, number: int, each: int, plain: bool = False) -> File:
    """The scan of one cover of a unit, or of the plain code that was worn like it."""
    page = printed.plain if plain else printed.cover
    chance = _rng(plan.seed, number, each, 1)
    return wear(page, printed.paper, fate_of(plan, number, each), chance)


def judge(printed: Printed, plan: Plan, number: int, each: int) -> Result:
    """One cover of a unit, worn and looked at."""
    its_fate = fate_of(plan, number, each)
    result = Result(f"{number}.{each}", its_fate.level, its_fate.named, False, False, False)
    try:
        page, _ = looked_at(scan_of(printed, plan, number, each))
    except UnopenableFile:
        result = replace(result, opened=False)
    else:
        result = _seen(result, page, printed)
    asked = plan.peers_every > 0 and each % plan.peers_every == 0
    if not asked or its_fate.level is Level.DESTROYED:
        return result
    return _with_peers(result, scan_of(printed, plan, number, each, plain=True), printed.text)


def _seen(result: Result, page: SurveyedPage, printed: Printed) -> Result:
    right, wrong = see(page, RIGHT), see(page, WRONG)
    return replace(
        result,
        read=right.codes == (printed.code,) and not right.doubts,
        recognised=bool(right.codes or right.doubts),
        wrong=any(code != printed.code for code in right.codes) or bool(wrong.codes),
    )


def wear(page: Picture, paper: Paper, its_fate: Fate, rng: np.random.Generator) -> File:
    """The scan of a page after its fate."""
    areas = layout.code_areas(*layout.PAPERS[paper])
    sheet = Sheet(page.copy(), PRINT_DPI, areas, rng)
    for each, strength in its_fate.on_paper:
        each(sheet, strength)
    return scanned(sheet.picture, PRINT_DPI, its_fate.glass, rng)


def looked_at(file: File, dpi: int = 0) -> tuple[SurveyedPage, SeenPage]:
    """The file opened and surveyed as every scan is, and seen with the right keys."""
    with _as_file(file) as path:
        order = SurveyOrder(
            str(path), (1,), 1, str(path.parent), _LIMITS, dpi, 0.0005, (0.0, 0.0, 1.0, 1.0)
        )
        page = survey(order)[0]
    return page, see(page, RIGHT)


def _with_peers(result: Result, file: File, text: str) -> Result:
    picture = opened(file).image
    zbar = {
        found.data.decode("utf-8", "replace")
        for found in pyzbar.decode(picture, symbols=[pyzbar.ZBarSymbol.QRCODE])
    }
    zxing = {found.text for found in zxingcpp.read_barcodes(picture, formats=QR) if found.valid}
    return replace(
        result, peers=(text in zbar, text in zxing), peers_wrong=bool((zbar | zxing) - {text})
    )


def opened(file: File) -> OpenedPage:
    with _as_file(file) as path:
        return open_page(path, 1, _LIMITS, 0)


class _as_file:  # noqa: N801 (a context, used like a function)
    """The bytes in a folder of their own, in memory where the machine has such a place."""

    def __init__(self, file: File) -> None:
        self._file = file
        shm = "/dev/shm"
        self._folder = tempfile.TemporaryDirectory(dir=shm if os.access(shm, os.W_OK) else None)

    def __enter__(self) -> Path:
        path = Path(self._folder.name) / f"scan{self._file.suffix}"
        path.write_bytes(self._file.data)
        return path

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()


# ---- printing


def print_cover(
    rng: np.random.Generator, wanted: CodeKind | None = None, on: Paper | None = None
) -> Printed:
    """A cover of some kind, paper and key (or of those that are wanted), with a code of its own."""
    kinds: list[CodeKind] = list(_KINDS)
    drawn = kinds[int(rng.choice(len(kinds), p=list(_KINDS.values())))]
    kind = wanted or drawn
    paper: Paper = on or ("a4" if rng.random() < 0.4 else "letter")
    code = CoverCode(kind, int(rng.integers(1, 3)), rng.bytes(9).hex(), int(rng.choice([0, 0, 3])))
    text = payload(code, RIGHT)
    cover = _rendered(cover_pdf(_sheet(code, text, rng), paper))
    return Printed(code, kind, paper, text, cover, _plain(cover, paper))


def _sheet(code: CoverCode, text: str, rng: np.random.Generator) -> CoverSheet:
    personal = code.kind in (CodeKind.INMATE, CodeKind.REPLY)
    return CoverSheet(
        facility_name="Example County Jail (invented)",
        mail_address=("PO Box 000", "Nowhere, ZZ 00000"),
        inmate=_somebody(rng) if personal else None,
        kind=code.kind,
        payload=text,
        short_id=short_id(code),
        sheets=code.sheets if code.kind is CodeKind.INMATE else 0,
        letters=code.sheets or None if code.kind is CodeKind.BATCH else None,
        notes=(_OWN.cover_notes, _OWN.cover_notes_es),
    )


def _somebody(rng: np.random.Generator) -> Inmate:
    number = f"T-{int(rng.integers(0, 10**6)):06d}"
    last = _NAMES[int(rng.integers(len(_NAMES)))]
    return Inmate(number, last, "Invented", "B-204", CustodyStatus.IN_CUSTODY)


def _rendered(pdf: bytes) -> Picture:
    document = pypdfium2.PdfDocument(pdf)
    try:
        picture = document[0].render(scale=PRINT_DPI / 72, grayscale=True).to_numpy()
        return np.ascontiguousarray(picture.reshape(picture.shape[:2])).copy()
    finally:
        document.close()


def _plain(cover: Picture, paper: Paper) -> Picture:
    """A white page with the first of the cover's codes where it was, and nothing else."""
    area = layout.code_areas(*layout.PAPERS[paper])[0].grown(0.5)
    k = PRINT_DPI / 25.4
    rows = slice(round(area.top * k), round(area.bottom * k))
    columns = slice(round(area.left * k), round(area.right * k))
    page = np.full_like(cover, 255)
    page[rows, columns] = cover[rows, columns]
    return page


def _rng(*seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)
