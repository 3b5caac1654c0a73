"""What the tests of the API start from: a facility full of invented mail, and programs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from digitizer.facility import open_facility
from tests.support.api_kit import Program
from tests.support.web_kit import Mail, make_mail
from tests.support.whole_facility import cheap_hashes


@pytest.fixture(scope="module")
def made_mail(tmp_path_factory: pytest.TempPathFactory) -> Mail:
    with cheap_hashes():
        made = make_mail(tmp_path_factory.mktemp("api") / "home")
    made.facility.engine.dispose()
    return made


@pytest.fixture
def mail(made_mail: Mail, tmp_path: Path) -> Iterator[Mail]:
    home = Path(shutil.copytree(made_mail.facility.home, tmp_path / "home"))
    fresh = Mail(open_facility(home), dict(made_mail.ids), made_mail.scans)
    yield fresh
    fresh.facility.engine.dispose()


@pytest.fixture
def program(mail: Mail) -> Iterator[Program]:
    """With every scope."""
    with Program(mail.facility) as made:
        yield made
