"""What is logged is one JSON object a line, and quotes nobody's letter."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from digitizer.entrances.service.logs import Form, start_logging
from digitizer.model.errors import EngineError, StorageError

log = logging.getLogger("digitizer")
SECRET = "Dear Tobias, the garden"


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers = []
    stream = io.StringIO()
    yield stream
    root.handlers = before
    root.setLevel(level)


def _lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_an_event(said: io.StringIO) -> None:
    start_logging(Form.JSON, said)
    log.info("took in scan %s", "a" * 16, extra={"event": "took_in", "scan": "b" * 16})
    log.warning("two\nlines é")
    first, second = _lines(said)
    assert list(first) == ["time", "level", "event", "scan", "says"]
    assert first["time"].endswith("+00:00")
    assert (first["level"], first["event"], first["scan"]) == ("info", "took_in", "b" * 16)
    assert (second["level"], second["event"], second["scan"]) == ("warning", "two_lines", None)


def test_an_event_without_a_name_gets_one_and_its_scan_is_found(said: io.StringIO) -> None:
    start_logging(Form.JSON, said)
    log.error("a try at scan %s failed", "0123456789abcdef")
    (line,) = _lines(said)
    assert (line["event"], line["scan"]) == ("a_try_at_scan_failed", "0123456789abcdef")


def _fail_in_a_library() -> None:
    with sa.create_engine("sqlite://").connect() as connection:
        connection.execute(sa.text("INSERT INTO none VALUES (:text)"), {"text": SECRET})


def _fail_and_pass_on() -> None:
    try:
        int(SECRET)
    except ValueError as error:
        raise StorageError("The disk is full.") from error


def _fail_in_an_engine() -> None:
    raise EngineError(f"ValueError: {SECRET}")


@pytest.mark.parametrize("form", [Form.JSON, Form.TEXT])
@pytest.mark.parametrize(
    ("fail", "told"),
    [
        (_fail_in_a_library, "OperationalError"),
        (_fail_and_pass_on, "StorageError: The disk is full. <- ValueError"),
        (_fail_in_an_engine, "EngineError"),
    ],
)
def test_of_a_foreign_error_only_kind_and_place_are_told(
    said: io.StringIO, form: Form, fail: Any, told: str
) -> None:
    start_logging(form, said)
    try:
        fail()
    except Exception:
        log.exception("it failed")
    found = said.getvalue()
    assert SECRET not in found
    assert told in found
    assert fail.__name__ in found
    if form is Form.JSON:
        assert len(_lines(said)) == 1
