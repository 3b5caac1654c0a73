"""Settings of what inmates ask staff for: categories with their steps and clocks, and the
addressees of the protected line. Rules differ from state to state, so each has a place for its
source."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from digitizer.model.toml_file import AsWritten, Keys

#: Who may answer a step; an investigator answers nobody.
Answerer = Literal["clerk", "supervisor", "administrator"]
_EVERYBODY: tuple[Answerer, ...] = ("clerk", "supervisor", "administrator")
_LONGEST_TITLE = 120


def _check_title(title: str) -> str:
    if not title.strip() or len(title) > _LONGEST_TITLE:
        raise ValueError(f"must be a title of at most {_LONGEST_TITLE} characters.")
    return title


class Step(Keys):
    """One level at which staff answer. ``days`` in which they do (0: nothing says when), of the
    calendar, or ``working`` days; by ``extension_days`` that can be put off, once (0: it cannot).
    ``answered_by``: the roles that may. ``next_days``: for so many days after the answer the inmate
    may take it to the next step (0: without end). ``source``: where that stands, such as "28 CFR
    542.18"; inmates and staff read it."""

    name: str = Field(default="", max_length=_LONGEST_TITLE)
    es: str = Field(default="", max_length=_LONGEST_TITLE)
    days: int = Field(default=15, ge=0, le=365)
    working: bool = False
    answered_by: AsWritten[tuple[Answerer, ...]] = _EVERYBODY
    next_days: int = Field(default=5, ge=0, le=365)
    extension_days: int = Field(default=20, ge=0, le=365)
    source: str = Field(default="", max_length=200)

    @field_validator("answered_by")
    @classmethod
    def _is_somebody(cls, roles: tuple[Answerer, ...]) -> tuple[Answerer, ...]:
        if not roles:
            raise ValueError("must name a role: who else would answer?")
        return roles

    def title(self, language: str) -> str:
        return self.es if language == "es" and self.es else self.name


class Category(Keys):
    """What an inmate may ask for, and the steps of its answer. ``emergency_hours``: an inmate may
    say that it cannot wait; staff answer that within so many hours, and decide within
    ``emergency_days`` (28 CFR 115.52(f): 48 hours and 5 days); 0: nobody may say so."""

    name: str
    es: str = Field(default="", max_length=_LONGEST_TITLE)
    grievance: bool = True
    steps: AsWritten[tuple[Step, ...]] = (Step(),)
    emergency_hours: int = Field(default=0, ge=0, le=720)
    emergency_days: int = Field(default=5, ge=1, le=365)
    source: str = Field(default="", max_length=200)

    _is_title = field_validator("name")(_check_title)

    @field_validator("steps")
    @classmethod
    def _has_steps(cls, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        if not 1 <= len(steps) <= 9:
            raise ValueError("must hold one to nine steps.")
        return steps

    def title(self, language: str) -> str:
        return self.es if language == "es" and self.es else self.name


class Addressee(Keys):
    """Somebody outside to whom an inmate writes unread: a PREA line (28 CFR 115.51(b)), an
    ombudsman. ``certificate``: a file (PEM) in the home, or absolute, with the certificate to which
    is encrypted what goes to ``email``; without both there is the way on paper alone.
    ``anonymous``: whether an inmate may leave out who writes."""

    name: str
    es: str = Field(default="", max_length=_LONGEST_TITLE)
    email: str = Field(default="", max_length=254)
    certificate: str = ""
    address: AsWritten[tuple[str, ...]] = ()
    anonymous: bool = True
    source: str = Field(default="", max_length=200)

    _is_title = field_validator("name")(_check_title)

    @field_validator("email")
    @classmethod
    def _is_address(cls, email: str) -> str:
        if email and (email.count("@") != 1 or not email.isascii() or " " in email):
            raise ValueError("must be an e-mail address, or empty.")
        return email

    @field_validator("address")
    @classmethod
    def _fits(cls, address: tuple[str, ...]) -> tuple[str, ...]:
        if len(address) > 6 or any(len(line) > 80 for line in address):
            raise ValueError("must hold at most six lines of at most 80 characters.")
        return address

    def title(self, language: str) -> str:
        return self.es if language == "es" and self.es else self.name


class Requests(Keys):
    """What inmates may ask staff for: ``categories``; besides, the titles of the ``forms``, which
    have one step and no clock, and of the ``grievances``, which have one step that must be answered
    within ``grievance_days``. ``characters`` bounds one text, ``open_at_once`` how many of one
    inmate may wait for an answer. Nothing at all: nobody asks this way.

    ``protected``: to whom they write unread, ``protected_a_day`` times a day at most on a screen;
    on paper as often as they like.
    """

    forms: AsWritten[tuple[str, ...]] = (
        "Question to staff",
        "Property",
        "Medical appointment",
        "Visits and mail",
    )
    grievances: AsWritten[tuple[str, ...]] = ("Grievance",)
    grievance_days: int = Field(default=15, ge=1, le=365)
    categories: AsWritten[tuple[Category, ...]] = ()
    characters: int = Field(default=3000, ge=100, le=10_000)
    open_at_once: int = Field(default=10, ge=1, le=1000)
    protected: AsWritten[tuple[Addressee, ...]] = ()
    protected_a_day: int = Field(default=20, ge=1, le=1000)

    @field_validator("forms", "grievances")
    @classmethod
    def _are_titles(cls, titles: tuple[str, ...]) -> tuple[str, ...]:
        if any(not each.strip() or len(each) > _LONGEST_TITLE for each in titles):
            raise ValueError(f"must hold titles of at most {_LONGEST_TITLE} characters.")
        return titles

    @model_validator(mode="after")
    def _are_told_apart(self) -> Self:
        for named in (self.categories, self.protected):
            names = [each.name for each in named]
            if len(set(names)) != len(names):
                raise ValueError("holds two of one name. Give each a name of its own.")
        return self

    @property
    def every_category(self) -> tuple[Category, ...]:
        """All that an inmate can choose from; of a title that is written twice, the category."""
        clock = Step(days=self.grievance_days)
        simple = Step(days=0)
        old = (
            *(Category(name=each, grievance=False, steps=(simple,)) for each in self.forms),
            *(Category(name=each, steps=(clock,)) for each in self.grievances),
        )
        own = {each.name for each in self.categories}
        unique = {each.name: each for each in old if each.name not in own}
        return (*unique.values(), *self.categories)

    def category(self, name: str) -> Category | None:
        return next((each for each in self.every_category if each.name == name), None)

    def addressee(self, name: str) -> Addressee | None:
        return next((each for each in self.protected if each.name == name), None)
