"""Alembic's folder: `env.py` and one file a revision. `migrate.migrate` runs it."""
