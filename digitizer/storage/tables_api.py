"""The API's tables: tokens of other programs, and what each was answered to a key of its own."""

from __future__ import annotations

import sqlalchemy as sa

from digitizer.storage.tables import UtcTime, metadata
from digitizer.storage.tables_legal import protected_sender

#: A program bears the token; only the SHA-256 of its secret part is kept.
api_token = sa.Table(
    "api_token",
    metadata,
    # The public part of the token, by which its row is found.
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("name", sa.String(60), nullable=False, unique=True),
    sa.Column("secret_hash", sa.String(64), nullable=False),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("made", UtcTime, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("until", UtcTime, nullable=False),
    sa.Column("revoked", UtcTime),
    # About when, and from which address, it was used last.
    sa.Column("used", UtcTime),
    sa.Column("used_from", sa.String(64)),
)

# A request that creates something is answered once for each key that its program chose.
api_answer = sa.Table(
    "api_answer",
    metadata,
    sa.Column("token_id", sa.ForeignKey("api_token.id"), primary_key=True),
    sa.Column("key", sa.String(255), primary_key=True),
    # The SHA-256 of the request, so that a key is not used for another one.
    sa.Column("request", sa.String(64), nullable=False),
    sa.Column("made", UtcTime, nullable=False, index=True),
    # Null while the request is at work, or where its work was interrupted.
    sa.Column("status", sa.Integer),
    sa.Column("headers", sa.JSON),
    sa.Column("body", sa.LargeBinary),
)

# A token that makes codes for legal mail, and the protected sender in whose name it does.
token_sender = sa.Table(
    "token_sender",
    metadata,
    sa.Column("token_id", sa.ForeignKey("api_token.id"), primary_key=True),
    sa.Column("sender_id", sa.ForeignKey(protected_sender.c.id), nullable=False, index=True),
)
