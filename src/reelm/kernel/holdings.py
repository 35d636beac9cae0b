"""Why is a table held, on which legal basis, about whom, for how long, where, and who receives it? Closed lists."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class DataUse(StrEnum):
    """What data is held for: keys of the Fides taxonomy of data uses."""

    SERVICE = "essential.service"
    AUTHENTICATION = "essential.service.authentication"
    NOTIFICATIONS = "essential.service.notifications"
    OPERATIONS = "essential.service.operations"
    SECURITY = "essential.service.security"
    LEGAL_OBLIGATION = "essential.legal_obligation"
    STATISTICS = "analytics.reporting.content_performance"
    PERSONALIZATION = "personalize.content.limited"


class LegalBasis(StrEnum):
    """GDPR Art. 6(1)(a) to (f)."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal-obligation"
    VITAL_INTERESTS = "vital-interests"
    PUBLIC_INTEREST = "public-interest"
    LEGITIMATE_INTERESTS = "legitimate-interests"


class Subject(StrEnum):
    """Whom data is about: keys of the Fides taxonomy of data subjects."""

    MEMBER = "customer"
    VISITOR = "anonymous_user"
    STAFF = "employee"


class Receiver(StrEnum):
    """Who is given it as a rule. Whoever runs the machines could read all of it and is not named each time."""

    PERSON = "the-person"
    ADDRESSED = "whom-it-addresses"
    EVERYBODY = "everybody"
    STAFF = "staff-with-approved-access"
    DECIDERS = "staff-who-decide-on-access"
    REALMS = "other-realms"


class Place(StrEnum):
    """Where it lies, inside its realm."""

    DATABASE = "database"
    FILES = "files"
    LOG = "public-log"


class Until(StrEnum):
    """What ends the time it is held."""

    TIME = "time"
    REMOVED = "removed"
    ACCOUNT = "account"
    LOG = "log"
    REALM = "realm"


@dataclass(frozen=True)
class Keep:
    """How long a row is held: `words` say it for people, the rest for programs.

    `at_most` and `since` go with `Until.TIME`: a row goes so long after the moment in that column, at the latest.
    """

    until: Until
    words: str
    at_most: timedelta | None = None
    since: str = ""

    def __post_init__(self) -> None:
        if not (self.until is Until.TIME) is (self.at_most is not None) is bool(self.since):
            raise ValueError(f"{self.words!r}: a longest time, and since when, belong to what ends with time only")


@dataclass(frozen=True)
class Holding:
    """What a table is, in one or two sentences, and what the data map says of it."""

    what: str
    purpose: DataUse
    legal_basis: LegalBasis
    keep: Keep
    receivers: tuple[Receiver, ...]
    subjects: tuple[Subject, ...]
    places: tuple[Place, ...]
