"""Every table of a person is known, and the migrations make just these tables. What each says: `test_data_map.py`."""

import psycopg
from sqlalchemy import Column, Table, create_engine
from tests.house.catalogue import list_tables
from tests.postgres import DatabaseServer

from reelm.bootstrap import OWN, STAYS, TOWARDS
from reelm.infra.db import metadata
from reelm.kernel.data_classes import DataClass

# How each table finds the person its rows belong to: by a column that names an account, or through another table.
# A new table must be entered here, and so in whatever will export and erase a person's data.
BELONGS_TO = {
    "accounts": "id",
    "assets": "account_id",
    "blocks": "account_id, blocked_id",
    "canaries": "account_id",
    "clips": "account_id",
    "comments": "author_id",
    "feed_choices": "account_id",
    "feed_less_creators": "account_id, creator_id",
    "feed_people": "account_id",
    "follows": "follower_id, followed_id",
    "gateway_outbox": "account_id",
    "impressions": "account_id",
    "legal_hold_people": "account_id",
    "likes": "account_id",
    "moves": "account_id",
    "mutes": "account_id, muted_id",
    "notifications": "account_id, actor_id",
    "organisation_staff": "account_id",
    "passkey_challenges": "account_id",
    "passkeys": "account_id",
    "people": "account_id",
    "renditions": "assets",
    "rights_requests": "account_id",
    "sessions": "account_id",
    "uploads": "account_id",
    "video_counts": "clips",
    "videos": "author_id",
}
# Tables below accounts, which outlive them: the columns that name a person without a foreign key, and that
# `access.forget_person` takes them out of (`test_forgetting.py` looks).
FORGOTTEN = {
    "access_requests": "subject_id, asked_by, decided_by, ended_by, reviewed_by",
    "ledger_entries": "actor_id, subject_id",
    "person_keys": "person_id",
}
# Tables whose rows name nobody, and why that is so.
NAMES_NOBODY = {
    "access_reads": "belong to a request, which names people",
    "awaited_handles": "handles kept free for whoever is on their way here, who has no account here yet",
    "canary_probes": "how many entries each day's probe expected and found in a realm's log",
    "counts_abroad": "noised sums that other realms told of a clip",
    "feed_content": "what a public clip is about and looks like, in numbers",
    "feed_states": "hang on a pseudonym, and go when `feed_people` no longer has it",
    "feed_tallies": "how people took to a clip, summed up",
    "showings": "hang on a pseudonym, and go when `feed_people` no longer has it",
    "foreign_clips": "copies of what is public in another realm, until it says otherwise",
    "foreign_people": "what another realm told of its people, until it says otherwise",
    "gateway_copies": "which realms hold a copy of a public clip or profile",
    "gateway_revocations": "what other realms have taken back, for an hour",
    "gateway_faults": "what another realm said and was wrong",
    "gateway_logs": "the newest checkpoint of each other realm's log",
    "gateway_meters": "bytes that left towards each realm",
    "gateway_peers": "how far two realms have come with each other",
    "gateway_unproven": "salted digests of what came, for a few seconds until its entry was found",
    "legal_holds": "cases, for which somebody's data stays",
    "retention_nights": "how many rows went in a night",
    "incidents": "which incidents there were",
    "incident_steps": "counts, classes and dates of an incident; who wrote them is in the log",
    "heard_tokens": "random numbers of tokens",
    "ledger_counts": "numbers by day and kind",
    "ledger_log": "how far the log has come",
    "ledger_register": "numbers of what crossed between realms, by day and kind",
    "ledger_writers": "how far each writer has counted",
    "releases": "which day has been told to which realm",
    "moved_names": "keyed hashes of old addresses, and the realm each leads to",
    "moving_parts": "of whoever is on their way here, who has no account here yet; gone when they arrive or do not",
    "rate_limits": "keys are keyed hashes of an address and a handle; a row ends within an hour",
    "realm_maps": "which realm serves which country, since when",
    "device_groups": "an organisation's devices, which are in its directory and not of anybody's account",
    "device_history": "an organisation's devices",
    "device_sessions": "digests of sessions on an organisation's devices",
    "device_states": "an organisation's devices",
    "directory_groups": "groups of an organisation",
    "directory_members": "an organisation's people, who have no account here by being in its directory",
    "directory_people": "an organisation's people, who have no account here by being in its directory",
    "enrolment_codes": "digests of codes for an organisation's devices",
    "managed_devices": "an organisation's devices and people, who have no account here by that",
    "mdm_commands": "what an organisation's devices are told to do",
    "mdm_enrolments": "an organisation's devices",
    "organisation_keys": "public keys of an organisation",
    "organisation_proofs": "domains and networks of an organisation",
    "organisation_tokens": "digests of tokens of an organisation's systems",
    "organisations": "organisations",
    "signal_issuers": "systems that an organisation has us believe",
    "signal_queue": "an organisation's devices",
    "signal_receivers": "systems that an organisation lets hear of its devices",
    "signal_streams": "how such a system is told",
    "suspension_changes": "a number",
    "suspension_decisions": "decisions as they were signed, by offices and not by persons",
    "suspension_exceptions": "an organisation's people, who have no account here by that; staff by their seat",
    "suspension_replies": "what a service, or somebody who is not named, answered",
    "suspension_reviews": "why a decision was kept",
    "suspension_tellings": "an organisation's people, who have no account here by that",
    "sealed_requests": "government requests without names, until they may be told of",
}
# Columns of what goes along with a person that point to that person's own clips only.
OF_THEIR_OWN = {"comments-of-others": ("video_id",), "video_counts": ("video_id",), "videos": ("id",)}
# Tables of other packages in the same database, and the partitions of one of ours.
NOT_OURS = ("procrastinate", "alembic_version", "impressions_", "showings_")
SOMEBODY = {"accounts.id", "people.id"}
NAMES_A_PERSON = (
    *("account_id", "author_id", "owner_id", "actor_id", "follower_id", "followed_id", "user_id"),
    *("blocked_id", "muted_id", "creator_id"),
)


def points_to(column: Column[object]) -> set[str]:
    return {key.target_fullname for key in column.foreign_keys}


def test_every_table_is_known_to_belong_to_somebody_or_to_nobody() -> None:
    known = BELONGS_TO.keys() | FORGOTTEN.keys() | NAMES_NOBODY.keys()
    assert {table.name for table in list_tables()} == known


def test_what_names_a_person_is_personal_and_goes_with_them() -> None:
    for table in list_tables():
        if table.name in FORGOTTEN:
            continue
        named = {column.name for column in table.columns if points_to(column) & SOMEBODY} - {"id"}
        assert named == {column.name for column in table.columns if column.name in NAMES_A_PERSON}, table.name
        for column in table.columns:
            if column.name in named:
                assert column.info["data_class"].is_personal, column
                assert all(key.ondelete == "CASCADE" for key in column.foreign_keys), column


def test_each_row_leads_to_its_person_as_listed() -> None:
    tables = {table.name: table for table in list_tables()}
    for name, way in BELONGS_TO.items():
        if way in tables:
            assert any(points_to(column) == {f"{way}.id"} for column in tables[name].columns), name
        elif name != "accounts":
            named = [column.name for column in tables[name].columns if points_to(column) & SOMEBODY]
            assert way == ", ".join(named), name


def test_what_names_a_person_without_a_foreign_key_is_listed() -> None:
    """Sessions end with their person; their ids in `access_requests` name nobody then."""
    tables = {table.name: table for table in list_tables()}
    for name, columns in FORGOTTEN.items():
        named = [c.name for c in tables[name].columns if c.info["data_class"] is DataClass.UNIQUE_ID]
        assert columns == ", ".join(one for one in named if one != "session_id"), name


def test_everything_of_a_person_goes_along_or_stays_with_a_reason() -> None:
    """Somebody who moves to another realm: a new table is entered in `bootstrap/belongings.py`."""
    goes = {what.table.name for what in (*OWN, *TOWARDS)}
    assert goes | STAYS.keys() == BELONGS_TO.keys()
    assert not goes & STAYS.keys()
    for what in (*OWN, *TOWARDS):
        pointing = {column.name for column in what.table.columns if points_to(column) & {"clips.id", "people.id"}}
        known = {*what.owners, *what.people, what.clip, *OF_THEIR_OWN.get(what.name, ())}
        assert pointing <= known, what.name


def _describe(url: str) -> list[tuple[str, ...]]:
    """Columns, indexes and constraints of the product's tables, as PostgreSQL tells them."""
    statements = (
        """SELECT table_name, column_name, data_type, is_nullable, coalesce(column_default, '')
           FROM information_schema.columns WHERE table_schema = 'public'""",
        "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
           WHERE connamespace = 'public'::regnamespace AND conrelid <> 0""",
    )
    with psycopg.connect(url) as connection:
        rows = [tuple(row) for statement in statements for row in connection.execute(statement.encode()).fetchall()]
    return sorted(row for row in rows if not row[0].startswith(NOT_OURS))


def test_the_migrations_make_the_tables_the_code_declares(database_server: DatabaseServer, migrated: str) -> None:
    tables: list[Table] = list_tables()
    name = database_server.create()
    url = database_server.url(name)
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:", 1))
    metadata.create_all(engine, tables)
    engine.dispose()
    declared = _describe(url)
    database_server.drop(name)
    assert declared
    assert _describe(database_server.url(migrated)) == declared
