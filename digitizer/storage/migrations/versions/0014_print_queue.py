"""the print queue; messages that wait to be printed are in it"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "print_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("printer", sa.String(length=60), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("begun", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file", sa.Text(), nullable=True),
        sa.Column("draft", sa.Text(), nullable=True),
        sa.Column("request", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_batch")),
    )
    jobs = op.create_table(
        "print_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("inmate_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.String(length=32), nullable=True),
        sa.Column("pdf", sa.String(length=64), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.Column("copy_of", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["inmate_id"], ["inmate.id"], name=op.f("fk_print_job_inmate_id")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_print_job_message_id")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["print_batch.id"], name=op.f("fk_print_job_batch_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_job")),
    )
    for column in ("state", "inmate_id", "message_id", "batch_id"):
        op.create_index(op.f(f"ix_print_job_{column}"), "print_job", [column])
    _queue_messages(jobs)


def _queue_messages(jobs: sa.Table) -> None:
    """Those that were never printed wait in the new queue, as they did in the old one."""
    message = sa.table(
        "message",
        *(sa.column(name) for name in ("id", "direction", "inmate_id", "correspondent", "state")),
        sa.column("created", sa.DateTime(timezone=True)),
    )
    to_inmate = message.c.direction == "to_inmate"
    queued = sa.select(
        sa.case((to_inmate, "letter"), else_="outgoing"),
        sa.literal("queued"),
        sa.case((to_inmate, "Letter from "), else_="Letter to ") + message.c.correspondent,
        message.c.inmate_id,
        message.c.id,
        message.c.created,
    ).where(message.c.state == "queued")
    names = ["kind", "state", "title", "inmate_id", "message_id", "made"]
    op.execute(sa.insert(jobs).from_select(names, queued.order_by(message.c.created)))
