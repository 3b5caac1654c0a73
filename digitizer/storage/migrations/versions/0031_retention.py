"""Retention: legal holds, and what is destroyed by schedule"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("scan", sa.Column("destroyed", sa.DateTime(timezone=True), nullable=True))
    op.add_column("original", sa.Column("destroyed", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter", sa.String(length=32), nullable=True),
        sa.Column("message", sa.String(length=32), nullable=True),
        sa.Column("inmate_id", sa.Integer(), nullable=True),
        sa.Column("correspondent_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("case", sa.String(length=120), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("lifted", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(length=120), nullable=False),
        sa.Column("lifted_why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["correspondent_id"], ["correspondent.id"], name=op.f("fk_legal_hold_correspondent_id")
        ),
        sa.ForeignKeyConstraint(["inmate_id"], ["inmate.id"], name=op.f("fk_legal_hold_inmate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    for column in ("letter", "message", "inmate_id", "correspondent_id"):
        op.create_index(op.f(f"ix_legal_hold_{column}"), "legal_hold", [column])
    op.create_table(
        "retention_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("proposed_by", sa.String(length=120), nullable=False),
        sa.Column("proposed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.String(length=120), nullable=False),
        sa.Column("confirmed", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_run")),
    )
    op.create_index(op.f("ix_retention_run_state"), "retention_run", ["state"])
    op.create_table(
        "retention_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("thing", sa.String(length=16), nullable=False),
        sa.Column("item", sa.String(length=32), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("fate", sa.String(length=16), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("hashes", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["retention_run.id"], name=op.f("fk_retention_item_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_item")),
    )
    op.create_index(op.f("ix_retention_item_item"), "retention_item", ["item"])
    op.create_index(op.f("ix_retention_item_run_id"), "retention_item", ["run_id"])
    op.create_table(
        "leftover_file",
        sa.Column("store", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["retention_run.id"], name=op.f("fk_leftover_file_run_id")
        ),
        sa.PrimaryKeyConstraint("store", "sha256", name=op.f("pk_leftover_file")),
    )
    op.create_index(op.f("ix_leftover_file_run_id"), "leftover_file", ["run_id"])
    op.create_table(
        "kept_page",
        sa.Column("page_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("original_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["original_id"], ["original.id"], name=op.f("fk_kept_page_original_id")
        ),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name=op.f("fk_kept_page_page_id")),
        sa.PrimaryKeyConstraint("page_id", name=op.f("pk_kept_page")),
    )
    op.create_index(op.f("ix_kept_page_original_id"), "kept_page", ["original_id"])
