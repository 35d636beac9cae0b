"""What happens when one of Apple's devices checks in, or answers a command? It is known, heard, and told what is due.

A device speaks for itself only: by the certificate that it was given, and from its first message on by the identifier
that it named then. Nothing wakes it, as Apple's push service has to be asked for that by whoever has its certificate.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from reelm.devices import reporting
from reelm.devices.acting import Act
from reelm.devices.artefacts.apple import sign_profile
from reelm.devices.enrolling import Authority, Enrolled, find_device, leave, look_at_code
from reelm.devices.enrolling.errors import ConsentMissing, DeviceCertificateOfAnother
from reelm.devices.fleet import Enrolment
from reelm.devices.mdm import mdm_store as store
from reelm.devices.mdm.commands import Command, Progress, note_answer, send_next
from reelm.devices.mdm.declarations import Place, declare, name_profile
from reelm.devices.mdm.enrolment_profile import Entry, make_enrolment_profile
from reelm.devices.mdm.errors import DeclarationUnknown, MdmEnrolmentOther, MdmNotForDevice, MdmNotOverTls
from reelm.devices.mdm.messages import Answer, Authenticate, CheckIn, Declarative, TokenUpdate, read_inventory
from reelm.devices.mdm.planning import (
    APPLE,
    Wanted,
    Way,
    choose_way,
    is_about_managed,
    may_declare,
    plan_commands,
    plan_removals,
    read_hidden,
    want,
)
from reelm.devices.mdm.syncing import Standing, forget
from reelm.devices.mdm.syncing import answer as answer_declarative
from reelm.devices.model import Ownership
from reelm.infra.db import ReadUnit, WriteUnit
from reelm.kernel.ids import new_uuid


async def make_entry(unit: WriteUnit, typed: str, *, url: str, realm: str, now: datetime) -> bytes:
    """The profile by which the device of a code enrols. The code stays good until the device uses it.

    Raises as `enrolling.look_at_code` does; `MdmNotForDevice`, `MdmNotOverTls`; `ConsentMissing` for a personal one.
    """
    device = await look_at_code(unit, typed, now)
    if device.platform not in APPLE:
        raise MdmNotForDevice(platform=device.platform)
    if not url.startswith("https://"):
        raise MdmNotOverTls
    if device.ownership is Ownership.PERSONAL and device.consented_at is None:
        raise ConsentMissing
    account = await store.find_user_name(unit, device.person) if device.person else None
    return make_enrolment_profile(
        Entry(
            device=device.code,
            organisation=device.organisation_code,
            organisation_name=device.organisation_name,
            platform=device.platform,
            enrolment=device.enrolment,
            code=typed,
            url=url,
            realm=realm,
            account=account,
        )
    )


async def check_in(act: Act, device: Enrolled, told: CheckIn, *, url: str) -> bytes:
    """Take a device in, note how it is woken, answer what is declared to it, or let it go: a personal one with all
    that was known of it. Returns the answer, JSON or nothing. `url` is where devices find us.

    Raises `MdmEnrolmentOther`, `DeviceCertificateOfAnother` where it names another device than it is; and as
    `syncing.answer` does.
    """
    if isinstance(told, Authenticate):
        await _begin(act, device, told)
        return b""
    _check_same(device, told.device)
    if isinstance(told, Declarative):
        if not await store.hold_enrolment(act.unit, device.id, act.at):
            raise MdmEnrolmentOther
        standing = await forget(act, device, await _look(act.unit, device, act.at, url))
        return await answer_declarative(act, device, told, standing)
    if isinstance(told, TokenUpdate):
        await store.put_enrolment(act.unit, device.id, told, act.at)
        await _plan(act, device, url)
    elif device.ownership is Ownership.PERSONAL:
        await leave(act.unit, device)
    else:
        await store.end(act.unit, device.id, act.at)
    return b""


async def connect(act: Act, device: Enrolled, answer: Answer, *, url: str) -> Command | None:
    """Hear what a device says of its last command, and give it the next one. Raises as `check_in` does."""
    _check_same(device, answer.device)
    if not await store.hold_enrolment(act.unit, device.id, act.at):
        raise MdmEnrolmentOther
    standing = await forget(act, device, await _look(act.unit, device, act.at, url))
    before, wanted = standing.queue, standing.wanted
    sent = [one for one in before if one.id == answer.CommandUUID and one.progress is Progress.SENT]
    queue = note_answer(before, answer, act.at)
    removals: Sequence[Mapping[str, Any]] = []
    if sent:
        hidden = read_hidden(queue) | standing.told.hides(act.at)
        found = await _hear(act, device, sent[0], answer, hidden)
        removals = plan_removals(wanted, found, queue, act.at)
    queue, next_ = send_next(_add(queue, wanted, removals, act.at))
    await store.save_commands(act.unit, device.id, before, queue, act.at)
    return next_


async def fetch_profile(
    unit: ReadUnit, authority: Authority, id: UUID, name: str, *, url: str, now: datetime, shown: Enrolled | None
) -> bytes:
    """The profile that is declared to a device, signed, for whoever has its address: the device itself has it, and
    nobody else. Where a proxy has had a certificate shown, it is that of this device.

    Raises `DeclarationUnknown`, whatever is not so.
    """
    device = await find_device(unit, id)
    if device is None or device.mdm_id is None or (shown is not None and shown.id != id):
        raise DeclarationUnknown
    kept = await store.find_kept(unit, id)
    if kept is None:
        raise DeclarationUnknown
    standing = await _look(unit, device, now, url)
    profile = standing.wanted.profile
    if profile is None or choose_way(standing.wanted, standing.queue, now) is Way.COMMANDS:
        raise DeclarationUnknown
    if not hmac.compare_digest(name.encode(), name_profile(kept.profile_key, profile).encode()):
        raise DeclarationUnknown
    return _sign(profile, authority)


def sign_command(command: Command, authority: Authority) -> bytes:
    """A command as it is sent: a profile is signed by the realm's authority."""
    profile = command.request.get("Payload")
    if profile is None:
        return command.encode()
    return replace(command, request=dict(command.request) | {"Payload": _sign(profile, authority)}).encode()


def _sign(profile: bytes, authority: Authority) -> bytes:
    return sign_profile(profile, authority.registration, authority.registration_key, authority.certificate)


async def _begin(act: Act, device: Enrolled, told: Authenticate) -> None:
    if device.platform not in APPLE or told.is_user_enrolled is not (device.enrolment is Enrolment.USER):
        raise MdmEnrolmentOther
    is_other = device.mdm_id is not None and device.mdm_id != told.device
    if is_other or await store.is_mdm_id_taken(act.unit, device.organisation, told.device, but=device.id):
        raise DeviceCertificateOfAnother
    await store.begin(act.unit, device.id, told.device, act.at)


def _check_same(device: Enrolled, mdm_id: str) -> None:
    if device.mdm_id is None:
        raise MdmEnrolmentOther
    if device.mdm_id != mdm_id:
        raise DeviceCertificateOfAnother


async def _hear(act: Act, device: Enrolled, sent: Command, answer: Answer, hidden: frozenset[str]) -> Sequence[str]:
    """Note which suspended apps are there; returns those that the organisation has installed, where that was asked.

    An app that the profile in force hides and keeps from being opened counts as not there.
    """
    asked = frozenset(sent.request.get("Identifiers", ()))
    found = read_inventory(answer, asked)
    if found is None:
        return []
    if is_about_managed(sent):
        return sorted(found)
    await reporting.note_apps(act, device.id, found - hidden, asked, at=act.at, source="mdm")
    return []


async def _plan(act: Act, device: Enrolled, url: str) -> None:
    standing = await _look(act.unit, device, act.at, url)
    planned = _add(standing.queue, standing.wanted, [], act.at)
    await store.save_commands(act.unit, device.id, standing.queue, planned, act.at)


async def _look(unit: ReadUnit, device: Enrolled, now: datetime, url: str) -> Standing:
    """How a device stands that is enrolled: exceptions are not asked of it, and before a deadline nothing is."""
    kept = await store.find_kept(unit, device.id)
    if kept is None:
        raise MdmEnrolmentOther
    bound = await reporting.list_bound_by(unit, device.organisation, device.id, now)
    mine = [one.filed for one in bound if not one.is_excepted]
    in_force = [one.decision for one in mine if one.state(now).is_enforced]
    wanted = want(device.platform, device.enrolment, [one.decision for one in mine], in_force)
    if may_declare(device.platform, device.enrolment):
        place = Place(url, device.id, kept.profile_key, device.organisation_name)
        wanted = replace(wanted, declared=declare(place, wanted.profile, in_force))
    wanted = replace(wanted, said_at=kept.told.changed_at)
    return Standing(wanted, await store.list_commands(unit, device.id), kept.told)


def _add(queue: Sequence[Command], wanted: Wanted, more: Sequence[Mapping[str, Any]], now: datetime) -> list[Command]:
    """The queue with what is due in it, and without what is outdated."""
    plan = plan_commands(wanted, queue, now)
    kept = [one for one in queue if one.id not in plan.forgotten]
    return kept + [Command(str(new_uuid()), request) for request in (*more, *plan.requests)]
