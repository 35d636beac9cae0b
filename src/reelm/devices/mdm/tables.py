"""The tables of Apple's devices under management: how each can be woken, and what it is to do."""

from sqlalchemy import ForeignKey, Integer, LargeBinary, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP

from reelm.infra.db import column, held, metadata
from reelm.kernel.data_classes import DataClass
from reelm.kernel.holdings import DataUse, Keep, LegalBasis, Receiver, Subject, Until

_RANDOM = text("sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'))")
_MANAGED = Keep(Until.REMOVED, "until the device leaves the management, or enrols anew")

mdm_enrolments = Table(
    "mdm_enrolments",
    metadata,
    column(
        "device_id",
        Uuid,
        ForeignKey("managed_devices.id", ondelete="CASCADE"),
        data=DataClass.DEVICE,
        primary_key=True,
    ),
    column("topic", Text, data=DataClass.SYSTEM),
    column("push_token", LargeBinary, data=DataClass.DEVICE),
    column("push_magic", Text, data=DataClass.DEVICE),
    column("enrolled_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("heard_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    # What stands in the address of its profile, and what it has last said of its declarations (`statuses.Told`).
    column("profile_key", LargeBinary, data=DataClass.DEVICE, server_default=_RANDOM),
    column("told_token", Text, data=DataClass.SYSTEM, server_default=""),
    column("told_hidden", ARRAY(Text), data=DataClass.DEVICE, server_default="{}"),
    column("told_fault", Text, data=DataClass.SYSTEM, server_default=""),
    column("told_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    column("told_changed_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    info=held(
        "Apple's devices that are under management: by which token each can be woken, when it was last heard of, and"
        " how it stands to what is declared to it.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=_MANAGED,
        subjects=(Subject.STAFF,),
    ),
)

# Of commands that have ended the newest of each kind is kept: what comes next hangs on it (`planning.py`).
mdm_commands = Table(
    "mdm_commands",
    metadata,
    column(
        "device_id",
        Uuid,
        ForeignKey("mdm_enrolments.device_id", ondelete="CASCADE"),
        data=DataClass.DEVICE,
        primary_key=True,
    ),
    column("number", Integer, data=DataClass.SYSTEM, primary_key=True),
    column("id", Uuid, data=DataClass.SYSTEM),
    column("request", LargeBinary, data=DataClass.SYSTEM),
    column("progress", Text, data=DataClass.SYSTEM),
    column("fault", Text, data=DataClass.SYSTEM),
    column("made_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM),
    column("ended_at", TIMESTAMP(timezone=True), data=DataClass.SYSTEM, nullable=True),
    info=held(
        "What one of Apple's devices is told to do, in order, and what came of it.",
        purpose=DataUse.SERVICE,
        legal_basis=LegalBasis.CONTRACT,
        keep=_MANAGED,
        receivers=(Receiver.ADDRESSED,),
        subjects=(Subject.STAFF,),
    ),
)
