"""Alembic's entry: runs inside the transaction that `Database.migrate` holds."""

from alembic import context

from console.archive.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True)
context.run_migrations()
