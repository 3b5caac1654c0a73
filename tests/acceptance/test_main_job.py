"""The main job: letters behind covers, on the glass, in the right mailbox, found.

Always on letters that are made here, and on real ones where the corpus is beside the checkout.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.support import scanner
from tests.support.made_letters import made_letters
from tests.support.mailroom_kit import (
    Home,
    Posted,
    Serving,
    corpus_letters,
    distinctive_words,
    post,
    scanned,
)

pytestmark = pytest.mark.acceptance


@dataclass(frozen=True, slots=True)
class Source:
    """Where letters come from, and what is asked of a production scanner's stack of them."""

    letters: Callable[[int, int, int], list[Path]]  # so many typed, mixed, handwritten pages
    kinds: tuple[int, int, int]  # pages of each kind in the stack
    sheets: tuple[int, ...]  # sheets of content in each of its letters
    sides: int  # of the stack with its covers and its header, at least
    found: Mapping[str, float]  # by kind of page, the share of telling words that find it first


@pytest.fixture(params=["made", "real"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Source:
    """The letters of the project's own making read better than people's, so more is asked; their
    stack is smaller, for that of the real ones is large enough to try one in."""
    if request.param == "made":
        return Source(
            partial(made_letters, tmp_path / "letters"),
            kinds=(5, 1, 5),
            sheets=(1, 2, 1, 3, 2, 2),
            sides=36,
            found={"typed": 0.9, "handwritten": 0.8},
        )
    return Source(
        corpus_letters,
        kinds=(8, 4, 7),
        sheets=(1, 2, 1, 3, 1, 2, 2, 1, 3, 1, 2),
        sides=60,
        found={"typed": 0.8},
    )


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def assert_delivered(home: Home, posted: Sequence[Posted], source: str) -> None:
    """Every letter of the stack in the right mailbox, all its pages, nothing else anywhere."""
    balance = [each for each in home.lines("reconcile") if each["source"].endswith(source)]
    assert [each["balanced"] for each in balance] == [True]
    assert balance[0]["held"] == 0
    assert balance[0]["delivered"] == sum(len(each.pages) for each in posted)
    for each in posted:
        counts = [entry["pages"] for entry in home.lines("mailbox", each.booking)]
        assert counts.count(len(each.pages)) >= 1, each
    assert home.lines("held") == []


def found_first(home: Home, posted: Sequence[Posted], kind: str) -> tuple[int, int]:
    """How many of the telling words of pages of that kind find their letter's owner first, and of
    how many: some thirty from all pages, for each is a command of its own."""
    words = [
        (word, each.booking)
        for each in posted
        for page in each.texts(kind)
        for word in distinctive_words(posted, page)
    ]
    good, words = 0, words[:: max(1, len(words) // 30)]
    for word, booking in words:
        hits = home.lines("search", word, "--limit", "1")
        good += bool(hits) and hits[0]["booking_number"] == booking
    return good, len(words)


def test_a_production_scanner_s_pdf(home: Home, source: Source) -> None:
    pages, posted = post(home, source.letters(*source.kinds), source.sheets, backs=True)
    header = home.cover("--kind", "batch", "--letters", str(len(posted)))
    pages = [header, scanner.paper(), *pages]
    posted = [Posted(p.booking, tuple(n + 2 for n in p.pages), p.pictures) for p in posted]
    inbox = home.inbox("adf-duplex-pdf")
    assert len(pages) >= source.sides
    with Serving(home) as service:
        scanner.write_pdf(scanned(pages, seed=1), inbox / "stack.pdf")
        service.until_filed(1)
    assert_delivered(home, posted, "stack.pdf")
    for kind, share in source.found.items():
        good, tried = found_first(home, posted, kind)
        assert tried >= 10
        assert good >= share * tried, f"{good} of {tried} {kind} words find their letter first"


def test_the_same_stack_as_bilevel_tiff_through_ingest(
    home: Home, source: Source, tmp_path: Path
) -> None:
    pictures = source.letters(4, 1, 1)
    pages, posted = post(home, pictures, (1, 2, 1, 2), backs=True)
    header = home.cover("--kind", "batch", "--letters", "4")
    file = tmp_path / "stack.tif"
    scanner.write_tiff_g4(scanned([header, scanner.paper(), *pages], seed=2), file)
    lines = home.lines("ingest", str(file), "--profile", "adf-duplex-tiff")
    assert [line["outcome"] for line in lines] == ["delivered"] * 4
    assert [line["booking_number"] for line in lines] == [each.booking for each in posted]
    assert [tuple(n - 2 for n in line["pages"]) for line in lines] == [p.pages for p in posted]
    again = home.lines("ingest", str(file), "--profile", "adf-duplex-tiff")
    assert [line["outcome"] for line in again] == ["duplicate"]
    assert again[0]["scan"] == lines[0]["scan"]
    assert again[0]["reason"]
    assert len(home.lines("reconcile")) == 1


def test_sheets_of_a_flatbed_are_one_stack(home: Home, source: Source, tmp_path: Path) -> None:
    pages, posted = post(home, source.letters(2, 0, 1), (1, 2), backs=False)
    files = [tmp_path / f"scan{number}.jpg" for number in range(1, len(pages) + 1)]
    for page, file in zip(scanned(pages, seed=3), files, strict=True):
        scanner.write_jpeg(page, file)
    lines = home.lines("ingest", *map(str, files), "--profile", "flatbed-jpeg")
    assert [line["booking_number"] for line in lines] == [each.booking for each in posted]
    assert [tuple(line["pages"]) for line in lines] == [each.pages for each in posted]


def test_a_cover_whose_codes_are_blackened_delivers_nothing_it_could_touch(
    home: Home, source: Source, tmp_path: Path
) -> None:
    pages, posted = post(home, source.letters(4, 0, 0), (1, 1, 1, 1), backs=False)
    corner, side = int(0.4 * scanner.DPI), int(1.35 * scanner.DPI)
    width, height = scanner.WIDTH, scanner.HEIGHT
    boxes = [
        (x, y, x + side, y + side)
        for x in (corner, width - corner - side)
        for y in (corner, height - corner - side)
    ]
    lost = posted[2].pages[0] - 2
    pages[lost] = scanner.blacken(pages[lost], boxes)
    file = tmp_path / "stack.pdf"
    scanner.write_pdf(scanned(pages, seed=4), file)
    lines = home.lines("ingest", str(file))
    by_pages = {tuple(line["pages"]): line for line in lines}
    assert by_pages[posted[0].pages]["booking_number"] == posted[0].booking
    assert by_pages[posted[3].pages]["booking_number"] == posted[3].booking
    delivered = {page for line in lines if line["outcome"] == "delivered" for page in line["pages"]}
    assert not delivered & {*posted[1].pages, *posted[2].pages}
    assert home.balanced()
    held = home.lines("held")
    assert {page for item in held for page in item["pages"]} >= {
        *posted[1].pages,
        *posted[2].pages,
    }


def test_bad_files_are_held_with_a_reason_while_letters_go_on(home: Home, source: Source) -> None:
    pages, posted = post(home, source.letters(2, 0, 0), (1, 1), backs=False)
    good = home.paper / "good.pdf"
    scanner.write_pdf(scanned(pages, seed=5), good)
    inbox = home.inbox()
    (inbox / "cut-off.pdf").write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    (home.paper / "empty.pdf").touch()  # in the inbox it would wait ten minutes for its bytes
    home.lines("ingest", str(home.paper / "empty.pdf"))
    (inbox / "notes.pdf").write_text("These are only some words.\n" * 20)
    _encrypted(good, inbox / "locked.pdf")
    (inbox / "good.pdf").write_bytes(good.read_bytes())
    with Serving(home) as service:
        service.until_filed(5)
    reasons = {Path(item["source"]).name: item["reason"] for item in home.lines("held")}
    assert set(reasons) == {"cut-off.pdf", "empty.pdf", "notes.pdf", "locked.pdf"}
    assert "empty" in reasons["empty.pdf"]
    assert "password" in reasons["locked.pdf"]
    assert all("Traceback" not in reason and reason.endswith(".") for reason in reasons.values())
    for each in posted:
        assert [entry["pages"] for entry in home.lines("mailbox", each.booking)] == [1]
    assert home.balanced()
    assert list(inbox.iterdir()) == []


def _encrypted(source: Path, target: Path) -> None:
    import pikepdf

    with pikepdf.open(source) as pdf:
        pdf.save(target, encryption=pikepdf.Encryption(user="secret", owner="secret"))
