"""A limit below the supervisors' that an agent chooses"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("members") as batch_op:
        batch_op.add_column(sa.Column("own_limit", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE directory SET version = version + 1")  # so that every process reads the directory again
