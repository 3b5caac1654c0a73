"""The certificate of destruction: which paper, of which scans, who proposed and who confirmed it.

It is signed by the log of events: beside each scan stands the hash of its entry there, and at the
end the hash of the entry that closes the list. Whoever has the log, or an anchor of it that is
newer, can compare them.
"""

from __future__ import annotations

from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.engines.printing.kit.drawing import SOFT
from digitizer.engines.printing.kit.flowing_pages import MARGIN, FlowingPages
from digitizer.engines.printing.kit.page_frame import new_canvas
from digitizer.engines.printing.kit.plain_text import clean_line
from digitizer.model.originals import DestroyedPaper, Destruction
from digitizer.support.wording import counted

_STEP = 4.0
_WHAT_IT_PROVES = (
    "The log of events is a chain: each entry's hash covers the one before, under a key of the "
    "facility. The hashes on this page can be compared with the log, and with any later printed, "
    "mailed or time-stamped head of it. Each file's SHA-256 was computed from the stored scan just "
    "before the destruction was confirmed, and was that under which the scan came in."
)
_SIGNED = ("Proposed by", "Confirmed by")


def certificate_pdf(known: Destruction, facility_name: str, keep_days: int, paper: Paper) -> bytes:
    """A PDF of as many pages as it takes."""
    name = clean_line(facility_name)
    title = f"Certificate of destruction {known.number}"
    canvas, out = new_canvas(paper, title, name, "en")
    pages = FlowingPages(canvas, paper, f"{name} · {title}")
    pages.text(0, name, size=11, bold=True, soft=True)
    pages.y += 11
    pages.text(0, title, size=22, bold=True)
    pages.y += 10
    _say_what(pages, known, keep_days)
    pages.y += 6
    _table(pages, known)
    _say_proof(pages, known)
    _sign(pages, known)
    pages.end()
    canvas.save()
    return out.getvalue()


def _say_what(pages: FlowingPages, known: Destruction, keep_days: int) -> None:
    done, sheets = known.destroyed, sum(each.pages for each in known.destroyed)
    pages.lines(
        f"The paper of {counted(len(done), 'scan')} of incoming mail, {counted(sheets, 'page')} in "
        f"the scans, was destroyed. It was kept for at least {counted(keep_days, 'day')} after it "
        "was scanned; no request for it was open, no appeal, nothing of it was on hold, and no "
        "letter of it waited for a decision.",
        size=11,
    )
    pages.y += 8
    for label, who, at in (
        ("Proposed by", known.proposed_by, known.proposed),
        ("Confirmed by", known.confirmed_by, known.confirmed),
    ):
        pages.text(0, label, size=10, width=32, soft=True)
        pages.text(34, who, size=12, bold=True, width=70)
        if at is not None:
            moment = f"{at.astimezone():%Y-%m-%d %H:%M:%S %Z}"
            pages.text(pages.width, moment, size=10, width=60, align="right")
        pages.y += 7
    if known.left_out:
        pages.lines(f"Left out and not destroyed: {', '.join(sorted(known.left_out))}.", soft=True)


def _table(pages: FlowingPages, known: Destruction) -> None:
    _headings(pages)
    for each in known.destroyed:
        height = _STEP * (2 * len(each.files) + 2 + bool(each.given) + each.scan_destroyed) + 3
        before = pages.y
        pages.need(min(height, 120))
        if pages.y < before:
            _headings(pages)
        _row(pages, each)


def _headings(pages: FlowingPages) -> None:
    pages.text(0, "Scan, its files and their SHA-256", bold=True, width=90)
    pages.text(98, "Scanned on", bold=True, width=28)
    pages.text(128, "Box", bold=True, width=28)
    pages.text(pages.width, "Pages", bold=True, width=14, align="right")
    pages.sheet.rule(MARGIN, pages.y + 1.6, pages.width)
    pages.y += 6


def _row(pages: FlowingPages, each: DestroyedPaper) -> None:
    pages.text(0, each.scan, bold=True, width=94)
    pages.text(98, f"{each.taken_in.astimezone():%Y-%m-%d %H:%M}", width=28)
    pages.text(128, each.box, width=30)
    pages.text(pages.width, str(each.pages), width=14, align="right")
    pages.y += _STEP
    for name, digest in each.files:
        pages.need(2 * _STEP)
        pages.text(4, name)
        pages.y += _STEP
        pages.text(4, digest, soft=True)
        pages.y += _STEP
    if each.scan_destroyed:
        pages.text(4, "Its scan was destroyed by schedule before; no file of it was left to read.")
        pages.y += _STEP
    if each.given:
        pages.text(4, f"Given out before, and not in it: letter {', '.join(each.given)}")
        pages.y += _STEP
    pages.text(4, f"Log entry {each.event}, {each.digest}", soft=True)
    pages.y += _STEP + 2


def _say_proof(pages: FlowingPages, known: Destruction) -> None:
    pages.need(42)
    pages.y += 4
    pages.text(0, "The log of events", size=12, bold=True)
    pages.y += 6
    pages.text(0, f"Closed by entry {known.event}, whose hash was the head of the log then:")
    pages.y += _STEP + 1
    pages.text(0, known.digest, size=10, bold=True)
    pages.y += 3
    pages.lines(_WHAT_IT_PROVES, soft=True)


def _sign(pages: FlowingPages, known: Destruction) -> None:
    pages.need(36)
    pages.y += 20
    half = pages.width / 2 - 6
    for place, (label, who) in enumerate(
        zip(_SIGNED, (known.proposed_by, known.confirmed_by), strict=True)
    ):
        left = place * (half + 12)
        pages.sheet.rule(MARGIN + left, pages.y, half)
        pages.sheet.text(
            MARGIN + left, pages.y + 4.5, f"{label}: {who}", size=9, width=half, tone=SOFT
        )
    pages.y += 8
