"""one-time codes, second steps, and when a session's owner last proved who they are"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Sessions that are open keep open, but their owners must prove who they are before an act
    that cannot be undone."""
    op.add_column(
        "staff",
        sa.Column("must_change", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("staff", sa.Column("code_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("staff", sa.Column("totp_secret", sa.LargeBinary(), nullable=True))
    op.add_column("staff", sa.Column("totp_pending", sa.LargeBinary(), nullable=True))
    op.add_column("staff", sa.Column("totp_step", sa.BigInteger(), nullable=True))
    op.add_column("session", sa.Column("proved", sa.DateTime(timezone=True), nullable=True))
    op.add_column("session", sa.Column("terminal", sa.String(length=64), nullable=True))
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_recovery_code_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_staff_id"), "recovery_code", ["staff_id"])
    op.create_table(
        "joint_request",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_joint_request_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_request")),
    )
    op.create_index(op.f("ix_joint_request_subject"), "joint_request", ["subject"])
    op.create_index(op.f("ix_joint_request_staff_id"), "joint_request", ["staff_id"])
