"""The data map has every column that the database has, and everybody may read it."""

import json

import psycopg
from tests.house.catalogue import ROOT
from tests.integration.world import Realm
from tests.postgres import DatabaseServer

from reelm.infra.db.data_map import draw_data_map

CATALOGUE = """SELECT table_name, column_name FROM information_schema.columns
               WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND NOT EXISTS (
                   SELECT FROM pg_class p WHERE p.relname = table_name AND p.relispartition)"""


def list_catalogue(url: str) -> set[tuple[str, str]]:
    with psycopg.connect(url) as connection:
        return {(table, column) for table, column in connection.execute(CATALOGUE.encode()).fetchall()}


def list_map() -> set[tuple[str, str]]:
    return {(table.name, column.name) for table in draw_data_map() for column in table.columns}


def test_the_map_has_exactly_the_columns_of_the_database(database_server: DatabaseServer, migrated: str) -> None:
    catalogue = list_catalogue(database_server.url(migrated))
    assert {table for table, _ in catalogue} >= {"accounts", "procrastinate_jobs", "alembic_version"}
    assert catalogue - list_map() == set(), "in the database, but not in the map"
    assert list_map() - catalogue == set(), "in the map, but not in the database"


def test_a_column_that_nobody_declared_is_found(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("ALTER TABLE accounts ADD COLUMN shoe_size integer")
        connection.execute("CREATE TABLE notes (text text)")
    assert list_catalogue(database_url) - list_map() == {("accounts", "shoe_size"), ("notes", "text")}


async def test_everybody_reads_the_map_that_is_in_the_contracts(realm: Realm) -> None:
    answer = await realm.client().get("/data-map")
    assert answer.status_code == 200
    assert answer.json() == json.loads((ROOT / "contracts" / "data-map.json").read_text("utf-8"))
    assert answer.headers["cache-control"] == "public, max-age=300"
