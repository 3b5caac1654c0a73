"""For those who run the service: alive, ready, and in numbers (Prometheus text format 0.0.4)."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, PlainTextResponse

from digitizer.entrances.web.shared.pages import house_of
from digitizer.model.errors import NotFound
from digitizer.model.people import Actor, ActorKind
from digitizer.operations.health import Check, Health, checks, health

router = APIRouter()

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: What is wrong with the parts that run beside the pages, by part; empty: all is well.
Troubles = Callable[[], Mapping[str, str]]
#: Who asks: an operator's program, known by the address it asks from.
_PROBE = Actor(ActorKind.MACHINE, "probe")
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


def only_operators(request: Request) -> None:
    """Raises NotFound for strangers. What a proxy passes on comes from its own address, so
    nothing that was passed on is answered."""
    allowed = house_of(request).settings.web.operators_from
    forwarded = any(name in request.headers for name in _FORWARDED)
    if forwarded or not _is_within(request.client.host if request.client else "", allowed):
        raise NotFound("There is nothing here.")


def _is_within(address: str, networks: tuple[str, ...]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return any((mapped or found) in ipaddress.ip_network(each) for each in networks)


Operator = Annotated[None, Depends(only_operators)]


@router.get("/healthz")
def healthz() -> PlainTextResponse:
    """The process answers: nothing more is said, so anyone may ask."""
    return PlainTextResponse("ok")


@router.get("/readyz")
def readyz(request: Request, _operator: Operator) -> JSONResponse:
    """200 if mail can be taken in and worked, 503 if not, and why."""
    found = [*checks(house_of(request), _PROBE), *_parts(request)]
    ready = all(check.good for check in found)
    told = {check.name: check.says or "good" for check in found}
    return JSONResponse({"ready": ready, "checks": told}, 200 if ready else 503)


def _parts(request: Request) -> Iterator[Check]:
    troubles: Troubles | None = getattr(request.app.state, "troubles", None)
    for part, says in (troubles() if troubles else {}).items():
        yield Check(part, not says, says)


@router.get("/metrics")
def metrics(request: Request, _operator: Operator) -> PlainTextResponse:
    return PlainTextResponse(exposition(health(house_of(request), _PROBE)), media_type=METRICS_TYPE)


def exposition(state: Health) -> str:
    """The numbers as Prometheus reads them; each family with its help and type."""
    return "".join(
        f"# HELP {name} {says}\n# TYPE {name} {kind}\n{''.join(samples)}"
        for name, kind, says, samples in _families(state)
    )


Family = tuple[str, str, str, list[str]]


def _families(state: Health) -> Iterator[Family]:
    told = state.numbers
    yield _one("digitizer_queue_scans", "Scans that wait to be worked.", told.queue.waiting)
    yield _one("digitizer_working_scans", "Scans at work.", told.queue.working)
    age = (state.at - told.queue.oldest).total_seconds() if told.queue.oldest else 0.0
    yield _one("digitizer_oldest_scan_seconds",
               "Age of the oldest scan that is not worked to its end; 0 if there is none.",
               max(0.0, age))  # fmt: skip
    yield _many("digitizer_scans", "Scans by state.", "state", told.scans)
    yield _many("digitizer_pages", "Pages by the place they are in.", "place", told.pages)
    yield _many("digitizer_letters", "Letters by state.", "state", told.letters)
    yield _many("digitizer_messages", "E-messages by state.", "state", told.messages)
    yield _many("digitizer_held", "What waits for a person, by reason.", "reason", told.held)
    yield _one("digitizer_covers_used_often",
               "Covers used more often of late than is usual.", told.used_often)  # fmt: skip
    yield _many("digitizer_pages_read", "Pages by the engine that read them.", "engine", told.read)
    yield _one("digitizer_failed_tries_total", "Tries at scans that failed.", told.tries, "counter")
    yield _one("digitizer_service_deaths_total", "Scans that were at work when the service died.",
               told.deaths, "counter")  # fmt: skip
    yield _one("digitizer_duplicates_total", "Files that came in a second time.",
               told.duplicates, "counter")  # fmt: skip
    yield _one("digitizer_last_intake_timestamp_seconds",
               "When the last scan was taken in (Unix time); 0 if none ever was.",
               _unix(told.last_taken_in))  # fmt: skip
    yield _one("digitizer_disk_free_bytes", "Free space on the disk of the home.", state.free)
    yield _one("digitizer_workers", "Supervisors of work that are alive.", state.workers)
    labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in state.build.items())
    yield ("digitizer_build_info", "gauge", "Which program this is.",
           [f"digitizer_build_info{{{labels}}} 1\n"])  # fmt: skip


def _one(name: str, says: str, value: float, kind: str = "gauge") -> Family:
    return name, kind, says, [f"{name} {value}\n"]


def _many(name: str, says: str, label: str, values: Mapping[str, int]) -> Family:
    samples = [f'{name}{{{label}="{_escaped(key)}"}} {n}\n' for key, n in values.items()]
    return name, "gauge", says, samples


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _unix(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0
