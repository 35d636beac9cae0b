"""What did somebody do towards others that has to be taken back, before they are gone?"""

from collections import Counter
from datetime import datetime

from reelm import accounts, gateway, videos
from reelm.gateway import Abroad
from reelm.infra.db import WriteUnit
from reelm.kernel.ids import AccountId
from reelm.social.abroad import send_comment_removal, send_unfollow
from reelm.social.store import list_comments_of, list_follows_abroad, list_liked


async def take_back_all(unit: WriteUnit, abroad: Abroad, person: AccountId, *, at: datetime) -> None:
    """Clips count a like and a remark less, and every realm that was told of a remark or a follow is told again.

    What is under way to other realms may go there although the person is about to be gone.
    """
    for liked in await list_liked(unit, person):
        await videos.add_counts(unit, liked, likes=-1)
    remarks = await list_comments_of(unit, person)
    for clip, said in sorted(Counter(one.video for one in remarks).items()):
        await videos.add_counts(unit, clip, comments=-said)
    homes = await videos.find_homes(unit, {one.video for one in remarks})
    for one in remarks:
        home = homes.get(one.video)
        if home is not None:
            await send_comment_removal(unit, abroad, one, home, at)
    await gateway.revoke_all(unit, [one.id for one in remarks], "comment", at=at)
    for followed, realm in await list_follows_abroad(unit, person):
        await send_unfollow(unit, abroad, follower=person, followed=followed, to=realm, at=at)
    for card in abroad.cards.others():
        page = abroad.naming.towards(card.realm, accounts.Via.PROFILE).name(person)
        await gateway.revoke(unit, page, "profile", at=at)
    await gateway.revoke_all(unit, await videos.list_ids_of(unit, person), "clip", at=at)
    await gateway.release(unit, person)
