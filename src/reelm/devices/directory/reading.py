"""What does a directory say of a person, a group or a device, and how do we say it back? SCIM resources to our data.

Identity providers have habits, and are let keep them: attributes that we have not are passed over, `Replace` is
`replace`, `"False"` is false, and `emails[type eq "work"].value` makes the address that isn't there yet.
"""

import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar, cast
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from scim2_models import Context, Error, Meta, PatchOp, Resource, SCIMException, ScimPolicy

from reelm.devices.directory import resources
from reelm.devices.directory.resources import Holder, Json, ManagedResource, Management, User
from reelm.devices.fleet import EVERYBODY, Enrolment, Platform
from reelm.devices.model import Email as Address
from reelm.devices.model import Ownership
from reelm.devices.roll.errors import DirectoryRefused
from reelm.devices.roll.model import (
    LONGEST_TEXT,
    MOST_ADDRESSES,
    UNSAID,
    Entry,
    Group,
    ManagedDevice,
    Person,
    Told,
    is_text,
    make_code,
    read_addresses,
)

MOST_OPERATIONS = 1000
_POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
# Language, script, region and variants of BCP 47 (RFC 5646, 2.1); neither extensions nor private use.
_TAG = re.compile(
    r"([A-Za-z]{2,3})(-[A-Za-z]{4})?(-(?:[A-Za-z]{2}|[0-9]{3}))?((?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*)"
)
_TYPES: Mapping[type[Told], str] = {Person: "User", Group: "Group", ManagedDevice: "Device"}
_ADDRESS: TypeAdapter[str] = TypeAdapter(Address)

R = TypeVar("R", bound=Resource[Any])


@contextmanager
def refusing() -> Generator[None]:
    """What is wrong by the library is refused in our words: `DirectoryRefused`."""
    try:
        yield
    except ValidationError as refused:
        first = Error.from_validation_error(refused.errors(include_url=False, include_input=False)[0])
        raise _refuse(first.detail or "", first.scim_type or "invalidValue") from None
    except SCIMException as refused:
        raise _refuse(refused.detail, refused.scim_type or "invalidValue") from None


def read_resource(model: type[R], body: object, *, replaces: bool = False) -> R:
    """A resource that somebody wants made, or put in the place of one. Raises `DirectoryRefused`."""
    context = Context.RESOURCE_REPLACEMENT_REQUEST if replaces else Context.RESOURCE_CREATION_REQUEST
    with refusing():
        return model.model_validate(body, scim_ctx=context, scim_policy=_POLICY)


def apply_patch(resource: R, body: object) -> R:
    """A resource after a PATCH (RFC 7644, section 3.5.2), all of it or none. Raises `DirectoryRefused`."""
    with refusing():
        model = cast("Any", PatchOp)[type(resource)]
        patch: PatchOp[R] = model.model_validate(body, scim_ctx=Context.RESOURCE_PATCH_REQUEST, scim_policy=_POLICY)
        if len(patch.operations or ()) > MOST_OPERATIONS:
            raise _refuse(f"more than {MOST_OPERATIONS} operations at once", "tooMany")
        patch.patch(resource, scim_policy=_POLICY)
        # What a PATCH leaves behind is looked at as if it had been sent whole.
        whole = resource.model_dump(scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST)
        return type(resource).model_validate(
            whole, scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST, scim_policy=_POLICY
        )


def with_defaults(body: object, *, active: bool = True) -> object:
    """What may go without saying: that somebody is active, or as active as before; their `locale` for a language."""
    if not isinstance(body, dict):
        return body
    told = {key.lower(): key for key in cast("dict[str, object]", body)}
    whole = {**cast("dict[str, object]", body)}
    if whole.get(told.get("active", "active")) is None:
        whole[told.get("active", "active")] = active
    if "locale" in told and "preferredlanguage" not in told:
        whole["preferredLanguage"] = whole[told["locale"]]
    return whole


def read_person(user: User) -> Person:
    """Raises `DirectoryRefused`."""
    emails = [one for one in user.emails or () if one.value]
    best = sorted(emails, key=lambda one: (one.type != "work", not one.unknown_attributes.get("primary")))
    return Person(
        user_name=_text("userName", user.user_name),
        display_name=_maybe_text("displayName", user.display_name),
        email=_email(best[0].value) if best else None,
        locale=_language(user.preferred_language),
        external_id=_maybe_text("externalId", user.external_id),
        active=user.active is not False,
    )


def read_group(group: resources.Group, before: Group | None = None) -> Group:
    """A group that is there already keeps its code. Raises `DirectoryRefused`."""
    name = _text("displayName", group.display_name)
    code = make_code(name)
    if not code:
        raise _refuse("displayName has no Latin letter and no digit to make a code of")
    if code == EVERYBODY:
        raise _refuse(f"displayName comes to the code {EVERYBODY}, which is every device of the organisation")
    external_id = _maybe_text("externalId", group.external_id)
    return Group(before.code if before else code, name, external_id)


def read_device(id: UUID, device: resources.Device) -> ManagedDevice:
    """A device without a name has its id for a code. Raises `DirectoryRefused`."""
    told: Management | None = cast("Any", device)[Management]
    if told is None:
        raise _refuse("a device has the extension for how it is managed")
    name = _maybe_text("displayName", device.display_name)
    code = make_code(name) if name else str(id)
    if not code:
        raise _refuse("displayName has no Latin letter and no digit to make a code of")
    return ManagedDevice(
        code=code,
        platform=Platform(told.platform or ""),
        enrolment=Enrolment(told.enrolment or ""),
        ownership=Ownership(told.ownership or ""),
        person_id=None if told.person is None else read_id(told.person.value, "person"),
        addresses=_addresses(told.addresses or []),
        external_id=_maybe_text("externalId", device.external_id),
        active=device.active is not False,
    )


def read_id(value: str | None, attribute: str) -> UUID:
    """An id of ours, as somebody names it. Raises `DirectoryRefused`."""
    try:
        return UUID(value or "")
    except ValueError:
        raise _refuse(f"{attribute} names nobody by an id") from None


def show(entry: Entry[Told], url: str) -> Resource[Any]:
    """An entry as a resource; a group without its members. `url` is the address of the organisation's directory.

    Nothing of a device's keys is in it.
    """
    told = entry.told
    if isinstance(told, Person):
        shown = _show_person(told)
    else:
        shown = _show_group(told) if isinstance(told, Group) else _show_device(told, entry.id, url)
    kind = _TYPES[type(told)]
    shown.id, shown.external_id = str(entry.id), told.external_id
    shown.meta = Meta(
        resource_type=kind,
        created=entry.created_at,
        last_modified=entry.changed_at,
        location=f"{url}/{kind}s/{entry.id}",
        version=f'W/"{entry.version}"',
    )
    return shown


def dump(resource: Resource[Any], parameters: Any = None) -> Json:
    """A resource as it is sent, with the attributes that somebody asks for."""
    return resource.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=parameters)


def _refuse(fault: str, scim_type: str = "invalidValue") -> DirectoryRefused:
    return DirectoryRefused(scim_type=scim_type, fault=fault[:LONGEST_TEXT].rstrip("."))


def _text(attribute: str, value: str | None) -> str:
    text = (value or "").strip()
    if not is_text(text):
        raise _refuse(f"{attribute} is a text of 1 to {LONGEST_TEXT} characters on one line")
    return text


def _maybe_text(attribute: str, value: str | None) -> str | None:
    return _text(attribute, value) if value else None


def _email(value: str | None) -> str:
    try:
        return _ADDRESS.validate_python((value or "").strip())
    except ValidationError:
        raise _refuse("emails.value is no address for e-mail") from None


def _language(value: str | None) -> str:
    if not value:
        return UNSAID
    found = _TAG.fullmatch(value.strip().replace("_", "-"))
    if found is None:
        raise _refuse("preferredLanguage is one language tag (BCP 47), such as fr-CA")
    language, script, region, variants = found.groups(default="")
    return language.lower() + script.title() + region.upper() + variants.lower()


def _addresses(many: list[str]) -> tuple[str, ...]:
    try:
        return read_addresses(many)
    except ValueError:
        raise _refuse(f"addresses are IPv4 or IPv6 addresses, {MOST_ADDRESSES} at most") from None


def _show_person(told: Person) -> User:
    return User(
        user_name=told.user_name,
        display_name=told.display_name,
        emails=[resources.Email(value=told.email, type="work")] if told.email else None,
        preferred_language=None if told.locale == UNSAID else told.locale,
        active=told.active,
    )


def _show_group(told: Group) -> resources.Group:
    return resources.Group(display_name=told.display_name)


def _show_device(told: ManagedDevice, id: UUID, url: str) -> resources.Device:
    shown = ManagedResource(display_name=None if told.code == str(id) else told.code, active=told.active)
    holder = {"value": str(told.person_id), "$ref": f"{url}/Users/{told.person_id}"}
    cast("Any", shown)[Management] = Management(
        platform=told.platform,
        enrolment=told.enrolment,
        ownership=told.ownership,
        person=Holder.model_validate(holder) if told.person_id else None,
        addresses=list(told.addresses) or None,
    )
    return shown
