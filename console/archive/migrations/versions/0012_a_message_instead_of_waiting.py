"""A time after which a visitor who waits may leave a message instead"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("queues") as batch_op:
        batch_op.add_column(sa.Column("leave_after_ms", sa.BigInteger(), nullable=False, server_default="180000"))
    with op.batch_alter_table("queues") as batch_op:
        batch_op.alter_column("leave_after_ms", server_default=None)
    op.execute("UPDATE directory SET version = version + 1")  # so that other processes read it
