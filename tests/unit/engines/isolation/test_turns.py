"""Whose turn it is, where several have much to do."""

from __future__ import annotations

from digitizer.engines.isolation.turns import Turns


def _out(turns: Turns[str], count: int) -> list[str]:
    return [turns.get() for _ in range(count)]


def test_of_one_owner_in_order() -> None:
    turns: Turns[str] = Turns()
    for number in range(5):
        turns.put(f"a{number}", "a")
    assert _out(turns, 5) == ["a0", "a1", "a2", "a3", "a4"]


def test_one_who_comes_later_does_not_wait_for_all_of_the_other() -> None:
    turns: Turns[str] = Turns()
    for number in range(100):
        turns.put(f"a{number}", "a")
    assert _out(turns, 10)[-1] == "a9"
    for number in range(3):
        turns.put(f"b{number}", "b")
    out = _out(turns, 7)
    assert [each for each in out if each.startswith("b")] == ["b0", "b1", "b2"]
    assert [each for each in out if each.startswith("a")] == ["a10", "a11", "a12", "a13"]


def test_one_who_was_idle_does_not_catch_up() -> None:
    turns: Turns[str] = Turns()
    turns.put("b0", "b")
    assert turns.get() == "b0"
    for number in range(20):
        turns.put(f"a{number}", "a")
    _out(turns, 20)
    for number in range(4):
        turns.put(f"b{number}", "b")
        turns.put(f"a{number}", "a")
    assert _out(turns, 4) == ["b0", "a0", "b1", "a1"]


def test_what_is_put_last_comes_after_all() -> None:
    turns: Turns[str] = Turns()
    for number in range(3):
        turns.put(f"a{number}", "a")
    turns.put_last("end")
    turns.put("b", "b")
    assert _out(turns, 5)[-1] == "end"
    turns.put("c", "c")
    assert turns.get() == "c"


def test_owners_are_forgotten() -> None:
    turns: Turns[str] = Turns()
    for number in range(2000):
        turns.put("x", number)
        turns.get()
    assert len(turns._last) < 600
