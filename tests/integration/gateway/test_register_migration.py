"""A log that was numbered before there was a register gets one, and it is what the entries say."""

from importlib import import_module

from sqlalchemy import text
from tests.integration.gateway.realms import OneRealm
from tests.integration.gateway.traffic import let_things_cross

from reelm.ledger.fsck import check_books


async def test_the_migration_counts_what_was_numbered_before_it(eu: OneRealm, qc: OneRealm) -> None:
    await let_things_cross(eu, qc)
    migration = import_module("reelm.infra.db.migrations.versions.0007_transfer_register")
    for realm in (eu, qc):
        async with realm.database.write() as unit:
            await unit.write(text("DELETE FROM ledger_register"))
        assert (await check_books(realm.database, realm.settings.ledger_dir)).faults != []
        async with realm.database.write() as unit:
            await unit.write(text(migration.COUNT))
        assert (await check_books(realm.database, realm.settings.ledger_dir)).faults == []
