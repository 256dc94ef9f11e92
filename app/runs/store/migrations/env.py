"""Alembic's environment: it is given an open transaction by `app.runs.store.migration`."""

from alembic import context

from app.runs.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
