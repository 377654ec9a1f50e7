"""Queues without bots that were removed; bots' and visitors' own transfers are no actions of supervisors"""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

THEIRS = " OR ".join(f'raw LIKE \'%"why":"{why}"%\'' for why in ("handed", "asked", "silent", "gone"))


def upgrade() -> None:
    op.execute(
        "UPDATE queues SET bot = '' WHERE bot <> '' AND bot NOT IN (SELECT id FROM integrations WHERE removed IS NULL)"
    )
    op.execute("UPDATE directory SET version = version + 1")  # so that every process reads the directory again
    op.execute(
        "DELETE FROM interventions WHERE EXISTS (SELECT 1 FROM facts WHERE facts.workspace = interventions.workspace "
        f"AND facts.id = interventions.id AND facts.kind = 'transferred' AND ({THEIRS}))"
    )
