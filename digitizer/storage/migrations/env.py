"""Run by alembic with a connection that the caller gives."""

from alembic import context

# Their tables belong to the metadata too.
from digitizer.storage import tables_api, tables_prints, tables_screening  # noqa: F401
from digitizer.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
