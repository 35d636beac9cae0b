"""What happens when one of Apple's devices asks what is declared to it, or says how it stands to that?

What it asks for is made from the decisions of the moment, and is its own. What it says becomes a report about apps,
as an answer to a command does, and goes the same way into the log.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reelm.devices import reporting
from reelm.devices.acting import Act
from reelm.devices.artefacts import apple
from reelm.devices.enrolling import Enrolled
from reelm.devices.errors import MdmMessageMalformed
from reelm.devices.mdm import mdm_store as store
from reelm.devices.mdm.commands import Command
from reelm.devices.mdm.declarations import PROFILE, Declared, find, make_items
from reelm.devices.mdm.errors import DeclarationUnknown
from reelm.devices.mdm.messages import Declarative
from reelm.devices.mdm.planning import Wanted, list_declared, make_tokens_for
from reelm.devices.mdm.statuses import Told, hear, is_refused, read_report


@dataclass(frozen=True)
class Standing:
    """What decisions ask of a device, what it is to do, and what it has said."""

    wanted: Wanted
    queue: Sequence[Command]
    told: Told


async def answer(act: Act, device: Enrolled, asked: Declarative, standing: Standing) -> bytes:
    """What is asked for, in JSON; to a report nothing. Raises `DeclarationUnknown`, `MdmMessageMalformed`."""
    declared = list_declared(standing.wanted, standing.queue, act.at)
    match asked.Endpoint.split("/", 2):
        case ["tokens"]:
            return make_tokens_for(declared, standing.queue, act.at)
        case ["declaration-items"]:
            return make_items(declared)
        case ["declaration", kind, identifier]:
            found = find(declared, kind, identifier)
            if found is None:
                raise DeclarationUnknown
            return found.encode()
        case ["status"]:
            await _hear(act, device, asked.Data, declared, standing)
            return b""
        case _:
            raise MdmMessageMalformed(where="Endpoint")


async def forget(act: Act, device: Enrolled, standing: Standing) -> Standing:
    """What a device has said of a profile counts until none is declared to it any more.

    It then lets go of that, and of the subscription by which it would say so.
    """
    declared = list_declared(standing.wanted, standing.queue, act.at)
    if not standing.told.token or any(one.identifier == PROFILE for one in declared):
        return standing
    told = Told(said_at=act.at, changed_at=act.at)
    await store.put_told(act.unit, device.id, told)
    return replace(standing, told=told)


async def _hear(act: Act, device: Enrolled, data: bytes | None, declared: Declared, standing: Standing) -> None:
    """An app that the profile in force hides counts as not there.

    Where the device says that the profile can't be put in force, its apps count as there, as nothing keeps anybody
    from opening them, until it is asked which of them are; that is the next thing it is asked.
    """
    report, before = read_report(data), standing.told
    profile = standing.wanted.profile
    hiding = apple.read_hidden(profile) if profile is not None else frozenset[str]()
    told = hear(report, declared, hiding, before, act.at)
    if told is before:
        return
    await store.put_told(act.unit, device.id, told)
    if told.hidden:
        await reporting.note_apps(act, device.id, frozenset(), told.hidden, at=act.at, source="mdm")
    elif hiding and told.changed_at == act.at and is_refused(report, declared):
        await reporting.note_apps(act, device.id, hiding, hiding, at=act.at, source="mdm")
