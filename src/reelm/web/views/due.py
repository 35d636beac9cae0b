"""To which realm does a decision move somebody, and from when on?"""

from datetime import datetime

from pydantic import BaseModel

from reelm import accounts
from reelm.bootstrap import Cell


class DueView(BaseModel):
    """`realm` is the one that has got the place where they live, or will have; from `at` on they move there."""

    realm: str
    at: datetime


def find_due(cell: Cell, account: accounts.Account) -> DueView | None:
    """What the decisions say of this person; staff, who may live elsewhere, are not moved."""
    departure = cell.atlas.departure_of(account.country, account.region)
    if departure is None or account.role is not accounts.Role.VIEWER:
        return None
    return DueView(realm=departure.realm, at=departure.at)
