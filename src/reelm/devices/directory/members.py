"""What does a PATCH do to the members of a group? Worked out on sets of ids, so that adding one reads no other.

An institution has groups of everybody, and identity providers add to them one by one.
"""

from collections.abc import Iterable
from typing import cast
from uuid import UUID

from scim2_models import Path, SCIMException
from scim2_models.path import CompareOperator, Comparison, FilterNode, LogicalExpr, LogicalOperator, ValuePath

from reelm.devices.directory.reading import MOST_OPERATIONS, read_id
from reelm.devices.directory.resources import Group
from reelm.devices.roll.errors import DirectoryRefused
from reelm.devices.roll.model import MembersChange

_MEMBERS = "members"


def take_members(body: object) -> tuple[object, frozenset[UUID]]:
    """A whole group without its members, and those. Raises `DirectoryRefused`."""
    if not isinstance(body, dict):
        return body, frozenset()
    told = cast("dict[str, object]", body)
    rest = {name: one for name, one in told.items() if not _is_all(name)}
    return rest, frozenset[UUID]().union(*(_ids(one) for name, one in told.items() if _is_all(name)))


def split_patch(body: object) -> tuple[object | None, MembersChange]:
    """A PATCH without what it does to members, which no other attribute hangs on; and that.

    The first is `None` where it is about members only. Raises `DirectoryRefused`.
    """
    told = _by_small_names(body)
    operations = told.get("operations")
    if not isinstance(operations, list) or not operations:
        return body, MembersChange()
    many = cast("list[object]", operations)
    if len(many) > MOST_OPERATIONS:
        raise DirectoryRefused(scim_type="tooMany", fault=f"more than {MOST_OPERATIONS} operations at once")
    change, others = MembersChange(), list[object]()
    for one in many:
        other, about_members = _split(one)
        if other is not None:
            others.append(other)
        for op, path, value in about_members:
            change = _apply(change, op, path, value)
    return ({"schemas": told.get("schemas"), "Operations": others} if others else None), change


def _by_small_names(told: object) -> dict[str, object]:
    """An object's attributes by their names in small letters, which SCIM does not tell from big ones."""
    return (
        {name.lower(): one for name, one in cast("dict[str, object]", told).items()} if isinstance(told, dict) else {}
    )


def _split(operation: object) -> tuple[object | None, list[tuple[str, str, object]]]:
    """What of one operation is about something else, and what is about members."""
    told = _by_small_names(operation)
    op, path, value = told.get("op"), told.get("path"), told.get("value")
    if not isinstance(op, str):
        return operation, []
    if isinstance(path, str) and path:
        return (None, [(op.lower(), path, value)]) if _is_members(path) else (operation, [])
    if path or not isinstance(value, dict):
        return operation, []
    fields = cast("dict[str, object]", value)
    ours = [(op.lower(), _MEMBERS, one) for name, one in fields.items() if _is_members(name)]
    rest = {name: one for name, one in fields.items() if not _is_members(name)}
    return (None if ours and not rest else {**told, "value": rest}), ours


def _is_members(path: str) -> bool:
    """Whether a path is about members, all or some."""
    return _is_all(path) or _bare(path).startswith((f"{_MEMBERS}.", f"{_MEMBERS}["))


def _is_all(path: str) -> bool:
    return _bare(path) == _MEMBERS


def _bare(path: str) -> str:
    return path.lower().removeprefix(f"{Group.__schema__}:".lower())


def _apply(change: MembersChange, op: str, path: str, value: object) -> MembersChange:
    named = _named(path)
    if op == "remove":
        going = named if named is not None else _ids(value) if value is not None else None
        if going is None:
            return MembersChange(is_cleared=True)
        return MembersChange(change.is_cleared, change.added - going, change.removed | going)
    if op not in ("add", "replace"):
        raise DirectoryRefused(scim_type="invalidValue", fault="op is add, remove or replace")
    if named is not None:
        raise DirectoryRefused(scim_type="mutability", fault="a member is added or removed, and does not change")
    coming = _ids(value)
    if op == "replace":
        return MembersChange(True, coming)
    return MembersChange(change.is_cleared, change.added | coming, change.removed - coming)


def _ids(value: object) -> frozenset[UUID]:
    """The members of a value: a list of them, or one."""
    many = cast("list[object]", value) if isinstance(value, list) else [] if value is None else [value]
    return frozenset(read_id(_value_of(one), "members.value") for one in many)


def _value_of(member: object) -> str | None:
    value = member if isinstance(member, str) else _by_small_names(member).get("value")
    return value if isinstance(value, str) else None


def _named(path: str) -> frozenset[UUID] | None:
    """The members that a path picks by `value eq`; `None` for all of them."""
    if _is_all(path):
        return None
    try:
        node = Path[Group](path).ast
    except SCIMException as refused:
        raise DirectoryRefused(scim_type="invalidPath", fault=refused.detail[:300]) from None
    if not isinstance(node, ValuePath) or node.sub_attr:
        raise DirectoryRefused(scim_type="invalidPath", fault='members are picked by members[value eq "…"]')
    return frozenset(_list_values(node.val_filter))


def _list_values(node: FilterNode) -> Iterable[UUID]:
    if isinstance(node, LogicalExpr) and node.op is LogicalOperator.or_:
        for term in node.terms:
            yield from _list_values(term)
        return
    if isinstance(node, Comparison) and node.op is CompareOperator.eq and str(node.attr_path).lower() == "value":
        yield read_id(node.value if isinstance(node.value, str) else None, "members.value")
        return
    raise DirectoryRefused(scim_type="invalidFilter", fault='members are picked by members[value eq "…"]')
