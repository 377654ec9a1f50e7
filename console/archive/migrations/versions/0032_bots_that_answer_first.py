"""Bots that answer first in a queue"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("queues") as batch_op:
        batch_op.add_column(sa.Column("bot", sa.String(64), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("bot_within_ms", sa.BigInteger, nullable=False, server_default=sa.text("10000")))
    op.execute("UPDATE directory SET version = version + 1")  # so that every process reads the directory again
