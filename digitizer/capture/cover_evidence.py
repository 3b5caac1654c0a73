"""What a surveyed page means for boundaries: verified codes, and what must be doubted.

Raw sightings come from a sandbox without keys; here they are verified.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from functools import cache

from digitizer.capture.legal_evidence import has_item_code, has_protected_code, legal_doubts
from digitizer.capture.reply_evidence import doubt_reply
from digitizer.engines.codes.cover_code import (
    KeyRing,
    claims_item,
    is_ours,
    retired_key_of,
    verify,
)
from digitizer.engines.printing.kit.cover_layout import COVER_MARKS, kind_of_mark
from digitizer.engines.words import index_words
from digitizer.model.paper import (
    LOOK_AT_PAPER,
    CodeKind,
    CoverCode,
    Doubt,
    DoubtReason,
    SeenPage,
    SurveyedPage,
)
from digitizer.support.paths import PRINT_TEMPLATES

#: The share of a cover's printed sentences that must be read for a page to read like that cover.
_LIKE_COVER = 0.2
#: How similar (0..100, rapidfuzz's scale) the best part of a page must be to a sentence to count as
#: it, and how many characters make a sentence that no letter has by chance.
_LIKE_SENTENCE = 72.0
_OWN_SENTENCE = 30
#: The same of a title that is a line of its own.
_LIKE_TITLE, _OWN_TITLE = 85.0, 14

_Prints = tuple[tuple[str, ...], ...]


def see(page: SurveyedPage, keys: KeyRing) -> SeenPage:
    """Verifies what was sighted on one page. Foreign codes are ignored; those of an item of legal
    mail are of no sheet, and seal (``legal_doubts``)."""
    texts = [symbol.text for symbol in page.sightings.symbols if is_ours(symbol.text)]
    ours = [text for text in texts if not claims_item(text)]
    verified = {text: verify(text, keys) for text in ours}
    codes = tuple(dict.fromkeys(code for code in verified.values() if code is not None))
    retired = {retired_key_of(text, keys) for text in ours} - {None}
    forged = any(
        code is None and retired_key_of(text, keys) is None for text, code in verified.items()
    )
    not_as_printed = doubt_reply(page, codes, keys)
    return SeenPage(
        number=page.number,
        blank=page.blank,
        codes=codes,
        doubts=(
            *legal_doubts(page, keys),
            *(_under_retired_key(page.number, number) for number in sorted(filter(None, retired))),
            *_doubts(page, codes, forged or bool(retired), forged),
            *filter(None, [not_as_printed]),
        ),
        inked=page.ink_outside_print,
        kinds=_kinds(page, codes),
        perhaps_blank=page.perhaps_blank,
        two_toned=page.two_toned,
        legal_item=has_item_code(page, keys) or has_protected_code(page, keys),
    )


def _kinds(page: SurveyedPage, codes: tuple[CoverCode, ...]) -> tuple[CodeKind, ...]:
    """Every kind of sheet that a code or a mark on the page is of, or whose look it has."""
    marked = (kind_of_mark(mark) for mark in page.sightings.marks if mark in COVER_MARKS)
    look = (page.looks_like,) if page.looks_like else ()
    return tuple(dict.fromkeys((*(code.kind for code in codes), *marked, *look)))


def _under_retired_key(number: int, key: int) -> Doubt:
    return Doubt(
        DoubtReason.KEY_RETIRED,
        f"Page {number} carries a code that was signed with key {key}, which is retired: whoever "
        "stole the key can have made it.",
        LOOK_AT_PAPER,
        look=(number, number),
    )


def _doubts(
    page: SurveyedPage, codes: tuple[CoverCode, ...], refused: bool, forged: bool
) -> Iterator[Doubt]:
    """``refused``: there is a code of ours that does not count, because it is ``forged`` or its key
    is retired."""
    number = page.number
    marked = {kind_of_mark(mark) for mark in page.sightings.marks if mark in COVER_MARKS}
    if forged:
        yield Doubt(
            DoubtReason.CODE_NOT_OURS,
            f"Page {number} carries a code that claims to be ours but is not valid: damaged, "
            "from another facility, or forged.",
        )
    if page.sightings.trouble:
        yield Doubt(
            DoubtReason.CODES_DISAGREE,
            f"The codes on page {number} cannot be relied on: {page.sightings.trouble}.",
        )
    if page.unseen and not codes:
        yield Doubt(
            DoubtReason.UNSEEN,
            f"Nothing can be made out on page {number}, which is {page.unseen}: it may be a cover "
            "sheet.",
            LOOK_AT_PAPER,
        )
    if (marked or page.looks_like) and not codes and not refused:
        name = "separator" if marked == {CodeKind.SEPARATOR} else "cover sheet"
        yield Doubt(
            DoubtReason.COVER_UNREADABLE,
            f"Page {number} looks like a {name}, but its codes cannot be read.",
        )


def reads_like_cover(text: str) -> bool:
    """Whether a page's words are those printed on a cover of ours, however badly read."""
    return _has_title(text) or _reads_like(text, _printed_sentences().values())


def _has_title(text: str) -> bool:
    """Whether a whole line is a cover's title: where the small print is gone, only that is read."""
    from rapidfuzz import fuzz  # takes longer to import than most commands to run

    lines = {_plain(line) for line in text.splitlines()}
    return any(fuzz.ratio(line, title) >= _LIKE_TITLE for line in lines for title in _titles())


@cache
def _titles() -> tuple[str, ...]:
    """Those too long to be a line of a letter by chance. A legal marker's title is not among them:
    envelopes carry it too."""
    wording = tomllib.loads((PRINT_TEMPLATES / "cover.toml").read_text("utf-8"))
    found = (
        _plain(str(words["title"]))
        for kind, languages in wording.items()
        for words in languages.values()
        if kind != CodeKind.LEGAL and "title" in words
    )
    return tuple(title for title in found if len(title) >= _OWN_TITLE)


def reads_like_legal(text: str) -> bool:
    """Whether a page's words are those printed on a legal marker of ours, or on either side of a
    sheet for the protected line."""
    return _reads_like(text, [_printed_sentences()[CodeKind.LEGAL], *_protected_sentences()])


def _reads_like(text: str, prints: Iterable[_Prints]) -> bool:
    read = " ".join(index_words(text))
    return bool(read) and any(
        _share_read(printed, read) >= _LIKE_COVER for languages in prints for printed in languages
    )


def _share_read(printed: tuple[str, ...], read: str) -> float:
    """The share of a cover's sentences, by their length, that is in what was read."""
    from rapidfuzz import fuzz  # takes longer to import than most commands to run

    found = sum(
        len(each)
        for each in printed
        if fuzz.partial_ratio(each, read, score_cutoff=_LIKE_SENTENCE) >= _LIKE_SENTENCE
    )
    return found / sum(map(len, printed))


@cache
def _printed_sentences() -> dict[str, _Prints]:
    """Each kind of cover's sentences that are long enough to be its own, a tuple a language."""
    wording = tomllib.loads((PRINT_TEMPLATES / "cover.toml").read_text("utf-8"))
    return {
        kind: tuple(filter(None, map(_sentences, words.values())))
        for kind, words in wording.items()
    }


@cache
def _protected_sentences() -> tuple[_Prints, ...]:
    """Those of the outside of a sheet for the protected line, and of its inside."""
    wording = tomllib.loads((PRINT_TEMPLATES / "notices.toml").read_text("utf-8"))
    return tuple(
        tuple(
            _sentences([text for key, text in words.items() if key.startswith(side)])
            for words in wording.values()
        )
        for side in ("protected_outer", "protected_inner")
    )


def _sentences(words: object) -> tuple[str, ...]:
    return tuple(each for each in map(_plain, _texts(words)) if len(each) >= _OWN_SENTENCE)


def _plain(text: str) -> str:
    return " ".join(index_words(text))


def _texts(words: object) -> Iterator[str]:
    if isinstance(words, str):
        yield words
    elif isinstance(words, dict):
        for each in words.values():
            yield from _texts(each)
    elif isinstance(words, list):
        for each in words:
            yield from _texts(each)
