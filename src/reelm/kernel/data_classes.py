"""What kind of data is in a column, and what of it may be kept in another realm?

Classes are keys of the Fides taxonomy (fideslang 3), plus our own under `reelm.`.
"""

from enum import StrEnum


class RealmRule(StrEnum):
    """What of a column may come to lie in another realm than its person's, from nothing to all of it.

    It is about what is kept in the ordinary run of things. Two things pass by it, and have policies of their own
    (`deploy/policies`): somebody who moves takes everything along, and staff abroad may be shown what was approved.
    """

    STAYS_HOME = "stays-home"
    """Nothing: neither the value nor anything worked out from it."""

    AGGREGATE_ONLY = "aggregate-only"
    """Noised sums over many people."""

    PSEUDONYM_MAY_CROSS = "pseudonym-may-cross"
    """The fact, under a name made for one destination and one purpose; the value stays."""

    PUBLIC_COPY_MAY_CROSS = "public-copy-may-cross"
    """A signed copy of what is public, which is revoked when it is no longer."""

    NOT_PERSONAL = "not-personal"
    """It is about nobody, and crosses where a message needs it."""

    def allows(self, narrower: "RealmRule") -> bool:
        """Whether `narrower` lets no more cross than this rule does."""
        order = list(RealmRule)
        return order.index(narrower) <= order.index(self)


class DataClass(StrEnum):
    """The class of data one column holds.

    `is_personal` says whether it belongs to somebody, `is_private` whether only that somebody may see it as a rule:
    everybody else needs `access.Eyes`. `realm_rule` holds for its columns, which may narrow it.
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
    IMAGE = "user.content.self_image"
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

    @property
    def is_secret(self) -> bool:
        """Whether nobody but its person is ever given it, not even staff with an approved access."""
        return self in (DataClass.PASSWORD, DataClass.DEVICE)

    @property
    def is_ours(self) -> bool:
        """Whether the Fides taxonomy lacks it."""
        return self.startswith("reelm.")

    @property
    def realm_rule(self) -> RealmRule:
        return _RULES[self]


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

_RULES = {
    DataClass.SYSTEM: RealmRule.NOT_PERSONAL,
    DataClass.AGGREGATE: RealmRule.AGGREGATE_ONLY,
    DataClass.PSEUDONYM: RealmRule.PSEUDONYM_MAY_CROSS,
    DataClass.UNIQUE_ID: RealmRule.PUBLIC_COPY_MAY_CROSS,
    DataClass.USERNAME: RealmRule.PUBLIC_COPY_MAY_CROSS,
    DataClass.PASSWORD: RealmRule.STAYS_HOME,
    DataClass.EMAIL: RealmRule.STAYS_HOME,
    DataClass.NAME: RealmRule.PUBLIC_COPY_MAY_CROSS,
    DataClass.BIRTH_DATE: RealmRule.STAYS_HOME,
    DataClass.LOCATION: RealmRule.STAYS_HOME,
    DataClass.LANGUAGE: RealmRule.STAYS_HOME,
    DataClass.IMAGE: RealmRule.PUBLIC_COPY_MAY_CROSS,
    DataClass.PUBLIC_CONTENT: RealmRule.PUBLIC_COPY_MAY_CROSS,
    DataClass.PRIVATE_CONTENT: RealmRule.STAYS_HOME,
    DataClass.SOCIAL: RealmRule.PSEUDONYM_MAY_CROSS,
    DataClass.BEHAVIOR: RealmRule.AGGREGATE_ONLY,
    DataClass.VIEW_TIME: RealmRule.STAYS_HOME,
    DataClass.DEVICE: RealmRule.STAYS_HOME,
}
