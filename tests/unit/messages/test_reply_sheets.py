"""Reply sheets begin a thread."""

from __future__ import annotations

import pypdfium2

from digitizer.covers import actions as covers
from digitizer.facility import Facility
from digitizer.messages import reply_sheets
from digitizer.messages.actions import threads
from digitizer.messages.printing import print_queue
from digitizer.model.mail import MessageState
from digitizer.model.paper import CodeKind
from tests.support.made_mail import CLERK, OPERATOR, ORSON


def test_a_reply_sheet_begins_a_thread_and_has_lines(facility: Facility) -> None:
    printed = reply_sheets.print_reply_sheet(facility, ORSON, CLERK, correspondent="Aunt Ida")
    known = covers.find_cover(facility, printed.short_id, OPERATOR)
    (thread,) = threads(facility, ORSON, OPERATOR)
    assert (known.code.kind, known.message) == (CodeKind.REPLY, thread.message.id)
    assert thread.message.state is MessageState.PRINTED
    assert print_queue(facility, OPERATOR) == ()
    document = pypdfium2.PdfDocument(printed.pdf)
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert "Aunt Ida" in text
    assert printed.short_id in text
