"""In which order do three realms live through the sweep, and when are their canaries noted?

They are noted several times, because some rows last only until the next step: uploads, sessions, what waits in the
outbox.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.integration.devices.zones import Zones

from bench import _journeys as journeys
from bench._canaries import Canaries, leaves, read_keys
from bench._cases import ask_and_hold
from bench._feeds import shape_feeds
from bench._fleet import Realm
from bench._journeys import Town
from bench._moving import Departure, move_away
from bench._offices import keep_an_office
from bench._passkeys import hold_passkeys
from bench._places import sample_clip


def drive(
    work: Path, realms: Sequence[Realm], zones: Zones, canaries: Mapping[str, Canaries]
) -> tuple[tuple[Town, ...], list[Departure]]:
    """Everything there is to do, in all realms; what people have is noted in `canaries`. `zones` is asked by all."""

    def note() -> None:
        note_rows(towns, canaries)

    towns = tuple(journeys.settle(realm, work) for realm in realms)
    for town in towns:
        journeys.post_clips(town, work)
        note()
    journeys.wait_for_clips(towns)
    note()
    for town in towns:
        journeys.live(town)
        shape_feeds(town)
        hold_passkeys(town)
        keep_an_office(town, zones, note)
        ask_and_hold(town, note)
    for town, other in journeys.pairs(towns):
        journeys.visit(town, other)
        journeys.knock_at_the_wrong_door(town, other)
    for town in towns:
        others = [one for one in towns if one is not town]
        journeys.look_as_staff(town)
        for other in others:
            journeys.look_from_abroad(town, other)
        journeys.err(town)
        note()
        journeys.act_while_away(town, others, note)
        journeys.change_their_mind(town, others, note)
    departures = [
        move_away(home, to, canaries, note, work) for home, to in zip(towns, (*towns[1:], towns[0]), strict=True)
    ]
    for town in towns:
        journeys.crash(town)
    for town in towns:
        kept = work / "kept" / town.realm.code
        kept.mkdir(parents=True)
        journeys.operate(town, kept)
    note()
    for town in towns:
        note_beside(town, towns, canaries[town.realm.code])
    return towns, departures


def note_rows(towns: Sequence[Town], canaries: Mapping[str, Canaries]) -> None:
    for town in towns:
        realm, others = town.realm, [code for code in canaries if code != town.realm.code]
        with realm.database() as database:
            canaries[realm.code].read(database, others, realm.pseudonym_secret)


def note_beside(town: Town, towns: Sequence[Town], canaries: Canaries) -> None:
    """What is in no table: keys, passwords and tokens as they were typed, the bytes of what is not public."""
    others = {one.realm.code for one in towns if one is not town}
    for value in (one for text in town.taken_back for one in leaves(text)):
        canaries.add("comments of a moment", value)
        canaries.let(value, others)
    for name, value in read_keys(town.realm.folder):
        canaries.add(name, value)
    for name, text in town.secrets.items():
        canaries.type_in(name, text, {name.rpartition(" ")[2]} if name.startswith("sign-up in") else ())
    for person in (town.author, town.viewer, town.minor, *town.staff):
        abroad = others if person is town.author else ()  # who tried their luck at other doors
        canaries.type_in("password as typed", person.password, abroad)
        canaries.type_in("token of a session", person.token, abroad)
    canaries.type_in("accounts.handle", town.minor.handle, others)
    for clip in (town.private, town.minors_clip):
        canaries.type_in("videos.id", clip, others)
        for sample in sample_clip(town.realm, clip):
            canaries.add("bytes of a clip that is not public", sample)
