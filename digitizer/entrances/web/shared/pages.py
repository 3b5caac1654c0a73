"""Turning what the verbs return into pages: templates, languages, and how things are said."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from digitizer.facility import House
from digitizer.letters.doubtful_words import doubts_in, shown_lines
from digitizer.model.mail import came_under
from digitizer.support.paths import WEB_TEMPLATES

Texts = Mapping[str, Any]
LANGUAGE_COOKIE = "language"


@cache
def texts() -> Mapping[str, Texts]:
    """The inmate pages' texts by language."""
    return tomllib.loads((WEB_TEMPLATES / "texts.toml").read_text("utf-8"))


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(WEB_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        clock=clock, moment=moment, page_list=page_list, said=said, told=told, under=under
    )
    environment.globals.update(doubts_in=doubts_in, shown_lines=shown_lines)
    return environment


def house_of(request: Request) -> House:
    found = request.app.state.house
    assert isinstance(found, House)
    return found


def language_of(request: Request) -> str:
    """Asked for in the address, else remembered, else what the browser prefers, else English."""
    wanted = request.headers.get("accept-language", "")[:2].lower()
    asked = (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE), wanted)
    return next((each for each in asked if each and each in texts()), "en")


def show(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """Renders a page in the visitor's language, which it then remembers."""
    language = language_of(request)
    html = (
        _templates()
        .get_template(template)
        .render(
            facility=house_of(request).settings.facility.name,
            language=language,
            t=texts()[language],
            path=request.url.path,
            **context,
        )
    )
    response = HTMLResponse(html, status)
    if request.query_params.get("lang") in texts():
        response.set_cookie(
            LANGUAGE_COOKIE, language, httponly=True, samesite="strict",
            secure=request.url.scheme == "https",
        )  # fmt: skip
    return response


def say_date(when: datetime, t: Texts) -> str:
    """As the language writes it: ``March 5, 2026``, ``5 de marzo de 2026``."""
    local = when.astimezone()
    text: str = t["date"]
    return text.format(day=local.day, month=t["months"][local.month - 1], year=local.year)


def clock(when: datetime) -> str:
    return when.astimezone().strftime("%H:%M")


def moment(when: datetime) -> str:
    """Short, for staff; the year only where it is not this one."""
    local = when.astimezone()
    this_year = local.year == datetime.now().astimezone().year
    day = f"{local:%b} {local.day}" if this_year else f"{local:%b} {local.day}, {local.year}"
    return f"{day}, {local:%H:%M}"


def page_list(numbers: Sequence[int]) -> str:
    """``(1, 2, 3, 7)`` as ``1-3, 7``."""
    runs: list[str] = []
    for _, group in groupby(enumerate(sorted(numbers)), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        runs.append(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]))
    return ", ".join(runs)


def said(value: object) -> str:
    """A word of ours as people write it: ``awaiting_review`` as ``awaiting review``."""
    return str(value).replace("_", " ")


def under(sender: str | None) -> str:
    """A letter's sender, for staff: whom its cover was printed for, and that nobody checked."""
    says = came_under(sender)
    return f"{says[0].upper()}{says[1:]}."


def told(detail: Mapping[str, Any]) -> str:
    """An event's details in one line, without what is empty."""
    parts = (
        f"{key.rstrip('_').replace('_', ' ')}: {_plain(value)}"
        for key, value in detail.items()
        if value not in (None, [], "", False)
    )
    return "; ".join(parts)


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(said(each) for each in value)
    return said(value)
