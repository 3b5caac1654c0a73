"""Every route of the web pages, with its parameters, and requests that would work."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from digitizer.entrances.web.app import make_app
from tests.support.route_rows import ROWS, Row
from trials.break_in.target import Target

_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Route:
    """``place`` and ``form`` are values that would work; ``query`` and ``fields`` the names of all
    that can be sent in the address and in the form."""

    row: Row
    place: Mapping[str, str]
    form: Mapping[str, str]
    query: tuple[str, ...]
    fields: tuple[str, ...]

    def address(self, **other: str) -> str:
        values = {**self.place, **other}
        return _PARAMETER.sub(lambda found: values[found[1]], self.row.path)


def routes(target: Target) -> Iterator[Route]:
    """By the table of routes, which a test holds to the app; parameters by the app itself."""
    described = make_app(target.facility).openapi()
    ids = target.place.ids
    for row in ROWS:
        known = described["paths"][row.path][row.method.lower()]
        names = _PARAMETER.findall(row.path)
        own = {name: ids.get(row.own, "1") for name in names[:1]}
        form = {
            name: _PARAMETER.sub(lambda found: ids.get(found[1], ""), text)
            for name, text in row.form.items()
        }
        query = tuple(each["name"] for each in known.get("parameters", ()) if each["in"] == "query")
        rest = {name: row.rest.get(name, "1") for name in names[1:]}
        yield Route(row, {**own, **rest}, form, query, _fields(described, known))


def _fields(described: Mapping[str, Any], known: Mapping[str, Any]) -> tuple[str, ...]:
    for content in known.get("requestBody", {}).get("content", {}).values():
        schema = content["schema"]
        name = schema.get("$ref", "").rpartition("/")[2]
        found = described["components"]["schemas"][name] if name else schema
        return tuple(found.get("properties", ()))
    return ()


def forms_of_staff(target: Target) -> list[Route]:
    """Every form of someone who is logged in as staff."""
    return [
        each
        for each in routes(target)
        if each.row.method == "POST"
        and each.row.path.startswith("/staff/")
        and "login" not in each.row.path
    ]
