"""How long before the target a first word is given automatically"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("queues") as batch_op:
        batch_op.add_column(sa.Column("automatic_ms", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE directory SET version = version + 1")  # so that every process reads the directory again
