"""Every message that the pages can say in another language: found in the templates, in the modules
of the web apps, and in the closed sets of words that pages show as they are."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import TypeAlias

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from digitizer.access.login_steps import StaffStep
from digitizer.covers.legal_markers import MarkerStanding
from digitizer.engines.imaging import quality
from digitizer.engines.printing.letters.rejection_notice import NoticeTo
from digitizer.entrances.web.shared.translations import catalogue
from digitizer.entrances.web.staff import rosters
from digitizer.model.events import Verb
from digitizer.model.logbook import REASONS
from digitizer.model.mail import LetterState, MessageState, Queue, ScanState
from digitizer.model.paper import ANOTHER_HAND, PERHAPS_BLANK, CodeKind
from digitizer.model.people import ActorKind, CustodyStatus, StaffRole
from digitizer.model.prints import PrintState
from digitizer.model.request_settings import Requests
from digitizer.model.retention import Waits
from digitizer.model.scanner_profile import Origin, Sides
from digitizer.model.visits import SENTENCES
from digitizer.people.roster_file.layout import Column
from digitizer.screening import settled_mail
from digitizer.support.paths import WEB_TEMPLATES
from tests.support.composed_texts import composed_texts, counted_nouns, finding_names

#: Of a message: one text, or one for one thing and one for more.
_Text: TypeAlias = str | tuple[str, ...] | list[str]

ROOT = Path(__file__).resolve().parents[2]
LOCALE = WEB_TEMPLATES / "locale"

#: Pages show the values of these, with a space for an underscore.
_ENUMS: Sequence[type[StrEnum]] = (
    ActorKind,
    CodeKind,
    Column,
    CustodyStatus,
    LetterState,
    MarkerStanding,
    MessageState,
    NoticeTo,
    Origin,
    PrintState,
    Queue,
    ScanState,
    Sides,
    StaffRole,
    Waits,
    StaffStep,
    Verb,
)
#: And these words, which are in no enum.
_OTHERS: Sequence[str] = (
    ANOTHER_HAND,
    PERHAPS_BLANK,
    quality.TOO_DARK,
    quality.TOO_LIGHT,
    quality.LOW_RESOLUTION,
    quality.BLURRED,
    quality.CUT_OFF,
    "terminal",
    "by PIN",
    *SENTENCES.values(),
)
_COUNTING = ("digitizer/support/wording.py", 0)
#: A refusal with a fixed text is shown as it is by the page of the form that was refused.
_SAYING = ("gettext", "ngettext", "UsageError", "Conflict", "NotAllowed")
#: The rooms whose refusals pages show.
_ROOMS = (
    "access",
    "auditing",
    "appeals",
    "calls",
    "covers",
    "departures",
    "entrances/web",
    "evidence",
    "letters",
    "legal",
    "logbook",
    "messages",
    "originals",
    "people",
    "protected_line",
    "retention",
    "screening",
    "visits",
)


def closed_words() -> Iterator[str]:
    """The words that ``Wording.said`` and ``spaced`` may be given."""
    for kind in _ENUMS:
        yield from (str(each).replace("_", " ") for each in kind)
    yield from _OTHERS
    yield from (*Requests().forms, *Requests().grievances)
    yield "Messages cannot be sent now: the person is not in custody here any more."
    yield from REASONS.values()
    yield from ("whose", "what", "found by", "witness", "struck")
    yield from settled_mail.SEEING.values()
    yield from sorted(_detail_names())


def _detail_names() -> set[str]:
    """What events call their details, for the chain of custody."""
    found: set[str] = set()
    for path in (ROOT / "digitizer").rglob("*.py"):
        for call in _calls(path, ("record",)):
            found |= {each.arg for each in call.keywords if each.arg}
    return {each.rstrip("_").replace("_", " ") for each in found}


def _calls(path: Path, names: Collection[str]) -> Iterator[ast.Call]:
    """The calls of these functions or methods in a module."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in names:
                yield node


def wanted() -> Catalog:
    """All messages, with the files that have them and no lines: those would change every day."""
    found = Catalog(charset="utf-8")
    for path in sorted(WEB_TEMPLATES.rglob("*.html")):
        _add_template(found, path)
    for room in _ROOMS:
        for path in sorted((ROOT / "digitizer" / room).rglob("*.py")):
            _add_module(found, path)
    for word in closed_words():
        found.add(word, locations=[("tests/support/messages.py", 0)])
    for text, paths in composed_texts().items():
        found.add(text, locations=[(path, 0) for path in sorted(paths)])
    for noun in sorted(counted_nouns()):
        found.add((f"%(num)s {noun}", f"%(num)s {noun}s"), locations=[_COUNTING])
    for name in sorted(finding_names()):
        found.add(name, locations=[("tests/support/messages.py", 0)], context="care")
    for title in rosters.TITLES:
        found.add(title, locations=[("tests/support/messages.py", 0)], context="people")
    return found


def _add_template(found: Catalog, path: Path) -> None:
    with path.open("rb") as file:
        for _line, message, _comments, context in extract(
            "jinja2.ext:babel_extract", file, options={"trimmed": "true"}
        ):
            found.add(message, locations=[_place(path)], context=context)


def _add_module(found: Catalog, path: Path) -> None:
    """The fixed texts, also those that a page composes with ``gettext``."""
    for call in _calls(path, _SAYING):
        values = [each.value for each in call.args if isinstance(each, ast.Constant)]
        texts = [each for each in values if isinstance(each, str)]
        plural = getattr(call.func, "attr", "") == "ngettext"
        if plural and len(texts) == 2:
            found.add(tuple(texts), locations=[_place(path)])
        elif not plural and len(texts) == len(call.args) == 1:
            found.add(texts[0], locations=[_place(path)])


def _place(path: Path) -> tuple[str, int]:
    return path.relative_to(ROOT).as_posix(), 0


def updated(language: str) -> bytes:
    """The catalogue with an empty entry for what is new, and without what nothing says any more."""
    kept, found = catalogue(language), wanted()
    header = (LOCALE / f"{language}.po").read_bytes().split(b"\n\n")[0]
    renewed = read_po(BytesIO(header), locale=language)
    for message in found:
        if message.id:
            renewed.add(
                message.id,
                locations=message.locations,
                context=message.context,
                string=_kept_string(kept, message.id, message.context),
            )
    out = BytesIO()
    write_po(out, renewed, width=100, omit_header=False, sort_output=True, include_lineno=False)
    return _without_dates(out.getvalue())


def _kept_string(kept: Catalog, wanted_id: _Text, context: str | None) -> _Text:
    plural = not isinstance(wanted_id, str)
    old = kept.get(wanted_id if isinstance(wanted_id, str) else wanted_id[0], context)
    if old is None or old.string is None or bool(old.pluralizable) != plural:
        return ("", "") if plural else ""
    return old.string


def _without_dates(text: bytes) -> bytes:
    """The header without what changes with the day and the tool."""
    drop = (
        b'"POT-Creation',
        b'"PO-Revision',
        b'"Generated-By',
        b'"Last-Trans',
        b'"Report-Msgid',
        b'"Language-Team',
        b'"Project-Id',
    )
    return b"\n".join(line for line in text.split(b"\n") if not line.startswith(drop))
