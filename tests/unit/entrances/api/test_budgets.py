"""Budgets of requests."""

from __future__ import annotations

from digitizer.entrances.api.budgets import Budgets


def test_so_many_at_once_and_then_one_a_step() -> None:
    budgets = Budgets(6)
    for _ in range(6):
        assert budgets.wait("a", 0.0) == 0
        budgets.spend("a", 0.0)
    assert budgets.wait("a", 0.0) == 10
    assert budgets.wait("a", 9.0) == 1
    assert budgets.wait("a", 10.0) == 0
    assert budgets.wait("b", 0.0) == 0


def test_it_is_never_more_than_full() -> None:
    budgets = Budgets(2)
    budgets.spend("a", 0.0)
    for _ in range(2):
        assert budgets.wait("a", 10_000.0) == 0
        budgets.spend("a", 10_000.0)
    assert budgets.wait("a", 10_000.0) == 30


def test_strangers_do_not_pile_up() -> None:
    budgets = Budgets(1)
    for number in range(20_000):
        budgets.spend(str(number), 0.0)
    assert len(budgets._left) == 10_000
    assert budgets.wait("19999", 0.0) > 0
