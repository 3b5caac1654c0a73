"""seal keys outside the database"""

import sqlalchemy as sa
from alembic import context, op

from digitizer.model.errors import StorageError

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keys are kept in files before the transaction that drops them from the table ends. Rewriting
    the database, so that no freed page has them, is up to the caller: it needs the commit."""
    op.create_table(
        "seal_destruction",
        sa.Column("scan_id", sa.String(length=32), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["scan_id"], ["scan.id"], name=op.f("fk_seal_destruction_scan_id")),
        sa.PrimaryKeyConstraint("scan_id", name=op.f("pk_seal_destruction")),
    )
    op.add_column("scan", sa.Column("seal_key_id", sa.String(length=32), nullable=True))
    scan = sa.table("scan", sa.column("id"), sa.column("seal_key"), sa.column("seal_key_id"))
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(scan.c.id, scan.c.seal_key).where(scan.c.seal_key.is_not(None))
    ).all()
    keep = context.config.attributes.get("keep_seal_key")
    for row in rows:
        if keep is None:
            raise StorageError(
                "This database has seal keys. Bring its home up to date: digitizer init"
            )
        key_id = keep(bytes(row.seal_key))
        connection.execute(
            sa.update(scan).where(scan.c.id == row.id).values(seal_key=None, seal_key_id=key_id)
        )
    op.drop_column("scan", "seal_key")
