"""Homes to test in. Migrating takes a second, so one home is made and copied for each test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from digitizer.facility import Facility, make_home, open_facility
from digitizer.storage.database import writing
from tests.support.made_mail import fill_roster

# An example that takes long is one on a busy machine. The examples are the same at each run: what
# it finds is the change's, not chance's. Whoever looks for new ones sets the variable.
settings.register_profile(
    "any machine",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="DIGITIZER_TEST_EXPLORE" not in os.environ,
)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def template_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("template") / "home"
    make_home(home)
    return home


@pytest.fixture
def home(template_home: Path, tmp_path: Path) -> Path:
    """A fresh home, as ``digitizer init`` leaves it."""
    fresh = tmp_path / "home"
    shutil.copytree(template_home, fresh)
    return fresh


@pytest.fixture
def facility(home: Path) -> Iterator[Facility]:
    """A home with three invented people on its roster, two of them in custody."""
    opened = open_facility(home)
    with writing(opened.engine) as tx:
        fill_roster(tx)
    yield opened
    opened.engine.dispose()
