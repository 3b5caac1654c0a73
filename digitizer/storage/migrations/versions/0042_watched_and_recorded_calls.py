"""Whether staff look at a call; who agreed to its recording, and what was recorded"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    none, empty = sa.text("0"), sa.text("''")
    for column in (
        sa.Column("watched", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("unwatched", sa.Float(), nullable=False, server_default=none),
        sa.Column("visitor_agrees", sa.String(8), nullable=False, server_default=empty),
        sa.Column("inmate_agrees", sa.String(8), nullable=False, server_default=empty),
    ):
        op.add_column("video_call", column)
    op.create_table(
        "recording",
        sa.Column("call_id", sa.String(16), nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(64)),
        sa.Column("destroyed", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["call_id"], ["video_call.id"], name=op.f("fk_recording_call_id")),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_recording")),
    )
    op.create_table(
        "recorded_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(16), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["recording.call_id"], name=op.f("fk_recorded_file_call_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recorded_file")),
        sa.UniqueConstraint("call_id", "name", name=op.f("uq_recorded_file_call_id_name")),
    )
    op.create_index(op.f("ix_recorded_file_call_id"), "recorded_file", ["call_id"])
    op.create_index(op.f("ix_recorded_file_sha256"), "recorded_file", ["sha256"])
