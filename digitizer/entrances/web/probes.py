"""For those who run the service: alive, ready, and in numbers (Prometheus text format 0.0.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, PlainTextResponse

from digitizer.entrances.web.shared.templating import facility_of
from digitizer.model.errors import NotFound
from digitizer.model.people import Actor, ActorKind
from digitizer.operations.health import Check, Health, checks, health
from digitizer.support.networks import is_within

router = APIRouter()

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: What is wrong with the parts that run beside the web pages, by part; empty if nothing is.
Troubles = Callable[[], Mapping[str, str]]
#: Who asks: an operator's program, known by the address it asks from.
_PROBE = Actor(ActorKind.MACHINE, "probe")
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


def only_operators(request: Request) -> None:
    """Raises NotFound for strangers.

    A request that a proxy passed on comes from the proxy's address, which may be an operator's,
    so no such request is answered.
    """
    allowed = facility_of(request).settings.web.operators_from
    forwarded = any(name in request.headers for name in _FORWARDED)
    if forwarded or not is_within(request.client.host if request.client else "", allowed):
        raise NotFound("There is nothing here.")


Operator = Annotated[None, Depends(only_operators)]


@router.get("/healthz")
def healthz() -> PlainTextResponse:
    """The process answers, and shows nothing else: so anyone may ask."""
    return PlainTextResponse("ok")


@router.get("/readyz")
def readyz(request: Request, _operator: Operator) -> JSONResponse:
    """200 if mail can be taken in and worked; 503 if not, with the reasons."""
    found = [*checks(facility_of(request), _PROBE), *_parts(request)]
    ready = all(check.good for check in found)
    messages = {check.name: check.message or "good" for check in found}
    return JSONResponse({"ready": ready, "checks": messages}, 200 if ready else 503)


def _parts(request: Request) -> Iterator[Check]:
    troubles: Troubles | None = getattr(request.app.state, "troubles", None)
    for part, message in (troubles() if troubles else {}).items():
        yield Check(part, not message, message)


@router.get("/metrics")
def metrics(request: Request, _operator: Operator) -> PlainTextResponse:
    return PlainTextResponse(
        exposition(health(facility_of(request), _PROBE)), media_type=METRICS_TYPE
    )


def exposition(state: Health) -> str:
    """The numbers in the format of Prometheus, each family with its help and type."""
    return "".join(
        f"# HELP {name} {message}\n# TYPE {name} {kind}\n{''.join(samples)}"
        for name, kind, message, samples in _families(state)
    )


Family = tuple[str, str, str, list[str]]


def _families(state: Health) -> Iterator[Family]:
    yield from _queue_families(state)
    yield from _mail_families(state)
    yield from _failure_families(state)
    yield from _installation_families(state)


def _queue_families(state: Health) -> Iterator[Family]:
    queue = state.numbers.queue
    age = (state.at - queue.oldest).total_seconds() if queue.oldest else 0.0
    yield _one("digitizer_queue_scans", "Scans that wait to be worked.", queue.waiting)
    yield _one("digitizer_working_scans", "Scans at work.", queue.working)
    yield _one(
        "digitizer_oldest_scan_seconds",
        "Age of the oldest scan that is not finished; 0 if there is none.",
        max(0.0, age),
    )


def _mail_families(state: Health) -> Iterator[Family]:
    numbers = state.numbers
    yield _many("digitizer_scans", "Scans by state.", "state", numbers.scans)
    yield _many("digitizer_pages", "Pages by the place they are in.", "place", numbers.pages)
    yield _many("digitizer_letters", "Letters by state.", "state", numbers.letters)
    yield _many("digitizer_messages", "E-messages by state.", "state", numbers.messages)
    yield _many("digitizer_held", "What waits for a person, by reason.", "reason", numbers.held)
    yield _one(
        "digitizer_covers_used_often",
        "Covers that were used unusually often in the last days.",
        numbers.used_often,
    )
    yield _many(
        "digitizer_pages_read", "Pages by the engine that read them.", "engine", numbers.read
    )


def _failure_families(state: Health) -> Iterator[Family]:
    numbers = state.numbers
    yield _one(
        "digitizer_failed_tries_total",
        "Attempts to work a scan that failed.",
        numbers.tries,
        "counter",
    )
    yield _one(
        "digitizer_service_deaths_total",
        "Scans that were at work when the service died.",
        numbers.deaths,
        "counter",
    )
    yield _one(
        "digitizer_duplicates_total",
        "Files that came in a second time.",
        numbers.duplicates,
        "counter",
    )
    yield _one(
        "digitizer_last_intake_timestamp_seconds",
        "When the last scan was taken in (Unix time); 0 if none ever was.",
        _unix(numbers.last_taken_in),
    )


def _installation_families(state: Health) -> Iterator[Family]:
    yield _one("digitizer_disk_free_bytes", "Free space on the disk of the home.", state.free)
    yield _one("digitizer_workers", "Processes alive that work scans.", state.workers)
    labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in state.build.items())
    sample = f"digitizer_build_info{{{labels}}} 1\n"
    yield (
        "digitizer_build_info",
        "gauge",
        "Versions of the program and its parts.",
        [sample],
    )


def _one(name: str, message: str, value: float, kind: str = "gauge") -> Family:
    return name, kind, message, [f"{name} {value}\n"]


def _many(name: str, message: str, label: str, values: Mapping[str, int]) -> Family:
    samples = [f'{name}{{{label}="{_escaped(key)}"}} {n}\n' for key, n in values.items()]
    return name, "gauge", message, samples


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _unix(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0
