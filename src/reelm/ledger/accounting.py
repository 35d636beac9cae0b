"""What may an entry say of the realm's duties: incidents, and data kept for a case? Never of the matter itself."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from reelm.ledger.model import Classes, Count, Fact, Instant, Party, PublicId


class IncidentStep(Fact):
    """A line came into the register of incidents: that the realm knew of one, and when whom it told.

    `law`: under which one an authority was told.
    """

    kind = "incident-step"
    subject = Party.ABSENT

    incident: PublicId
    step: Literal["recorded", "amended", "authority-told", "people-told"]
    law: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{2,12}(-[a-z0-9]{2,12})?$")] | None = None


class LegalHold(Fact):
    """Data that `case` names is kept beyond its time, or is no longer; where nobody ended it, its time did."""

    kind = "legal-hold"
    actor = Party.OPTIONAL
    subject = Party.ABSENT

    case: PublicId
    step: Literal["begun", "ended"]
    people: Count
    classes: Classes
    until: Instant
