"""A person holds, signed by their realm, where they are at home."""

import base64

from tests.integration.abroad.conftest import Two

from reelm import ledger
from reelm.ledger.note import Note, verify_note


async def test_a_person_gets_a_signed_statement_of_their_realm(two: Two) -> None:
    told = (await two.qc.realm.client(two.ben).get("/me/residence")).json()
    note = Note.parse(told["note"].encode())
    assert "realm ca-qc\n" in note.text
    assert "region QC\n" in note.text
    assert verify_note(note, [ledger.VerifierKey.parse(told["vkey"])])
    card = (await two.qc.realm.client().get("/realms")).json()
    assert base64.b64decode(card["public_key"]) == ledger.VerifierKey.parse(told["vkey"]).public_key


async def test_where_no_gateway_runs_there_is_no_statement_and_that_is_said(two: Two) -> None:
    stopped = two.qc.realm.settings.gateway_path
    stopped.rename(stopped.with_suffix(".gone"))
    refused = await two.qc.realm.client(two.ben).get("/me/residence")
    stopped.with_suffix(".gone").rename(stopped)
    assert refused.status_code == 503
    assert refused.json()["type"] == "/problems/gateway-not-running"
