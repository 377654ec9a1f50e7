"""A time after which a chat goes to members who do not speak its language"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("queues") as batch_op:
        batch_op.add_column(sa.Column("language_after_ms", sa.BigInteger(), nullable=False, server_default="15000"))
    with op.batch_alter_table("queues") as batch_op:
        batch_op.alter_column("language_after_ms", server_default=None)
    op.execute("UPDATE directory SET version = version + 1")  # so that live state receives the new field
