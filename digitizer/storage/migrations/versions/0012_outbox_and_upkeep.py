"""the outbox, announcements, alarms and backups; the last scan of each scanner by an index"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def _time(name: str, null: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _text(name: str, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=null)


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        _text("recipient"),
        _text("subject"),
        _text("body"),
        sa.Column("message_id", sa.String(length=160), nullable=False),
        sa.Column("cause", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        _time("put"),
        _time("since"),
        _time("next_try"),
        _time("ended", null=True),
        _text("problem", null=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_message_id")),
    )
    op.create_index(op.f("ix_outbox_state"), "outbox", ["state"])
    op.create_table(
        "announcement",
        sa.Column("id", sa.String(length=32), nullable=False),
        _text("english"),
        _text("spanish"),
        _time("starts"),
        _time("ends"),
        _text("author"),
        _time("made"),
        _time("ended", null=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
    )
    op.create_index(op.f("ix_announcement_ends"), "announcement", ["ends"])
    op.create_table(
        "alarm",
        sa.Column("name", sa.String(length=80), nullable=False),
        _time("since"),
        _text("message"),
        _time("good_since", null=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_alarm")),
    )
    op.create_table(
        "backup_run",
        sa.Column("id", sa.String(length=32), nullable=False),
        _text("folder"),
        sa.Column("by_schedule", sa.Boolean(), nullable=False),
        _time("started"),
        _time("finished", null=True),
        sa.Column("good", sa.Boolean(), nullable=False),
        _text("problem", null=True),
        _time("removed", null=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_run")),
    )
    op.create_index(op.f("ix_backup_run_started"), "backup_run", ["started"])
    op.create_index(op.f("ix_scan_profile_taken_in"), "scan", ["profile", "taken_in"])
