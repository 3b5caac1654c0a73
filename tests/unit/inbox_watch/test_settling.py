"""Settling by itself: a clock that is handed in, snapshots that are made up, no files."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from inbox_watch.settling import FileState, Offer, Settling


def state(size: int = 1, mtime_ns: int = 1, inode: int = 1) -> FileState:
    return FileState(size, mtime_ns, inode)


def names(offers: list[Offer]) -> list[tuple[str, ...]]:
    return [offer.names for offer in offers]


def test_a_file_is_offered_once_it_lay_unchanged_long_enough() -> None:
    settling = Settling(2)
    assert settling.look({"a": state()}, 0) == []
    assert settling.look({"a": state()}, 1.9) == []
    assert names(settling.look({"a": state()}, 2)) == [("a",)]


def test_an_empty_file_is_offered_too() -> None:
    settling = Settling(2)
    settling.look({"a": state(size=0)}, 0)
    assert names(settling.look({"a": state(size=0)}, 2)) == [("a",)]


def test_an_empty_file_rests_as_long_as_patience_says() -> None:
    settling = Settling(2, patience=30)
    both = {"a": state(size=0), "b": state(inode=2)}
    settling.look(both, 0)
    assert names(settling.look(both, 2)) == [("b",)]
    assert names(settling.look(both, 29)) == [("b",)]
    assert names(settling.look(both, 30)) == [("a",), ("b",)]


def test_an_empty_file_that_gets_bytes_is_as_any_other_from_then_on() -> None:
    settling = Settling(2, patience=30)
    settling.look({"a": state(size=0)}, 0)
    assert settling.look({"a": state(size=9)}, 20) == []
    assert names(settling.look({"a": state(size=9)}, 22)) == [("a",)]


def test_patience_is_never_shorter_than_the_settle_time() -> None:
    settling = Settling(40, patience=30)
    settling.look({"a": state(size=0)}, 0)
    assert settling.look({"a": state(size=0)}, 30) == []
    assert names(settling.look({"a": state(size=0)}, 40)) == [("a",)]


@pytest.mark.parametrize(
    "changed",
    [
        state(size=2),
        state(mtime_ns=2),
        state(mtime_ns=-1),
        state(mtime_ns=1 << 62),
        state(inode=2),
        FileState(1, 1, 1, changed_ns=2),
    ],
)
def test_any_change_starts_the_quiet_time_again(changed: FileState) -> None:
    settling = Settling(2)
    settling.look({"a": state()}, 0)
    assert settling.look({"a": changed}, 2) == []
    assert settling.look({"a": changed}, 3.9) == []
    assert names(settling.look({"a": changed}, 4)) == [("a",)]


def test_a_file_that_went_and_came_back_starts_again() -> None:
    settling = Settling(2)
    settling.look({"a": state()}, 0)
    settling.look({}, 1)
    assert settling.look({"a": state()}, 2) == []
    assert names(settling.look({"a": state()}, 4)) == [("a",)]


@pytest.mark.parametrize("then", [-5.0, 1_000_000.0])
def test_a_clock_that_jumps_settles_nothing(then: float) -> None:
    settling = Settling(2)
    settling.look({"a": state()}, 0)
    assert settling.look({"a": state()}, then) == []
    assert names(settling.look({"a": state()}, then + 2)) == [("a",)]


def test_an_offer_stands_until_it_is_taken() -> None:
    settling = Settling(2)
    settling.look({"a": state()}, 0)
    (offer,) = settling.look({"a": state()}, 2)
    assert settling.look({"a": state()}, 3) == [offer]
    settling.took(offer, {"a"})
    assert settling.look({"a": state()}, 4) == []
    assert settling.look({"a": state()}, 400) == []


def test_what_was_left_in_place_is_offered_again_when_it_changes() -> None:
    settling = Settling(2)
    settling.look({"a": state()}, 0)
    settling.took(settling.look({"a": state()}, 2)[0], {"a"})
    settling.look({"a": state(size=9)}, 3)
    assert names(settling.look({"a": state(size=9)}, 5)) == [("a",)]


def test_a_name_used_again_after_its_file_was_removed_is_a_new_file() -> None:
    settling = Settling(2)
    settling.look({"a": state()}, 0)
    settling.took(settling.look({"a": state()}, 2)[0], ())
    settling.look({}, 3)
    settling.look({"a": state()}, 4)  # the same size, time and (reused) inode
    assert names(settling.look({"a": state()}, 6)) == [("a",)]


def test_a_name_used_again_between_two_looks_starts_its_own_quiet_time() -> None:
    settling = Settling(2)
    settling.look({"a": state()}, 0)
    settling.took(settling.look({"a": state()}, 2)[0], ())
    assert settling.look({"a": state()}, 3) == []
    assert names(settling.look({"a": state()}, 5)) == [("a",)]


def test_a_failed_offer_is_due_again_after_growing_delays() -> None:
    settling = Settling(2, longest_gap=1000)
    settling.look({"a": state()}, 0)
    (offer,) = settling.look({"a": state()}, 2)
    now, delays = 2.0, []
    for _ in range(7):
        again = settling.failed(offer, now)
        delays.append(again.due - now)
        assert settling.look({"a": state()}, again.due - 0.1) == []
        (offer,) = settling.look({"a": state()}, again.due)
        now = again.due
    assert delays == [1, 2, 4, 8, 16, 30, 30]
    assert offer.tries == 7


def test_a_failed_file_holds_no_other_back_and_stands_last() -> None:
    settling = Settling(2)
    both = {"a": state(), "b": state(inode=2)}
    settling.look(both, 0)
    bad, good = settling.look(both, 2)
    settling.failed(bad, 2)
    assert settling.look(both, 2.5) == [good]
    assert names(settling.look(both, 3)) == [("b",), ("a",)]


def test_a_failed_file_that_changes_starts_afresh() -> None:
    settling = Settling(2)
    settling.look({"a": state()}, 0)
    settling.failed(settling.look({"a": state()}, 2)[0], 2)
    assert settling.look({"a": state(size=2)}, 10) == []
    assert settling.look({"a": state(size=2)}, 12)[0].tries == 0


def test_a_clock_that_goes_back_does_not_lengthen_a_delay() -> None:
    settling = Settling(2)
    settling.look({"a": state()}, 1000)
    settling.failed(settling.look({"a": state()}, 1002)[0], 1002)
    assert names(settling.look({"a": state()}, 5)) == [("a",)]


class TestTogether:
    """Files that belong together: a flatbed's sheets."""

    def test_all_are_one_offer_in_the_order_of_their_numbers(self) -> None:
        settling = Settling(5, together=True)
        files = {f"page{n}.jpg": state(inode=n) for n in (10, 2, 1)}
        settling.look(files, 0)
        assert names(settling.look(files, 5)) == [("page1.jpg", "page2.jpg", "page10.jpg")]

    def test_nothing_is_offered_while_pages_still_arrive(self) -> None:
        settling = Settling(5, together=True)
        settling.look({"1": state()}, 0)
        settling.look({"1": state(), "2": state(inode=2)}, 4)
        assert settling.look({"1": state(), "2": state(inode=2)}, 8) == []
        assert settling.restless
        assert names(settling.look({"1": state(), "2": state(inode=2)}, 9)) == [("1", "2")]
        assert not settling.restless

    def test_a_page_that_goes_stirs_the_folder_too(self) -> None:
        settling = Settling(5, together=True)
        settling.look({"1": state(), "2": state(inode=2)}, 0)
        assert settling.look({"1": state()}, 5) == []
        assert names(settling.look({"1": state()}, 10)) == [("1",)]

    def test_a_page_still_under_its_temporary_name_keeps_the_stack_waiting(self) -> None:
        settling = Settling(5, together=True)
        settling.look({"1": state()}, 0, {"2.part": state(size=1, inode=2)})
        assert settling.look({"1": state()}, 5, {"2.part": state(size=2, inode=2)}) == []
        later = settling.look({"1": state()}, 10, {"2.part": state(size=2, inode=2)})
        assert names(later) == [("1",)]

    @pytest.mark.parametrize("last", [0, 3])
    def test_a_page_that_is_still_empty_keeps_the_stack_waiting(self, last: int) -> None:
        settling = Settling(5, together=True, patience=30)
        files = {"1": state(), "2": state(size=0, inode=2)}
        settling.look(files, 0)
        assert settling.look(files, 25) == []
        assert settling.restless
        files["2"] = state(size=last, inode=2)
        settling.look(files, 29)
        assert names(settling.look(files, 34)) == [("1", "2")]

    def test_an_unfinished_page_keeps_the_stack_waiting_until_it_is_given_up(self) -> None:
        settling = Settling(5, together=True, patience=30)
        part = {"2.part": state(inode=2)}
        settling.look({"1": state()}, 0, part, part)
        assert settling.look({"1": state()}, 29, part, part) == []
        assert names(settling.look({"1": state()}, 30, part, part)) == [("1",)]

    def test_an_unfinished_page_that_gets_its_name_is_of_the_stack(self) -> None:
        settling = Settling(5, together=True, patience=30)
        part = {"2.part": state(inode=2)}
        settling.look({"1": state()}, 0, part, part)
        both = {"1": state(), "2": state(inode=2)}
        assert settling.look(both, 20) == []
        assert names(settling.look(both, 25)) == [("1", "2")]

    def test_a_stack_that_failed_is_never_mixed_with_the_next(self) -> None:
        settling = Settling(5, together=True)
        first = {"1": state(), "2": state(inode=2)}
        settling.look(first, 0)
        settling.failed(settling.look(first, 5)[0], 5)
        both = {**first, "0": state(inode=3), "3": state(inode=4)}
        assert names(settling.look(both, 6)) == [("1", "2")]
        assert names(settling.look(both, 11)) == [("0", "3"), ("1", "2")]

    def test_what_is_left_of_a_failed_stack_stays_by_itself(self) -> None:
        settling = Settling(5, together=True)
        first = {"1": state(), "2": state(inode=2), "3": state(inode=3)}
        settling.look(first, 0)
        settling.failed(settling.look(first, 5)[0], 5)
        rest = {"2": state(inode=2), "3": state(inode=3), "4": state(inode=4)}
        settling.look(rest, 6)
        assert names(settling.look(rest, 11)) == [("4",), ("2", "3")]

    def test_the_taken_that_were_left_in_place_join_no_later_stack(self) -> None:
        settling = Settling(5, together=True)
        settling.look({"1": state()}, 0)
        settling.took(settling.look({"1": state()}, 5)[0], {"1"})
        settling.look({"1": state(), "2": state(inode=2)}, 6)
        assert names(settling.look({"1": state(), "2": state(inode=2)}, 11)) == [("2",)]


@dataclass
class Kept:
    """One file of the model: its state, and when it last changed."""

    state: FileState
    changed: float
    taken: bool = False


class AnyFolder(RuleBasedStateMachine):
    """Files come, change, go, are taken and refused, in any order, under a clock that jumps.

    Whatever happens: nothing is offered that changed within the settle time, no state of a
    file is offered after it was taken, and when all is quiet everything has been offered.
    """

    settle = 3.0
    patience = 3.0
    together = False

    def __init__(self) -> None:
        super().__init__()
        self.settling = Settling(
            self.settle, together=self.together, longest_gap=10, patience=self.patience
        )
        self.files: dict[str, Kept] = {}
        self.now = 0.0  # what the clock says
        self.real = 0.0  # what time it is: the clock may jump, time does not
        self.serial = 0

    def _fresh(self) -> FileState:
        self.serial += 1
        return state(self.serial % 3, self.serial, self.serial % 5)

    @rule(name=st.sampled_from("abcd"))
    def write(self, name: str) -> None:
        self.files[name] = Kept(self._fresh(), self.real)

    @rule(name=st.sampled_from("abcd"))
    def remove(self, name: str) -> None:
        self.files.pop(name, None)

    @rule(seconds=st.sampled_from([0.5, 1.0, 3.0, 8.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.real += seconds

    @rule(jump=st.sampled_from([-1000.0, -1.0, 100000.0]))
    def clock_jumps(self, jump: float) -> None:
        self.now += jump

    @rule(goes=st.sampled_from(["removed", "left", "fails", "nothing"]))
    def look(self, goes: str) -> None:
        for offer in self.settling.look({n: k.state for n, k in self.files.items()}, self.now):
            for name, seen in offer.states:
                kept = self.files[name]
                assert kept.state == seen
                assert not kept.taken
                rest = self.settle if kept.state.size else self.patience
                assert self.real - kept.changed >= rest
            self._settle_offer(offer, goes)

    def _settle_offer(self, offer: Offer, goes: str) -> None:
        if goes == "fails":
            self.settling.failed(offer, self.now)
        elif goes != "nothing":
            self.settling.took(offer, offer.names if goes == "left" else ())
            for name in offer.names:
                self.files[name].taken = True
                if goes == "removed":
                    del self.files[name]

    def teardown(self) -> None:
        """At last all is quiet, for longer than the longest delay: nothing is forgotten."""
        snapshot = {name: kept.state for name, kept in self.files.items()}
        offered: set[str] = set()
        for _ in range(12):
            self.now += 4
            offered |= {n for each in self.settling.look(snapshot, self.now) for n in each.names}
        assert offered == {name for name, kept in self.files.items() if not kept.taken}


class AnyFolderTogether(AnyFolder):
    together = True


class AnyFolderWithPatience(AnyFolder):
    patience = 8.0


class AnyFolderTogetherWithPatience(AnyFolderWithPatience):
    together = True


TestAnyFolder = AnyFolder.TestCase
TestAnyFolderWithPatience = AnyFolderWithPatience.TestCase
TestAnyFolderTogetherWithPatience = AnyFolderTogetherWithPatience.TestCase
TestAnyFolderTogether = AnyFolderTogether.TestCase
