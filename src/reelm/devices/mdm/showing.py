"""By what does one of Apple's devices show who it is? By signing its message, or at the door of a proxy. Pure.

The header `Mdm-Signature` is a detached CMS signature (RFC 5652) by the key of the device's certificate. A proxy that
has had a device show its certificate passes that in `Client-Cert` (RFC 9440).
"""

import base64
import binascii
from datetime import datetime

from cryptography import x509

from reelm.devices.enrolling.authority import Certified, read_certificate
from reelm.devices.enrolling.cms import Unreadable, Unsupported, read_detached
from reelm.devices.mdm.errors import MdmNotSigned

MOST_HEADER = 24 * 1024


def read_signature(signature: str, body: bytes, issuer: x509.Certificate, now: datetime) -> Certified:
    """Whose device has signed `body`. Raises `MdmNotSigned`, and as `read_certificate` does."""
    try:
        certificate = read_detached(_decode(signature), body)
    except (Unreadable, Unsupported):
        raise MdmNotSigned from None
    return read_certificate(certificate, issuer, now)


def read_client_certificate(header: str, issuer: x509.Certificate, now: datetime) -> Certified:
    """Whose device a proxy has let in. Raises `MdmNotSigned`, and as `read_certificate` does."""
    text = header.strip()
    if len(text) < 2 or not (text.startswith(":") and text.endswith(":")):
        raise MdmNotSigned
    return read_certificate(_decode(text[1:-1]), issuer, now)


def _decode(text: str) -> bytes:
    if len(text) > MOST_HEADER:
        raise MdmNotSigned
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise MdmNotSigned from None
