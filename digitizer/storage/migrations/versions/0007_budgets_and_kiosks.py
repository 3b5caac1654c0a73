"""budgets of failed logins, kiosks, and what proxies send"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Failures that were counted by the earlier rules are forgotten: they lock nobody now."""
    op.drop_table("throttle")
    op.create_table(
        "throttle",
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("terminal", sa.String(length=80), nullable=False),
        sa.Column("owed_until", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("account", "terminal", name=op.f("pk_throttle")),
    )
    op.create_index(op.f("ix_throttle_owed_until"), "throttle", ["owed_until"])
    op.create_table(
        "known_terminal",
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("terminal", sa.String(length=80), nullable=False),
        sa.Column("last", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("account", "terminal", name=op.f("pk_known_terminal")),
    )
    op.create_table(
        "kiosk",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("code_until", _TIME, nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("enrolled", _TIME, nullable=True),
        sa.Column("seen", _TIME, nullable=True),
        sa.Column("revoked", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_kiosk")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_kiosk_code_hash")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_kiosk_token_hash")),
    )
    op.create_table(
        "forwarder",
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("client", sa.String(length=64), nullable=False),
        sa.Column("scheme", sa.String(length=8), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_forwarder")),
    )
