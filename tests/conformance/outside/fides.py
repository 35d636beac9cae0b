"""Glue to read a data map by fideslang: FILE, run in .venv/oracles. Prints what it read, or says what is wrong."""

import json
import sys
from pathlib import Path

import yaml
from fideslang.default_taxonomy import DEFAULT_TAXONOMY
from fideslang.models import Taxonomy

known = {
    kind: {one.fides_key for one in getattr(DEFAULT_TAXONOMY, kind)}
    for kind in ("data_category", "data_use", "data_subject")
}
read = Taxonomy.model_validate(yaml.safe_load(Path(sys.argv[1]).read_text("utf-8")))
ours = {one.fides_key for one in read.data_category}
assert not ours & known["data_category"], f"declared anew: {ours & known['data_category']}"
categories = ours | known["data_category"]
assert {one.parent_key for one in read.data_category} - {None} <= categories, "a category below none"

(dataset,), (system,) = read.dataset, read.system
fields = {f"{table.name}.{field.name}": field for table in dataset.collections for field in table.fields}
used = {one for field in fields.values() for one in field.data_categories}
used |= {one for declared in system.privacy_declarations for one in declared.data_categories}
uses = {one for table in dataset.collections for one in table.data_uses}
uses |= {declared.data_use for declared in system.privacy_declarations}
subjects = {one for table in dataset.collections for one in table.data_subjects}
subjects |= {one for declared in system.privacy_declarations for one in declared.data_subjects}
referred = {one.field for field in fields.values() if field.fides_meta for one in field.fides_meta.references or ()}
assert used <= categories, f"no category of fideslang's or ours: {used - categories}"
assert uses <= known["data_use"], f"no use of fideslang's: {uses - known['data_use']}"
assert subjects <= known["data_subject"], f"no subject of fideslang's: {subjects - known['data_subject']}"
assert referred <= set(fields), f"refers to no field: {referred - set(fields)}"
assert all(one.legal_basis_for_processing for one in system.privacy_declarations), "no legal basis"
assert all(one.retention_period for one in system.privacy_declarations), "no retention period"
print(json.dumps({"fields": {name: field.data_categories for name, field in fields.items()}, "ours": sorted(ours)}))
