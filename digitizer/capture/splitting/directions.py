"""Which way mail goes: mail from outside and mail from inside must not share a stack.

An inmate's cover comes with mail from outside, a reply sheet with mail from inside. In one stack
they would let two inmates write to each other past everybody: a reply sheet on top, then a copied
cover of another inmate, then a note. Batch headers and legal markers are of neither kind. A
separator is for mail from outside: behind one, a note from inside would wait for a person who only
chooses an inmate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from digitizer.capture.splitting.holds import Hold
from digitizer.capture.splitting.stretches import Stretch
from digitizer.model.paper import CodeKind, Doubt, DoubtReason
from digitizer.model.scanner_profile import Origin

_FOREIGN = {Origin.OUTSIDE: CodeKind.REPLY, Origin.INSIDE: CodeKind.INMATE}


def wrong_origins(stretches: Sequence[Stretch], origin: Origin) -> Iterator[Hold]:
    """A sheet of the other origin holds its letter and the neighbours; where no origin is set and
    both occur, every letter is held: there is no way to know which are where they belong."""
    yield from _perhaps_from_inside(stretches, origin)
    if origin is Origin.BOTH:
        yield from _mixed(stretches)
        return
    for i, stretch in enumerate(stretches):
        if _FOREIGN[origin] in _kinds(stretch):
            around = range(max(i - 1, 0), min(i + 2, len(stretches)))
            yield Hold(_wrong_origin(stretch, origin), tuple(around))


def _perhaps_from_inside(stretches: Sequence[Stretch], origin: Origin) -> Iterator[Hold]:
    """A letter behind a separator names nobody, so it holds itself and no other."""
    among_replies = any(CodeKind.REPLY in _kinds(stretch) for stretch in stretches)
    if origin is Origin.INSIDE or (origin is Origin.BOTH and among_replies):
        for i, stretch in enumerate(stretches):
            if stretch.separated:
                yield Hold(_note_from_inside(stretch), (i,))


def _mixed(stretches: Sequence[Stretch]) -> Iterator[Hold]:
    seen = {kind for stretch in stretches for kind in _kinds(stretch)}
    if seen >= {CodeKind.INMATE, CodeKind.REPLY}:
        sure = {stretch.code.kind for stretch in stretches if stretch.code}
        covers = "Cover sheets" if CodeKind.INMATE in sure else "What look like cover sheets"
        replies = "reply sheets" if CodeKind.REPLY in sure else "what look like reply sheets"
        message = (
            f"{covers} and {replies} are in one stack: mail from outside and mail from inside must "
            "be scanned separately, or one inmate's note can end up behind another's cover sheet."
        )
        yield Hold(Doubt(DoubtReason.BOTH_WAYS, message), tuple(range(len(stretches))))


def _kinds(stretch: Stretch) -> set[CodeKind]:
    """The kinds of all codes, marks and looks on the stretch's sheets, reliable or not."""
    return {kind for sheet in stretch.sheets for kind in sheet.kinds}


def _wrong_origin(stretch: Stretch, origin: Origin) -> Doubt:
    number = next(
        page.number
        for sheet in stretch.sheets
        for page in sheet.pages
        if _FOREIGN[origin] in (*page.kinds, *(code.kind for code in page.codes))
    )
    if origin is Origin.INSIDE:
        return Doubt(
            DoubtReason.COVER_FROM_INSIDE,
            f"Page {number} is or may be a cover sheet for mail from outside, but this scanner "
            "takes mail from inside: what is behind it may be another inmate's note.",
        )
    return Doubt(
        DoubtReason.REPLY_FROM_OUTSIDE,
        f"Page {number} is or may be an inmate's reply sheet, but this scanner takes mail from "
        "outside: someone else may be writing in that inmate's name.",
    )


def _note_from_inside(stretch: Stretch) -> Doubt:
    return Doubt(
        DoubtReason.COVER_FROM_INSIDE,
        f"The separator on page {stretch.first.number} lies among mail from inside: what is behind "
        "it may be one inmate's note to another.",
        "Find out who wrote it, and send it out or reject it.",
    )
