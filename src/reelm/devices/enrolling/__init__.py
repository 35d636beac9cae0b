"""How does a device come to be known by a key of its own? By a code that is good once, or SCEP; and it may leave."""

from reelm.devices.enrolling.authority import (
    Authority,
    Certified,
    dump_authority,
    issue_certificate,
    load_authority,
    make_authority,
    read_certificate,
    read_request,
    thumbprint,
)
from reelm.devices.enrolling.codes import (
    digest_code,
    make_code,
    read_code,
)
from reelm.devices.enrolling.enrolment_store import (
    Enrolled,
    find_device,
)
from reelm.devices.enrolling.enrolments import (
    Invited,
    certify,
    consent,
    enrol,
    fetch_device,
    give_pass,
    invite,
    leave,
    look_at_code,
    recognise,
    sweep,
)
from reelm.devices.enrolling.scep import (
    MOST_BYTES as MOST_SCEP_BYTES,
)
from reelm.devices.enrolling.scep import (
    SCEP_CAPABILITIES,
    SCEP_CAPABILITIES_TYPE,
    SCEP_CERTIFICATES_TYPE,
    SCEP_MESSAGE_TYPE,
    Asked,
    FailInfo,
    Refused,
    answer_operation,
    grant_certificate,
    list_scep_certificates,
    read_operation,
    refuse_certificate,
)
from reelm.devices.enrolling.scep_answers import (
    answer_scep,
)
from reelm.devices.enrolling.visible import (
    Visible,
    list_visible,
)

__all__ = [
    "MOST_SCEP_BYTES",
    "SCEP_CAPABILITIES",
    "SCEP_CAPABILITIES_TYPE",
    "SCEP_CERTIFICATES_TYPE",
    "SCEP_MESSAGE_TYPE",
    "Asked",
    "Authority",
    "Certified",
    "Enrolled",
    "FailInfo",
    "Invited",
    "Refused",
    "Visible",
    "answer_operation",
    "answer_scep",
    "certify",
    "consent",
    "digest_code",
    "dump_authority",
    "enrol",
    "fetch_device",
    "find_device",
    "give_pass",
    "grant_certificate",
    "invite",
    "issue_certificate",
    "leave",
    "list_scep_certificates",
    "list_visible",
    "load_authority",
    "look_at_code",
    "make_authority",
    "make_code",
    "read_certificate",
    "read_code",
    "read_operation",
    "read_request",
    "recognise",
    "refuse_certificate",
    "sweep",
    "thumbprint",
]
