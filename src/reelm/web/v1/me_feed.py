"""`/me/feed`: how one's own feed is set, what it may learn, and taking that back."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from reelm import accounts, feed, social
from reelm.bootstrap import Cell
from reelm.infra.db import ReadUnit
from reelm.web.depends import InCell, Now, Read, SignedIn, Write
from reelm.web.problems import problems

router = APIRouter(tags=["feed"])
_SIGNED_OUT = (accounts.NotSignedIn, accounts.SessionEnded)
_LESS_REFUSALS = (
    *_SIGNED_OUT, accounts.AccountNotFound, social.OwnAccount, feed.ChoiceNotTaken, feed.TooManyChoices,
)  # fmt: skip


class LessView(BaseModel):
    """Something to see less of. Of a creator, `value` and `handle` are the handle: `ana`, or `ana@eu`."""

    kind: feed.Less
    value: str
    handle: str | None = None


class FeedSettings(BaseModel):
    """`profiled` says whether the feed learns from what one watches, and `profiled_why` why so.

    `learns_since`: nothing of before is learned from; null where nothing was stored yet.
    """

    mode: feed.Mode
    profiled: bool
    profiled_why: feed.Profiling
    learns_since: datetime | None
    languages: list[str]
    topics: list[str]
    hidden_words: list[str]
    hidden_tags: list[str]
    less: list[LessView]


class FeedEdit(BaseModel):
    """What is left out stays as it is; a list replaces the whole list. `mode` is `for-you` or `plain`."""

    mode: str | None = None
    languages: list[str] | None = None
    topics: list[str] | None = None
    hidden_words: list[str] | None = None
    hidden_tags: list[str] | None = None

    def lists(self) -> dict[feed.Kind, list[str]]:
        given = {
            feed.Kind.LANGUAGE: self.languages,
            feed.Kind.TOPIC: self.topics,
            feed.Kind.HIDDEN_WORD: self.hidden_words,
            feed.Kind.HIDDEN_TAG: self.hidden_tags,
        }
        return {kind: texts for kind, texts in given.items() if texts is not None}


class Reset(BaseModel):
    """`choices`: whether languages, topics, hidden words and hashtags, and what to see less of, go too."""

    choices: bool = False


class ResetView(BaseModel):
    """What was removed: `clips_seen` no longer count as seen, `choices_removed` were taken back."""

    learns_since: datetime
    clips_seen: int
    choices_removed: int


async def _show(unit: ReadUnit, cell: Cell, viewer: accounts.Viewer, now: datetime) -> FeedSettings:
    found = await feed.fetch_preferences(unit, viewer, atlas=cell.atlas, now=now)
    chosen = found.choices
    people = await accounts.fetch_people(unit, chosen.less_creators)
    handles = sorted(f"{one.handle}@{one.realm}" if one.realm else one.handle for one in people.values())
    return FeedSettings(
        mode=found.mode,
        profiled=found.profiling is feed.Profiling.LEARNS,
        profiled_why=found.profiling,
        learns_since=found.began_at,
        languages=sorted(chosen.languages),
        topics=sorted(chosen.topics),
        hidden_words=sorted(chosen.hidden_words),
        hidden_tags=sorted(chosen.hidden_tags),
        less=[
            *(LessView(kind=feed.Less.CREATOR, value=handle, handle=handle) for handle in handles),
            *(LessView(kind=feed.Less.TAG, value=tag) for tag in sorted(chosen.less_tags)),
            *(LessView(kind=feed.Less.SOUND, value=sound) for sound in sorted(chosen.less_sounds)),
        ],
    )


@router.get("/me/feed", responses=problems(*_SIGNED_OUT))
async def get_my_feed(viewer: SignedIn, unit: Read, cell: InCell, now: Now) -> FeedSettings:
    """How one's own feed is set."""
    return await _show(unit, cell, viewer, now)


@router.patch(
    "/me/feed",
    responses=problems(*_SIGNED_OUT, feed.FeedModeUnknown, feed.ChoiceNotTaken, feed.TooManyChoices),
)
async def patch_my_feed(form: FeedEdit, viewer: SignedIn, unit: Write, cell: InCell, now: Now) -> FeedSettings:
    """Choose which feed to open with, and what to see. In plain mode nothing more is stored to learn from."""
    await feed.choose(unit, viewer.id, mode=form.mode, lists=form.lists(), at=now)
    return await _show(unit, cell, viewer, now)


@router.put("/me/feed/less/{kind}/{value}", status_code=204, responses=problems(*_LESS_REFUSALS))
async def put_less(kind: feed.Less, value: str, viewer: SignedIn, unit: Write) -> None:
    """See less of a creator (`ana`, `ana@eu`), a hashtag or a sound: For You leaves their clips out."""
    await feed.see_less(unit, viewer, kind, value)


@router.delete("/me/feed/less/{kind}/{value}", status_code=204, responses=problems(*_LESS_REFUSALS))
async def delete_less(kind: feed.Less, value: str, viewer: SignedIn, unit: Write) -> None:
    """Take that back."""
    await feed.see_as_before(unit, viewer.id, kind, value)


@router.post("/me/feed/reset", responses=problems(*_SIGNED_OUT))
async def post_reset(form: Reset, viewer: SignedIn, unit: Write, now: Now) -> ResetView:
    """Let one's feed forget what it has learned: it is as for somebody new, and learns from now on only.

    Likes, follows and comments stay, and so does the record of what was watched, which the counts of clips are
    made of; none of what was watched before is learned from again.
    """
    forgotten = await feed.reset(unit, viewer, choices=form.choices, at=now)
    return ResetView(learns_since=now, clips_seen=forgotten.clips_seen, choices_removed=forgotten.choices)
