"""Address and browser of a session; address and request of an audit line"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sessions") as batch_op:
        batch_op.add_column(sa.Column("address", sa.String(64), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("browser", sa.String(300), nullable=False, server_default=sa.text("''")))
    with op.batch_alter_table("audit") as batch_op:
        batch_op.add_column(sa.Column("address", sa.String(64), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("request", sa.String(64), nullable=False, server_default=sa.text("''")))
