"""Which resources does our directory have by SCIM 2.0 (RFC 7643, RFC 9944), and what does it say of itself?

Only what is kept is in the schemas. What else an identity provider sends of somebody is left out, without a refusal.
"""

from functools import cache
from typing import Annotated, Any, Union, cast

from pydantic import Field
from scim2_models import (
    URN,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    Context,
    ETag,
    Extension,
    Filter,
    Mutability,
    Pagination,
    Patch,
    Reference,
    Required,
    Resource,
    ResourceType,
    Schema,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)

from reelm.devices.artefacts.scim import DEVICE
from reelm.devices.fleet import Enrolment, Platform
from reelm.devices.model import Ownership
from reelm.kernel.words import LANGUAGES

MANAGEMENT = "urn:reelm:params:scim:schemas:extension:management:1.0:Device"
MOST_RESULTS = 200

Json = dict[str, Any]


class Email(ComplexAttribute):
    """An address of somebody's. One is kept, as that for work."""

    value: str | None = Field(default=None, description="The address")
    type: str | None = Field(default=None, examples=["work"], description="What it is for")


class User(Resource[Any]):
    """Somebody of the organisation, who may have a managed device."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Required.true, Uniqueness.server] = Field(
        default=None, description="By what the directory knows them"
    )
    display_name: str | None = Field(default=None, description="How they are called")
    emails: list[Email] | None = Field(default=None, description="Where they are told of decisions")
    preferred_language: str | None = Field(
        default=None,
        examples=[*LANGUAGES],
        description="In which language they are told of decisions: one BCP 47 tag",
    )
    active: Annotated[bool | None, Required.true] = Field(
        default=None, description="Whether they are there at present"
    )


class GroupMember(ComplexAttribute):
    """A person or a device that is in a group."""

    value: Annotated[str | None, Mutability.immutable, CaseExact.true] = Field(default=None, description="Its id")
    ref: Annotated[Reference[Union["User", "Device"]] | None, Mutability.immutable] = Field(
        default=None, serialization_alias="$ref", validation_alias="$ref", description="Its address"
    )
    type: Annotated[str | None, Mutability.immutable] = Field(
        default=None, examples=["User", "Device"], description="What it is"
    )


class Group(Resource[Any]):
    """People and devices that decisions name together. A person's devices are in the person's groups."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Required.true] = Field(
        default=None, description="How it is called; its first name makes the code it has for decisions"
    )
    members: list[GroupMember] | None = Field(default=None, description="Who is in it; no other groups")


class Device(Resource[Any]):
    """A device that the organisation manages (RFC 9944)."""

    __schema__ = URN(DEVICE)

    display_name: Annotated[str | None, Uniqueness.server] = Field(
        default=None, description="By which code it is known: small Latin letters, digits, -"
    )
    active: Annotated[bool | None, Required.true] = Field(default=None, description="Whether decisions bind it")


class Holder(ComplexAttribute):
    """Whose device it is."""

    value: Annotated[str | None, Required.true, CaseExact.true] = Field(
        default=None, description="The id of the person"
    )
    ref: Reference["User"] | None = Field(
        default=None, serialization_alias="$ref", validation_alias="$ref", description="Their address"
    )


class Management(Extension):
    """How a device is managed. Its keys are its own affair, and in no schema."""

    __schema__ = URN(MANAGEMENT)

    platform: Annotated[Platform | None, Required.true] = Field(default=None, description="What runs on it")
    enrolment: Annotated[Enrolment | None, Required.true] = Field(default=None, description="How far it is managed")
    ownership: Annotated[Ownership | None, Required.true] = Field(default=None, description="Whose property it is")
    person: Holder | None = Field(default=None, description="Who has it")
    addresses: list[str] | None = Field(
        default=None, description="IP addresses that it always has on the organisation's own network"
    )


ManagedResource = cast("type[Device]", cast("Any", Device)[Annotated[Management, Required.true]])
# By the last part of their addresses.
RESOURCES: dict[str, type[Resource[Any]]] = {"Users": User, "Groups": Group, "Devices": ManagedResource}


def show_config(url: str) -> Json:
    """`/ServiceProviderConfig`: what can be done here, and what can't."""
    config = ServiceProviderConfig(
        patch=Patch(supported=True),
        bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
        filter=Filter(supported=True, max_results=MOST_RESULTS),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=True),
        etag=ETag(supported=True),
        pagination=Pagination(
            cursor=False,
            index=True,
            default_pagination_method=Pagination.DefaultPaginationMethod.index,
            max_page_size=MOST_RESULTS,
        ),
        authentication_schemes=[
            AuthenticationScheme(
                type=AuthenticationScheme.Type.oauthbearertoken,
                name="A token of the organisation",
                description="A bearer token (RFC 6750) that the organisation's staff make, for a year at most",
                primary=True,
            )
        ],
    )
    return _dump(config, "ServiceProviderConfig", f"{url}/ServiceProviderConfig")


def list_resource_types(url: str) -> list[Json]:
    """`/ResourceTypes`: what is kept, and where."""
    types = [_type_of(endpoint, model) for endpoint, model in RESOURCES.items()]
    return [_dump(one, "ResourceType", f"{url}/ResourceTypes/{one.id}") for one in types]


def list_schemas(url: str) -> list[Json]:
    """`/Schemas`: what of each."""
    return [_dump(one, "Schema", f"{url}/Schemas/{one.id}") for one in _schemas()]


def _type_of(endpoint: str, model: type[Resource[Any]]) -> ResourceType:
    made = ResourceType.from_resource(model)
    return made.model_copy(update={"endpoint": f"/{endpoint}", "description": None})


@cache
def _schemas() -> tuple[Schema, ...]:
    of = (User, Group, Device, Management, ServiceProviderConfig, ResourceType, Schema)
    return tuple(one.to_schema() for one in of)


def _dump(resource: Resource[Any], kind: str, location: str) -> Json:
    shown: Json = resource.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    return shown | {"meta": {"resourceType": kind, "location": location}}
