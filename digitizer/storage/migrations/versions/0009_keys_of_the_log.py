"""keys of the log, held names, retired keys of covers"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The log so far is closed under the first key by whoever upgrades: the key is not here."""
    op.add_column("event", sa.Column("key", sa.Integer(), nullable=True))
    op.add_column("event_head", sa.Column("key", sa.Integer(), nullable=True))
    op.add_column("event_head", sa.Column("mac", sa.String(length=64), nullable=True))
    op.create_table(
        "held_name",
        sa.Column("inmate_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["inmate_id"], ["inmate.id"], name=op.f("fk_held_name_inmate_id")),
        sa.PrimaryKeyConstraint("inmate_id", name=op.f("pk_held_name")),
    )
    op.create_table(
        "retired_key",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("retired", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_retired_key")),
    )
