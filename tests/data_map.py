"""Which forms does the data map have? A page, JSON as `/api/v1/data-map` gives it, and YAML for tools of Fides.

`tests/conformance/test_fideslang.py` has the YAML read by fideslang itself.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from tests.house.catalogue import import_everything
from tests.markdown import page, row, table

from reelm.infra.db.data_map import MappedColumn, MappedTable, draw_data_map
from reelm.kernel.data_classes import DataClass, RealmRule
from reelm.kernel.holdings import LegalBasis, Receiver, Subject, Until
from reelm.web.views.data_map import TAXONOMY, show_data_map

DATASET, SYSTEM = "reelm_database", "reelm_realm"

# What fideslang calls the six.
_BASES = {
    LegalBasis.CONSENT: "Consent",
    LegalBasis.CONTRACT: "Contract",
    LegalBasis.LEGAL_OBLIGATION: "Legal obligations",
    LegalBasis.VITAL_INTERESTS: "Vital interests",
    LegalBasis.PUBLIC_INTEREST: "Public interest",
    LegalBasis.LEGITIMATE_INTERESTS: "Legitimate interests",
}
_OWN = {
    "reelm": "What Reelm knows that the Fides taxonomy has no word for.",
    "reelm.aggregate": "A number over many people, to which noise is added before it leaves its realm.",
    "reelm.user": "About a person.",
    "reelm.user.behavior": "What a person does.",
    "reelm.user.behavior.view_time": "When and for how long a person watched something.",
}
_RULES = {
    RealmRule.STAYS_HOME: "stays in its realm, and so does whatever is worked out from it",
    RealmRule.AGGREGATE_ONLY: "crosses only within noised sums over at least 50 people",
    RealmRule.PSEUDONYM_MAY_CROSS: "the fact may cross under a name made for one destination and purpose",
    RealmRule.PUBLIC_COPY_MAY_CROSS: "a signed copy may cross while it is public, and is revoked afterwards",
    RealmRule.NOT_PERSONAL: "is about nobody, and crosses where a message needs it",
}


def _words(values: Sequence[Receiver | Subject]) -> str:
    return ", ".join(value.replace("-", " ").replace("_", " ") for value in values) or "nobody"


def _keep(mapped: MappedTable) -> str:
    until, at_most = mapped.holding.keep.until, mapped.holding.keep.at_most
    ends = f"{round(at_most.total_seconds() / 3600)} h" if at_most else until.value
    return f"{mapped.holding.keep.words} (`{ends}`)"


def make_page() -> str:
    """docs/reference/data-map.md."""
    import_everything()
    body = ["## Kinds of data", "", *table("class", "personal", "realm rule"), *map(_class_row, DataClass), ""]
    body += ["## Realm rules", "", *table("rule", "means")]
    body += [row(f"`{rule}`", words) for rule, words in _RULES.items()]
    for mapped in draw_data_map():
        holding = mapped.holding
        body += ["", f"## `{mapped.name}`", "", holding.what, "", *table("", "")]
        body += [
            row("why", f"`{holding.purpose}`"),
            row("legal basis", holding.legal_basis.replace("-", " ")),
            row("how long", _keep(mapped)),
            row("who receives it", _words(holding.receivers)),
            row("whom it is about", _words(holding.subjects)),
            row("where", ", ".join(place.replace("-", " ") for place in holding.places)),
            "",
            *table("column", "data class", "realm rule", "receivers", "points to"),
            *map(_column_row, mapped.columns),
        ]
    intro = (
        f"Every column of every table: its class, a key of the Fides taxonomy ({TAXONOMY}) or ours under `reelm.`,"
        " and its realm rule; for each table why it is held and who receives it. Purposes and subjects are keys of"
        " the same taxonomy, legal bases the words of GDPR Art. 6. The same as JSON: `contracts/data-map.json`,"
        " served at `/api/v1/data-map`; as YAML for tools that speak Fides: `contracts/data-map.fides.yml`; for"
        " people: the page `/data-map`."
    )
    return page("Data map", intro, body)


def _class_row(one: DataClass) -> str:
    return row(f"`{one}`", "private" if one.is_private else "open" if one.is_personal else "", f"`{one.realm_rule}`")


def _column_row(column: MappedColumn) -> str:
    points_to = f"`{column.points_to}`" if column.points_to else ""
    rule, receivers = f"`{column.realm_rule}`", _words(column.receivers)
    return row(f"`{column.name}`", f"`{column.data_class}`", rule, receivers, points_to)


def make_json() -> str:
    """contracts/data-map.json."""
    import_everything()
    return json.dumps(show_data_map().model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"


def make_yaml() -> str:
    """contracts/data-map.fides.yml: one dataset, one system, and the categories that are ours."""
    import_everything()
    tables = draw_data_map()
    document = {
        "data_category": [_category(key) for key in _OWN],
        "dataset": [
            {
                "fides_key": DATASET,
                "name": "The database of a realm",
                "description": "Each realm has one of its own. A field's description is its realm rule.",
                "meta": {"realm_rules": {rule.value: words for rule, words in _RULES.items()}},
                "collections": [_collection(one) for one in tables],
            }
        ],
        "system": [
            {
                "fides_key": SYSTEM,
                "name": "A realm of Reelm",
                "description": "Short video, in a cell of its own: database, files, jobs, keys and log.",
                "system_type": "Application",
                "does_international_transfers": any(Receiver.REALMS in one.holding.receivers for one in tables),
                "dataset_references": [DATASET],
                "privacy_declarations": [_declaration(one) for one in tables],
            }
        ],
    }
    note = "# Made from the code; what it means is in docs/reference/data-map.md."
    return "\n".join((note, *_lines(document))) + "\n"


def _category(key: str) -> dict[str, Any]:
    parent = key.rpartition(".")[0]
    return {"fides_key": key, "name": key, "description": _OWN[key], **({"parent_key": parent} if parent else {})}


def _categories(mapped: MappedTable) -> list[str]:
    return sorted({column.data_class.value for column in mapped.columns})


def _collection(mapped: MappedTable) -> dict[str, Any]:
    return {
        "name": mapped.name,
        "description": mapped.holding.what,
        "data_uses": [mapped.holding.purpose.value],
        "data_subjects": [subject.value for subject in mapped.holding.subjects],
        "fields": [_field(column) for column in mapped.columns],
    }


def _field(column: MappedColumn) -> dict[str, Any]:
    meta: dict[str, Any] = {"primary_key": True} if column.is_key else {}
    if column.points_to:
        meta["references"] = [{"dataset": DATASET, "field": column.points_to, "direction": "to"}]
    return {
        "name": column.name,
        "description": column.realm_rule.value,
        "data_categories": [column.data_class.value],
        **({"fides_meta": meta} if meta else {}),
    }


def _declaration(mapped: MappedTable) -> dict[str, Any]:
    holding = mapped.holding
    return {
        "name": mapped.name,
        "data_categories": _categories(mapped),
        "data_use": holding.purpose.value,
        "data_subjects": [subject.value for subject in holding.subjects],
        "dataset_references": [DATASET],
        "features": [f"receiver: {receiver.value}" for receiver in holding.receivers],
        "flexible_legal_basis_for_processing": False,
        "legal_basis_for_processing": _BASES[holding.legal_basis],
        "retention_period": _retention(mapped),
    }


def _retention(mapped: MappedTable) -> str:
    keep = mapped.holding.keep
    if keep.until is Until.TIME and keep.at_most:
        return f"{keep.at_most.total_seconds() / 86_400:.2g} days: {keep.words}"
    return keep.words


def _lines(value: Any, indent: str = "") -> Iterator[str]:
    """Block YAML; each scalar, empty list and empty mapping as JSON, which YAML 1.2 contains."""
    if isinstance(value, Mapping):
        for key, inner in cast("Mapping[str, Any]", value).items():
            if inner and isinstance(inner, Mapping | list):
                yield f"{indent}{key}:"
                yield from _lines(inner, f"{indent}  ")
            else:
                yield f"{indent}{key}: {json.dumps(inner, ensure_ascii=False)}"
        return
    for inner in value:
        if isinstance(inner, Mapping):
            first, *rest = _lines(inner, f"{indent}  ")
            yield f"{indent}- {first.lstrip()}"
            yield from rest
        else:
            yield f"{indent}- {json.dumps(inner, ensure_ascii=False)}"


FILES = {
    "docs/reference/data-map.md": make_page,
    "contracts/data-map.json": make_json,
    "contracts/data-map.fides.yml": make_yaml,
}
