"""What kind of data is in a column? Keys of the Fides taxonomy (fideslang 3), plus our own under `reelm.`."""

from enum import StrEnum


class DataClass(StrEnum):
    """The class of data one column holds.

    `is_personal` says whether it belongs to somebody, `is_private` whether only that somebody may see it as a rule:
    everybody else needs `access.Eyes`.
    """

    SYSTEM = "system.operations"
    AGGREGATE = "reelm.aggregate"
    PSEUDONYM = "user.unique_id.pseudonymous"
    UNIQUE_ID = "user.unique_id"
    USERNAME = "user.account.username"
    PASSWORD = "user.authorization.credentials"  # noqa: S105
    EMAIL = "user.contact.email"
    NAME = "user.name"
    BIRTH_DATE = "user.demographic.date_of_birth"
    LOCATION = "user.location"
    LANGUAGE = "user.demographic.language"
    IMAGE = "user.content.public.avatar"
    PUBLIC_CONTENT = "user.content.public"
    PRIVATE_CONTENT = "user.content.private"
    SOCIAL = "user.social"
    BEHAVIOR = "user.behavior"
    VIEW_TIME = "reelm.user.behavior.view_time"
    DEVICE = "user.device"

    @property
    def is_personal(self) -> bool:
        return self not in (DataClass.SYSTEM, DataClass.AGGREGATE)

    @property
    def is_private(self) -> bool:
        return self.is_personal and self not in _OPEN


# What others see of a person: ids, names, and what they published.
_OPEN = frozenset(
    {
        DataClass.UNIQUE_ID,
        DataClass.PSEUDONYM,
        DataClass.USERNAME,
        DataClass.NAME,
        DataClass.IMAGE,
        DataClass.PUBLIC_CONTENT,
    }
)
