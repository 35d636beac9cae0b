"""What is needed to show a video? The post, its author and its bytes, fetched together."""

from collections.abc import Sequence

from reelm import accounts, media
from reelm.infra.db import ReadUnit
from reelm.kernel.ids import VideoId
from reelm.videos.model import Clip
from reelm.videos.store import fetch_foreign, fetch_videos


async def fetch_clips(unit: ReadUnit, ids: Sequence[VideoId]) -> dict[VideoId, Clip]:
    """These videos, ours or abroad, ready to be shown, in the order of `ids`; an unknown id is left out."""
    found = await fetch_videos(unit, ids)
    assets = await media.fetch_assets(unit, (video.asset for video in found.values()))
    if len(found) < len(set(ids)):
        abroad = await fetch_foreign(unit, set(ids) - found.keys())
        found |= {id: video for id, (video, _) in abroad.items()}
        assets |= {asset.id: asset for _, asset in abroad.values()}
    people = await accounts.fetch_people(unit, (video.author for video in found.values()))
    return {
        id: Clip(found[id], people[found[id].author], assets[found[id].asset])
        for id in ids
        if id in found and found[id].author in people and found[id].asset in assets
    }
