"""How do devices stand after what was said of them, and which of that is news? Pure."""

import base64
import hashlib
import hmac
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from reelm.devices.compliance import Compliance, Report, judge
from reelm.devices.fleet import Device
from reelm.devices.model import Ownership
from reelm.devices.reporting.model import Said, Standing


def take(standing: Standing, said: Said) -> Standing:
    """With what was said; not where something newer is known."""
    if standing.reported_at is not None and said.at < standing.reported_at:
        return standing
    return replace(standing, has_app=said.has_app, reported_at=said.at, source=said.source)


def state_of(standing: Standing, now: datetime) -> Compliance:
    """How it stands now."""
    report = None
    if standing.reported_at is not None and standing.has_app is not None:
        report = Report(standing.reported_at, has_app=standing.has_app)
    device = Device(
        id="a-device", platform=standing.platform, enrolment=standing.enrolment, ownership=Ownership.CORPORATE
    )
    return judge(device, report, is_excepted=standing.is_excepted, now=now)


def commit_device(key: bytes, device: UUID, decision: str, since: str) -> str:
    """How the log names a device: otherwise in every entry, and to be told by whoever has its key alone.

    HMAC-SHA256 over the digest of the decision, the time of the state and the device's id, as 43 characters of
    base64url.
    """
    message = f"reelm/device/v1\n{decision}\n{since}\n{device}".encode()
    return base64.urlsafe_b64encode(hmac.digest(key, message, hashlib.sha256)).decode().rstrip("=")
