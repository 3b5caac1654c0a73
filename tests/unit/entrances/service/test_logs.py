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
from tests.support.evil_names import EVIL, RAW

log = logging.getLogger("digitizer")
SECRET = "Dear Tobias, the garden"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers = []
    stream = io.StringIO()
    yield stream
    root.handlers = before
    root.setLevel(level)


def _lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_an_event(stream: io.StringIO) -> None:
    start_logging(Form.JSON, stream)
    log.info("took in scan %s", "a" * 16, extra={"event": "took_in", "scan": "b" * 16})
    log.warning("two\nlines é")
    first, second = _lines(stream)
    assert list(first) == ["time", "level", "event", "scan", "says"]
    assert first["time"].endswith("+00:00")
    assert (first["level"], first["event"], first["scan"]) == ("info", "took_in", "b" * 16)
    assert (second["level"], second["event"], second["scan"]) == ("warning", "two_lines", None)


def test_an_event_without_a_name_gets_one_and_its_scan_is_found(stream: io.StringIO) -> None:
    start_logging(Form.JSON, stream)
    log.error("a try at scan %s failed", "0123456789abcdef")
    (line,) = _lines(stream)
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
    ("fail", "logged"),
    [
        (_fail_in_a_library, "OperationalError"),
        (_fail_and_pass_on, "StorageError: The disk is full. <- ValueError"),
        (_fail_in_an_engine, "EngineError"),
    ],
)
def test_of_a_foreign_error_only_kind_and_place_are_told(
    stream: io.StringIO, form: Form, fail: Any, logged: str
) -> None:
    start_logging(form, stream)
    try:
        fail()
    except Exception:
        log.exception("it failed")
    found = stream.getvalue()
    assert SECRET not in found
    assert logged in found
    assert fail.__name__ in found
    if form is Form.JSON:
        assert len(_lines(stream)) == 1


@pytest.mark.parametrize("form", Form)
def test_no_log_holds_them_raw(form: Form) -> None:
    out = io.StringIO()
    before = logging.getLogger().handlers[:]
    try:
        start_logging(form, out)
        logging.getLogger("digitizer").error("cannot read %s", EVIL)
    finally:
        logging.getLogger().handlers[:] = before
    assert not RAW.search(out.getvalue())
    assert out.getvalue().count("\n") == 1
    if form is Form.JSON:
        assert json.loads(out.getvalue())["says"] == f"cannot read {EVIL}"
