"""How does the schema change? By Alembic migrations, each standing on its own, run by `reelm migrate`."""
