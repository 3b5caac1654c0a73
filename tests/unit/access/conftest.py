"""A facility with an inmate in custody, one who was released, and a supervisor, who can log in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from digitizer.access import password_hashing
from digitizer.access.password_hashing import hash_secret, normal_answer
from digitizer.facility import Facility, make_home, open_facility
from digitizer.storage.database import writing
from digitizer.storage.tables import inmate, staff
from digitizer.support.clock import now
from tests.support.logins import NUMBER, PIN


@pytest.fixture(scope="module")
def cheap_hashes() -> Iterator[None]:
    """The product's hashes are slow on purpose; what is tested here is how they are used."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(password_hashing, "_HASHER", cheap)
        password_hashing._nobody.cache_clear()
        yield
    password_hashing._nobody.cache_clear()


@pytest.fixture(scope="module")
def login_home(tmp_path_factory: pytest.TempPathFactory, cheap_hashes: None) -> Path:
    home = tmp_path_factory.mktemp("login") / "home"
    make_home(home)
    made = open_facility(home)
    with writing(made.engine) as tx:
        for number, status in ((NUMBER, "in_custody"), ("A-200", "released")):
            tx.execute(
                sa.insert(inmate).values(
                    booking_number=number,
                    last_name="Vale",
                    first_name="Orson",
                    status=status,
                    housing_unit="",
                    pin_hash=hash_secret(PIN),
                    changed=now(),
                    question="Name of your first dog?",
                    answer_hash=hash_secret(normal_answer("Pepper Pot")),
                )
            )
        tx.execute(
            sa.insert(staff).values(
                name="Ana", role="supervisor", active=True, password_hash=hash_secret("long words")
            )
        )
    made.engine.dispose()
    return home


@pytest.fixture
def facility_with_logins(login_home: Path, tmp_path: Path) -> Iterator[Facility]:
    made = open_facility(Path(shutil.copytree(login_home, tmp_path / "home")))
    yield made
    made.engine.dispose()
