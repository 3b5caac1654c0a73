"""A facility whose tables are on a real PostgreSQL: fixtures for the tests that need one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from digitizer import audit
from digitizer.facility import Facility
from digitizer.storage.audit_keys import sign_with
from digitizer.storage.database import open_engine, writing
from digitizer.storage.schema import upgrade
from tests.support import postgres
from tests.support.made_mail import fill_roster


@pytest.fixture(scope="module")
def cluster_url() -> Iterator[str]:
    reason = postgres.missing()
    if reason:
        pytest.skip(reason)
    with postgres.server() as url:
        yield url


@pytest.fixture
def cluster(cluster_url: str, facility: Facility) -> Iterator[Facility]:
    """A facility whose tables are in an empty PostgreSQL."""
    engine = open_engine(cluster_url)
    with engine.begin() as tx:
        tx.execute(sa.text("DROP SCHEMA public CASCADE"))
        tx.execute(sa.text("CREATE SCHEMA public"))
    sign_with(engine, facility.audit_key_file)
    upgrade(engine, begin_log=audit.begin)
    with writing(engine) as tx:
        fill_roster(tx)
    yield dataclasses.replace(facility, engine=engine)
    engine.dispose()
