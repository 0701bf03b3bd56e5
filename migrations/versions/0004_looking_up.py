"""Indexes for what is looked up: the chats of a community, what hangs on a draft that is deleted, private messages by age."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PRIVATE = sa.text("to_person IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_chat_community_state", "chat", ["community", "state"])
    for table in ("identifier_event", "reflection", "commitment"):
        op.create_index(f"ix_{table}_chat", table, ["chat"])
    op.create_index("ix_outbox_private", "outbox", ["due_at"], sqlite_where=PRIVATE, postgresql_where=PRIVATE)


def downgrade() -> None:
    op.drop_index("ix_outbox_private", "outbox")
    for table in ("identifier_event", "reflection", "commitment"):
        op.drop_index(f"ix_{table}_chat", table)
    op.drop_index("ix_chat_community_state", "chat")
