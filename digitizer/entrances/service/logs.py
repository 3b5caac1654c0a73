"""The log of a service on stderr: one line per event, for people or for programs.

No letter's text and no inmate's name is ever logged. Of an error that is not our own, only the
kind and the place are logged, because a library's message may quote its input.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from enum import StrEnum
from types import TracebackType
from typing import IO, Any

from digitizer.model.errors import DigitizerError, EngineError
from digitizer.support.visible import visible, visible_json

_EXTRA = (
    "scan",
    "part",
    "profile",
    "folder",
    "tries",
    "ports",
    "code",
    "method",
    "route",
    "status",
)
_SCAN = re.compile(r"\bscan ([0-9a-z]{16})\b")
_ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None]


class Form(StrEnum):
    TEXT = "text"
    JSON = "json"


def start_logging(form: Form, stream: IO[str] | None = None) -> None:
    """From now on everything that is logged goes to ``stream`` (stderr) in this form."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if form is Form.JSON else TextLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for talkative in ("uvicorn.error", "httpx", "PIL"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


def described(error: BaseException) -> str:
    """The kind of an error, and its message if it is ours and does not quote a library."""
    kind = type(error).__name__
    ours = isinstance(error, DigitizerError) and not isinstance(error, EngineError)
    return f"{kind}: {error}" if ours else kind


def _frames(error: BaseException) -> list[str]:
    """Where it happened, the innermost call last: places in the code, no values."""
    stack = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in stack]


def _chain(error: BaseException | None) -> list[BaseException]:
    """The error and those that caused it."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        hidden = error.__suppress_context__
        error = error.__cause__ or (None if hidden else error.__context__)
    return found


class JsonLines(logging.Formatter):
    """``time`` (UTC), ``level``, ``event``, ``scan`` and ``says`` are always there, null where
    unknown. ``event`` is a stable name; further keys describe the event."""

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        given = {key: getattr(record, key) for key in _EXTRA if hasattr(record, key)}
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": getattr(record, "event", None) or _event_name(record),
            "scan": _scan_in(message),
            "says": message,
            **given,
        }
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            line["error"] = " <- ".join(described(each) for each in _chain(error))
            line["where"] = _frames(error)
        return visible_json(json.dumps(line, ensure_ascii=False, default=str))


class TextLines(logging.Formatter):
    """The same for people, on one line; the places of an error follow on lines of their own."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's name
        """Names of files and folders are in messages: they must not act on a terminal."""
        return visible(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802  # logging's name
        info: _ErrorInfo = ei
        lines = [f"  {each}" for each in _frames(info[1])]
        kinds = " <- ".join(described(each) for each in _chain(info[1]))
        return "\n".join([*lines, visible(kinds)])


def _event_name(record: logging.LogRecord) -> str:
    """A name from the words of the message that do not change: ``a_try_at_scan_failed``."""
    fixed = re.sub(r"%[-+ #0-9.]*[a-z]", " ", str(record.msg))
    return "_".join(re.findall(r"[a-z]+", fixed.lower()))[:60] or record.name


def _scan_in(message: str) -> str | None:
    found = _SCAN.search(message)
    return found[1] if found else None
