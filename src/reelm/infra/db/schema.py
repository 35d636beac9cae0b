"""Is the database's schema the code's? One quick look, and Alembic only where it is not."""

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

_SCRIPTS = Path(__file__).parent / "migrations"


def _config(database_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["database_url"] = database_url
    return config


def is_current(database_url: str) -> bool:
    """Whether the newest migration has been applied."""
    head = ScriptDirectory(str(_SCRIPTS)).get_current_head()
    with psycopg.connect(database_url) as connection:
        if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
            return False
        return connection.execute("SELECT version_num FROM alembic_version").fetchone() == (head,)


def find_version(database_url: str) -> int | None:
    """The server's major version; `None` where no server answers within 5 s."""
    try:
        with psycopg.connect(database_url, connect_timeout=5) as connection:
            return connection.info.server_version // 10_000
    except psycopg.Error:
        return None


def migrate(database_url: str) -> bool:
    """Bring the schema to the newest migration; false where it was there already."""
    if is_current(database_url):
        return False
    command.upgrade(_config(database_url), "head")
    return True
