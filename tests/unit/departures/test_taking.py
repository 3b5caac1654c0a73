"""The page of those who left: what opens it, for how long, and what is answered to all else."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from digitizer.departures import actions, codes, keeping, making, taking
from digitizer.departures.building import Built, build
from digitizer.departures.taking import BeingMade, NotYet, Refused
from digitizer.facility import Facility
from digitizer.model.errors import NotFound, StorageError, TooOften, UsageError
from digitizer.model.events import Verb
from digitizer.people import renumbering
from digitizer.support.clock import now
from tests.support.leaving_mail import fill_mailbox, list_as, list_whole, with_page
from tests.support.made_mail import ADMINISTRATOR, ORSON, PETRA, SUPERVISOR, events
from tests.support.web_kit import Mail, add_letter, add_page, add_scan

TERMINAL = "192.0.2.7"


@pytest.fixture
def here(facility: Facility) -> Facility:
    return with_page(facility)


@pytest.fixture
def code(here: Facility) -> str:
    """Of Orson, who has left since."""
    made = actions.make_code(here, ORSON, ADMINISTRATOR).code
    list_as(here, "released")
    return made


def enter(facility: Facility, code: str, number: str = ORSON, name: str = "Testvale") -> str:
    return taking.enter(facility, code, number, name, TERMINAL)


def verbs(facility: Facility) -> list[str]:
    return [verb for verb, _, _ in events(facility)]


def test_the_file_can_be_taken_and_taken_again(here: Facility) -> None:
    fill_mailbox(here)
    code = actions.make_code(here, ORSON, ADMINISTRATOR).code
    list_as(here, "released")
    token = enter(here, code)
    for _ in range(2):
        taken = taking.take(here, token)
        with taken.file:
            content = taken.file.read()
        assert len(content) == taken.length
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            told = json.loads(archive.read("mailbox.json"))
            assert told["person"]["booking_number"] == ORSON
            assert len(told["items"]) == 3
    assert verbs(here).count(Verb.TAKE_MAILBOX) == 2
    assert verbs(here).count(Verb.OPEN_TAKEAWAY) == 1


def test_what_was_not_made_is_not_recorded_as_taken(
    here: Facility, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise StorageError("the store does not answer")

    token = enter(here, code)
    monkeypatch.setattr(making, "build", failing)
    with pytest.raises(StorageError):
        taking.take(here, token)
    assert Verb.TAKE_MAILBOX not in verbs(here)


def test_a_line_that_broke_goes_on_where_it_was(here: Facility) -> None:
    fill_mailbox(here)
    code = actions.make_code(here, ORSON, ADMINISTRATOR).code
    list_as(here, "released")
    token = enter(here, code)
    with taking.take(here, token).file as whole:
        content = whole.read()
    first = taking.take(here, token)
    with first.file as broken:
        broken.read(100)
    on = taking.take(here, token, 100, first.tag)
    with on.file as rest:
        assert (on.start, on.length, on.tag) == (100, len(content), first.tag)
        assert rest.read() == content[100:]
    assert verbs(here).count(Verb.TAKE_MAILBOX) == 2
    with pytest.raises(UsageError):
        taking.take(here, token, len(content))
    other = taking.take(here, token, 100, "of another file")
    with other.file as again:
        assert (other.start, again.read()) == (0, content)


def test_what_is_kept_is_what_is_there_now_and_ends_with_the_hour(
    here: Facility, code: str
) -> None:
    token = enter(here, code)
    first = taking.take(here, token)
    first.file.close()
    mail = Mail(here)
    stack = add_scan(mail, "late.pdf")
    add_page(mail, stack, 1, add_letter(mail, stack, ORSON), "Late words.", position=1)
    newer = taking.take(here, token, 100, first.tag)
    newer.file.close()
    assert newer.start == 0
    assert newer.tag != first.tag
    taking.close(here, token)
    assert not [whose for whose in keeping._kept if whose[0] == here.home]


def test_one_file_is_made_once_at_a_time(
    here: Facility, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, refused = enter(here, code), []

    def building(facility: Facility, tx: Connection, inmate_id: int, folder: Path) -> Built:
        with pytest.raises(BeingMade) as error:
            taking.take(here, token)
        refused.append(error)
        return build(facility, tx, inmate_id, folder)

    monkeypatch.setattr(making, "build", building)
    taking.take(here, token).file.close()
    assert len(refused) == 1


def test_nothing_of_the_file_is_left_on_the_disk(here: Facility, code: str) -> None:
    taken = taking.take(here, enter(here, code))
    with taken.file:
        assert not [*here.work_folder.iterdir()]
        assert zipfile.is_zipfile(io.BytesIO(taken.file.read()))


def test_capitals_hyphens_and_ways_of_writing_a_name_do_not_matter(
    here: Facility, code: str
) -> None:
    assert enter(here, code.lower().replace("-", " "), " a-100 ", "TÉSTVALE, Jr.")


@pytest.mark.parametrize(
    ("number", "name"),
    [(ORSON, "Samplewood"), (PETRA, "Testvale"), (PETRA, "Samplewood"), ("", ""), (ORSON, "")],
)
def test_another_number_or_name_is_refused_in_the_same_words(
    here: Facility, code: str, number: str, name: str
) -> None:
    with pytest.raises(Refused) as wrong:
        enter(here, code, number, name)
    with pytest.raises(Refused) as unknown:
        enter(here, "0" * 20)
    assert str(wrong.value) == str(unknown.value)
    assert enter(here, code)


def test_a_typing_mistake_is_told_and_is_no_try(here: Facility, code: str) -> None:
    wrong = ("2" if code[0] != "2" else "3") + code[1:]
    for _ in range(200):
        with pytest.raises(UsageError, match="typing mistake"):
            enter(here, wrong)
    assert Verb.LOGIN_FAILED not in verbs(here)
    assert enter(here, code)


def test_wrong_codes_lock_the_terminal(here: Facility, code: str) -> None:
    for number in range(30):
        with pytest.raises(Refused):
            enter(here, codes_like(number))
    with pytest.raises(Refused):
        enter(here, code)
    assert taking.enter(here, code, ORSON, "Testvale", "192.0.2.8")


def codes_like(number: int) -> str:
    from digitizer.engines.codes.cover_code import spelled_with_check

    return spelled_with_check([number] * 19)


def test_it_does_not_open_before_they_left_and_is_not_used_up_by_that(here: Facility) -> None:
    code = actions.make_code(here, ORSON, ADMINISTRATOR).code
    with pytest.raises(NotYet) as not_yet:
        enter(here, code)
    assert "Orson" not in str(not_yet.value)
    assert ORSON not in str(not_yet.value)
    list_as(here, "released")
    assert taking.opened(here, enter(here, code))


def test_it_ends_when_they_are_back_also_where_it_is_open(here: Facility, code: str) -> None:
    token = enter(here, code)
    list_as(here, "in custody")
    assert taking.opened(here, token) is None
    list_as(here, "released")
    assert taking.opened(here, token) is None
    with pytest.raises(Refused):
        enter(here, code)
    assert enter(here, actions.make_code(here, ORSON, ADMINISTRATOR).code)


def test_one_file_without_them_neither_opens_it_nor_ends_it(here: Facility) -> None:
    code = actions.make_code(here, ORSON, ADMINISTRATOR).code
    petra, orson = f"{PETRA},Samplewood,Petra", f"{ORSON},Testvale,Orson"
    list_whole(here, petra)
    with pytest.raises(NotYet):
        enter(here, code)
    list_whole(here, petra, orson)
    with pytest.raises(NotYet):
        enter(here, code)
    list_as(here, "released")
    assert taking.opened(here, enter(here, code))


def test_after_an_hour_it_is_used_up(
    here: Facility, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = enter(here, code)
    began = now()
    monkeypatch.setattr(codes, "now", lambda: began + timedelta(minutes=50))
    again = enter(here, code)
    assert taking.opened(here, token) is None  # one browser at a time
    assert taking.opened(here, again)
    monkeypatch.setattr(codes, "now", lambda: began + timedelta(minutes=61))
    assert taking.opened(here, again) is None
    with pytest.raises(NotFound):
        taking.take(here, again)
    with pytest.raises(Refused):
        enter(here, code)


def test_it_is_good_until_the_end_of_its_last_day(
    here: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = actions.make_code(here, ORSON, ADMINISTRATOR, 2)
    list_as(here, "transferred")
    midnight = datetime.combine(made.last_day, datetime.min.time()).astimezone()
    monkeypatch.setattr(codes, "now", lambda: midnight + timedelta(hours=25))
    with pytest.raises(Refused):
        enter(here, made.code)
    monkeypatch.setattr(codes, "now", lambda: midnight + timedelta(hours=23))
    assert enter(here, made.code)


def test_a_newer_code_and_staff_end_it(here: Facility, code: str) -> None:
    newer = actions.make_code(here, ORSON, ADMINISTRATOR).code
    with pytest.raises(Refused):
        enter(here, code)
    token = enter(here, newer)
    actions.end_code(here, ORSON, ADMINISTRATOR, "the slip was lost")
    assert taking.opened(here, token) is None
    with pytest.raises(Refused):
        enter(here, newer)


def test_another_number_of_theirs_opens_it_too_and_a_merge_ends_it(
    here: Facility, code: str
) -> None:
    renumbering.renumber(here, ORSON, "A-900", SUPERVISOR, "typed wrong")
    assert enter(here, code, ORSON)
    assert enter(here, code, "A-900")
    list_as(here, "released", PETRA)
    renumbering.merge(here, PETRA, "A-900", SUPERVISOR, "one person", names_differ=True)
    with pytest.raises(Refused):
        enter(here, code, "A-900")


def test_closing_it_ends_the_browsers_token_and_not_the_code(here: Facility, code: str) -> None:
    token = enter(here, code)
    taking.close(here, token)
    assert taking.opened(here, token) is None
    assert taking.opened(here, enter(here, code))


def test_a_token_of_nothing_opens_nothing(here: Facility) -> None:
    for token in (None, "", "made up"):
        assert taking.opened(here, token) is None
        with pytest.raises(NotFound):
            taking.take(here, token)
        taking.close(here, token)


def test_nothing_opens_where_the_facility_does_not_want_it(here: Facility, code: str) -> None:
    token = enter(here, code)
    release = here.settings.release.model_copy(update={"export": "off"})
    off = replace(here, settings=here.settings.model_copy(update={"release": release}))
    assert not taking.is_open(off)
    assert taking.opened(off, token) is None
    with pytest.raises(NotFound):
        enter(off, code)


def test_it_is_made_only_so_often(here: Facility, code: str) -> None:
    token = enter(here, code)
    for _ in range(6):
        taking.take(here, token).file.close()
    with pytest.raises(TooOften):
        taking.take(here, token)
