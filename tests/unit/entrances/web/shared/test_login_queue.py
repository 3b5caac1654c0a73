"""The line before the login: few at a time, terminals in turn, no more than there is room for."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from starlette.exceptions import HTTPException

from digitizer.entrances.web.app import make_app
from digitizer.entrances.web.shared.login_queue import LoginQueue, busy
from tests.support.web_kit import PASSWORD, PIN, Mail, Visitor


class _Logins:
    """Logins that last until they are told to end."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self.queue = LoginQueue(at_once, waiting)
        self.inside: list[str] = []
        self.most = 0
        self.ended: list[str] = []
        self.refused: Counter[tuple[str, int]] = Counter()
        self.may_end = asyncio.Semaphore(0)

    async def come(self, terminal: str) -> None:
        try:
            async with self.queue.turn(terminal):
                self.inside.append(terminal)
                self.most = max(self.most, len(self.inside))
                await self.may_end.acquire()
                self.inside.remove(terminal)
                self.ended.append(terminal)
        except HTTPException as error:
            self.refused[terminal, error.status_code] += 1

    async def start(self, *terminals: str) -> list[asyncio.Task[None]]:
        tasks = []
        for each in terminals:
            tasks.append(asyncio.create_task(self.come(each)))
            await asyncio.sleep(0)
        return tasks

    async def end(self, tasks: list[asyncio.Task[None]]) -> None:
        for _ in tasks:
            self.may_end.release()
        await asyncio.gather(*tasks, return_exceptions=True)


def test_never_more_than_a_few_at_once_and_all_get_in() -> None:
    async def logins() -> None:
        made = _Logins(4, 250)
        tasks = await made.start(*(f"kiosk {n}" for n in range(200)))
        await made.end(tasks)
        assert (made.most, len(made.ended), made.refused) == (4, 200, Counter())

    asyncio.run(logins())


def test_who_floods_waits_behind_themselves_and_makes_room_for_others() -> None:
    async def logins() -> None:
        made = _Logins(1, 10)
        tasks = await made.start(*["flood"] * 60, *(f"kiosk {n}" for n in range(5)))
        await made.end(tasks)
        assert made.refused == {("flood", 429): 60 - 1 - 5}
        # the one at work, then in turn
        assert made.ended[:7] == ["flood", "flood", *(f"kiosk {n}" for n in range(5))]

    asyncio.run(logins())


def test_a_full_line_of_many_terminals_refuses_the_newcomer() -> None:
    async def logins() -> None:
        made = _Logins(1, 3)
        tasks = await made.start("a", "b", "c", "d", "e")
        await made.end(tasks)
        assert made.refused == {("e", 429): 1}

    asyncio.run(logins())


def test_who_leaves_the_line_gives_the_place_back() -> None:
    async def logins() -> None:
        made = _Logins(1, 2)
        first = await made.start("a", "b", "c")
        first[1].cancel()
        await asyncio.sleep(0)
        more = await made.start("d")
        made.may_end.release()  # "a" ends, "c" gets the turn, and leaves at that moment
        await asyncio.sleep(0)
        first[2].cancel()
        await made.end([*first, *more])
        assert "d" in made.ended
        assert made.refused == Counter()
        assert not made.inside

    asyncio.run(logins())


def test_where_there_is_no_room_a_page_says_so(mail: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(_self: LoginQueue, _terminal: str) -> None:
        raise busy()

    monkeypatch.setattr(LoginQueue, "_wait", refuse)
    with Visitor(make_app(mail.facility), base_url="http://mail.example") as visitor:
        visitor.app.state.login_queue._free = 0  # type: ignore[attr-defined]
        answer = visitor.post("/login", data={"booking_number": "2026-00117", "pin": PIN})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "5")
    assert "not counted as a wrong try" in answer.text


#: Every form with a secret that is hashed: whoever sends one waits in line, and holds no thread.
_WITH_A_SECRET = (
    "/login",
    "/staff/login",
    "/kiosk",
    "/staff/me/password",
    "/staff/second-step",
    "/staff/second-step/finish",
    "/staff/second-step/codes",
    "/staff/second-step/remove",
    "/staff/people",
    "/staff/people/1/role",
    "/staff/people/1/deactivate",
    "/staff/people/1/reactivate",
    "/staff/people/1/reset",
    "/staff/people/1/sessions/all/end",
    "/staff/held/nothing/seal/lift",
    "/staff/held/nothing/seal/cut",
    "/staff/held/nothing/seal/destroy",
)


@pytest.mark.parametrize("path", _WITH_A_SECRET)
def test_every_form_with_a_secret_waits_in_line(
    mail: Mail, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    async def refuse(_self: LoginQueue, _terminal: str) -> None:
        raise busy()

    with Visitor(make_app(mail.facility), base_url="http://mail.example") as visitor:
        visitor.post("/staff/login", data={"name": "Ruth Harrow", "password": PASSWORD})
        form = {"proof_password": "a wrong one", "role": "clerk"}
        monkeypatch.setattr(LoginQueue, "_wait", refuse)
        visitor.app.state.login_queue._free = 0  # type: ignore[attr-defined]
        assert visitor.post_form(path, form, seen_on="/staff/me").status_code == 429
