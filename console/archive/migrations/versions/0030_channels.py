"""Targets and assignment of chats that come by mail, text message and so on, per queue"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("queues") as batch_op:
        batch_op.add_column(sa.Column("channels", sa.JSON(), nullable=False, server_default="[]"))
    op.execute("UPDATE directory SET version = version + 1")  # so that every process reads the directory again
