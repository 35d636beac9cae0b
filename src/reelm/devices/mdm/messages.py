"""What does an Apple device say to the server that manages it? Property lists, by Apple's published schema. Pure.

Of what a device tells, only what a suspension needs is read: who it is, how it is enrolled, how to wake it, which of
the suspended apps it has, and how it stands to what is declared to it. Its serial number, IMEI and name are passed
over, and so are apps nobody asked about.
"""

import plistlib
from collections.abc import Collection
from enum import StrEnum
from typing import Annotated, Any, Literal
from xml.parsers.expat import ExpatError

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from reelm.devices.errors import MdmMessageMalformed

MOST_BYTES = 1024 * 1024
MOST_APPS = 2000

_Id = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[0-9A-Za-z-]+$")]
_Text = Annotated[str, Field(min_length=1, max_length=200)]


class Status(StrEnum):
    """What a device says of the last command, or that it has nothing to do."""

    IDLE = "Idle"
    ACKNOWLEDGED = "Acknowledged"
    ERROR = "Error"
    FORMAT_ERROR = "CommandFormatError"
    NOT_NOW = "NotNow"


class _Message(BaseModel):
    """Under user enrolment a device is known by its `EnrollmentID`, and must not tell its `UDID`."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    UDID: _Id | None = None
    EnrollmentID: _Id | None = None

    @model_validator(mode="after")
    def _is_somebody(self) -> "_Message":
        if (self.UDID is None) == (self.EnrollmentID is None):
            raise ValueError("one of UDID and EnrollmentID, and not both")
        return self

    @property
    def device(self) -> str:
        """By which the device is known for as long as it is enrolled."""
        return self.UDID or self.EnrollmentID or ""

    @property
    def is_user_enrolled(self) -> bool:
        return self.UDID is None


class Authenticate(_Message):
    """The device begins to enrol."""

    MessageType: Literal["Authenticate"]
    Topic: _Text
    OSVersion: _Text | None = None
    ProductName: _Text | None = None


class TokenUpdate(_Message):
    """It is enrolled, and can be woken so. Of a device's users by themselves nothing is managed."""

    MessageType: Literal["TokenUpdate"]
    Topic: _Text
    UserID: None = None
    EnrollmentUserID: None = None
    Token: Annotated[bytes, Field(strict=True, min_length=1, max_length=4096)]
    PushMagic: _Text


class CheckOut(_Message):
    """The person has taken the device out of the management."""

    MessageType: Literal["CheckOut"]
    Topic: _Text


class Declarative(_Message):
    """It asks what is declared to it, or says how it stands to that; to its users by themselves nothing is."""

    MessageType: Literal["DeclarativeManagement"]
    Endpoint: _Text
    UserID: None = None
    EnrollmentUserID: None = None
    Data: Annotated[bytes, Field(strict=True, max_length=MOST_BYTES)] | None = None


class _App(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    Identifier: Annotated[str, Field(max_length=300)] | None = None


class _Fault(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    ErrorCode: int
    ErrorDomain: Annotated[str, Field(max_length=300)]


class Answer(_Message):
    """What came of the command `CommandUUID`; `Idle` asks for the next one."""

    Status: Status
    UserID: None = None
    EnrollmentUserID: None = None
    CommandUUID: _Id | None = None
    ErrorChain: Annotated[tuple[_Fault, ...], Field(max_length=50)] = ()
    InstalledApplicationList: Annotated[tuple[_App, ...], Field(max_length=MOST_APPS)] | None = None

    @model_validator(mode="after")
    def _is_about_something(self) -> "Answer":
        if (self.Status == Status.IDLE) != (self.CommandUUID is None):
            raise ValueError("a command is named unless the device is idle")
        return self


CheckIn = Authenticate | TokenUpdate | CheckOut | Declarative
_CHECK_IN: TypeAdapter[CheckIn] = TypeAdapter(Annotated[CheckIn, Field(discriminator="MessageType")])


def read_check_in(data: bytes) -> CheckIn:
    """Raises `MdmMessageMalformed`, also for message types that a suspension has no use for."""
    return _read(data, _CHECK_IN)


def read_answer(data: bytes) -> Answer:
    """Raises `MdmMessageMalformed`."""
    return _read(data, _ANSWER)


def read_inventory(answer: Answer, asked: Collection[str]) -> frozenset[str] | None:
    """Which of the apps `asked` about are there; `None` where the device did not say."""
    if answer.Status != Status.ACKNOWLEDGED or answer.InstalledApplicationList is None:
        return None
    return frozenset(
        app.Identifier
        for app in answer.InstalledApplicationList
        if app.Identifier is not None and app.Identifier in asked
    )


_ANSWER = TypeAdapter(Answer)


def _read(data: bytes, form: TypeAdapter[Any]) -> Any:
    if len(data) > MOST_BYTES:
        raise MdmMessageMalformed(where="")
    try:  # entities, by which a small file is made a large one, are refused by plistlib itself
        told: object = plistlib.loads(data)
        return form.validate_python(told)
    except ValidationError as refused:
        where = ".".join(str(part) for part in refused.errors(include_input=False)[0]["loc"])
        raise MdmMessageMalformed(where=where[:200]) from None
    except (plistlib.InvalidFileException, ExpatError, ValueError, TypeError, AttributeError, IndexError, KeyError,
            OverflowError, RecursionError, MemoryError):  # fmt: skip
        raise MdmMessageMalformed(where="") from None
