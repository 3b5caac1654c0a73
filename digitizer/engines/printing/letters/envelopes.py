"""Where an address must stand to show in a window envelope, and where the sheet is folded.

A4: DIN 5008 form B. The address field is 85 by 45 mm, 20 mm from the left and 45 mm from the top
of the sheet; its upper 17.7 mm hold the return address, the lower 27.3 mm the address; folds at
105 and 210 mm. It shows in the window of DIN 680 (DL or C5/6: 90 by 45 mm, 20 mm from the left,
15 mm from the bottom), and, folded once at 148.5 mm, in that of C5 (the same, 60 mm from the
bottom): of the sheet, 57 to 88.5 mm stay in sight, and all of the address's print is there.

Letter: the US #10 double-window envelope, 9.5 by 4.125 inches, as Lob publishes it for its own
mail (help.lob.com, "Letter envelopes"): upper window 3.25 by 0.875 inches, 0.625 from the left
and 2.375 from the bottom; lower window 4 by 1 inches, 0.625 from the left, 1 from the bottom.
USPS (Domestic Mail Manual 601.6.3) wants the whole address in sight, 1/8 inch clear of the
window's edges, wherever the sheet slides. A sheet folded in thirds (3.67 inches) slides almost
half an inch up and down, which leaves two lines; so the fold marks stand at 4 and 7.5 inches,
and it slides an eighth. Sideways it slides an inch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from digitizer.engines.printing.kit.cover_layout import Area, Paper
from digitizer.engines.printing.kit.drawing import PAGE_SIZES, draw_code
from digitizer.engines.printing.kit.fonts import REGULAR
from digitizer.engines.printing.kit.page_frame import MARGIN, RULE
from digitizer.engines.printing.kit.plain_text import clean_line
from digitizer.engines.printing.kit.tagging import tagged
from digitizer.engines.printing.kit.text_runs import Line, draw_line, single_line
from digitizer.engines.printing.kit.wording import Fold
from digitizer.model.errors import UsageError
from digitizer.model.people import Inmate
from digitizer.support.wording import counted

_INCH = 25.4
_A4_MIDDLE = 148.5
_ENVELOPE = Area(0, 0, 9.5 * _INCH, 4.125 * _INCH)
_UPPER = Area(0.625 * _INCH, (4.125 - 2.375 - 0.875) * _INCH, 3.25 * _INCH, 0.875 * _INCH)
_LOWER = Area(0.625 * _INCH, (4.125 - 1.0 - 1.0) * _INCH, 4.0 * _INCH, 1.0 * _INCH)

LEAST_ADDRESS_SIZE = 8.0
"""Points; smaller print is not machine-readable for the post."""


@dataclass(frozen=True, slots=True)
class WindowPlaces:
    """Millimetres from the sheet's top left corner, y downward.

    ``address`` and ``sender`` are what stays in sight wherever the sheet slides; print is in
    ``address_print`` and ``sender_print`` within them, clear of their edges and flush with the
    text below. ``folds`` are measured from the top; above the first, no other text may stand
    left of ``free_from``.
    """

    address: Area
    address_print: Area
    sender: Area
    sender_print: Area
    folds: tuple[float, float]
    free_from: float


def _in_sight(window: Area, first_fold: float) -> Area:
    """What of the sheet stays in the window however it slides in its #10 envelope."""
    sideways = _ENVELOPE.width - 8.5 * _INCH
    up_down = _ENVELOPE.height - first_fold
    return Area(window.left, window.top, window.width - sideways, window.height - up_down)


def _print(window: Area, clear: float) -> Area:
    """What print may take of a window: ``clear`` mm off its edges, from the text's left margin."""
    inner = window.grown(-clear)
    return Area(_TEXT_LEFT, inner.top, inner.right - _TEXT_LEFT, inner.height)


_TEXT_LEFT = MARGIN / mm
_US_FOLDS = (4.0 * _INCH, 7.5 * _INCH)
_US_ADDRESS = _in_sight(_LOWER, _US_FOLDS[0])
_US_SENDER = _in_sight(_UPPER, _US_FOLDS[0])
_DIN_ADDRESS = Area(20, 62.7, 85, 27.3)
_DIN_SENDER = Area(20, 45, 85, 17.7)

WINDOWS: dict[Paper, WindowPlaces] = {
    "a4": WindowPlaces(
        address=_DIN_ADDRESS,
        address_print=_print(_DIN_ADDRESS, 2.5),
        sender=_DIN_SENDER,
        sender_print=_print(_DIN_SENDER, 1.5),
        folds=(105, 210),
        free_from=118,
    ),
    "letter": WindowPlaces(
        address=_US_ADDRESS,
        address_print=_print(_US_ADDRESS, 0.125 * _INCH),
        sender=_US_SENDER,
        sender_print=_print(_US_SENDER, 0.06 * _INCH),
        folds=_US_FOLDS,
        free_from=4.85 * _INCH,
    ),
}


def address_problem(address: Sequence[str], paper: Paper) -> str | None:
    """Why this address cannot be in the window, in words for its writer; None if it can."""
    places = WINDOWS[paper]
    try:
        _fitted(address, places.address_print, 10.5, LEAST_ADDRESS_SIZE)
    except UsageError as problem:
        return str(problem)
    return None


def draw_window(
    canvas: Canvas,
    paper: Paper,
    address: Sequence[str],
    sender: Sequence[str],
    fold: Fold = "thirds",
) -> None:
    """Address and return address in their windows, and fold marks at the paper's edge.

    Raises UsageError where the address does not fit (ask ``address_problem`` before).
    """
    places = WINDOWS[paper]
    block = _fitted(address, places.address_print, 10.5, LEAST_ADDRESS_SIZE)
    _draw_block(canvas, paper, block, places.address_print)
    small = _fitted(sender, places.sender_print, 8.5, 4)
    _draw_block(canvas, paper, small, places.sender_print)
    _draw_folds(canvas, paper, _folds(paper, fold))


def _draw_folds(canvas: Canvas, paper: Paper, folds: Sequence[float]) -> None:
    canvas.setLineWidth(0.5)
    canvas.setStrokeColorRGB(*RULE)
    for down in folds:
        y = PAGE_SIZES[paper][1] - down * mm
        canvas.line(5 * mm, y, 9 * mm, y)


#: Millimetres of a code's box in the window of each paper, left of the address, and of the gap
#: between them. On A4 it is within what stays in sight in DL and C5.
_CODE_BOX: dict[Paper, float] = {"a4": 24.0, "letter": 21.0}
_CODE_GAP = 1.5
_LEAST_BESIDE_CODE = 5.0
"""Points: what a mailroom reads, though not a sorting machine."""


def draw_window_with_code(
    canvas: Canvas, paper: Paper, payload: str, address: Sequence[str], sender: Sequence[str]
) -> None:
    """As ``draw_window``, with a QR code in the window besides: for DL and C5, or #10, with the
    fold marks of each. Raises UsageError where the address does not fit."""
    places, side = WINDOWS[paper], _CODE_BOX[paper]
    sight = places.address
    top = sight.top + 0.5
    draw_code(canvas, payload, sight.left * mm, PAGE_SIZES[paper][1] - (top + side) * mm, side * mm)
    left = sight.left + side + _CODE_GAP
    print_area = places.address_print
    beside = Area(left, print_area.top, print_area.right - left, print_area.height)
    _draw_block(canvas, paper, _fitted(address, beside, 10.5, _LEAST_BESIDE_CODE), beside)
    if any(map(clean_line, sender)):
        small = _fitted(sender, places.sender_print, 8.5, 3)
        _draw_block(canvas, paper, small, places.sender_print)
    middle = (_A4_MIDDLE,) if paper == "a4" else ()
    _draw_folds(canvas, paper, (*places.folds, *middle))


def _folds(paper: Paper, fold: Fold) -> tuple[float, ...]:
    """Letter paper is always folded in thirds: no window of a larger US envelope is a standard."""
    return (_A4_MIDDLE,) if fold == "half" and paper == "a4" else WINDOWS[paper].folds


def _fitted(block: Sequence[str], area: Area, size: float, least: float) -> list[Line]:
    """The block's lines in the largest size that fits, from ``size`` down to ``least``."""
    texts = [text for text in map(clean_line, block) if text]
    if not texts:
        raise UsageError("The address is empty. Write the name, then street and town.")
    widest = max(single_line(text, REGULAR, 1).width for text in texts)
    size = min(size, area.width * mm / widest, area.height * mm / (len(texts) * _SPACING))
    if size < least:
        most = counted(int(area.height * mm / (least * _SPACING)), "line")
        longest = counted(int(area.width * mm / (least * 0.58)), "letter")
        raise UsageError(
            "The address does not fit in an envelope's window. Write it in "
            f"{most} at most, none longer than about {longest}."
        )
    return [single_line(text, REGULAR, size) for text in texts]


_SPACING = 1.2


def _draw_block(canvas: Canvas, paper: Paper, lines: Sequence[Line], area: Area) -> None:
    y = PAGE_SIZES[paper][1] - area.top * mm
    with tagged(canvas, "P"):
        for line in lines:
            draw_line(canvas, line, area.left * mm, y - line.size * 0.95)
            y -= line.size * _SPACING


def return_address(inmate: Inmate, facility: str, mail: Sequence[str]) -> tuple[str, ...]:
    """The sender's lines: the inmate with the booking number, then the facility's mail address."""
    return (f"{clean_line(inmate.full_name)}, {clean_line(inmate.booking_number)}", facility, *mail)
