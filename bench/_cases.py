"""What leaves somebody who asks for their data, and whose data has to stay for a case? All of it has canaries."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bench._journeys import Town


def ask_and_hold(town: Town, note: Callable[[], None]) -> None:
    """The viewer and the author ask for an archive; an operator has data of both stay, until that is noted."""
    people = (town.viewer, town.author)
    for person in people:
        person.post("/me/rights", {"right": "access"})
    until = (datetime.now(UTC) + timedelta(days=9)).isoformat()
    hold = {"case": "a case", "reason": "a reason", "handles": [one.handle for one in people], "until": until}
    begun = town.staff[1].post("/holds", hold | {"classes": ["user.behavior"]})
    note()
    town.staff[1].session.delete(f"/holds/{begun['id']}").raise_for_status()
