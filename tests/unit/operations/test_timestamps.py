"""Anchors that an authority stamps: OpenSSL's own, asked over HTTP as others are."""

from __future__ import annotations

import base64
import shutil
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from digitizer import audit
from digitizer.entrances.service import run
from digitizer.facility import Facility, open_facility
from digitizer.model.errors import StorageError
from digitizer.model.events import Subject, Verb
from digitizer.model.settings import Audit
from digitizer.operations import actions as operations
from digitizer.operations import timestamps
from digitizer.operations.anchors import anchor_of, parse_line
from digitizer.operations.backup import back_up
from digitizer.operations.restore import restore_home
from digitizer.storage import encryption
from digitizer.storage.database import reading, writing
from digitizer.support.clock import now
from tests.support.made_mail import CLERK, OPERATOR
from tests.support.time_stamping import Authority, served, verified_by_openssl


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority") / "good")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Another authority, with a root of the same name."""
    return Authority(tmp_path_factory.mktemp("authority") / "stranger")


def _with(facility: Facility, authority: Authority, url: str, **settings: Any) -> Facility:
    wanted = Audit(timestamp_certificates=str(authority.root), timestamp_url=url, **settings)
    return replace(facility, settings=facility.settings.model_copy(update={"audit": wanted}))


def _write(facility: Facility, count: int) -> None:
    with writing(facility.engine) as tx:
        for number in range(count):
            audit.record(tx, CLERK, Verb.LOOK, Subject.letter(str(number)))


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.txt"))


def _stamped(facility: Facility, authority: Authority, **settings: Any) -> Facility:
    """A facility with two anchors that were stamped; its authority has gone since."""
    with served(authority.reply) as url:
        asking = _with(facility, authority, url, **settings)
        for _ in range(2):
            _write(asking, 2)
            assert operations.anchor_log(asking, OPERATOR).problems == ()
    return asking


def _fault(facility: Facility) -> str:
    return str(operations.check_log(facility, OPERATOR).fault)


def test_an_anchor_is_stamped_kept_twice_and_compared(
    facility: Facility, authority: Authority, tmp_path: Path
) -> None:
    path = tmp_path / "other disk" / "anchors.txt"
    before = now()
    asking = _stamped(facility, authority, anchor_path=str(path))
    checked = operations.check_log(asking, OPERATOR)
    assert (checked.fault, checked.anchors, checked.timestamps) == (None, 2, 2)
    assert checked.stamped is not None
    assert abs(checked.stamped - before) < timedelta(hours=1)
    kept, beside = _files(facility.home / "anchors"), _files(Path(f"{path}.timestamps"))
    assert [each.name for each in kept] == [each.name for each in beside]
    assert [each.read_bytes() for each in kept] == [each.read_bytes() for each in beside]
    assert all(each.stat().st_mode & 0o077 == 0 for each in (*kept, *beside))


def test_another_program_finds_it_good(
    facility: Facility, authority: Authority, stranger: Authority, tmp_path: Path
) -> None:
    asking = _stamped(facility, authority)
    line, _, *reply, _ = _files(asking.home / "anchors")[0].read_bytes().splitlines()
    der = base64.b64decode(b"".join(reply))
    assert verified_by_openssl(line, der, authority.root, tmp_path)
    assert not verified_by_openssl(line + b" ", der, authority.root, tmp_path)
    assert not verified_by_openssl(line, der, stranger.root, tmp_path)


def test_timestamps_in_the_home_alone_do_not_prove_the_end_of_the_log(
    facility: Facility, authority: Authority
) -> None:
    """Whoever can cut the log can remove them too."""
    checked = operations.check_log(_stamped(facility, authority), OPERATOR)
    assert (checked.fault, checked.anchors, checked.timestamps) == (None, 0, 2)
    assert "No anchor was compared" in checked.notes[0]


def test_without_an_authority_nobody_is_asked(facility: Facility) -> None:
    made = operations.anchor_log(facility, OPERATOR)
    assert (made.stamped, made.problems) == (None, ())
    assert not (facility.home / "anchors").exists()


class _Stop:
    """Stands for the event that ends a service: at the second wait, or at an endless one."""

    def __init__(self) -> None:
        self.waits: list[float | None] = []

    def wait(self, seconds: float | None) -> bool:
        self.waits.append(seconds)
        return seconds is None or len(self.waits) == 2


def test_the_service_asks_daily_also_where_no_other_place_is_named(
    facility: Facility, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = _Stop()
    with served(authority.reply) as url:
        service = run.Service(_with(facility, authority, url))
        monkeypatch.setattr(service, "stop", stop)
        run.anchor_daily(service)
    assert stop.waits == [0.0, run._ANCHOR_EVERY]
    assert len(_files(facility.home / "anchors")) == 1


# ---- answers that are not good -------------------------------------------------------------


def _refused(facility: Facility, authority: Authority, url: str) -> str:
    """What is said of an authority's answer; the anchor itself is written all the same."""
    path = facility.home.parent / "anchors.txt"
    asking = _with(facility, authority, url, anchor_path=str(path))
    made = operations.anchor_log(asking, OPERATOR)
    assert made.path == path
    assert parse_line(path.read_text()) == made.anchor
    assert made.stamped is None
    assert not (facility.home / "anchors").exists()
    assert not Path(f"{path}.timestamps").exists()
    assert operations.anchored_last(asking, OPERATOR) is None  # it is tried again soon
    assert operations.check_log(asking, OPERATOR).fault is None
    (problem,) = made.problems
    assert problem.startswith("The anchor was not stamped by 127.0.0.1: ")
    return problem


def _about_something_else(authority: Authority) -> Callable[[bytes], bytes]:
    def answer(request: bytes) -> bytes:
        """The request with another hash: the 32 bytes behind the algorithm's name."""
        start = request.index(b"\x04\x20") + 2
        return authority.reply(request[:start] + b"\x00" * 32 + request[start + 32 :])

    return answer


def _other_nonce(authority: Authority) -> Callable[[bytes], bytes]:
    """What a replay looks like: the right hash, and the nonce of another request."""

    def answer(request: bytes) -> bytes:
        start = request.index(b"\x04\x20") + 34
        kind, length = request[start : start + 2]
        assert kind == 2  # an INTEGER
        other = bytes([0x11] * length)
        return authority.reply(request[: start + 2] + other + request[start + 2 + length :])

    return answer


def _refusing(authority: Authority) -> Callable[[bytes], bytes]:
    return lambda _request: authority.reply(b"no request at all")


def _spoiled(authority: Authority) -> Callable[[bytes], bytes]:
    def answer(request: bytes) -> bytes:
        reply = bytearray(authority.reply(request))
        reply[-5] ^= 1  # within the signature, which is last
        return bytes(reply)

    return answer


@pytest.mark.parametrize(
    ("answering", "words"),
    [
        (_about_something_else, "not about the anchor of event"),
        (_other_nonce, "nonce"),
        (_refusing, "not granted (status 2"),
        (_spoiled, "no authority that is trusted here"),
        (lambda _: lambda _request: b"<html>Good morning</html>", "no timestamp"),
        (lambda _: lambda _request: b"", "cut off"),
        (lambda _: lambda _request: b"0" * 10_000_000, "too large"),
    ],
)
def test_an_answer_that_does_not_hold(
    facility: Facility,
    authority: Authority,
    answering: Callable[[Authority], Callable[[bytes], bytes]],
    words: str,
) -> None:
    with served(answering(authority)) as url:
        assert words in _refused(facility, authority, url)


def test_an_authority_whose_root_is_not_trusted(
    facility: Facility, authority: Authority, stranger: Authority
) -> None:
    with served(stranger.reply) as url:
        assert "no authority that is trusted here" in _refused(facility, authority, url)


def test_a_certificate_that_is_not_for_timestamps(facility: Facility, authority: Authority) -> None:
    """Any web server has a certificate from a root that is known."""
    with served(partial(authority.reply_signed_with, "web.pem")) as url:
        assert "no authority that is trusted here" in _refused(facility, authority, url)
    with served(partial(authority.reply_signed_with, "own.pem")) as url:
        made = operations.anchor_log(_with(facility, authority, url), OPERATOR)
    assert made.problems == ()


def test_an_authority_that_answers_with_an_error(facility: Facility, authority: Authority) -> None:
    with served(authority.reply, status=503) as url:
        assert "answered 503" in _refused(facility, authority, url)


def test_an_authority_that_is_down(facility: Facility, authority: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    assert "connection failed" in _refused(facility, authority, url)


def test_an_authority_that_answers_byte_by_byte_is_cut_off(
    facility: Facility, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte comes in time; all of them never would."""
    monkeypatch.setattr(timestamps, "_SECONDS", 0.5)
    over = threading.Event()

    def drip(server: socket.socket) -> None:
        line, _ = server.accept()
        with line:
            line.sendall(b"HTTP/1.0 200 OK\r\nX: ")
            try:
                while not over.wait(0.02):
                    line.sendall(b"x")
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=[server], daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        said = _refused(facility, authority, url)
        over.set()
        thread.join()
    assert "connection failed" in said or "cut off" in said


def test_root_certificates_that_cannot_be_read(facility: Facility, authority: Authority) -> None:
    with served(authority.reply) as url, reading(facility.engine) as tx:
        anchor = anchor_of(tx, now())
        for bad in (str(facility.home), str(facility.home / "config.toml"), "/nowhere"):
            with pytest.raises(StorageError, match="certificates"):
                timestamps.stamp(Audit(timestamp_certificates=bad, timestamp_url=url), anchor)


def test_a_clock_that_is_wrong_is_said(facility: Facility, authority: Authority) -> None:
    with served(authority.reply) as url, reading(facility.engine) as tx:
        settings = _with(facility, authority, url).settings.audit
        timestamps.stamp(settings, anchor_of(tx, now()))
        with pytest.raises(StorageError, match="says that it was made"):
            timestamps.stamp(settings, anchor_of(tx, now() - timedelta(days=2)))


# ---- what is kept, and was spoiled ---------------------------------------------------------


def _other_line(first: Path, second: Path) -> None:
    """The newer timestamp under the older anchor's line."""
    line, *_ = first.read_text().splitlines(keepends=True)
    _, *reply = second.read_text().splitlines(keepends=True)
    first.write_text("".join([line, *reply]))


def _other_hash(first: Path, _second: Path) -> None:
    text = first.read_text()
    start = text.index("hash=") + 5 + 20
    first.write_text(text[:start] + ("0" if text[start] != "0" else "1") + text[start + 1 :])


def _other_name(first: Path, second: Path) -> None:
    shutil.copy(second, first)


def _half(first: Path, _second: Path) -> None:
    first.write_text(first.read_text()[:800])


def _garbled(first: Path, _second: Path) -> None:
    first.write_bytes(b"\xff\x00")


def _gone(first: Path, _second: Path) -> None:
    first.unlink()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_other_line, "not about the anchor of event 3"),
        (_other_hash, "altered"),
        (_other_name, "its name does not say"),
        (_half, "damaged"),
        (_garbled, "damaged"),
        (_gone, "is not there"),
    ],
)
def test_timestamps_that_were_spoiled_are_reported(
    facility: Facility, authority: Authority, spoil: Callable[[Path, Path], None], words: str
) -> None:
    asking = _stamped(facility, authority)
    first, second = _files(asking.home / "anchors")
    spoil(first, second)
    assert words in _fault(asking)


def test_a_timestamp_that_another_authority_made_is_reported(
    facility: Facility, authority: Authority, stranger: Authority
) -> None:
    asking = _stamped(facility, stranger)
    known = str(authority.root)
    trusting = replace(
        asking,
        settings=asking.settings.model_copy(update={"audit": Audit(timestamp_certificates=known)}),
    )
    assert "no authority that is trusted here" in _fault(trusting)


def test_without_root_certificates_signatures_are_said_to_be_unchecked(
    facility: Facility, authority: Authority
) -> None:
    _stamped(facility, authority)
    checked = operations.check_log(facility, OPERATOR)
    assert (checked.fault, checked.timestamps, checked.stamped) == (None, 0, None)
    assert "signatures of 2 timestamps were not checked" in checked.notes[-1]
    _other_line(*_files(facility.home / "anchors"))
    assert "not about the anchor" in _fault(facility)


def test_a_log_that_was_put_back_lacks_the_head_that_was_stamped(
    facility: Facility, authority: Authority, tmp_path: Path
) -> None:
    _write(facility, 2)
    facility.engine.dispose()
    shutil.copytree(facility.home / "database", tmp_path / "copy")
    asking = _stamped(facility, authority)
    facility.engine.dispose()
    shutil.rmtree(facility.home / "database")
    shutil.copytree(tmp_path / "copy", facility.home / "database")
    assert "ends before event" in _fault(asking)
    _write(asking, 9)
    assert "is not the one that was anchored" in _fault(asking)


def test_a_restored_home_keeps_its_timestamps(
    facility: Facility, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encryption, "_COST", 2)  # the product's is slow on purpose
    beside = str(tmp_path / "anchors.txt")
    asking = _stamped(facility, authority, anchor_path=beside)
    back_up(asking, tmp_path / "backup", "plainly invented words", OPERATOR)
    _stamped(facility, authority, anchor_path=beside)  # which the backup lacks
    restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR, "plainly invented words")
    again = replace(open_facility(tmp_path / "again"), settings=asking.settings)
    checked = operations.check_log(again, OPERATOR)
    again.engine.dispose()
    assert (checked.fault, checked.timestamps) == (None, 4)


# ---- the setting ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://a.example/tsr", "must be like"),
        ("timestamp.example", "must be like"),
        ("http://", "must be like"),
        ("http://a.example:99999/", "must be like"),
        ("http://a.example/\r\nX: y", "must be like"),
        ("http://me:word@a.example/", "no login"),
        ("http://a.example/?a=b", "no login, query"),
    ],
)
def test_an_address_that_is_none(url: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Audit(timestamp_certificates="/roots.pem", timestamp_url=url)


def test_an_authority_needs_its_roots() -> None:
    with pytest.raises(ValidationError, match="needs timestamp_certificates"):
        Audit(timestamp_url="https://timestamp.example")
    with pytest.raises(ValidationError, match="whole path"):
        Audit(timestamp_certificates="roots.pem")
    assert Audit(timestamp_certificates="/roots.pem", timestamp_url="https://timestamp.example")
