"""What goes along with somebody who moves to another realm, in which order, and what stays behind and why?

A package that keeps something of a person is added here; `tests/house` finds any table that is not.
"""

from collections.abc import Mapping

from reelm import accounts, feed, media, social, videos
from reelm.infra.db import Belongings

# In the order in which rows may be put in: what others point to comes first.
OWN: tuple[Belongings, ...] = (
    *accounts.BELONGINGS,
    *media.BELONGINGS,
    *videos.BELONGINGS,
    *social.BELONGINGS,
    *feed.BELONGINGS,
)
TOWARDS: tuple[Belongings, ...] = social.TOWARDS

STAYS: Mapping[str, str] = {
    "canaries": "a canary is its realm's own, and goes nowhere",
    "gateway_outbox": "what they did towards other realms goes there as it was meant to",
    "legal_hold_people": "nobody whose data has to stay moves away",
    "moves": "each of the two realms has its own row of a move",
    "organisation_staff": "they acted for an organisation of the old realm, whose seat is there",
    "people": "made anew in the new realm; the old one knows them by another name from then on",
    "passkey_challenges": "a question for five minutes",
    "passkeys": "each holds for the name of the realm that it was made in",
    "rights_requests": "what they asked of the old realm, it does or has done",
    "sessions": "they sign in anew in their new realm",
    "uploads": "a file on its way ends within a day; what a clip was made of goes with the clip",
}
