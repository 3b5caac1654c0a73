"""What a sheet of paper becomes on its way from the scanner's glass to a mailbox.

A *sheet* is a leaf of paper, a *page* is one side of it as the scanner captured it. Pages are
counted from 1 in their scan. All boxes are in pixels of the prepared (upright, deskewed) picture of
the page, from its top left corner.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in pixels: left, top, width, height."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def bottom(self) -> int:
        return self.top + self.height


@dataclass(frozen=True, slots=True)
class Original:
    """The bytes as the scanner wrote them. ``source`` is the name or argument they came with."""

    sha256: str
    source: str
    size: int


@dataclass(frozen=True, slots=True)
class Scan:
    """One stack that went through a scanner: one file, or from a flatbed one file for each sheet.

    ``cleared`` are the pages that a supervisor looked at, and that do not make it legal mail.
    ``claim`` is the number of the claim under which it is worked: only the last one may file it.
    """

    id: str
    originals: tuple[Original, ...]
    profile: str
    taken_in: datetime
    cleared: frozenset[int] = frozenset()
    claim: int = field(default=0, compare=False)

    @property
    def source(self) -> str:
        return self.originals[0].source

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(part.size for part in self.originals)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A barcode as the decoders saw it, not verified yet.

    ``format`` is the standard's name (``QRCode``, ``Code128``, …), ``decoders`` are those that
    read it.
    """

    format: str
    text: str
    box: Box
    decoders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sightings:
    """All that the decoders in the sandbox saw on one page; raw, and not trusted.

    ``marks`` are the ids of the registration marks. ``trouble`` is a sentence about why what was
    seen cannot be relied on: decoders disagree, or one failed.
    """

    symbols: tuple[Symbol, ...] = ()
    marks: tuple[int, ...] = ()
    trouble: str | None = None


#: One of the words of ``SurveyedPage.quality``: the side is shown, but may be blank.
PERHAPS_BLANK = "perhaps blank"
#: Another: the page was mirrored, and is shown the right way round. The original is unchanged.
WAS_MIRRORED = "was mirrored"
#: Another, of a held page: it may be no page of the letter but the cover of the next one.
MAY_BE_COVER = "may be a cover"
#: Another, of a letter without a cover: it is written as no page before it in the letter is.
ANOTHER_HAND = "another hand"


@dataclass(frozen=True, slots=True)
class ReplyLook:
    """How a page compares with the reply sheet that was printed with the code ``text``.

    Each number is 0 (not there) to 1 (as printed): ``codes`` are the four copies of the code in
    their places (top left, top right, bottom left, bottom right), ``marks`` the six marks (left
    column from the top, then the right one), ``frame`` how much of each side of the box is there
    (top, bottom, left, right), ``number`` the printed sheet number. ``beside`` is how many codes
    are some millimetres beside their place. ``size`` is the sheet's, 1 for true size. The fields
    are empty, or 0, where the marks do not even show where the sheet is.
    """

    text: str
    codes: tuple[float, ...] = ()
    marks: tuple[float, ...] = ()
    frame: tuple[float, ...] = ()
    number: float = 0.0
    beside: int = 0
    size: float = 0.0


@dataclass(frozen=True, slots=True)
class SurveyedPage:
    """One page after it was opened, turned upright and surveyed in a sandbox.

    ``image`` is the name of the derived picture's file in the scan's work folder.
    ``ink`` is the share (0..1) of the page's inner area that is darker than its paper.
    ``turned`` is the quarter turns (0, 90, 180, 270 degrees clockwise) and ``skew`` the degrees
    (clockwise) that were undone. ``ink_outside_print`` is, on a cover, whether there is ink
    where the cover prints nothing. ``writing`` is, on a reply sheet, the box that people write in:
    only that is read. ``quality`` names problems that a clerk would rescan for. ``perhaps_blank``
    is a side that may be blank, or may carry something too faint or too near its edge to be sure:
    it is shown and marked so. ``unseen`` is a sentence about why nothing on a side that is not
    blank can be recognised (too dark, too faint, too blurred); None where it can. ``reply`` is how
    a page with a reply sheet's code compares with that sheet; None on any other. ``looks_like`` is
    the kind of sheet that a page looks like as a whole, though neither code nor mark can be read.
    ``two_toned`` is a blank side in black and white: anything fainter than the scanner's threshold
    is missing from it. ``stripes`` are thin lines down the whole page as it was scanned, in
    millimetres from its left: dirt on the scanner's glass, or lines of the paper. ``paper`` is the
    colour of the paper, red, green and blue of 0 to 255; empty where none can be told. ``hand`` is
    how its writing looks as a whole, to be held beside other pages of its scan and not to be kept;
    empty where too little is written.
    """

    number: int
    image: str
    width: int
    height: int
    dpi: int
    blank: bool
    ink: float
    turned: int = 0
    skew: float = 0.0
    colour: bool = False
    ink_outside_print: bool = False
    writing: Box | None = None
    sightings: Sightings = Sightings()
    quality: tuple[str, ...] = ()
    perhaps_blank: bool = False
    unseen: str | None = None
    reply: ReplyLook | None = None
    looks_like: CodeKind | None = None
    two_toned: bool = False
    stripes: tuple[float, ...] = ()
    paper: tuple[int, ...] = ()
    hand: tuple[int, ...] = ()

    @property
    def megapixels(self) -> float:
        return self.width * self.height / 1e6


class CodeKind(StrEnum):
    """What kind of sheet a code of ours is for."""

    INMATE = "inmate"
    REPLY = "reply"
    BATCH = "batch"
    LEGAL = "legal"
    SEPARATOR = "separator"


@dataclass(frozen=True, slots=True)
class CoverCode:
    """A code of ours with a valid MAC; only the register knows what it means.

    ``cover_id`` is the random id (lower-case hex), ``sheets`` the number of sheets to expect
    behind the cover (0: any); on a batch header it is the number of letters. ``label``: an inmate's
    cover that staff stick on a letter; it delivers nothing by itself.
    """

    kind: CodeKind
    key_id: int
    cover_id: str
    sheets: int = 0
    label: bool = False


class DoubtReason(StrEnum):
    """Why the program holds mail. The values do not change; a Doubt has the words for a clerk."""

    NO_COVER_FIRST = "no_cover_first"
    COVER_LAST = "cover_last"
    COVER_WITHOUT_PAGES = "cover_without_pages"
    COVER_UNREADABLE = "cover_unreadable"
    CODE_NOT_OURS = "code_not_ours"
    CODES_DISAGREE = "codes_disagree"
    DECODER_FAILED = "decoder_failed"
    BLANK_MAY_BE_COVER = "blank_may_be_cover"
    COVER_ON_BACK = "cover_on_back"
    UNEVEN_SIDES = "uneven_sides"
    UNEVEN_HALVES = "uneven_halves"
    SHEET_COUNT = "sheet_count"
    LETTER_COUNT = "letter_count"
    BATCH_HEADER_MISSING = "batch_header_missing"
    BATCH_HEADER_MISPLACED = "batch_header_misplaced"
    LEGAL = "legal"
    LEGAL_DOUBT = "legal_doubt"
    LEGAL_CLEARED = "legal_cleared"
    NOTHING_INSIDE = "nothing_inside"
    UNOPENABLE = "unopenable"
    WORKER_FAILED = "worker_failed"
    READS_LIKE_COVER = "reads_like_cover"
    UNSEEN = "unseen"
    COVER_UNKNOWN = "cover_unknown"
    COVER_REVOKED = "cover_revoked"
    KEY_RETIRED = "key_retired"
    COVER_EXPIRED = "cover_expired"
    COVER_SPENT = "cover_spent"
    NOT_IN_CUSTODY = "not_in_custody"
    COVER_FROM_INSIDE = "cover_from_inside"
    REPLY_FROM_OUTSIDE = "reply_from_outside"
    BOTH_WAYS = "both_ways"
    REPLY_NOT_AS_PRINTED = "reply_not_as_printed"
    REPLY_USED = "reply_used"
    FORM_SHEETS = "form_sheets"
    SENDER_BLOCKED = "sender_blocked"
    MAIL_SUSPENDED = "mail_suspended"
    COVER_USED_OFTEN = "cover_used_often"
    SEPARATED = "separated"
    LABELLED = "labelled"
    RECALLED = "recalled"
    APPEAL_GRANTED = "appeal_granted"
    RESCAN_WANTED = "rescan_wanted"
    WITHHELD_BEFORE = "withheld_before"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that the program will not decide. ``message`` is one sentence for a clerk: the
    problem.

    ``advice`` is what to do about it. ``{pages}`` in it is replaced by the pages to look at, and
    ``look`` is the first and the last of them. Where there are pages to look at, ``advice`` may be
    empty.
    """

    reason: DoubtReason
    message: str
    advice: str = ""
    look: tuple[int, int] | None = None


LOOK_AT_PAPER = "Look at the paper of {pages}, and assign each letter."
"""The advice of a doubt about which a picture shows nothing more."""


@dataclass(frozen=True, slots=True)
class SeenPage:
    """One page as splitting sees it: facts about boundaries, nothing about content.

    ``codes`` are the distinct verified codes on the page. ``doubts`` are those that the page itself
    raises: a code with a bad MAC, marks of a cover without a readable code, a decoder that failed.
    ``inked`` is whether there is writing on a cover beside its print. ``perhaps_blank``: the side
    is content, but so faint that it may be blank, or a faint cover. ``kinds`` are the kinds of
    sheet that its verified codes and its marks belong to. ``two_toned``: the side is blank in black
    and white, and may have been a cover that was too faint for that. ``legal_item``: it carries a
    verified code of an item of legal mail, so that nobody may look at it.
    """

    number: int
    blank: bool = False
    codes: tuple[CoverCode, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    inked: bool = False
    perhaps_blank: bool = False
    kinds: tuple[CodeKind, ...] = ()
    two_toned: bool = False
    legal_item: bool = False


@dataclass(frozen=True, slots=True)
class SplitLetter:
    """A part of one scan between established boundaries.

    ``pages`` are its content, ascending; ``hidden`` are its blank sides; ``covers`` are the sides
    of its cover sheet (none where that is not known, and behind a separator). With any doubt it is
    held.
    """

    cover: CoverCode | None
    covers: tuple[int, ...]
    pages: tuple[int, ...]
    hidden: tuple[int, ...]
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class Split:
    """How one scan was split: every page is in exactly one place.

    ``recorded`` are sheets that belong to no letter: batch headers and separators. With ``whole``
    the stack is held as a whole and no letter is formed (``letters`` is empty then). ``sealed``:
    there may be a legal letter in it; nothing of the scan may be read or shown. ``counted`` is how
    many sheets and letters its covers and header promise, ``missing`` how many of these are not
    there: a feeder that pulls two sheets at once shows it.
    """

    letters: tuple[SplitLetter, ...] = ()
    recorded: tuple[int, ...] = ()
    whole: tuple[Doubt, ...] = ()
    sealed: bool = False
    counted: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it was read, with its place and the reader's other guesses, best first.

    ``confidence`` and the probabilities of ``alternatives`` are 0..1.
    """

    text: str
    box: Box
    confidence: float
    line: int = 0
    alternatives: tuple[tuple[str, float], ...] = ()


class PageKind(StrEnum):
    """What is on a page: nothing, a picture, or text, and how it was written."""

    BLANK = "blank"
    PHOTO = "photo"
    TYPED = "typed"
    HANDWRITTEN = "handwritten"
    MIXED = "mixed"


#: The name, instead of an engine's, of a transcript that a person corrected.
PERSON = "person"
#: The engine of what is clean print.
READS_PRINT = "tesseract"


@dataclass(frozen=True, slots=True)
class Transcript:
    """What one engine read on one page. ``text`` is in reading order, with one line for each line
    on the page. ``kind`` is what the page looked like when it was read; None if it is not known.
    ``unread`` is the share (0..1) of the page's ink that may be writing of which no word is here.
    """

    engine: str
    text: str
    confidence: float
    words: tuple[Word, ...] = field(default=())
    kind: PageKind | None = None
    unread: float = 0.0
