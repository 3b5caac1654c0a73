"""Bringing a database to the newest schema: the one file that knows alembic."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from digitizer.support.paths import MIGRATIONS


def upgrade(engine: sa.Engine, version: str = "head") -> None:
    """Makes the tables, or brings older ones up to ``version``, in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, version)
