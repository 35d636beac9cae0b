"""What may an account do beyond watching and posting?"""

from enum import StrEnum


class Role(StrEnum):
    """What an account may do beyond watching and posting."""

    VIEWER = "viewer"
    MODERATOR = "moderator"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    DEVICE_ADMIN = "device-admin"
