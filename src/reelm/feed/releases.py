"""When are sums of views and likes told to another realm? Once a day each, after the day has ended."""

from datetime import UTC, date, datetime, timedelta

from reelm import gateway
from reelm.feed.aggregates import MOST_LIKES, MOST_VIEWS, THRESHOLD, add_noise, epsilon_of_release
from reelm.feed.store import insert_release, list_told_clips, sum_likes, sum_views
from reelm.gateway import Kind, Message
from reelm.infra.db import Database
from reelm.kernel.ids import RealmCode

# Events of a day may come in a little later than midnight.
AFTER_MIDNIGHT = timedelta(minutes=10)
CLIPS_IN_ONE = 500


def last_closed_day(now: datetime) -> date:
    """The newest day that is over and has been waited for.

    >>> [str(last_closed_day(datetime(2026, 11, 25, hour, 5, tzinfo=UTC))) for hour in (0, 1)]
    ['2026-11-23', '2026-11-24']
    """
    return (now - AFTER_MIDNIGHT).date() - timedelta(days=1)


async def release(database: Database, to: RealmCode, *, now: datetime) -> bool:
    """Tell `to` the noised sums of the last day, unless it has been told; whether it was now.

    About clips of that realm and about those of ours that it holds copies of. The day counts as told, and its epsilon
    as spent, also where no sum reaches the threshold: that nothing is told is an answer too.
    """
    day = last_closed_day(now)
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
    epsilon_micro = round(epsilon_of_release() * 1_000_000)
    async with database.write() as unit:
        if not await insert_release(unit, day, to, epsilon_micro):
            return False
        clips = await list_told_clips(unit, to)
        views = await sum_views(unit, clips, begin, most=MOST_VIEWS)
        likes = await sum_likes(unit, clips, begin, most=MOST_LIKES)
        noised_views = add_noise([views.get(clip, 0) for clip in clips])
        noised_likes = add_noise([likes.get(clip, 0) for clip in clips])
        told = [
            {"id": str(clip), "views": seen, "likes": liked}
            for clip, seen, liked in zip(clips, noised_views, noised_likes, strict=True)
            if seen or liked
        ]
        for first in range(0, max(len(told), 1), CLIPS_IN_ONE):
            part = told[first : first + CLIPS_IN_ONE]
            fields = {"day": day.isoformat(), "clips": part, "epsilon": epsilon_of_release()}
            spent = epsilon_micro if first == 0 else 0
            message = Message(Kind.COUNTS, fields, people=THRESHOLD, epsilon_micro=spent)
            await gateway.put(unit, to, message, at=now)
    return True
