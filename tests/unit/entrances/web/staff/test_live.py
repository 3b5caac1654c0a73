"""Pages hear that something changed; a listener costs no thread, no connection and no session."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from digitizer.entrances.web.staff import live
from digitizer.entrances.web.staff.live import Live
from digitizer.model.errors import StorageError
from digitizer.screening import cases
from digitizer.storage import tables
from digitizer.storage.database import writing
from tests.support.web_kit import Mail, Visitor, add_scan

LISTENERS = 50


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOK", 0.01)


async def _until(stream: AsyncIterator[str], wanted: str) -> list[str]:
    """All lines up to the first that begins so."""
    lines = []
    async for line in stream:
        lines.append(line)
        if line.startswith(wanted):
            break
    return lines


def _here() -> bool:
    return True


def _count_looks(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    looks = []
    look = cases.day_of_intake

    def counted(*given: object) -> object:
        looks.append(1)
        return look(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(cases, "day_of_intake", counted)
    return lambda: len(looks)


def test_fifty_listeners_hear_of_one_change_by_looks_that_they_share(
    mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = _count_looks(monkeypatch)

    async def listen() -> list[list[str]]:
        told = Live(mail.facility)
        streams = [told.changes(600, _here) for _ in range(LISTENERS)]
        for each in streams:
            assert (await anext(each)).startswith("retry:")
        while looks() < 3:
            await asyncio.sleep(0.01)
        before = looks()
        add_scan(mail, "new.pdf")
        heard = await asyncio.gather(*(_until(each, "event: changed") for each in streams))
        assert looks() - before < LISTENERS, "they share the looks"
        for each in streams:
            await each.aclose()
        assert told._task is None, "nobody listens: nobody looks"
        return heard

    heard = asyncio.run(listen())
    assert [lines[-1] for lines in heard] == ["event: changed\ndata: 1\n\n"] * LISTENERS


def test_a_change_while_a_line_is_sent_is_not_missed(mail: Mail) -> None:
    async def listen() -> str:
        told = Live(mail.facility)
        stream = told.changes(600, _here)
        await anext(stream)
        told.number += 1  # nobody waits at this moment
        told._tell()
        heard = await anext(stream)
        await stream.aclose()
        return heard

    assert asyncio.run(listen()).startswith("event: changed")


@pytest.mark.parametrize("busy", [False, True], ids=["quiet", "busy"])
def test_whoever_is_logged_out_is_told_and_left(
    mail: Mail, monkeypatch: pytest.MonkeyPatch, busy: bool
) -> None:
    monkeypatch.setattr(live, "_SIGN_OF_LIFE", 0.02)
    answers = iter([True, True, False])

    async def listen() -> list[str]:
        told = Live(mail.facility)

        async def change() -> None:
            while busy:
                told.number += 1
                told._tell()
                await asyncio.sleep(0.001)

        changing = asyncio.create_task(change())
        lines = [line async for line in told.changes(600, lambda: next(answers))]
        changing.cancel()
        return lines

    lines = asyncio.run(listen())
    assert lines[-1].startswith("event: over")
    assert lines.count(": still here\n\n") == 2


def test_it_ends_in_time_and_when_the_server_ends(mail: Mail) -> None:
    async def listen() -> None:
        told = Live(mail.facility)
        assert [line async for line in told.changes(0, _here)] == ["retry: 2000\n\n"]
        stream = told.changes(600, _here)
        await anext(stream)
        rest = asyncio.create_task(_until(stream, "never"))
        await asyncio.sleep(0)
        told.close()
        assert await rest == []

    asyncio.run(listen())


def test_a_store_that_does_not_answer_is_no_change(
    mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Live(mail.facility)
    told._mark = told._fresh(True)

    def fail(*_: object) -> None:
        raise StorageError("locked")

    monkeypatch.setattr(cases, "day_of_intake", fail)
    assert told._fresh(False) is None


def test_the_page_listens_and_listening_keeps_nobody_logged_in(
    ana: Visitor, mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 'data-live="/staff/live/events"' in ana.get("/staff").text
    assert "data-live" not in ana.get("/staff?day=2020-02-29").text
    monkeypatch.setattr(live, "_SHARE", 0.0)
    answer = ana.get("/staff/live/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-accel-buffering"] == "no", "nginx would hold it back"
    with writing(mail.facility.engine) as tx:
        tx.execute(tables.session.delete())
    gone = ana.get("/staff/live/events", follow_redirects=False)
    assert (gone.status_code, gone.headers["location"]) == (303, "/staff/login")
