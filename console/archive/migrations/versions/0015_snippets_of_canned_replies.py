"""Codes that become canned replies when they are typed"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("canned") as batch_op:
        batch_op.add_column(sa.Column("snippet", sa.String(20), nullable=False, server_default=sa.text("''")))
