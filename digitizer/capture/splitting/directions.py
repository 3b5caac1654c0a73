"""Which way paper goes: what comes from outside and what comes from inside share no stack.

An inmate's cover lies on paper from outside, a reply sheet is paper from inside. Put into one
stack they let two inmates talk past everybody: a reply sheet on top, then a copied cover of
another inmate, then a note. Batch headers and legal markers are of neither kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from digitizer.capture.splitting.stretches import Stretch
from digitizer.capture.splitting.touches import Touch
from digitizer.model.paper import CodeKind, Doubt, DoubtReason
from digitizer.model.scanner_profile import Origin

_FOREIGN = {Origin.OUTSIDE: CodeKind.REPLY, Origin.INSIDE: CodeKind.INMATE}


def wrong_ways(stretches: Sequence[Stretch], origin: Origin) -> Iterator[Touch]:
    """What of the other way holds itself and its neighbours; where no way is set, and both are
    there, every letter: which of them lie where they belong cannot be told."""
    if origin is Origin.BOTH:
        yield from _mixed(stretches)
        return
    for i, stretch in enumerate(stretches):
        if _FOREIGN[origin] in _kinds(stretch):
            around = range(max(i - 1, 0), min(i + 2, len(stretches)))
            yield Touch(_astray(stretch, origin), tuple(around))


def _mixed(stretches: Sequence[Stretch]) -> Iterator[Touch]:
    seen = {kind for stretch in stretches for kind in _kinds(stretch)}
    if seen >= {CodeKind.INMATE, CodeKind.REPLY}:
        sure = {stretch.code.kind for stretch in stretches if stretch.code}
        covers = "Cover sheets" if CodeKind.INMATE in sure else "What look like cover sheets"
        replies = "reply sheets" if CodeKind.REPLY in sure else "what look like reply sheets"
        says = (
            f"{covers} and {replies} are in one stack: mail from outside and mail from inside must "
            "be scanned apart, or one inmate's note can lie behind another's cover."
        )
        yield Touch(Doubt(DoubtReason.BOTH_WAYS, says), tuple(range(len(stretches))))


def _kinds(stretch: Stretch) -> set[CodeKind]:
    """The kinds that anything on the stretch's sheets is of, whether it can be relied on or not."""
    return {
        kind
        for sheet in stretch.sheets
        for page in sheet.pages
        for kind in (*page.kinds, *(code.kind for code in page.codes))
    }


def _astray(stretch: Stretch, origin: Origin) -> Doubt:
    number = next(
        page.number
        for sheet in stretch.sheets
        for page in sheet.pages
        if _FOREIGN[origin] in (*page.kinds, *(code.kind for code in page.codes))
    )
    if origin is Origin.INSIDE:
        return Doubt(
            DoubtReason.COVER_FROM_INSIDE,
            f"Page {number} is or may be a cover sheet for mail from outside, but this scanner's "
            "paper comes from inside: what lies behind it may be another inmate's note.",
        )
    return Doubt(
        DoubtReason.REPLY_FROM_OUTSIDE,
        f"Page {number} is or may be an inmate's reply sheet, but this scanner's paper comes from "
        "outside: somebody else may speak in that inmate's name.",
    )
