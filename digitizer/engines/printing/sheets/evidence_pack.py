"""The evidence pack of a letter on paper: what it is and how to verify it, the chain of custody,
what was decided, the transcript, each page, and the script."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Mapping
from datetime import datetime

from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader

from digitizer.engines.printing.kit.cover_layout import Paper
from digitizer.engines.printing.kit.flowing_pages import MARGIN, FlowingPages
from digitizer.engines.printing.kit.page_frame import new_canvas
from digitizer.engines.printing.kit.plain_text import clean_line
from digitizer.engines.printing.kit.tagging import tagged
from digitizer.model.evidence import (
    Pack,
    PackedAppeal,
    PackedDecision,
    PackedOriginal,
    PackedPage,
    TrailRow,
)
from digitizer.support.paths import EVIDENCE_TEMPLATES

Words = Mapping[str, str]

_LABEL = 44.0
_STEP, _FACT = 4.2, 5.2
_WHEN, _WHO = 15.0, 58.0
_WHAT = 92.0
_GROUP = 8  # of a hash's digits, so that an eye can compare them
_MOST_ACROSS = 4.0  # points a pixel: a tiny picture is not blown up beyond it


def words_of(language: str) -> Words:
    """The words of the pack in "en" or "es"."""
    with (EVIDENCE_TEMPLATES / "words.toml").open("rb") as file:
        words: Words = tomllib.load(file)[language]
    return words


def evidence_pdf(pack: Pack, words: Words, language: str, paper: Paper) -> bytes:
    """A PDF of as many pages as it takes, without its files."""
    title = f"{words['title']}: {words['of_letter'].format(letter=pack.evidence.letter)}"
    facility = clean_line(pack.facility)
    canvas, out = new_canvas(paper, title, facility, language)
    pages = FlowingPages(canvas, paper, f"{facility} · {title}", words["page"])
    _front(pages, pack, words)
    _trail(pages, pack, words)
    _decisions(pages, pack, words)
    _transcripts(pages, pack, words)
    _files(pages, pack, words)
    _pictures(pages, pack, words)
    _script(pages, pack, words)
    pages.end()
    canvas.save()
    return out.getvalue()


def _moment(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S %z}"


def _grouped(digest: str) -> str:
    return " ".join(digest[at : at + _GROUP] for at in range(0, len(digest), _GROUP))


def _heading(pages: FlowingPages, text: str, room: float = 24) -> None:
    pages.y += 6
    pages.need(room)
    pages.text(0, text, size=13, bold=True, role="H2")
    pages.y += 7


def _fact(pages: FlowingPages, label: str, value: str) -> None:
    pages.need(_FACT)
    pages.text(0, label, size=9, width=_LABEL - 2, soft=True)
    pages.flow(value, x=_LABEL, size=9)
    pages.y += 1.2


def _front(pages: FlowingPages, pack: Pack, words: Words) -> None:
    known = pack.evidence
    pages.text(0, pack.facility, size=11, bold=True, soft=True)
    pages.y += 11
    pages.text(0, words["title"], size=22, bold=True, role="H1")
    pages.y += 8
    pages.flow(words["what_it_is"], size=9.5)
    pages.y += 4
    facts = {
        "letter": f"{known.kind} {known.letter}",
        "inmate": known.inmate or words["nobody"],
        "sender": known.sender or words["nobody"],
        "subject": known.subject,
        "state": known.state.replace("_", " "),
        "received": _moment(known.received),
        "scan": f"{known.scan} ({known.profile})",
        "cover": known.cover or words["none"],
        "made": words["made_by"].format(when=_moment(pack.made), by=pack.by),
        "reason": pack.reason,
        "case": pack.case,
    }
    for key, value in facts.items():
        if value:
            _fact(pages, words[key], value)
    _proof(pages, pack, words)
    _how_to_verify(pages, pack, words)
    _heading(pages, words["files_of_scan"])
    for original in known.originals:
        _original(pages, original, known.whole_scan, words)
    _heading(pages, words["pages"])
    for page in known.pages:
        _page_hash(pages, page, words)
    if not any(page.sha256 for page in known.pages):
        pages.flow(words["no_pages"])


def _original(pages: FlowingPages, original: PackedOriginal, whole: bool, words: Words) -> None:
    pages.need(3 * _STEP)
    pages.flow(f"{original.source} ({original.size:,} B)", size=8.5)
    pages.text(0, _grouped(original.sha256), size=8.5, bold=True)
    pages.y += _STEP
    if original.is_lost:
        why = "lost_original"
    else:
        why = "whole_scan" if original.file else "not_kept" if whole else "not_whole_scan"
    pages.flow(words[why], size=8.5, soft=True)
    pages.y += 1.5


def _named(page: PackedPage, words: Words) -> str:
    named = words["page_of"].format(number=page.number)
    place = words["position"].format(position=page.position) if page.position else ""
    return ", ".join(filter(None, (named, place, words[f"role_{page.role}"])))


def _page_hash(pages: FlowingPages, page: PackedPage, words: Words) -> None:
    pages.need(3 * _STEP + 1)
    file = f" · {page.file}" if page.file else ""
    pages.text(0, f"{_named(page, words)}{file}", size=8.5)
    pages.y += _STEP
    pages.text(
        0, _grouped(page.sha256) if page.sha256 else words["no_picture"], size=8.5, bold=True
    )
    pages.y += _STEP
    if page.is_lost:
        pages.flow(words["lost_picture"], size=8.5, soft=True)
    pages.y += 1


def _proof(pages: FlowingPages, pack: Pack, words: Words) -> None:
    trail, anchor = pack.trail, pack.trail.anchor
    _heading(pages, words["anchor"], 40)
    _fact(pages, words["event"], str(trail.size))
    _fact(pages, words["root"], _grouped(trail.root))
    if anchor is None:
        pages.flow(words["no_anchor"], size=9.5)
        return
    at = words["anchor_at"].format(size=anchor.size, when=_moment(anchor.at))
    _fact(pages, words["anchor"], at)
    _fact(pages, words["anchor_root"], _grouped(anchor.root))
    ways = "; ".join(words[each] for each in anchor.ways) or words["anchor_printed"]
    _fact(pages, words["anchor_ways"], ways)
    covered = sum(row.anchored for row in trail.rows)
    pages.flow(words["covered"].format(count=covered, of=len(trail.rows)), size=9, soft=True)


def _how_to_verify(pages: FlowingPages, pack: Pack, words: Words) -> None:
    _heading(pages, words["verify"], 62)
    anchor = pack.trail.anchor
    third = words["verify_3"].format(size=anchor.size) if anchor else words["verify_3_none"]
    steps = (words["verify_1"], words["verify_2"], third, words["verify_4"], words["verify_5"])
    for step in steps:
        pages.flow(step, size=9.5)
        pages.y += 1
    pages.y += 1
    pages.flow(words["limits"].format(event=pack.trail.size), size=8.5, soft=True)


def _trail(pages: FlowingPages, pack: Pack, words: Words) -> None:
    pages.new_page()
    _heading(pages, words["trail"])
    pages.flow(words["trail_says"], soft=True)
    pages.y += 3
    for row in pack.trail.rows:
        _row(pages, row, words)


def _row(pages: FlowingPages, row: TrailRow, words: Words) -> None:
    pages.need(4 * _STEP)
    pages.sheet.rule(MARGIN, pages.y - 3.4, pages.width)
    later = "" if row.anchored else "*"
    pages.text(0, f"{row.seq}{later}", bold=True, width=_WHEN - 2)
    pages.text(_WHEN, _moment(row.at), width=_WHO - _WHEN - 2)
    pages.text(_WHO, row.who or words["closed_who"], width=_WHAT - _WHO - 2)
    pages.text(_WHAT, row.verb, bold=True)
    pages.y += _STEP
    closed = {0: "", 1: words["closed_one"]}.get(
        row.closed, words["closed"].format(count=row.closed)
    )
    if row.details or closed:
        pages.flow("; ".join(filter(None, (row.details, closed))), x=_WHEN, size=8)
    pages.text(_WHEN, words["leaf"].format(leaf=_grouped(row.leaf)), size=7, soft=True)
    pages.y += _STEP + 1.6


def _decisions(pages: FlowingPages, pack: Pack, words: Words) -> None:
    known = pack.evidence
    _heading(pages, words["rules"])
    if not (known.marks or known.decisions):
        pages.flow(words["no_rules"])
    for mark in known.marks:
        pages.flow(words["mark"].format(by=mark.by, says=mark.says, why=mark.why))
        pages.y += 2
    for decision in known.decisions:
        _decision(pages, decision, words)
    if known.decisions:
        pages.flow(words["notices_files"], soft=True)


def _decision(pages: FlowingPages, of: PackedDecision, words: Words) -> None:
    pages.need(20)
    what = "refused_pages" if of.pages else "refused_letter"
    numbers = ", ".join(map(str, of.pages))
    named = words[what].format(pages=numbers, by=of.by, when=_moment(of.decided))
    pages.text(0, named, size=9.5, bold=True)
    pages.y += 5
    said = [words["reasons"].format(reasons="; ".join(of.reasons))]
    if of.sheet in ("returned", "held", "contraband", "evidence"):
        said.append(words["sheet"].format(sheet=words[f"sheet_{of.sheet}"]))
    if of.withheld_until is not None:
        said.append(words["withheld_until"].format(day=of.withheld_until))
    said += [words[f"told_{side}"].format(when=_moment(at)) for side, at in of.told]
    if not of.told:
        said.append(words["nobody_told"])
    said += [_appeal(each, words) for each in of.appeals]
    if of.ended is not None:
        said.append(words["ended"].format(when=_moment(of.ended)))
    for each in said:
        pages.flow(each, x=4)
    pages.y += 3


def _appeal(of: PackedAppeal, words: Words) -> str:
    outcome = words[f"outcome_{of.outcome}"]
    if of.decided is not None:
        outcome = outcome.format(by=of.by, when=_moment(of.decided), why=of.why)
    side = words[f"side_{of.side}"]
    return words["appeal"].format(side=side, level=of.level, day=of.came, outcome=outcome)


def _transcripts(pages: FlowingPages, pack: Pack, words: Words) -> None:
    _heading(pages, words["transcript"], 36)
    pages.flow(words["transcript_says"], soft=True)
    for page in pack.evidence.pages:
        _transcript(pages, page, words)


def _transcript(pages: FlowingPages, page: PackedPage, words: Words) -> None:
    pages.y += 4
    pages.need(18)
    pages.text(0, _named(page, words), size=10, bold=True)
    pages.y += 5
    if page.engine is None:
        pages.flow(words["not_read"], soft=True)
    else:
        sure = f"{page.confidence:.0%}"
        pages.flow(words["read_by"].format(engine=page.engine, confidence=sure), soft=True)
    for each in page.corrections:
        pages.flow(words["corrected"].format(by=each.by, when=_moment(each.made)), soft=True)
    if page.corrections:
        pages.text(4, words["as_corrected"], size=9, bold=True)
        pages.y += _STEP
        pages.flow(page.newest_text or words["no_text"], x=4)
        if page.engine is None:
            return
        pages.need(2 * _STEP)
        pages.text(4, words["as_read"], size=9, bold=True)
        pages.y += _STEP
    if page.engine is not None:
        pages.flow(page.text or words["no_text"], x=4)


def _files(pages: FlowingPages, pack: Pack, words: Words) -> None:
    _heading(pages, words["files"])
    pages.flow(words["files_says"].format(event=pack.trail.size), soft=True)
    pages.y += 2
    for file in pack.files:
        pages.need(2 * _STEP + 1)
        pages.text(0, file.name, size=8.5, bold=True, width=_LABEL + 10)
        size = f"{len(file.content):,} B"
        pages.text(_LABEL + 12, f"{words[file.says]} ({size})", size=8.5)
        pages.y += _STEP
        pages.text(0, _grouped(file.sha256), soft=True)
        pages.y += _STEP + 1


def _pictures(pages: FlowingPages, pack: Pack, words: Words) -> None:
    contents = {file.name: file.content for file in pack.files}
    for page in pack.evidence.pages:
        if page.file is None:
            continue
        pages.new_page()
        pages.text(0, _named(page, words), size=10, bold=True)
        pages.y += 4
        pages.text(0, f"SHA-256 {page.sha256}", soft=True)
        pages.y += 4
        picture = ImageReader(io.BytesIO(contents[page.file]))
        across, down = picture.getSize()
        scale = min(pages.width * mm / across, pages.room * mm / down, _MOST_ACROSS)
        width, height = across * scale, down * scale
        low = (pages.sheet.height - pages.y) * mm - height
        with tagged(pages.canvas, "Figure", _named(page, words)):
            pages.canvas.drawImage(picture, MARGIN * mm, low, width, height, mask=None)


def _script(pages: FlowingPages, pack: Pack, words: Words) -> None:
    pages.new_page()
    _heading(pages, words["script"])
    pages.flow(words["script_says"], soft=True)
    pages.y += 3
    for line in pack.script.splitlines():
        pages.need(3.9)
        code = line.lstrip(" ")
        pages.text(1.55 * (len(line) - len(code)), code, size=8)
        pages.y += 3.9
