"""Versions of messages may be instants in microseconds: 64 bits on PostgreSQL, where a number has 32; SQLite's have 64 anyway."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in ("identifier_event", "response", "reflection"):
            op.alter_column(table, "version", existing_type=sa.Integer(), type_=sa.BigInteger())


def downgrade() -> None:
    """Nothing: an older copbot does not mind that there is room."""
