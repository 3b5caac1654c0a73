"""A list of protected senders: all of it, or nothing."""

from __future__ import annotations

import pytest

from digitizer.facility import Facility
from digitizer.legal import registry
from digitizer.model.errors import Conflict, UsageError
from digitizer.model.events import LEGAL_LOG
from tests.support.legal_kit import FINCH, new_sender
from tests.support.made_mail import SUPERVISOR, events

GOOD = (
    "\ufeffKind;Name;Organization;Address;Bar number;Expires\n"
    "attorney;Harold Finch;Finch & Partners;9 New Street;WSBA 44;2099-06-30\n"
    "COURT;;Superior Court;;;\n"
).encode()
BAD = (
    b"kind,name,reference,expires\nattorney,A,1,2099-06-30\nlawyer,B,2,\nattorney,C,1,\n"
    b"court,,,\nprea,D,3,soon\n"
)


def test_a_preview_changes_nothing_and_an_import_all_of_it(facility: Facility) -> None:
    number = new_sender(facility)
    registry.revoke_sender(facility, number, SUPERVISOR, "disbarred")
    shown = registry.preview_senders(facility, GOOD, SUPERVISOR)
    assert (shown.added, shown.changed, shown.unchanged, shown.wrong) == (1, 1, 0, ())
    assert len(registry.sender_list(facility, SUPERVISOR)) == 1
    assert shown.lines[0].fields == ("address", "expires")
    registry.import_senders(facility, GOOD, SUPERVISOR)
    changed, court = registry.sender_list(facility, SUPERVISOR)
    assert (changed.number, changed.address) == (number, ("9 New Street",))
    assert changed.revoked is not None, "a list gives nobody back"
    assert court.organisation == "Superior Court"
    assert ("import protected senders", str(LEGAL_LOG), SUPERVISOR.name) in events(facility)
    with pytest.raises(Conflict, match="in the registry already"):
        registry.import_senders(facility, GOOD, SUPERVISOR)


def test_with_one_bad_line_nothing_is_imported(facility: Facility) -> None:
    shown = registry.preview_senders(facility, BAD, SUPERVISOR)
    assert [each.line for each in shown.wrong] == [3, 4, 5, 6]
    assert "of line 2 again" in shown.wrong[1].reason
    with pytest.raises(UsageError, match=r"line 3: .*line 4: .*line 5: .*line 6"):
        registry.import_senders(facility, BAD, SUPERVISOR)
    assert registry.sender_list(facility, SUPERVISOR) == ()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"name,reference\nA,1\n", "must name the columns"),
        (b'kind,name\ncourt,"A\n', "quotation mark"),
        (b"x" * (registry.LARGEST_FILE + 1), "MB"),
    ],
)
def test_what_is_no_list(facility: Facility, content: bytes, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        registry.preview_senders(facility, content, SUPERVISOR)


def test_the_same_sender_is_known_by_number_or_by_name(facility: Facility) -> None:
    number = new_sender(facility)
    with pytest.raises(Conflict, match=f"entry {number}"):
        registry.add_sender(facility, FINCH, SUPERVISOR)
