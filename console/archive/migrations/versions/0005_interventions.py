"""What supervisors did in chats that ran: found among the facts, those of before too"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MANY = 1_000  # rows in one INSERT

facts = sa.table("facts", *(sa.column(name) for name in ("workspace", "id", "n", "at", "kind", "raw")))


def upgrade() -> None:
    listed = op.create_table(
        "interventions",
        sa.Column("workspace", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace", "id"],
            ["facts.workspace", "facts.id"],
            name=op.f("fk_interventions_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace", "id", name=op.f("pk_interventions")),
    )
    op.create_index(op.f("ix_interventions_workspace_at_n"), "interventions", ["workspace", "at", "n"])
    op.create_index(op.f("ix_audit_at_id"), "audit", ["at", "id"])
    connection = op.get_bind()
    kind, raw = facts.c.kind, facts.c.raw
    perhaps = sa.or_(
        kind == "transferred",
        sa.and_(kind == "note", raw.contains('"whisper":true', autoescape=True)),
        sa.and_(kind == "agent", raw.contains('"by":"', autoescape=True)),
    )
    for rows in connection.execute(sa.select(facts).where(perhaps)).mappings().partitions(MANY):
        if found := [row for row in rows if _is_one(json.loads(row["raw"]))]:
            values = [{name: row[name] for name in ("workspace", "id", "at", "n")} for row in found]
            connection.execute(listed.insert(), values)


def _is_one(fact: dict[str, Any]) -> bool:
    """As console.archive.interventions had it."""
    match fact["kind"]:
        case "transferred":
            return bool(fact["author"]["id"] != fact["agent"])
        case "note":
            return bool(fact.get("whisper"))
        case _:
            return fact.get("by", "") not in ("", fact["agent"])
