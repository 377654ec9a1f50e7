"""Queues that a site's pages may ask for; sites that are there may go on asking for all that are there"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    queues = [row.id for row in op.get_bind().execute(sa.text("SELECT id FROM queues ORDER BY id"))]
    with op.batch_alter_table("sites") as batch_op:
        batch_op.add_column(sa.Column("queues", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("sites") as batch_op:
        batch_op.alter_column("queues", server_default=None)
    every = sa.text("UPDATE sites SET queues = CAST(:queues AS JSON)")
    if op.get_bind().dialect.name == "sqlite":
        every = sa.text("UPDATE sites SET queues = :queues")
    op.get_bind().execute(every, {"queues": json.dumps(queues)})
    op.execute("UPDATE directory SET version = version + 1")  # so that live state receives the new field
