"""Leases of adapters: what one of several processes does at a time, such as holding a shard's connection."""

import sqlalchemy as sa
from alembic import op

from copbot.store.tables.base import Instant, needs

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "adapter_lease",
        sa.Column("adapter", sa.Text, primary_key=True, comment="Name of the adapter."),
        sa.Column("name", sa.Text, primary_key=True, comment="What is leased, in the adapter's own words: a shard, for example."),
        needs("owner", sa.Text, "Process that has or had it."),
        needs("epoch", sa.Integer, "Grows whenever it changes hands."),
        needs("until", Instant(), "Until when (UTC)."),
        comment="What only one of several processes does at a time on behalf of an adapter.",
    )


def downgrade() -> None:
    op.drop_table("adapter_lease")
