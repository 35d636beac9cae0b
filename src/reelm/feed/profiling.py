"""May a feed learn from what somebody watches? A pure rule over their age and the rules of their realm."""

from datetime import date, datetime
from enum import StrEnum

from reelm import realms
from reelm.feed.model import Mode


class Profiling(StrEnum):
    """Whether a feed learns from somebody, and if it does not, why."""

    LEARNS = "learns"
    PLAIN = "plain"
    UNDER_AGE = "under-age"


def may_profile(age: int, consent_age: int) -> bool:
    """From the age on at which their realm lets them consent for themselves, where they live.

    That is 16 unless the law there names another age: 13 in the United States, 18 in India, where nobody below it
    may be tracked (Digital Personal Data Protection Act, 2023, s. 9(3)).

    >>> may_profile(15, 16), may_profile(15, 13), may_profile(16, 18)
    (False, True, False)
    """
    return age >= consent_age


def decide_profiling(*, is_plain: bool, age: int, consent_age: int) -> Profiling:
    """Age comes first: what the law forbids is not the person's choice.

    >>> str(decide_profiling(is_plain=True, age=15, consent_age=16))
    'under-age'
    """
    if not may_profile(age, consent_age):
        return Profiling.UNDER_AGE
    return Profiling.PLAIN if is_plain else Profiling.LEARNS


def decide_for(
    atlas: realms.Atlas, born: date, country: str, region: str | None, *, mode: str | None, now: datetime
) -> Profiling:
    """The same for somebody of this realm; `mode` is what they chose, `None` where they have not."""
    age, consent_age = realms.age_on(now.date(), born), atlas.consent_age_of(country, region)
    return decide_profiling(is_plain=mode == Mode.PLAIN, age=age, consent_age=consent_age)
