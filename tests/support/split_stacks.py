"""Stacks written as signs, one a page, and what splitting made of them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from digitizer.capture.splitting import split
from digitizer.model.paper import CodeKind, CoverCode, Doubt, DoubtReason, SeenPage, Split
from digitizer.model.scanner_profile import Origin, Sides

R = DoubtReason


KINDS = {"R": CodeKind.REPLY, "H": CodeKind.BATCH, "L": CodeKind.LEGAL, "S": CodeKind.SEPARATOR}


def code(name: str) -> CoverCode:
    """``A``: an inmate's cover; ``A.2`` promises two sheets; R, H, L and S are the other kinds."""
    cover_id, _, sheets = name.partition(".")
    return CoverCode(KINDS.get(name[0], CodeKind.INMATE), 1, cover_id, int(sheets or 0))


def page(number: int, sign: str) -> SeenPage:
    """``_`` blank, ``=`` blank in black and white, ``~`` perhaps blank, ``#`` unseen, ``?`` an
    unreadable cover, ``%`` one so pale that it may show through, ``!`` decoder failed, ``A+`` a
    written-on cover."""
    if sign in "_=~":
        blank = sign != "~"
        return SeenPage(number, blank=blank, perhaps_blank=not blank, two_toned=sign == "=")
    if sign == "%":
        return replace(page(number, "?"), perhaps_blank=True)
    if sign in "?!#":
        reason = {"?": R.COVER_UNREADABLE, "!": R.DECODER_FAILED, "#": R.UNSEEN}[sign]
        return SeenPage(number, doubts=(Doubt(reason, f"Page {number} is odd."),))
    if sign[0].isupper():
        codes = tuple(code(each.rstrip("+")) for each in sign.split("&"))
        return SeenPage(number, codes=codes, inked=sign.endswith("+"))
    return SeenPage(number)


def stack(signs: str) -> list[SeenPage]:
    return [page(number, sign) for number, sign in enumerate(signs.split(), 1)]


def part(
    signs: str,
    sides: Sides = Sides.SIMPLEX,
    header: bool = False,
    origin: Origin = Origin.BOTH,
) -> Split:
    return split(stack(signs), sides, header, origin)


def delivered(parted: Split) -> dict[str, tuple[int, ...]]:
    return {
        each.cover.cover_id: each.pages for each in parted.letters if each.cover and not each.doubts
    }


def held(parted: Split) -> list[tuple[str | None, tuple[int, ...]]]:
    return [
        (each.cover.cover_id if each.cover else None, each.pages)
        for each in parted.letters
        if each.doubts
    ]


def to_match(parted: Split) -> list[tuple[int, ...]]:
    """The pages of each letter about which only whose it is is not known."""
    return [
        each.pages
        for each in parted.letters
        if {doubt.reason for doubt in each.doubts} == {R.SEPARATED}
    ]


def whole(parted: Split) -> list[DoubtReason]:
    assert not (parted.whole and parted.letters)
    return [doubt.reason for doubt in parted.whole]


def letter_signs(sheets: st.SearchStrategy[int], counted: bool) -> st.SearchStrategy[list[str]]:
    """Well-made letters: each of its own name, so that ``b7`` is a page of ``B7``."""

    def make(sizes: list[int]) -> list[str]:
        return [
            sign
            for i, size in enumerate(sizes)
            for sign in (f"B{i}.{size if counted else 0}", *[f"b{i}"] * size)
        ]

    return st.lists(sheets, min_size=1, max_size=8).map(make)


GOOD = letter_signs(st.integers(1, 4), counted=False)


def cut_out(number: int) -> SeenPage:
    """A page with a reply code that is not the sheet it was printed on."""
    doubt = Doubt(R.REPLY_NOT_AS_PRINTED, "cut from a copy")
    return SeenPage(number, codes=(code("R9"),), doubts=(doubt,), kinds=(CodeKind.REPLY,))


def owners(signs: list[str]) -> dict[int, str]:
    """Whose each page is, by the signs' own names."""
    return {
        number: sign.partition(".")[0].upper()
        for number, sign in enumerate(signs, 1)
        if sign[0] == "b"
    }


def astray(parted: Split, truth: dict[int, str]) -> list[int]:
    return [
        number
        for name, numbers in (
            (each.cover.cover_id, each.pages)
            for each in parted.letters
            if each.cover and not each.doubts
        )
        for number in numbers
        if truth.get(number, name) != name
    ]


def deliveries(parted: Split) -> dict[int, CoverCode]:
    return {
        number: each.cover
        for each in parted.letters
        if each.cover and not each.doubts
        for number in each.pages
    }


def replies_of(sizes: list[tuple[int, int, bool]]) -> list[str]:
    """Reply sheets: so many sheets with the code, so many loose ones, and whether counted."""
    return [
        sign
        for i, (coded, loose, counted) in enumerate(sizes)
        for sign in (
            *[f"R{i}.{coded - 1 + loose if counted else 0}"] * coded,
            *[f"r{i}"] * loose,
        )
    ]


def replies_astray(parted: Split, signs: list[str]) -> list[int]:
    return [
        number
        for number, cover in deliveries(parted).items()
        if signs[number - 1].partition(".")[0].upper() != cover.cover_id
    ]


SIGNS = st.sampled_from(
    ["A", "B", "C", "A.1", "B.2", "R1", "R2", "S", "S2", "A+", "H.2", "H", "A&B", *"?!_~#%aaaaaaaa"]
)


STACKS = st.tuples(st.sampled_from("AAASa"), st.lists(SIGNS, max_size=24)).map(
    lambda made: stack(" ".join([made[0], *made[1]]))
)


ANY_SIDES = st.sampled_from(list(Sides))
