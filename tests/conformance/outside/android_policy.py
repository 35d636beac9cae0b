"""Glue to check a policy by what Google publishes of the Android Management API: FILE, run in .venv/oracles.

Prints every field that the API does not have, or that can't be so, and exits 1 where there is one.
"""

import json
import sys
from pathlib import Path

import googleapiclient

DOCUMENTS = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
SCHEMAS = json.loads((DOCUMENTS / "androidmanagement.v1.json").read_text("utf-8"))["schemas"]
TYPES = {"string": str, "boolean": bool, "integer": int, "array": list, "object": dict}


def list_faults(told, schema, where):
    schema = SCHEMAS[schema["$ref"]] if "$ref" in schema else schema
    if not isinstance(told, TYPES[schema["type"]]):
        yield f"{where} is no {schema['type']}"
    elif "enum" in schema:
        gone = dict(zip(schema["enum"], schema.get("enumDeprecated", ()), strict=False))
        if told not in schema["enum"] or gone.get(told):
            yield f"{where} can't be {told}"
    elif schema["type"] == "array":
        for place, one in enumerate(told):
            yield from list_faults(one, schema["items"], f"{where}[{place}]")
    elif schema["type"] == "object":
        for name, one in told.items():
            field = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
            if field is None:
                yield f"{where}.{name} is unknown"
            elif "type" in field or "$ref" in field:
                yield from list_faults(one, field, f"{where}.{name}")


faults = list(list_faults(json.loads(Path(sys.argv[1]).read_text("utf-8")), {"$ref": "Policy"}, "policy"))
print("\n".join(faults))
sys.exit(bool(faults))
