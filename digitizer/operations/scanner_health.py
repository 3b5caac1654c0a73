"""How the scanners are: when each was last seen, and how often its pages or counts were wrong
lately, by what was recorded of its scans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from digitizer.engines.imaging.quality import BLURRED, CUT_OFF, LOW_RESOLUTION, TOO_DARK, TOO_LIGHT
from digitizer.model.paper import DoubtReason
from digitizer.model.scanner_profile import ScannerProfile
from digitizer.operations.findings import Finding
from digitizer.operations.glass import Stripe, stripes
from digitizer.storage.tables import letter, page, scan
from digitizer.support.wording import counted

#: What is looked at: so many of the newest scans, none older than this.
_SCANS, _WITHIN = 20, timedelta(days=3)
#: A few bad pages are bad paper; so many, and such a share, are the scanner.
_FEWEST_PAGES, _FEWEST_STACKS, _SHARE = 5, 2, 0.1
_COUNTS = {str(DoubtReason.SHEET_COUNT), str(DoubtReason.LETTER_COUNT)}
_FIXES = {
    TOO_DARK: "Clean the glass and its white background, then make the scanner lighter.",
    TOO_LIGHT: "Make the scanner darker, and clean the glass.",
    BLURRED: "Clean the glass; look whether the lid closes and the rollers pull evenly.",
    CUT_OFF: "Set the paper size to the largest sheet, or to automatic.",
    LOW_RESOLUTION: "Set it to 300 dpi.",
}
_DOUBLE_FEEDS = (
    "Clean its rollers, fan the stack before it goes in, and have it stop at double feeds, if it "
    "can."
)


@dataclass(frozen=True, slots=True)
class ScannerState:
    """A scanner in use. ``stacks`` and ``pages`` are how much was looked at, ``wrong`` counts the
    pages by what is wrong with them, ``miscounts`` the stacks whose counts did not fit. Of
    ``counted`` sheets, those that covers and headers promise, ``missing`` were not seen, in
    ``short`` stacks. ``stripes`` are lines on its glass."""

    name: str
    title: str
    last: datetime | None
    stacks: int
    pages: int
    wrong: Counter[str]
    miscounts: int
    counted: int = 0
    missing: int = 0
    short: int = 0
    stripes: tuple[Stripe, ...] = ()


def scanner_states(
    tx: sa.Connection, profiles: Mapping[str, ScannerProfile], names: Iterable[str], at: datetime
) -> tuple[ScannerState, ...]:
    """Of the scanners with these names, by name."""
    return tuple(_state(tx, profiles[name], at) for name in sorted(names))


#: By the side of the sheet; empty where only one is scanned.
_WHERE = {"": "its pages", "front": "the fronts of its sheets", "back": "the backs of its sheets"}


def scanner_findings(states: tuple[ScannerState, ...]) -> Iterator[Finding]:
    for each in states:
        for what, number in each.wrong.items():
            if what in _FIXES and number >= max(_FEWEST_PAGES, _SHARE * each.pages):
                message = f"{number} of its last {counted(each.pages, 'page')}: {what}"
                yield Finding(f"scanner {each.name}", False, message, _FIXES[what])
        for stripe in each.stripes:
            where = _WHERE[stripe.side]
            yield Finding(
                f"scanner {each.name}",
                False,
                f"a thin line runs down {where}, {stripe.at:.0f} mm from the left: on "
                f"{stripe.pages} of the last {stripe.of}",
                "Clean the narrow strip of glass that sheets pass over, with a soft cloth and "
                "alcohol; then scan a blank sheet, and look for the line.",
            )
        if each.short >= max(_FEWEST_STACKS, _SHARE * each.stacks):
            yield Finding(
                f"scanner {each.name}",
                False,
                f"{each.missing} of {each.counted} of what covers and headers count, sheets and "
                f"letters ({each.missing / each.counted:.1%}), were not seen, in {each.short} of "
                f"its last {counted(each.stacks, 'stack')}: it pulls two sheets at once, or they "
                "were counted wrongly",
                _DOUBLE_FEEDS,
            )
        elif each.miscounts >= max(_FEWEST_STACKS, _SHARE * each.stacks):
            yield Finding(
                f"scanner {each.name}",
                False,
                f"the count of sheets or letters did not fit in {each.miscounts} of its last "
                f"{counted(each.stacks, 'stack')}: it may pull two sheets at once",
                _DOUBLE_FEEDS,
            )


def _state(tx: sa.Connection, profile: ScannerProfile, at: datetime) -> ScannerState:
    newest = tx.execute(
        sa.select(scan.c.id, scan.c.taken_in, scan.c.doubt, scan.c.counted, scan.c.missing)
        .where(scan.c.profile == profile.name)
        .order_by(scan.c.taken_in.desc())
        .limit(_SCANS)
    ).all()
    lately = [row for row in newest if at - row.taken_in <= _WITHIN]
    ids = [row.id for row in lately]
    marks = list(tx.execute(sa.select(page.c.quality).where(page.c.scan_id.in_(ids))).scalars())
    held = sa.select(letter.c.scan_id, letter.c.doubts).where(letter.c.scan_id.in_(ids))
    miscounted = {row.scan_id for row in tx.execute(held) if _COUNTS & set(row.doubts)}
    miscounted |= {row.id for row in lately if row.doubt in _COUNTS}
    return ScannerState(
        profile.name,
        profile.title,
        newest[0].taken_in if newest else None,
        len(lately),
        len(marks),
        Counter(each for quality in marks for each in set(quality)),
        len(miscounted),
        sum(row.counted for row in lately),
        sum(row.missing for row in lately),
        sum(row.missing > 0 for row in lately),
        tuple(stripes(tx, profile, ids)),
    )
