"""What supervisors do with watch rules: try one, set one, end one, see which there are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from digitizer.access.acting import acting, looking
from digitizer.access.permissions import Act, is_permitted
from digitizer.facility import Facility
from digitizer.model.errors import UsageError
from digitizer.model.events import Subject, Verb
from digitizer.model.people import Actor
from digitizer.policies import marks, trying, watch_rules
from digitizer.policies.matching import phrase_of
from digitizer.policies.trying import Trial
from digitizer.policies.watch_rules import NewRule, WatchKind, WatchRule, today

#: Days. No rule counts longer: whoever still needs it says so again.
LONGEST = 366
_LONGEST_WORDS = 80
_LONGEST_WHY = 500
_FEWEST_LETTERS = 3


def rules(facility: Facility, by: Actor) -> tuple[WatchRule, ...]:
    """All of them, those that count first."""
    with looking(facility, by, Act.LOOK) as look:
        return watch_rules.all_rules(look.tx)


def add_rule(facility: Facility, asked: NewRule, by: Actor) -> WatchRule:
    """Watches from now on, also for what waits already. Raises UsageError, and NotFound where
    nobody has the booking number."""
    setting = acting(facility, by, Act.WATCH, reason=asked.why)
    wanted = _checked(asked)
    with setting as action:
        rule = watch_rules.add(action.tx, wanted, by.name)
        marks.mark_open_letters(action.tx)
        rule = watch_rules.find(action.tx, rule.id)
        action.record(Verb.SET_WATCH, Subject.rule(rule.id), **_detail(rule), marked=rule.marked)
    return rule


def try_rule(facility: Facility, asked: NewRule, since: date, by: Actor, start: int = 0) -> Trial:
    """What the rule would have marked of the letters since that day, from the place ``start`` on,
    as many as one go looks at. Raises UsageError, and NotFound for an unknown number."""
    recording = acting(facility, by, Act.WATCH, reason=asked.why)
    wanted = _checked(asked)
    with looking(facility, by, Act.WATCH) as look:  # long, and nobody should wait for it
        found = trying.try_on(look.tx, wanted, since, max(start, 0))
    with recording as action:
        action.record(
            Verb.TRY_WATCH,
            Subject.rule("new"),
            kind=str(wanted.kind),
            words=wanted.words,
            inmate=wanted.booking_number or None,
            since=since.isoformat(),
            looked=found.looked,
            marked=found.marked,
        )
    return found


def end_rule(facility: Facility, rule_id: str, by: Actor, reason: str) -> WatchRule:
    """It counts no more, and letters that wait lose its marks. Raises NotFound or Conflict."""
    with acting(facility, by, Act.WATCH, reason=reason) as action:
        rule = watch_rules.end(action.tx, rule_id, by.name)
        marks.mark_open_letters(action.tx)
        action.record(Verb.END_WATCH, Subject.rule(rule.id), **_detail(rule))
    return rule


def may_watch(by: Actor) -> bool:
    """Whether they may set and end rules; each is checked again."""
    return is_permitted(by, Act.WATCH)


def _detail(rule: WatchRule) -> dict[str, object]:
    return {
        "kind": str(rule.kind),
        "words": rule.words,
        "inmate": rule.inmate.booking_number if rule.inmate else None,
        "until": rule.last_day.isoformat(),
        "two_people": rule.second_look,
    }


def _checked(asked: NewRule) -> NewRule:
    words, number = " ".join(asked.words.split()), asked.booking_number.strip()
    of_words = asked.kind is not WatchKind.INMATE
    of_inmate = asked.kind in (WatchKind.INMATE, WatchKind.PAIR)
    if of_words and sum(map(len, phrase_of(words))) < _FEWEST_LETTERS:
        raise UsageError(f"Type what to watch for, of at least {_FEWEST_LETTERS} letters.")
    if len(words) > _LONGEST_WORDS or len(asked.why) > _LONGEST_WHY:
        raise UsageError(
            f"At most {_LONGEST_WORDS} characters can be watched for, with at most {_LONGEST_WHY} "
            "for why."
        )
    if of_inmate and not number:
        raise UsageError("Type the booking number of the inmate whose mail is watched.")
    if not today() <= asked.last_day <= today() + timedelta(days=LONGEST):
        raise UsageError(f"The last day must be within {LONGEST} days from today.")
    return replace(
        asked,
        words=words if of_words else "",
        booking_number=number if of_inmate else "",
        why=asked.why.strip(),
    )
