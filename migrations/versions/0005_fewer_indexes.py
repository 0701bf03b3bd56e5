"""Fewer and smaller indexes of responses, which every message has to keep: who spoke to a question is found by the member."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

REPLYING = sa.text("replies_to IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_response_member_asked", "response", ["member", "asked"])
    op.create_index("ix_response_replying", "response", ["replies_to"], sqlite_where=REPLYING, postgresql_where=REPLYING)
    op.drop_index("ix_response_asked_member", "response")
    op.drop_index("ix_response_member", "response")
    op.drop_index("ix_response_replies_to", "response")


def downgrade() -> None:
    op.create_index("ix_response_replies_to", "response", ["replies_to"])
    op.create_index("ix_response_member", "response", ["member"])
    op.create_index("ix_response_asked_member", "response", ["asked", "member"])
    op.drop_index("ix_response_replying", "response")
    op.drop_index("ix_response_member_asked", "response")
