"""What does a realm sign about where a person's data lives? A note (C2SP signed-note) that the person keeps. Pure."""

from datetime import UTC, datetime

from reelm.kernel.ids import AccountId
from reelm.ledger import Note, Signature
from reelm.realms.model import Residence

RESIDENCE_HEADER = "reelm.residence/v1"


def residence_text(account: AccountId, residence: Residence, since: datetime) -> str:
    """What is signed: one fact a line. The account is named by its id, because the note is the person's own.

    >>> from uuid import UUID
    >>> from reelm.kernel.ids import RealmCode
    >>> at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    >>> print(residence_text(AccountId(UUID(int=7)), Residence("CA", "QC", 14, RealmCode("ca-qc")), at), end="")
    reelm.residence/v1
    realm ca-qc
    account 00000000-0000-0000-0000-000000000007
    country CA
    region QC
    since 2026-01-02T03:04:05Z
    """
    lines = [RESIDENCE_HEADER, f"realm {residence.realm}", f"account {account}", f"country {residence.country}"]
    if residence.region is not None:
        lines.append(f"region {residence.region}")
    lines.append(f"since {since.astimezone(UTC).isoformat(timespec='seconds').removesuffix('+00:00')}Z")
    return "".join(f"{line}\n" for line in lines)


def format_residence(text: str, signature: Signature) -> str:
    """The signed note as the person gets it."""
    return Note(text, (signature,)).format()
