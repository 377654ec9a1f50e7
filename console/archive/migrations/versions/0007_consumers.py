"""One table of cursors for whoever follows the feed; what was set aside names its consumer"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def rows_of(table: str, order: str) -> list[dict[str, Any]]:
    return [dict(row) for row in op.get_bind().execute(sa.text(f"SELECT * FROM {table} ORDER BY {order}")).mappings()]


def upgrade() -> None:
    archive, alerts = rows_of("cursors", "turn"), rows_of("alert_cursors", "workspace")
    aside = rows_of("set_aside", "id")
    for table in ("cursors", "alert_cursors", "set_aside"):  # small, and their keys change
        op.drop_table(table)
    cursors = op.create_table(
        "cursors",
        sa.Column("workspace", sa.String(length=64), nullable=False),
        sa.Column("consumer", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.String(length=64), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("reader", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "consumer", "epoch", name=op.f("pk_cursors")),
        sa.UniqueConstraint("workspace", "consumer", "turn", name=op.f("uq_cursors_workspace_consumer_turn")),
    )
    kept = [{**row, "consumer": "archive", "digest": "", "reader": ""} for row in archive]
    kept += [{**row, "consumer": "alerts", "digest": "", "turn": 1} for row in alerts]
    if kept:
        op.bulk_insert(cursors, kept)
    set_aside = op.create_table(
        "set_aside",
        sa.Column("workspace", sa.String(length=64), nullable=False),
        sa.Column("consumer", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.String(length=64), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "consumer", "id", name=op.f("pk_set_aside")),
    )
    if aside:
        op.bulk_insert(set_aside, [{**row, "consumer": "archive"} for row in aside])
