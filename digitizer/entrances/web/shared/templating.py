"""Turning what the verbs return into pages: templates, languages, and formats."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

from digitizer.entrances.web.shared.translations import (
    LANGUAGES,
    TEMPLATES_LANGUAGE,
    translation,
)
from digitizer.entrances.web.shared.wording import Wording
from digitizer.facility import Facility
from digitizer.letters.doubtful_words import doubts_in, is_read_in_part, shown_lines
from digitizer.support.paths import WEB_TEMPLATES


@cache
def _templates(language: str) -> Environment:
    """One environment a language: macros see no page's context, but they see its globals."""
    environment = Environment(
        loader=FileSystemLoader(WEB_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    translated = translation(language)
    install: Any = environment.install_gettext_callables  # type: ignore[attr-defined]
    install(translated.gettext, translated.ngettext, newstyle=True, pgettext=translated.pgettext)
    wording = Wording(language)
    environment.filters.update(wording.filters())
    environment.globals.update(
        doubts_in=doubts_in,
        is_read_in_part=is_read_in_part,
        languages=LANGUAGES,
        letter_name=wording.letter_name,
        shown_lines=shown_lines,
    )
    return environment


def facility_of(request: Request) -> Facility:
    found = request.app.state.facility
    assert isinstance(found, Facility)
    return found


def language_cookie(request: Request) -> str:
    """Over https bound to this host, as the session's is."""
    return "__Host-language" if request.url.scheme == "https" else "language"


def language_of(request: Request) -> str:
    """The one asked for in the address, else chosen a while ago, else the browser's, else
    English."""
    wanted = request.headers.get("accept-language", "")[:2].lower()
    return _chosen(request) or (wanted if wanted in LANGUAGES else TEMPLATES_LANGUAGE)


def _chosen(request: Request) -> str | None:
    asked = (request.query_params.get("lang"), request.cookies.get(language_cookie(request)))
    return next((each for each in asked if each and each in LANGUAGES), None)


def keep_language(request: Request, response: Response) -> None:
    """A language that somebody chose is kept for as long as they use the pages, and no longer:
    whoever comes to the terminal next finds it in its own language."""
    chosen = _chosen(request)
    if chosen:
        response.set_cookie(
            language_cookie(request),
            chosen,
            max_age=_idle_minutes(request) * 60,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )


def _idle_minutes(request: Request) -> int:
    """Of the pages that the visitor is on."""
    settings, path = facility_of(request).settings, request.url.path
    if path.startswith("/family"):
        return settings.family.idle_minutes
    web = settings.web
    return web.staff_idle_minutes if path.startswith("/staff") else web.inmate_idle_minutes


def looks_cookie(request: Request) -> str:
    return "__Host-looks" if request.url.scheme == "https" else "looks"


def looks_of(request: Request) -> tuple[str, ...]:
    """How the pages look to this visitor: ``large`` letters, more ``contrast``, both or neither."""
    kept = request.cookies.get(looks_cookie(request), "").split("-")
    asked = {
        "large": request.query_params.get("type"),
        "contrast": request.query_params.get("contrast"),
    }
    wanted = {name: value in ("large", "high") for name, value in asked.items() if value}
    return tuple(name for name in asked if wanted.get(name, name in kept))


def keep_looks(request: Request, response: Response) -> None:
    """As a language that was chosen: for as long as they use the pages."""
    looks = looks_of(request)
    if looks or looks_cookie(request) in request.cookies:
        web = facility_of(request).settings.web
        response.set_cookie(
            looks_cookie(request),
            "-".join(looks) or "usual",
            max_age=web.inmate_idle_minutes * 60,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )


def show(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """Renders a page in the visitor's language, which it then remembers. ``path`` is its address,
    where that is not the one that was asked for."""
    language = language_of(request)
    path = context.pop("path", request.url.path)
    html = (
        _templates(language)
        .get_template(template)
        .render(
            facility=facility_of(request).settings.facility.name,
            language=language,
            looks=looks_of(request),
            path=path,
            **context,
        )
    )
    response = HTMLResponse(html, status)
    keep_language(request, response)
    keep_looks(request, response)
    return response
