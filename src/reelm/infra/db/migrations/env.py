"""Alembic's entry: runs the migrations of `versions/` on one connection, under one lock."""

from alembic import context
from sqlalchemy import NullPool, create_engine, make_url, text

from reelm.infra.db.columns import metadata

_LOCK = 7_033_501  # any fixed number: two cells' `reelm migrate` must not run at once on one database


def run() -> None:
    url = make_url(context.config.attributes["database_url"]).set(drivername="postgresql+psycopg")
    with create_engine(url, poolclass=NullPool).begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        context.configure(connection=connection, target_metadata=metadata)
        context.run_migrations()


run()
