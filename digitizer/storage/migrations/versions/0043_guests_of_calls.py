"""Who sits where in a video call"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "call_seat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(16), nullable=False),
        sa.Column("seat", sa.String(16), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("correspondent_id", sa.Integer()),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("last", sa.DateTime(timezone=True)),
        sa.Column("identified", sa.DateTime(timezone=True)),
        sa.Column("identified_by", sa.String(120), nullable=False),
        sa.Column("sent_out", sa.Boolean(), nullable=False),
        sa.Column("sent_out_why", sa.Text(), nullable=False),
        sa.Column("typed", sa.String(120), nullable=False),
        sa.Column("link", sa.String(64)),
        sa.Column("device", sa.String(64)),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("agrees", sa.String(8), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["video_call.id"], name=op.f("fk_call_seat_call_id")),
        sa.ForeignKeyConstraint(
            ["correspondent_id"], ["correspondent.id"], name=op.f("fk_call_seat_correspondent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_seat")),
        sa.UniqueConstraint("call_id", "seat", name=op.f("uq_call_seat_call_id_seat")),
        sa.UniqueConstraint("link", name=op.f("uq_call_seat_link")),
        sa.UniqueConstraint("device", name=op.f("uq_call_seat_device")),
    )
    for column in ("call_id", "correspondent_id"):
        op.create_index(op.f(f"ix_call_seat_{column}"), "call_seat", [column])
    # Each call that there is has the one visitor whom it had.
    op.execute(
        "INSERT INTO call_seat (call_id, seat, name, correspondent_id, known, last, identified,"
        " identified_by, sent_out, sent_out_why, typed, csrf, agrees)"
        " SELECT video_call.id, 'visitor', substr(correspondent.name, 1, 120),"
        " video_call.correspondent_id, video_call.stage IN ('identified', 'live'),"
        " video_call.visitor_at, video_call.identified, video_call.identified_by, false, '', '',"
        " '', video_call.visitor_agrees"
        " FROM video_call JOIN correspondent ON correspondent.id = video_call.correspondent_id"
    )
    for name in ("here", "flowing"):
        _widen(name)
    for name in ("visitor_at", "identified", "identified_by", "visitor_agrees"):
        op.drop_column("video_call", name)


def _widen(name: str) -> None:
    """SQLite changes no type. The table cannot be made anew instead, as Alembic would: what refers
    to its rows would be without them meanwhile."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("video_call", name, type_=sa.String(120), existing_nullable=False)
        return
    wide = sa.Column(f"{name}_now", sa.String(120), nullable=False, server_default="")
    op.add_column("video_call", wide)
    op.execute(f"UPDATE video_call SET {name}_now = {name}")
    op.drop_column("video_call", name)
    op.execute(f"ALTER TABLE video_call RENAME COLUMN {name}_now TO {name}")
