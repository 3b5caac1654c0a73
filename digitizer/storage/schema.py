"""Bringing a database to the newest schema: the one file that knows alembic."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from digitizer.support.paths import MIGRATIONS


def upgrade(
    engine: sa.Engine,
    version: str = "head",
    *,
    begin_log: Callable[[sa.Connection], None] | None = None,
    keep_seal_key: Callable[[bytes], str] | None = None,
) -> None:
    """Makes the tables, or brings older ones up to ``version``, in one transaction.

    ``begin_log`` is called in it where the log of events was not signed with a key until now.
    ``keep_seal_key`` keeps a seal's key that an older database has in a table, for good, and
    returns its name. Such a database needs it, and must be rewritten afterwards.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        keyed = _is_keyed(connection)
        config.attributes["connection"] = connection
        config.attributes["keep_seal_key"] = keep_seal_key
        command.upgrade(config, version)
        if begin_log and not keyed:
            begin_log(connection)


def is_keyed(engine: sa.Engine) -> bool:
    """Whether the log of events in this database is signed with keys."""
    with engine.connect() as connection:
        return _is_keyed(connection)


def _is_keyed(connection: sa.Connection) -> bool:
    found = sa.inspect(connection)
    if not found.has_table("event"):
        return False
    return any(column["name"] == "key" for column in found.get_columns("event"))


def has_seal_keys(engine: sa.Engine) -> bool:
    """Whether this is a database of a version that kept seal keys in a table."""
    found = sa.inspect(engine)
    return found.has_table("scan") and "seal_key" in {
        column["name"] for column in found.get_columns("scan")
    }
