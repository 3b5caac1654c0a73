"""Who tries their devices: one at a time each, few at once, for a minute, and alone."""

from __future__ import annotations

from time import monotonic

import pytest

from digitizer.calls import trials
from digitizer.calls.trials import LONGEST, MOST, Trials
from digitizer.engines.calls.fake import FakeEngine
from digitizer.engines.calls.port import EngineDown, Refused
from digitizer.model.errors import Conflict
from tests.support.call_kit import OFFER


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def tried(engine: FakeEngine) -> Trials:
    return Trials(engine)


def test_what_is_sent_comes_back(tried: Trials) -> None:
    key = tried.begin("ida")
    with pytest.raises(Refused):
        tried.watch("ida", key)
    assert tried.publish("ida", key, OFFER).startswith("v=0")
    assert tried.watch("ida", key).startswith("v=0")
    tried.answer("ida", key, OFFER)


def test_nobody_reaches_what_others_try(tried: Trials) -> None:
    key = tried.begin("ida")
    tried.publish("ida", key, OFFER)
    with pytest.raises(Conflict):
        tried.watch("orson", key)
    own = tried.begin("orson")
    with pytest.raises(Conflict):
        tried.watch("orson", key)
    with pytest.raises(Refused):
        tried.watch("orson", own)


def test_a_new_one_ends_the_one_before(tried: Trials) -> None:
    key = tried.begin("ida")
    tried.publish("ida", key, OFFER)
    again = tried.begin("ida")
    tried.publish("ida", again, OFFER)
    with pytest.raises(Conflict):
        tried.watch("ida", key)
    assert tried.watch("ida", again).startswith("v=0")


def test_few_try_at_once(tried: Trials) -> None:
    for each in range(MOST):
        tried.begin(str(each))
    with pytest.raises(Conflict, match="Others are testing"):
        tried.begin("ida")
    tried.begin("0")  # who tries already takes no more
    tried.end("1")
    tried.begin("ida")


def test_it_ends_by_itself(tried: Trials, monkeypatch: pytest.MonkeyPatch) -> None:
    key = tried.begin("ida")
    later = monotonic() + LONGEST
    monkeypatch.setattr(trials, "monotonic", lambda: later)
    with pytest.raises(Conflict, match="The test is over"):
        tried.publish("ida", key, OFFER)
    tried.end_old()
    for each in range(MOST):
        tried.begin(str(each))


def test_a_server_that_is_down_leaves_no_trial(tried: Trials, engine: FakeEngine) -> None:
    engine.die()
    for each in range(MOST + 1):
        with pytest.raises(EngineDown):
            tried.begin(str(each))
    engine.come_back()
    tried.begin("ida")
    engine.die()
    tried.end("ida")
