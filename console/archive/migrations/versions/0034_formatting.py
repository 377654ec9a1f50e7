"""Whether messages of a site may be formatted, and whether emoji are offered"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sites") as batch_op:
        batch_op.add_column(sa.Column("formatting", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("emoji", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.execute("UPDATE directory SET version = version + 1")  # so that every process reads the directory again
