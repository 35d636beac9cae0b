"""What does somebody choose for their feed, what may it learn from them, and how do they take that back?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reelm import accounts, realms, social
from reelm.feed.choice_store import (
    delete_choice,
    delete_less_creator,
    fetch_own_choices,
    fetch_own_mode,
    forget_choices,
    forget_learned,
    insert_choice,
    insert_less_creator,
    replace_choices,
    update_mode,
)
from reelm.feed.choices import CLEANERS, LONGEST, MOST_OF_A_KIND, Choices, Kind, Less, clean_all
from reelm.feed.errors import ChoiceNotTaken, FeedModeUnknown, TooManyChoices
from reelm.feed.model import Mode
from reelm.feed.profiling import Profiling, decide_for
from reelm.feed.state import decode, describe
from reelm.infra.db import ReadUnit, WriteUnit
from reelm.kernel.ids import AccountId

# What a feed can be opened with each time; the following feed is a page of its own.
REMEMBERED = (Mode.FOR_YOU, Mode.PLAIN)
_LESS = {Less.TAG: Kind.LESS_TAG, Less.SOUND: Kind.LESS_SOUND}


@dataclass(frozen=True)
class Preferences:
    """How somebody's feed is set. `began_at`: since when it learns; `None` where it has stored nothing yet."""

    mode: Mode
    profiling: Profiling
    choices: Choices
    began_at: datetime | None


@dataclass(frozen=True)
class Forgotten:
    """What a reset removed: from how many clips they count as seen, and how many choices."""

    clips_seen: int
    choices: int


async def fetch_preferences(
    unit: ReadUnit, viewer: accounts.Viewer, *, atlas: realms.Atlas, now: datetime
) -> Preferences:
    """How the caller's feed is set."""
    eyes = accounts.own_eyes(unit, viewer)
    account = await accounts.fetch_own_account(eyes)
    born = (await accounts.fetch_birth_dates(unit, [viewer.id]))[viewer.id]
    mode, began_at = await fetch_own_mode(eyes)
    profiling = decide_for(atlas, born, account.country, account.region, mode=mode, now=now)
    return Preferences(mode, profiling, await fetch_own_choices(eyes), began_at)


async def choose(
    unit: WriteUnit,
    viewer: AccountId,
    *,
    mode: str | None = None,
    lists: Mapping[Kind, Sequence[str]],
    at: datetime,
) -> None:
    """Set which feed they open with, and whole lists of choices; what is not given stays as it is.

    Raises `FeedModeUnknown`, `TooManyChoices`, `ChoiceNotTaken`; nothing is changed then.
    """
    if mode is not None:
        if mode not in REMEMBERED:
            raise FeedModeUnknown(offered=", ".join(REMEMBERED))
        await update_mode(unit, viewer, Mode(mode), at)
    for kind, texts in lists.items():
        values = clean_all(kind, texts)
        if len(values) > MOST_OF_A_KIND:
            raise TooManyChoices(most=MOST_OF_A_KIND)
        if not all(0 < len(value) <= LONGEST for value in values):
            raise ChoiceNotTaken(kind=kind, limit_chars=LONGEST)
        await replace_choices(unit, viewer, kind, values)


async def see_less(unit: WriteUnit, viewer: accounts.Viewer, what: Less, value: str) -> None:
    """Leave out of their For You what is by this creator, has this hashtag or this sound. Twice changes nothing.

    Raises `TooManyChoices`, `ChoiceNotTaken`; of a creator `AccountNotFound`, also across a block, and `OwnAccount`.
    """
    chosen = await fetch_own_choices(accounts.own_eyes(unit, viewer))
    of_kind = {Less.CREATOR: chosen.less_creators, Less.TAG: chosen.less_tags, Less.SOUND: chosen.less_sounds}
    if len(of_kind[what]) >= MOST_OF_A_KIND:
        raise TooManyChoices(most=MOST_OF_A_KIND)
    if what is Less.CREATOR:
        await insert_less_creator(unit, viewer.id, await _fetch_creator(unit, viewer.id, value))
    else:
        await insert_choice(unit, viewer.id, _LESS[what], _clean(_LESS[what], value))


async def see_as_before(unit: WriteUnit, viewer: AccountId, what: Less, value: str) -> None:
    """Take that back. Raises `ChoiceNotTaken`; of a creator `AccountNotFound`."""
    if what is Less.CREATOR:
        await delete_less_creator(unit, viewer, await _fetch_creator(unit, viewer, value))
    else:
        await delete_choice(unit, viewer, _LESS[what], _clean(_LESS[what], value))


def _clean(kind: Kind, value: str) -> str:
    clean = CLEANERS[kind](value)
    if not 0 < len(clean) <= LONGEST:
        raise ChoiceNotTaken(kind=kind, limit_chars=LONGEST)
    return clean


async def _fetch_creator(unit: ReadUnit, viewer: AccountId, handle: str) -> AccountId:
    creator = (await social.fetch_known(unit, *accounts.split_handle(handle))).person.id
    if creator == viewer:
        raise social.OwnAccount
    await social.check_meets(unit, viewer, creator)
    return creator


async def reset(unit: WriteUnit, viewer: accounts.Viewer, *, choices: bool, at: datetime) -> Forgotten:
    """Make their feed what it is for somebody new: nothing of before `at` is learned from again.

    Their mode stays, and without `choices` what they chose. Likes, follows, comments and the record of what was
    watched, which clips' counts are made of, stay too: they are no feed's.
    """
    mode, _ = await fetch_own_mode(accounts.own_eyes(unit, viewer))
    clips = await forget_learned(unit, viewer.id, mode, at)
    return Forgotten(clips, await forget_choices(unit, viewer.id) if choices else 0)


def describe_learned(state: bytes) -> dict[str, object]:
    """What a feed has learned of somebody, as it is stored, in words for them."""
    return describe(decode(state))
