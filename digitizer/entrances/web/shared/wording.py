"""How one language writes what the pages put together themselves: dates, counts, and words that
come from a closed set (states, roles, what was done), which ``closed_words`` lists.

What is composed at length elsewhere, such as why a letter is held, is said by ``composed``; what
people typed is shown as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from gettext import NullTranslations
from itertools import groupby
from typing import Any

from babel.dates import format_date, format_skeleton

from digitizer.entrances.web.shared import composed
from digitizer.entrances.web.shared.translations import translation

#: English as it is written here: ``12 November``; other languages have the order that is usual.
_DAYS = {"en": ("d MMMM", "d MMMM y")}

#: From so many minutes on an age is said in hours, in days.
_HOURS_FROM, _DAYS_FROM = 120, 2 * 1440

#: Details of an event by which a decision is undone, a page known to be as it was, and files to be
#: those of then.
_FOR_THE_PROGRAM = frozenset(
    {"undo", "undo_of_new", "as_of", "changed", "digests", "pictures", "attached", "trail"}
)


@dataclass(frozen=True, slots=True)
class Wording:
    """The wording of ``language``, one of LANGUAGES. Times are of the zone the program runs in."""

    language: str

    @property
    def _words(self) -> NullTranslations:
        return translation(self.language)

    def filters(self) -> Mapping[str, Callable[..., str]]:
        """By the names by which templates call them."""
        return {
            "age": self.age,
            "came_under": self.came_under,
            "clock": self.clock,
            "day": self.day,
            "details": self.details,
            "moment": self.moment,
            "page_list": page_list,
            "said": self.said,
            "spaced": self.spaced,
            "under": self.under,
            "weekday": self.weekday,
            "written_date": self.written_date,
        }

    def said(self, words: object, context: str = "") -> str:
        """Words of ours in this language, as far as the catalogue knows them; else as they are.
        ``context`` tells apart what is one word in English and not in others."""
        text = str(words)
        if context:
            known = self._words.pgettext(context, text)
            return known if known != text else composed.said(self.language, text)
        return composed.said(self.language, text)

    def spaced(self, value: object) -> str:
        """A word of ours as people write it: ``awaiting_review`` as ``awaiting review``."""
        return self.said(str(value).replace("_", " "))

    def clock(self, when: datetime) -> str:
        return when.astimezone().strftime("%H:%M")

    def age(self, when: datetime) -> str:
        """How long ago, in the largest unit that says enough: ``5 min``, ``3 h``, ``2 days``."""
        minutes = max(0, int((datetime.now(UTC) - when).total_seconds() // 60))
        if minutes < _HOURS_FROM:
            return f"{minutes} min"
        if minutes < _DAYS_FROM:
            return f"{minutes // 60} h"
        days = minutes // 1440
        return self._words.ngettext("%(num)s day", "%(num)s days", days) % {"num": days}

    def moment(self, when: datetime) -> str:
        """A short date and time, for staff; with the year only if it is not this year."""
        local = when.astimezone()
        skeleton = "MMMd" if _is_this_year(local) else "yMMMd"
        return f"{format_skeleton(skeleton, local, locale=self.language)}, {self.clock(when)}"

    def day(self, when: datetime) -> str:
        """``12 November``, for staff; with the year only if it is not this year."""
        local = when.astimezone()
        if self.language in _DAYS:
            short, long = _DAYS[self.language]
            pattern = short if _is_this_year(local) else long
            return format_date(local, pattern, locale=self.language)
        skeleton = "MMMMd" if _is_this_year(local) else "yMMMMd"
        return format_skeleton(skeleton, local, locale=self.language)

    def weekday(self, day: date) -> str:
        """``Monday``, ``Lunes``: as a heading."""
        return format_date(day, "EEEE", locale=self.language).capitalize()

    def written_date(self, when: date) -> str:
        """``March 5, 2026``, ``5 de marzo de 2026``; a moment's day is the local one."""
        local = when.astimezone() if isinstance(when, datetime) else when
        return format_date(local, "long", locale=self.language)

    def pages(self, number: int | None) -> str:
        """``3 pages``; also of none, and where nobody knows how many."""
        if number is None:
            return self._words.gettext("an unknown number of pages")
        if number == 0:
            return self._words.gettext("no pages")
        return self._words.ngettext("%(num)s page", "%(num)s pages", number) % {"num": number}

    def letter_name(self, kind: str, received: datetime, pages: int | None) -> str:
        """What staff call a letter: ``Letter of 12 November, 3 pages``."""
        gettext = self._words.gettext
        of = gettext("Reply of %(day)s") if kind == "reply" else gettext("Letter of %(day)s")
        return f"{of % {'day': self.day(received)}}, {self.pages(pages)}"

    def came_under(self, sender: str | None) -> str:
        """For whom the letter's cover was printed, and that the sender is not checked."""
        if not sender:
            return self._words.gettext("The sender is not checked")
        text = self._words.gettext(
            "Came under the cover printed for %(name)s; the sender is not checked"
        )
        return text % {"name": sender}

    def under(self, sender: str | None) -> str:
        """The same as a sentence."""
        return f"{self.came_under(sender)}."

    def details(self, detail: Mapping[str, Any]) -> str:
        """An event's details in one line, without the empty ones, and without what only the program
        needs."""
        parts = (
            f"{self.spaced(key.rstrip('_'))}: {self._plain(value, typed=key == 'reason')}"
            for key, value in detail.items()
            if value not in (None, [], "", False) and key not in _FOR_THE_PROGRAM
        )
        return "; ".join(parts)

    def _plain(self, value: object, *, typed: bool) -> str:
        if isinstance(value, list):
            return ", ".join(self.spaced(each) for each in value)
        return self._words.gettext(str(value)) if typed else self.spaced(value)


def page_list(numbers: Sequence[int]) -> str:
    """``(1, 2, 3, 7)`` as ``1-3, 7``."""
    runs: list[str] = []
    for _, group in groupby(enumerate(sorted(numbers)), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        runs.append(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]))
    return ", ".join(runs)


def _is_this_year(local: datetime) -> bool:
    return local.year == datetime.now().astimezone().year
