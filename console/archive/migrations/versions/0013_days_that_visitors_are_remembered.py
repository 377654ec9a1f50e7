"""How long a site remembers its visitors; and SQL knows the defaults of what an older process does not write"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

QUEUES = {
    "target_ms": "6000",
    "ask_ms": "300000",
    "end_ms": "600000",
    "goal": "90",
    "head_start_ms": "0",
    "mode": "push",
    "accept_ms": "10000",
    "misses": "3",
    "languages": "[]",
    "language_after_ms": "15000",
    "hours": '{"zone":"UTC","week":[],"holidays":[]}',
    "longest": "0",
    "leave_after_ms": "180000",
    "overflow_to": "",
    "overflow_after_ms": "0",
    "wrapup_ms": "0",
    "reasons": "[]",
}


def upgrade() -> None:
    with op.batch_alter_table("sites") as batch_op:
        batch_op.add_column(sa.Column("remember_days", sa.Integer(), nullable=False, server_default="30"))
        batch_op.alter_column("queues", server_default="[]")
    with op.batch_alter_table("queues") as batch_op:
        for name, value in QUEUES.items():
            batch_op.alter_column(name, server_default=value or sa.text("''"))
    op.execute("UPDATE directory SET version = version + 1")  # so that every process reads the directory again
