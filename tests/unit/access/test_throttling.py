"""Budgets of failures, and what they leave to someone who guesses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from digitizer.access import throttling
from digitizer.access.throttling import Budget, Place, Rule, given_back, spent
from digitizer.model.settings import Web

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
RULE = Rule(most=5, step=15 * MINUTE)
RULES = throttling.rules_of(Web())
DOCUMENT = (Path(__file__).resolve().parents[3] / "docs" / "deployment.md").read_text("utf-8")
NONE = Budget()


def _spend(times: int, budget: Budget = NONE, at: datetime = START) -> Budget:
    for _ in range(times):
        budget = spent(budget, RULE, 1, at)
    return budget


def test_four_failures_do_not_lock_and_the_fifth_does() -> None:
    assert not _spend(4).is_locked(RULE, START)
    assert _spend(5).until(RULE) == START + 15 * MINUTE


def test_a_lock_ends() -> None:
    assert not _spend(5).is_locked(RULE, START + 15 * MINUTE)


def test_failures_are_forgotten_one_by_one() -> None:
    later = START + 60 * MINUTE  # one of five is still owed
    assert not _spend(3, _spend(5), later).is_locked(RULE, later)
    assert _spend(4, _spend(5), later).is_locked(RULE, later)


@given(st.lists(st.integers(0, 1), max_size=8), st.integers(0, 8))
def test_what_was_right_costs_nothing(before: list[int], right: int) -> None:
    budget = _spend(len(before))
    after = budget
    for _ in range(right):
        after = given_back(spent(after, RULE, 1, START), RULE, 1)
    assert after.owed_until in (budget.owed_until, START)
    assert after.until(RULE) == budget.until(RULE) or not after.is_locked(RULE, START)


@given(st.lists(st.integers(0, 40), max_size=60))
def test_a_lock_never_grows(pauses: list[int]) -> None:
    """However often somebody fails, whoever waits one step can try."""
    budget, at = Budget(), START
    for pause in pauses:
        at += pause * MINUTE
        if budget.is_locked(RULE, at):
            continue
        budget = spent(budget, RULE, 1, at)
        until = budget.until(RULE)
        assert until is not None
        assert until - at <= RULE.step


@given(st.lists(st.integers(0, 120), max_size=300))
def test_nobody_gets_more_tries_than_the_rule_says(pauses: list[int]) -> None:
    budget, at, tries = Budget(), START, 0
    for pause in pauses:
        at += pause * MINUTE
        if at - START <= DAY and not budget.is_locked(RULE, at):
            budget, tries = spent(budget, RULE, 1, at), tries + 1
    assert tries <= RULE.units_in(DAY)


def _day_of_guesses(*, accounts: int, terminals: int, known: int = 0) -> int:
    """How many wrong secrets of an attacker are checked in a day, who tries every minute, at each
    terminal, each account of which something is left. ``known`` terminals are their owners'."""
    budgets: dict[Place, Budget] = {}
    tries = 0
    for minute in range(24 * 60):
        at = START + minute * MINUTE
        for terminal in range(terminals):
            for account in range(accounts):
                pair = Place(f"a{account}", f"t{terminal}")
                places = (pair, Place(pair.account, ""), Place("", pair.terminal))
                shut = {
                    each
                    for each in places
                    if budgets.get(each, Budget()).is_locked(each.rule(RULES), at)
                }
                if shut - ({places[1]} if terminal < known else set()):
                    continue
                tries += 1
                here = budgets.get(pair, Budget())
                for each in set(places) - shut:
                    units = throttling.units_for(each, here, at)
                    rule = each.rule(RULES)
                    budgets[each] = spent(budgets.get(each, Budget()), rule, units, at)
    return tries


def test_many_secrets_of_one_account_fail() -> None:
    one = _day_of_guesses(accounts=1, terminals=1)
    many = _day_of_guesses(accounts=1, terminals=30)
    at_home_too = _day_of_guesses(accounts=1, terminals=30, known=throttling.KNOWN_TERMINALS)
    assert one <= RULES.pair.units_in(DAY) == 101
    assert many <= RULES.account.units_in(DAY) == 116
    assert at_home_too <= throttling.tries_a_day(RULES, terminals=30) == 419
    assert at_home_too * 365 < 0.2 * 10**6  # of the PINs of six digits, in a year of such days


def test_one_secret_of_many_accounts_fails() -> None:
    found = _day_of_guesses(accounts=300, terminals=1)
    assert found <= throttling.tries_a_day_at(RULES) == 580
    assert throttling.accounts_a_day(RULES) == 145


def test_the_figures_are_in_the_documents() -> None:
    for figure in (101, 116, 419, 145, 580):
        assert f"| {figure} |" in DOCUMENT, figure
