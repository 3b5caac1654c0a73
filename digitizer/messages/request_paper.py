"""Printing forms for requests, and answers with the form for the next step: the verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digitizer.access.acting import Action, acting
from digitizer.access.permissions import Act
from digitizer.covers import register
from digitizer.covers.actions import Paper, new_code
from digitizer.engines.codes.cover_code import payload, short_id
from digitizer.facility import Facility
from digitizer.messages import request_forms, request_items
from digitizer.messages.request_items import NextStep, Request, is_about, next_step
from digitizer.model.errors import Conflict, NotFound, UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.paper import CodeKind, CoverCode
from digitizer.model.people import Actor, Inmate
from digitizer.model.request_settings import Category
from digitizer.people import roster

if TYPE_CHECKING:
    from digitizer.engines.printing.letters.request_answer import RequestForm


def print_form(
    facility: Facility, booking_number: str, form: str, by: Actor, paper: Paper | None = None
) -> bytes:
    """A form (PDF, one page) on which this inmate writes a request of one category; scanned, it is
    one. Raises NotFound, and UsageError for a category that the facility does not have."""
    from digitizer.engines.printing.letters.request_answer import request_form_pdf

    printing = acting(facility, by, Act.ENTER_REQUEST)
    category = facility.settings.requests.category(form)
    if category is None:
        raise UsageError("Choose one of the forms.")
    with printing as action:
        person = roster.find_inmate(action.tx, booking_number)
        code = _enrolled(action, facility, person, category, None)
        language = roster.language_of(action.tx, booking_number)
        about = Subject.cover(code.cover_id)
        action.record(Verb.PRINT_REQUEST_FORM, about, to=booking_number, form=form)
    drawn = _form(facility, code, person, category, None, language)
    return request_form_pdf(drawn, paper or facility.settings.facility.paper)


def print_answer(facility: Facility, number: int, by: Actor, paper: Paper | None = None) -> bytes:
    """The answer to the last step that has one (PDF), with the form for the next step where its
    inmate can ask for one. Raises NotFound, also for a request that is about this person, and
    Conflict where nothing is answered."""
    from digitizer.engines.printing.letters.request_answer import RequestAnswer, request_answer_pdf

    with acting(facility, by, Act.ANSWER) as action:
        found = request_items.one(action.tx, number)
        if is_about(found.about, by.name):
            raise NotFound(f"There is no request {number}.")
        answered = [each for each in found.steps if each.answered is not None]
        possible = next_step(found, facility.settings.appeals.calendar)
        if not answered and possible is None:
            raise Conflict("Answer it first.")
        language = roster.language_of(action.tx, found.inmate.booking_number)
        form = None
        if possible is not None and not possible.is_over:
            code = _enrolled(action, facility, found.inmate, found.category, found)
            form = _form(facility, code, found.inmate, found.category, possible, language)
        action.record(Verb.PRINT_REQUEST_ANSWER, Subject.request(number), form=form is not None)
    last = answered[-1] if answered else found.current
    answer = RequestAnswer(
        number=number,
        inmate=found.inmate,
        title=found.category.name,
        title_es=found.category.es,
        step=last.place,
        sent=last.came,
        asked=last.words,
        answer=last.answer or "",
        answered=last.answered,
        answered_by=last.answered_by or "",
        last_day=possible.last_day if possible else None,
        facility=facility.settings.facility.name,
        form=form,
        language=language,
        words=facility.words.for_reader(language),
    )
    return request_answer_pdf(answer, paper or facility.settings.facility.paper)


def _enrolled(
    action: Action, facility: Facility, person: Inmate, category: Category, after: Request | None
) -> CoverCode:
    code = new_code(action.tx, facility, CodeKind.REPLY, 0)
    row = roster.inmate_row_id(action.tx, person.booking_number)
    register.enrol(action.tx, code, inmate_id=row, once=True, sender=category.name)
    request_forms.keep(action.tx, code.cover_id, row, category, after)
    return code


def _form(
    facility: Facility,
    code: CoverCode,
    person: Inmate,
    category: Category,
    step: NextStep | None,
    language: str,
) -> RequestForm:
    from digitizer.engines.printing.letters.request_answer import RequestForm

    asked = step.step if step else category.steps[0]
    return RequestForm(
        payload=payload(code, facility.keys),
        short_id=short_id(code),
        inmate=person,
        title=category.name,
        title_es=category.es,
        step=step.place if step else 1,
        step_name=asked.name,
        step_name_es=asked.es,
        last_day=step.last_day if step else None,
        facility=facility.settings.facility.name,
        language=language,
        words=facility.words.for_reader(language),
    )
