"""A note about where somebody's data lives is one that any signed-note tool can check."""

from datetime import UTC, datetime
from uuid import UUID

from reelm.kernel.ids import AccountId, RealmCode
from reelm.ledger.note import Note, SigningKey, verify_note
from reelm.realms import Residence, format_residence, residence_text

NINA = AccountId(UUID("018f3c1e-0000-7000-8000-000000000001"))
SINCE = datetime(2026, 11, 24, 8, 30, 1, 999, tzinfo=UTC)


def _signed(text: str, key: SigningKey) -> str:
    return format_residence(text, key.sign(text))


def test_the_note_says_where_and_since_when_and_is_signed_by_the_realm() -> None:
    key = SigningKey.generate("eu.reelm.test/residence")
    text = _signed(residence_text(NINA, Residence("FR", None, 13, RealmCode("eu")), SINCE), key)
    note = Note.parse(text)
    assert verify_note(note, [key.verifier]) == [(key.verifier, None)]
    assert note.text.splitlines() == [
        "reelm.residence/v1",
        "realm eu",
        f"account {NINA}",
        "country FR",
        "since 2026-11-24T08:30:01Z",
    ]


def test_a_region_is_named_where_there_is_one() -> None:
    key = SigningKey.generate("ca-qc.reelm.test/residence")
    text = _signed(residence_text(NINA, Residence("CA", "QC", 14, RealmCode("ca-qc")), SINCE), key)
    assert "\ncountry CA\nregion QC\nsince " in text
