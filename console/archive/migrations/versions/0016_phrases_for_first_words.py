"""A team's own phrases for first words, per queue"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("queues") as batch_op:
        batch_op.add_column(sa.Column("phrases", sa.JSON(), nullable=False, server_default="[]"))
    op.execute("UPDATE directory SET version = version + 1")  # so that every process reads the directory again
