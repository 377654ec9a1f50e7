"""Queues with modes, tiers and hours; canned replies; who changed what"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Columns = dict[str, tuple[sa.types.TypeEngine[Any], str]]

# Values of existing queues: the defaults of console.directory.Queue.
QUEUES: Columns = {
    "goal": (sa.Integer(), "90"),
    "head_start_ms": (sa.BigInteger(), "0"),
    "mode": (sa.String(length=20), "push"),
    "accept_ms": (sa.BigInteger(), "10000"),
    "misses": (sa.Integer(), "3"),
    "languages": (sa.JSON(), "[]"),
    "hours": (sa.JSON(), '{"zone": "UTC", "week": [], "holidays": []}'),
    "longest": (sa.Integer(), "0"),
    "overflow_to": (sa.String(length=64), ""),
    "overflow_after_ms": (sa.BigInteger(), "0"),
    "wrapup_ms": (sa.BigInteger(), "0"),
    "reasons": (sa.JSON(), "[]"),
}
MEMBERS: Columns = {"languages": (sa.JSON(), "[]")}


def add(table: str, columns: Columns) -> None:
    """Add columns that existing rows fill with the defaults and new rows must set."""
    with op.batch_alter_table(table, schema=None) as batch_op:
        for name, (kind, default) in columns.items():
            batch_op.add_column(sa.Column(name, kind, nullable=False, server_default=sa.literal(default, sa.String())))
    with op.batch_alter_table(table, schema=None) as batch_op:
        for name in columns:
            batch_op.alter_column(name, server_default=None)


def upgrade() -> None:
    add("queues", QUEUES)
    add("members", MEMBERS)
    op.execute("UPDATE directory SET version = version + 1")  # so that live state receives the new fields
    op.create_table(
        "settings",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_settings")),
    )
    op.create_table(
        "canned",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned")),
    )
    with op.batch_alter_table("canned", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_canned_scope_owner"), ["scope", "owner"], unique=False)

    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("member", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("target", sa.String(length=130), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
