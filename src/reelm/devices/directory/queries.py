"""What does somebody want listed? The parameters of a query (RFC 7644, section 3.4.2), as a question to the store.

A filter names only what an index or a short walk answers: the fields of `FIELDS`, and no other attribute.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from scim2_models import Resource, ResponseParameters, ScimFilter, SearchRequest
from scim2_models.path import (
    STRING_OPERATORS,
    AttributeBinding,
    AttrPath,
    CompareOperator,
    Comparison,
    FilterVisitor,
    LogicalExpr,
    LogicalOperator,
    Not,
    Present,
    ValuePath,
    coerce_value,
)

from reelm.devices.directory.reading import refusing
from reelm.devices.directory.resources import MOST_RESULTS
from reelm.devices.roll import model
from reelm.devices.roll.errors import DirectoryRefused
from reelm.devices.roll.model import Group, ManagedDevice, Person, Sought, Told, Value, Where, fits

LONGEST_FILTER = 2000
# Where the pages end: nobody has so many entries.
_LAST = 10_000_000
_DEFAULT_COUNT = 100
_COMMON = frozenset({"id", "external_id", "display_name", "meta.created", "meta.last_modified"})
# By which fields entries are found and sorted, by the names they have in our resources.
FIELDS: Mapping[type[Told], frozenset[str]] = {
    Person: _COMMON | {"user_name", "emails.value", "preferred_language", "active"},
    Group: _COMMON | {"members.value"},
    ManagedDevice: _COMMON | {"active", "platform", "enrolment", "ownership", "person.value"},
}
_LISTS = frozenset({"members.value"})
_PARAMETERS = {
    name.lower(): name
    for name in ("filter", "sortBy", "sortOrder", "startIndex", "count", "attributes", "excludedAttributes")
}


@dataclass(frozen=True)
class Query:
    """What is sought, and which attributes of it are shown."""

    sought: Sought
    shown: ResponseParameters[Any]


def read_shown(resource: type[Resource[Any]], parameters: Mapping[str, str]) -> ResponseParameters[Any]:
    """Which attributes somebody asks for. Raises `DirectoryRefused`."""
    with refusing():
        told = _known(parameters, ("attributes", "excludedAttributes"))
        return cast("Any", ResponseParameters)[resource].model_validate(told)


def read_query(kind: type[Told], resource: type[Resource[Any]], parameters: Mapping[str, str]) -> Query:
    """Raises `DirectoryRefused`."""
    told = _known(parameters, tuple(_PARAMETERS.values()))
    if len(told.get("filter", "")) > LONGEST_FILTER:
        raise _refuse(f"a filter has {LONGEST_FILTER} characters at most")
    with refusing():
        request: SearchRequest[Any] = cast("Any", SearchRequest)[resource].model_validate(told)
        where = _Reader(kind, request.filter).visit(request.filter.ast) if request.filter else None
        sorts = request.sort_binding(resource)
    field = _field_of(kind, sorts) if sorts else None
    if field in _LISTS:
        raise DirectoryRefused(scim_type="invalidPath", fault="groups are not sorted by their members")
    sought = Sought(
        where,
        field,
        request.sort_order is SearchRequest.SortOrder.descending,
        min((request.start_index or 1) - 1, _LAST),
        _DEFAULT_COUNT if request.count is None else min(request.count, MOST_RESULTS),
    )
    return Query(sought, request)


def _known(parameters: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """The parameters of these names, however they are written; what is empty is not said."""
    told = {_PARAMETERS[name.lower()]: one for name, one in parameters.items() if name.lower() in _PARAMETERS and one}
    return {name: one for name, one in told.items() if name in names}


class _Reader(FilterVisitor[Where]):
    """A filter of one kind of entries; `within` is the list whose values are looked at one by one."""

    def __init__(self, kind: type[Told], filter: ScimFilter[Any], within: AttrPath | None = None) -> None:
        self._kind, self._filter, self._within = kind, filter, within

    def visit_comparison(self, node: Comparison) -> Where:
        binding = self._bind(node.attr_path)
        if (binding.field_name, binding.sub_field_name) == ("emails", "type"):
            return _type(node)
        field = _field_of(self._kind, binding)
        if field in _LISTS and node.op is not CompareOperator.eq:
            raise _refuse(f"{binding.urn} is asked for by eq")
        value = coerce_value(binding, node.value, node.op)
        if binding.target_type is datetime and node.op in STRING_OPERATORS:
            raise _refuse(f"{binding.urn} is a time")
        return model.Compare(field, node.op.value, _value(value), binding.case_exact)

    def visit_present(self, node: Present) -> Where:
        return model.Present(_field_of(self._kind, self._bind(node.attr_path)))

    def visit_not(self, node: Not) -> Where:
        return model.Not(self.visit(node.expr))

    def visit_logical_expr(self, node: LogicalExpr) -> Where:
        terms = tuple(self.visit(term) for term in node.terms)
        return model.Every(terms) if node.op is LogicalOperator.and_ else model.Some(terms)

    def visit_value_path(self, node: ValuePath) -> Where:
        """`emails[…]`: nobody has two. `members[…]` is understood where it asks for one."""
        field = _field_of(self._kind, self._bind(node.attr_path))
        if field in _LISTS and not isinstance(node.val_filter, Comparison):
            raise _refuse('members are asked for by members[value eq "…"]')
        found = _Reader(self._kind, self._filter, node.attr_path).visit(node.val_filter)
        return model.Every((model.Present(field), found))

    def _bind(self, path: AttrPath) -> AttributeBinding:
        whole = AttrPath(self._within.attr, path.attr, self._within.uri) if self._within else path
        binding = self._filter.resolve_comparison(whole)
        assert binding is not None
        return binding


def _type(node: Comparison) -> Where:
    """Each address is one for work."""
    if node.op not in (CompareOperator.eq, CompareOperator.ne):
        raise _refuse("the type of an address is asked for by eq or ne")
    is_work = str(node.value).lower() == "work"
    always = is_work == (node.op is CompareOperator.eq)
    return model.Present("emails.value") if always else model.Some(())


def _field_of(kind: type[Told], binding: AttributeBinding) -> str:
    """The field that an attribute is. Raises `DirectoryRefused` where nothing is found by it."""
    field = binding.field_name + (f".{binding.sub_field_name}" if binding.sub_field_name else "")
    # A complex attribute stands for what it is worth by.
    field = {"emails": "emails.value", "members": "members.value", "person": "person.value"}.get(field, field)
    if field not in FIELDS[kind]:
        raise _refuse(f"nothing is found or sorted by {binding.urn}")
    return field


def _value(value: object) -> Value:
    if isinstance(value, datetime):
        try:
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
        except OverflowError:
            raise _refuse("a time that no calendar has") from None
    if isinstance(value, str) and fits(value):
        return str(value)
    if value is None or isinstance(value, bool):
        return value
    raise _refuse("a value that no attribute has")


def _refuse(fault: str) -> DirectoryRefused:
    return DirectoryRefused(scim_type="invalidFilter", fault=fault[:300])
