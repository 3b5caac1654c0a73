"""Every text that the rooms below the pages compose: why a letter is held, what a refusal says,
what needs care. Found in their code, so that a new one is found too; a value that is put into a
text is a ``%(name)s`` in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from digitizer.access.permissions import Act
from digitizer.model.paper import DoubtReason
from digitizer.model.prints import SHEET_NAMES

CODE = Path(__file__).resolve().parents[2] / "digitizer"

#: Whose texts the pages show.
_PLACES = (
    "access",
    "appeals",
    "capture",
    "covers",
    "departures/actions.py",
    "departures/codes.py",
    "departures/taking.py",
    "departures/making.py",
    "engines/opening",
    "engines/imaging",
    "engines/isolation",
    "entrances/web/staff/correspondents.py",
    "entrances/web/staff/cover_uses.py",
    "entrances/web/staff/inmates.py",
    "entrances/web/staff/letters.py",
    "entrances/web/staff/new_covers.py",
    "entrances/web/staff/prints.py",
    "entrances/web/staff/requests.py",
    "letters",
    "legal",
    "logbook",
    "messages",
    "originals",
    "model/errors.py",
    "model/paper.py",
    "model/people.py",
    "notifications/announcements.py",
    "notifications/outbox.py",
    "notifications/sending.py",
    "notifications/smtp.py",
    "operations/findings.py",
    "operations/folder_looks.py",
    "operations/own_backups.py",
    "operations/reports/figures.py",
    "operations/reports/periods.py",
    "operations/scanner_health.py",
    "people",
    "policies",
    "prints",
    "protected_line",
    "retention",
    "screening",
)
#: What only the command line, the log or a file shows.
_ELSEWHERE = (
    "access/answered_once.py",
    "access/bearers.py",
    "access/totp.py",
    "capture/inspection.py",
    "capture/recovery.py",
    "capture/second_reading.py",
    "capture/stacks.py",
    "prints/previews.py",
    "protected_line/sealing.py",
    "capture/worker.py",
    "engines/isolation/answers.py",
    "engines/isolation/child.py",
    "engines/isolation/guards.py",
    "people/roster_choices.py",
    "people/roster_file/known_headings.py",
)
#: What a program says to another, and what is told from a library's words.
_NOT_SAID = {
    "Corrupt JPEG",
    "Inconsistent progression",
    "Premature end",
    "file is damaged",
    "folder look",
    "if offered",
    "request id is (\\S+)",
    "a sandbox cannot import what is defined in __main__",
    "sandbox %(slot)s",
    "the pool is closed",
    "drawn at {:.0f} dpi, though scanned at {:.0f}",
    "%(bits)s bits",
    "shell of %(shell)s",
    "something was done, but no event records it",
    "login page",
    "log in while it is locked",
    "nothing of a sealed scan may be read or shown, and it is held whole",
}
#: Names of lists of words, as ``_name`` has them.
_LISTS = ("MEANINGS", "OPERATORS", "WORDS")
#: Parts of composed texts that are one word.
_WORDS = ("and", "counts", "nobody")
#: A hole needs words around it by which the text is known.
_WORD = re.compile(r"[a-z]{2}")
_LOGGING = ("debug", "info", "warning", "error", "exception", "critical", "log")


def composed_texts() -> dict[str, set[str]]:
    """The texts, each with the files that have it."""
    found: dict[str, set[str]] = {}
    for path in _modules():
        for text in _texts(ast.parse(path.read_text("utf-8"))):
            found.setdefault(text, set()).add(path.relative_to(CODE.parent).as_posix())
    reasons = (str(each).replace("_", " ") for each in DoubtReason)
    for text in (*Act, *_WORDS, *_counts(), *reasons, *_words_of_reports(), *_sheets()):
        found.setdefault(str(text), set()).add("digitizer/support/wording.py")
    return found


def counted_nouns() -> set[str]:
    """What is counted with ``counted(number, noun)``."""
    found: set[str] = set()
    for path in _modules():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) == "counted" and node.args[1:]:
                noun = node.args[1]
                if isinstance(noun, ast.Constant):
                    found.add(str(noun.value))
    return found


def finding_names() -> set[str]:
    """What a finding of the page Today is about, where that has no name in it."""
    found: set[str] = set()
    for path in _modules():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) == "Finding":
                what = node.args[0]
                if isinstance(what, ast.Constant):
                    found.add(str(what.value))
    return found


def _words_of_reports() -> Iterator[str]:
    """The titles, labels and heads of figures are in English too where they are one word."""
    tree = ast.parse((CODE / "operations/reports/figures.py").read_text("utf-8"))
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and re.fullmatch(r"[A-Z][a-z]+", text):
            yield text


def _sheets() -> Iterator[str]:
    """What the print queue calls a sheet."""
    return (f"{each} %(short_id)s" for each in SHEET_NAMES.values())


def _counts() -> Iterator[str]:
    """The texts of ``counted`` that hold no number."""
    for noun in counted_nouns():
        yield f"no {noun}s"
        yield f"an unknown number of {noun}s"


def _modules() -> Iterator[Path]:
    for place in _PLACES:
        path = CODE / place
        for each in [path] if path.suffix else sorted(path.rglob("*.py")):
            if not each.relative_to(CODE).as_posix().startswith(_ELSEWHERE):
                yield each


def _texts(tree: ast.Module) -> Iterator[str]:
    left_out = set(_ids_left_out(tree))
    for node in ast.walk(tree):
        if id(node) in left_out:
            continue
        if isinstance(node, ast.JoinedStr):
            text = _with_holes(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = _escaped(node.value)
            text = text if "%(" in text else node.value
        else:
            continue
        words = re.sub(r"%\(\w+\)s", "", text)
        text = text.strip()
        if " " in text and _WORD.search(words) and text not in _NOT_SAID:
            yield text


def _ids_left_out(tree: ast.Module) -> Iterator[int]:
    """Nodes that nobody reads: docstrings, types, what is logged, parts of what is taken whole."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant()):
                yield id(node.value)
            case ast.JoinedStr():
                for part in node.values:
                    yield id(part)
                    if isinstance(part, ast.FormattedValue) and part.format_spec:
                        yield from map(id, ast.walk(part.format_spec))
            case ast.Call() if _is_of_the_log(node):
                yield from map(id, _walk_all([*node.args, *(k.value for k in node.keywords)]))
            case ast.Assign() if _name(node.targets[0]) in _LISTS:
                yield from map(id, ast.walk(node))
            case ast.AnnAssign() if _name(node.target) in _LISTS:
                yield from map(id, ast.walk(node))
            case ast.ClassDef() if any(_name(base) == "StrEnum" for base in node.bases):
                yield from map(id, ast.walk(node))


def _walk_all(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    for node in nodes:
        yield from ast.walk(node)


def _is_of_the_log(call: ast.Call) -> bool:
    return (
        isinstance(call.func, ast.Attribute)
        and _name(call.func.value) in ("log", "logging")
        and call.func.attr in _LOGGING
    )


def _with_holes(text: ast.JoinedStr) -> str:
    said, used = "", dict[str, int]()
    for part in text.values:
        if isinstance(part, ast.FormattedValue):
            name = _name(part.value) or "value"
            used[name] = used.get(name, 0) + 1
            said += f"%({name}{used[name] if used[name] > 1 else ''})s"
        elif isinstance(part, ast.Constant):
            said += _escaped(str(part.value))
    return said


def _escaped(text: str) -> str:
    """A brace with a name is a hole that is filled later."""
    return re.sub(r"\{(\w+)\}", r"%(\1)s", text.replace("%", "%%"))


def _name(node: ast.AST) -> str:
    """What a value is called: a variable, an attribute, a function."""
    match node:
        case ast.Name():
            return node.id.lstrip("_")
        case ast.Attribute():
            return node.attr.lstrip("_")
        case ast.Call():
            if _name(node.func) in ("counted", "local_moment", "len", "sorted", "str"):
                inner = next((each for each in map(_name, node.args) if each), "")
                return inner or _name(node.func)
            return _name(node.func)
    return ""
