"""Forms for requests and sheets for the protected line, from print to scan, with real pixels: a
form becomes a request at its step, and a sheet for the protected line is sealed unread."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import sqlalchemy as sa
from PIL import Image

from digitizer.capture.ingest import ingest_all
from digitizer.capture.pipeline import no_progress
from digitizer.engines.printing.kit import cover_layout as layout
from digitizer.facility import Facility, make_home, open_facility
from digitizer.letters import actions as mailboxes
from digitizer.messages import request_paper, requests
from digitizer.messages.requests import RequestState
from digitizer.model.errors import Conflict, NotFound
from digitizer.model.mail import Outcome, Queue
from digitizer.model.settings import Release
from digitizer.operations.actions import reconcile, verify_audit
from digitizer.protected_line import actions as protected_line
from digitizer.screening import decisions, legal_mail, recalls
from digitizer.storage.database import reading, writing
from digitizer.storage.tables import scan, sealed_page, transcript
from tests.support import scanner
from tests.support.asked_staff import COLONEL, COMPLAINT, LINE, ME, OTHER, PREA, with_requests
from tests.support.made_mail import CLERK, OPERATOR, ORSON, SUPERVISOR, fill_roster

_DPI = 200
_NO_CODES = layout.code_areas(*layout.PAPERS["letter"])


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Facility]:
    make_home(tmp_path / "home")
    opened = open_facility(tmp_path / "home")
    with writing(opened.engine) as tx:
        fill_roster(tx)
    yield with_requests(opened, protected=(LINE,))
    opened.engine.dispose()


def _scan(path: Path, *pages: scanner.Page) -> Path:
    """A little askew, with noise: no two scans are the same bytes."""
    rng = np.random.default_rng(zlib.crc32(path.stem.encode()))
    share = _DPI / scanner.DPI
    small = [cv2.resize(each, None, fx=share, fy=share, interpolation=3) for each in pages]
    laid = [Image.fromarray(scanner.glass(np.asarray(each, np.uint8), rng)) for each in small]
    laid[0].save(path, "PDF", save_all=True, append_images=laid[1:], resolution=_DPI, quality=80)
    return path


def _put_through(here: Facility, *paths: Path) -> list[tuple[Outcome, ...]]:
    done = []
    for each in ingest_all(here, list(paths), "default", str, no_progress, OPERATOR):
        assert isinstance(each.outcome, tuple)
        done.append(tuple(line.outcome for line in each.outcome))
    return done


def _written(pdf: bytes, page: int, *lines: str) -> scanner.Page:
    sheet = scanner.pdf_pages(pdf)[page]
    scanner.write_on(sheet, lines, left=480, top=1000, step=106)
    return sheet


def _without_codes(sheet: scanner.Page) -> scanner.Page:
    """Torn corners: of the codes nothing is left, of the marks everything."""
    torn = sheet.copy()
    for area in _NO_CODES:
        top, left = (int(each / 25.4 * scanner.DPI) for each in (area.top - 3, area.left - 3))
        side = int((area.width + 6) / 25.4 * scanner.DPI)
        torn[max(top, 0) : top + side, max(left, 0) : left + side] = 250
    return torn


def test_a_form_becomes_a_request_and_goes_on_by_the_form_behind_its_answer(
    here: Facility, tmp_path: Path
) -> None:
    form = request_paper.print_form(here, ORSON, COMPLAINT.name, CLERK)
    filled = _written(form, 0, "The shower is cold", "since Monday")
    assert _put_through(here, _scan(tmp_path / "one.pdf", filled)) == [(Outcome.DELIVERED,)]
    (mine,) = requests.own_requests(here, ME)
    assert (mine.form, mine.current.place, mine.state) == ("Complaint", 1, RequestState.SENT)
    assert mine.current.letter is not None
    assert mine.due is not None
    assert requests.own_requests(here, OTHER) == ()
    assert mailboxes.mailbox(here, ORSON, OPERATOR) == ()
    assert mailboxes.search_mail(here, "shower", OPERATOR) == ()
    opened = requests.open_request(here, mine.number, CLERK)
    assert opened.pictures == (1,)
    assert requests.form_picture(here, mine.number, 1, 1, CLERK)[:2] in (b"\xff\xd8", b"\x89P")
    assert requests.form_picture(here, mine.number, 1, 1, ME)
    for place, page, by in ((1, 2, CLERK), (2, 1, CLERK), (1, 1, OTHER)):
        with pytest.raises(NotFound):
            requests.form_picture(here, mine.number, place, page, by)
    # the same sheet again is a copy
    assert _put_through(here, _scan(tmp_path / "copy.pdf", filled)) == [(Outcome.HELD,)]
    requests.answer_request(here, mine.number, "It will be looked at.", CLERK)
    answer = request_paper.print_answer(here, mine.number, CLERK)
    sheets = scanner.pdf_pages(answer)
    assert len(sheets) == 2
    following = _written(answer, 1, "It is cold still")
    assert _put_through(here, _scan(tmp_path / "two.pdf", following)) == [(Outcome.DELIVERED,)]
    (mine,) = requests.own_requests(here, ME)
    assert [each.place for each in mine.steps] == [1, 2]
    assert (mine.state, mine.current.late) == (RequestState.SENT, False)
    with pytest.raises(Conflict, match="took part"):
        requests.answer_request(here, mine.number, "Still.", CLERK)
    requests.answer_request(here, mine.number, "A plumber comes.", SUPERVISOR)
    # two more forms for the third step: one is used on the screen, so neither counts
    late = _written(request_paper.print_answer(here, mine.number, COLONEL), 1, "No plumber")
    requests.take_on(here, mine.number, "No plumber came.", ME)
    assert _put_through(here, _scan(tmp_path / "three.pdf", late)) == [(Outcome.HELD,)]
    (held,) = [each for each in decisions.held(here, CLERK) if "revoked" in (each.reason or "")]
    with pytest.raises(Conflict, match="asked for already"):
        decisions.assign(here, held.letter or held.scan, ORSON, CLERK, "It is theirs")
    assert len(requests.own_requests(here, ME)[0].steps) == 3
    assert all(each.balanced for each in reconcile(here, OPERATOR))
    assert verify_audit(here, OPERATOR)[1] is None


def test_a_form_that_waits_for_a_person_is_a_request_when_they_deliver_it(
    here: Facility, tmp_path: Path
) -> None:
    careful = _reviewing(here)
    form = request_paper.print_form(careful, ORSON, COMPLAINT.name, CLERK)
    filled = _written(form, 0, "A blanket")
    assert _put_through(careful, _scan(tmp_path / "form.pdf", filled)) == [(Outcome.HELD,)]
    assert requests.own_requests(careful, ME) == ()
    (held,) = decisions.held(careful, CLERK)
    assert held.letter is not None
    with pytest.raises(Conflict, match="another inmate"):
        decisions.assign(careful, held.letter, OTHER.name, CLERK, "It may be")
    assert requests.own_requests(careful, OTHER) == ()
    decisions.assign(careful, held.letter, ORSON, CLERK, "They say so")
    (mine,) = requests.own_requests(careful, ME)
    assert mine.current.letter == held.letter
    # taken back, and released again, it asks for nothing new
    recalls.recall(careful, held.letter, SUPERVISOR, "A mistake")
    decisions.assign(careful, held.letter, ORSON, CLERK, "It is theirs")
    assert [each.number for each in requests.own_requests(careful, ME)] == [mine.number]


def _reviewing(here: Facility) -> Facility:
    own = here.settings.facility.model_copy(update={"release": Release.AFTER_REVIEW})
    return replace(here, settings=here.settings.model_copy(update={"facility": own}))


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("torn", [False, True])
def test_a_sheet_for_the_protected_line_is_sealed_unread(
    here: Facility, tmp_path: Path, side: int, torn: bool
) -> None:
    pdf = protected_line.print_sheets(here, PREA, 1, CLERK)
    sheet = _written(pdf, side, "The officer of the night")
    if torn:
        sheet = _without_codes(sheet)
    letter = scanner.typed_page("A page that lay in the same stack.")
    path = _scan(tmp_path / "sheet.pdf", sheet, letter)
    content = path.read_bytes()
    assert _put_through(here, path) == [(Outcome.HELD,)]
    with reading(here.engine) as tx:
        (row,) = tx.execute(sa.select(scan)).all()
        assert row.sealed
        assert tx.execute(sa.select(sa.func.count()).select_from(transcript)).scalar_one() == 0
        pictures = tx.execute(sa.select(sealed_page.c.picture)).scalars().all()
    assert content[:4000] not in b"".join(
        each.read_bytes() for each in here.home.rglob("*") if each.is_file()
    )
    (held,) = decisions.held(here, SUPERVISOR)
    assert held.queue is Queue.LEGAL
    assert not any(pictures)  # nobody looks at it under the seal either
    why = repr(legal_mail.look_at_sealed(here, row.id, SUPERVISOR))
    assert ("protected line" in why) is not torn
    assert all(each.balanced for each in reconcile(here, OPERATOR))
