"""Each line of the audit log has the hash of the one before, and none can be changed or deleted

Lines of before are chained in the order of their ids. Triggers refuse the rest: whoever makes `audit` anew with
batch_alter_table makes these anew.
"""

import hashlib
import json
import secrets
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MANY = 1_000  # lines chained by one statement
CONTENT = ("id", "at", "member", "name", "what", "target", "address", "request", "log")
REFUSED = "the audit log is append-only"

SQLITE = (
    f"CREATE TRIGGER audit_kept BEFORE DELETE ON audit"
    f" WHEN old.n IS NULL OR old.n > coalesce((SELECT cut FROM audit_heads WHERE log = old.log), 0)"
    f" BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
    f"CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit WHEN NOT ("
    f" {' AND '.join(f'new.{name} IS old.{name}' for name in CONTENT)} AND ("
    f" (old.hash = '' AND new.before IS old.before AND new.after IS old.after)"
    f" OR (new.n IS old.n AND new.previous IS old.previous AND new.details IS old.details AND new.hash IS old.hash"
    f" AND new.before = '{{}}' AND new.after = '{{}}' AND new.salt = '')))"
    f" BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
    f"CREATE TRIGGER audit_heads_kept BEFORE DELETE ON audit_heads BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
    f"CREATE TRIGGER audit_heads_forward BEFORE UPDATE ON audit_heads"
    f" WHEN new.log IS NOT old.log OR new.n < old.n OR new.cut < old.cut OR new.cut >= new.n"
    f" BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
)
REFUSES = f"RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'restrict_violation';"
POSTGRESQL = (
    f"CREATE FUNCTION refuse_audit_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    f" IF old.n <= (SELECT cut FROM audit_heads WHERE log = old.log) THEN RETURN old; END IF;"
    f" {REFUSES} END $$",
    f"CREATE FUNCTION refuse_audit_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    f" IF {' AND '.join(f'new.{name} IS NOT DISTINCT FROM old.{name}' for name in CONTENT)} AND ("
    f" (old.hash = '' AND new.before::text = old.before::text AND new.after::text = old.after::text)"
    f" OR (new.n = old.n AND new.previous = old.previous AND new.details = old.details AND new.hash = old.hash"
    f" AND new.before::text = '{{}}' AND new.after::text = '{{}}' AND new.salt = '')) THEN RETURN new; END IF;"
    f" {REFUSES} END $$",
    f"CREATE FUNCTION refuse_audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {REFUSES} END $$",
    f"CREATE FUNCTION refuse_audit_heads_back() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    f" IF new.log = old.log AND new.n >= old.n AND new.cut >= old.cut AND new.cut < new.n THEN RETURN new; END IF;"
    f" {REFUSES} END $$",
    "CREATE TRIGGER audit_kept BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_audit_delete()",
    "CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_audit_update()",
    "CREATE TRIGGER audit_not_emptied BEFORE TRUNCATE ON audit EXECUTE FUNCTION refuse_audit()",
    "CREATE TRIGGER audit_heads_kept BEFORE DELETE ON audit_heads FOR EACH ROW EXECUTE FUNCTION refuse_audit()",
    "CREATE TRIGGER audit_heads_not_emptied BEFORE TRUNCATE ON audit_heads EXECUTE FUNCTION refuse_audit()",
    "CREATE TRIGGER audit_heads_forward BEFORE UPDATE ON audit_heads"
    " FOR EACH ROW EXECUTE FUNCTION refuse_audit_heads_back()",
)

audit = sa.table(
    "audit",
    *(sa.column(name) for name in (*CONTENT, "n", "previous", "salt", "details", "hash")),
    sa.column("before", sa.JSON),
    sa.column("after", sa.JSON),
)


def upgrade() -> None:
    empty = sa.text("''")
    op.add_column("audit", sa.Column("log", sa.String(16), nullable=False, server_default="changes"))
    op.add_column("audit", sa.Column("n", sa.BigInteger(), nullable=True))
    for name, width in (("previous", 64), ("salt", 32), ("details", 64), ("hash", 64)):
        op.add_column("audit", sa.Column(name, sa.String(width), nullable=False, server_default=empty))
    heads = op.create_table(
        "audit_heads",
        sa.Column("log", sa.String(16), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("cut", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("log", name=op.f("pk_audit_heads")),
    )
    n, last = _chain(op.get_bind())
    op.bulk_insert(heads, [{"log": "changes", "n": n, "hash": last}, {"log": "reads", "n": 0, "hash": ""}])
    op.create_index(op.f("ix_audit_log_n"), "audit", ["log", "n"], unique=True)
    op.create_index(op.f("ix_audit_log_at_id"), "audit", ["log", "at", "id"])
    op.create_index(op.f("ix_audit_member_at"), "audit", ["member", "at"])
    op.create_index(op.f("ix_audit_target_at"), "audit", ["target", "at"])
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def _chain(connection: sa.Connection) -> tuple[int, str]:
    """Return number and hash of the newest line."""
    names = ("n", "previous", "salt", "details", "hash")
    given = sa.update(audit).where(audit.c.id == sa.bindparam("this"))
    given = given.values({name: sa.bindparam(f"new_{name}") for name in names})
    n, last, id = 0, "", 0
    while True:
        wanted = sa.select(audit).where(audit.c.id > id).order_by(audit.c.id).limit(MANY)
        rows = connection.execute(wanted).mappings().all()
        if not rows:
            return n, last
        links = []
        for row in rows:
            n += 1
            link = _linked(row, n, last)
            last, id = link["hash"], row["id"]
            links.append({"this": id, **{f"new_{name}": value for name, value in link.items()}})
        connection.execute(given, links)


def _linked(row: Any, n: int, previous: str) -> dict[str, Any]:
    """Hash a line as console.domain.audit_chain did at this version."""
    salt = secrets.token_hex(16)
    details = _sha256({"after": row["after"], "before": row["before"], "salt": salt})
    content = {name: row[name] for name in CONTENT if name != "id"}
    hashed = _sha256({**content, "n": n, "previous": previous, "details": details})
    return {"n": n, "previous": previous, "salt": salt, "details": details, "hash": hashed}


def _sha256(values: dict[str, Any]) -> str:
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
