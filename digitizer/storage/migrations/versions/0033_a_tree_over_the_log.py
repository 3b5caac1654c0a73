"""a public tree over the log: the salt and the leaf of each event"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Whoever upgrades fills them: they follow from the keys of the log, which are not here."""
    op.add_column("event", sa.Column("salt", sa.LargeBinary(length=16), nullable=True))
    op.add_column("event", sa.Column("leaf", sa.LargeBinary(length=32), nullable=True))
