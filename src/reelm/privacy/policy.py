"""Who of the staff may do what with the realm's own registers? Decided here only. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from reelm.access import RoleMayNot
from reelm.kernel.roles import Role


class Deed(StrEnum):
    """What somebody may want to do."""

    READ_REGISTERS = "read-registers"
    RECORD_INCIDENTS = "record-incidents"
    HOLD_DATA = "hold-data"


_MAY: Mapping[Deed, frozenset[Role]] = {
    Deed.READ_REGISTERS: frozenset({Role.OPERATOR, Role.AUDITOR}),
    Deed.RECORD_INCIDENTS: frozenset({Role.OPERATOR}),
    Deed.HOLD_DATA: frozenset({Role.OPERATOR}),
}


def check_may(deed: Deed, role: Role) -> None:
    """Raises `RoleMayNot`.

    >>> check_may(Deed.READ_REGISTERS, Role.AUDITOR)
    """
    if role not in _MAY[deed]:
        raise RoleMayNot
