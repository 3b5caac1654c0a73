"""Run by alembic with a connection that the caller gives."""

from alembic import context

# Their tables belong to the metadata too.
from digitizer.storage import (  # noqa: F401
    tables_api,
    tables_correspondents,
    tables_logbook,
    tables_messages,
    tables_prints,
    tables_refusals,
    tables_requests,
    tables_screening,
    tables_upkeep,
)
from digitizer.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
