"""Printing a sheet that was just made: on the browser's printer, or as a PDF where it has none."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from digitizer.access.login import Visit
from digitizer.entrances.web.shared.default_printer import remembered_printer
from digitizer.entrances.web.shared.media import pdf
from digitizer.entrances.web.shared.templating import facility_of
from digitizer.model.prints import PrintKind
from digitizer.prints import actions as prints


def print_at_once(
    request: Request,
    visit: Visit,
    made: bytes,
    kind: PrintKind,
    title: str,
    booking_number: str | None = None,
    printer: str | None = None,
) -> Response:
    """Whoever gets the PDF sees it, so it counts as printed; of a printer's, the queue asks.
    ``printer`` is another one than this browser's for sheets.

    Raises StorageError where the printer took nothing: then it waits in the queue.
    """
    facility, by = facility_of(request), visit.actor
    asked = printer or remembered_printer(request)
    printer = prints.default_printer(facility, by, asked)
    number = prints.queue_pdf(facility, by, kind, title, made, booking_number)
    batch = prints.send(facility, by, [number], printer)
    if prints.printer_names(facility, by)[printer].kind == "here":
        prints.came_out(facility, [batch.number], by)
        return pdf(made, title.lower().replace(" ", "-"))
    return RedirectResponse(f"/staff/covers?printed={number}", 303)
