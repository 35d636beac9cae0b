"""What may leave a realm, for which purpose? Said here by hand, from what was promised, and not from any policy.

Nothing else may. Of somebody below 18, and on a route without an assessment, nothing may either, except that whoever
moves takes everything along. `contracts/policy-table.csv` is made from this, and the policies are compared with it.
"""

from collections.abc import Iterator
from itertools import product

from reelm.gateway import Kind
from reelm.kernel.data_classes import DataClass
from reelm.ledger import Purpose

REALMS = ("eu", "ca-qc", "us")
HEAD = "class,purpose,from,to,minor,assessed,may"
TABLE = "contracts/policy-table.csv"

PERMITTED: dict[str, frozenset[str]] = {
    # Published clips, public profiles, public comments: as they stand on the page, on demand.
    "service": frozenset(
        {
            "system.operations",
            "user.account.username",
            "user.content.public",
            "user.content.self_image",
            "user.name",
            "user.unique_id",
        }
    ),
    # A comment, a follow: what was written, under a name and a pseudonym; no picture is needed for that.
    "public-act": frozenset(
        {
            "system.operations",
            "user.account.username",
            "user.content.public",
            "user.name",
            "user.unique_id",
            "user.unique_id.pseudonymous",
        }
    ),
    # Noised counts over at least 50 people, by clip.
    "statistics": frozenset({"reelm.aggregate", "system.operations", "user.unique_id"}),
    # What staff elsewhere may be shown with an approved access.
    "support": frozenset({"system.operations", "user.demographic.language", "user.location"}),
    # Whoever moves takes everything of theirs along; noised counts are nobody's.
    "relocation": frozenset(
        {
            "reelm.user.behavior.view_time",
            "system.operations",
            "user.account.username",
            "user.authorization.credentials",
            "user.behavior",
            "user.contact.email",
            "user.content.private",
            "user.content.public",
            "user.content.self_image",
            "user.demographic.date_of_birth",
            "user.demographic.language",
            "user.device",
            "user.location",
            "user.name",
            "user.social",
            "user.unique_id",
            "user.unique_id.pseudonymous",
        }
    ),
}

FIELDS: dict[Kind, frozenset[str]] = {
    Kind.CATALOGUE: frozenset({"clips", "next"}),
    Kind.PROFILE: frozenset({"id", "handle", "display_name", "bio", "avatar", "clips", "as_of"}),
    Kind.CLIP: frozenset(
        {
            "id",
            "author",
            "caption",
            "allow_comments",
            "age_limit",
            "created_at",
            "published_at",
            "media",
            "as_of",
        }
    ),
    Kind.COMMENTS: frozenset({"clip", "comments", "next", "total"}),
    Kind.MEDIA: frozenset({"object", "name", "bytes"}),
    Kind.LOOK: frozenset({"collection", "columns"}),
    Kind.REVOCATION: frozenset({"object", "what", "at"}),
    Kind.COMMENT: frozenset({"comment", "clip", "pseudonym", "handle", "display_name", "text", "at"}),
    Kind.COMMENT_REMOVAL: frozenset({"comment", "clip", "account", "pseudonym", "at"}),
    Kind.FOLLOW: frozenset({"account", "pseudonym", "at"}),
    Kind.UNFOLLOW: frozenset({"comment", "clip", "account", "pseudonym", "at"}),
    Kind.COUNTS: frozenset({"clips", "day", "epsilon"}),
    Kind.RELOCATION: frozenset({"move", "part", "parts", "table", "rows", "digest", "file", "bytes"}),
}
# Only after the person was told on the screen; only over this many people.
TOLD = frozenset({Kind.COMMENT, Kind.FOLLOW, Kind.RELOCATION})
FEWEST = {Kind.COUNTS: 50}


def may(data_class: str, purpose: str, from_: str, to: str, *, minor: bool, assessed: bool) -> bool:
    """Whether data of a class may go from one realm to another for a purpose."""
    if from_ == to or not assessed:
        return False
    if minor and purpose != "relocation":
        return False
    return data_class in PERMITTED.get(purpose, frozenset())


def make_table() -> str:
    """The table as the file has it."""
    return "".join(f"{row}\n" for row in list_rows())


def list_rows() -> Iterator[str]:
    """The table, line by line, every combination there is."""
    yield HEAD
    yes = {True: "yes", False: "no"}
    for one, purpose, from_, to, minor, assessed in product(
        DataClass, Purpose, REALMS, REALMS, (False, True), (False, True)
    ):
        is_so = may(one, purpose, from_, to, minor=minor, assessed=assessed)
        yield f"{one.value},{purpose.value},{from_},{to},{yes[minor]},{yes[assessed]},{yes[is_so]}"
