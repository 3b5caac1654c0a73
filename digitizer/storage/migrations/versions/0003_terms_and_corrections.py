"""terms, postings by mailbox, and corrections"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name=op.f("fk_correction_page_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    op.create_index(op.f("ix_correction_page_id"), "correction", ["page_id"])
    op.create_table(
        "term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
        sa.UniqueConstraint("text", name=op.f("uq_term_text")),
    )
    op.rename_table("posting", "old_posting")
    op.create_table(
        "posting",
        sa.Column("inmate_id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("weight", sa.SmallInteger(), nullable=False),
        sa.Column("density", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["inmate_id"], ["inmate.id"], name=op.f("fk_posting_inmate_id")),
        sa.ForeignKeyConstraint(["term_id"], ["term.id"], name=op.f("fk_posting_term_id")),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name=op.f("fk_posting_page_id")),
        sa.PrimaryKeyConstraint("inmate_id", "term_id", "page_id", name="pk_posting_by_inmate"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_posting_term", "posting", ["term_id", "page_id", "weight", "density"])
    op.execute("INSERT INTO term (text) SELECT DISTINCT word FROM old_posting ORDER BY word")
    op.execute(
        "INSERT INTO posting (inmate_id, term_id, page_id, weight, density)"
        " SELECT letter.inmate_id, term.id, page.id,"
        "  CAST(round(1000 * old_posting.weight) AS INTEGER), 0"
        " FROM old_posting"
        " JOIN term ON term.text = old_posting.word"
        " JOIN page ON page.id = old_posting.page_id"
        " JOIN letter ON letter.id = page.letter_id"
        " WHERE letter.state = 'delivered' AND letter.kind = 'letter'"
        " AND page.position IS NOT NULL"
    )
    op.drop_table("old_posting")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE page_text")
