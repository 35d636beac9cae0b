"""Glue to read a device configuration by Microsoft's own SDK: FILE, run in .venv/oracles.

Prints its class and every field that the class does not have, and exits 1 where there is one.
"""

import sys
from pathlib import Path

from kiota_serialization_json.json_parse_node_factory import JsonParseNodeFactory
from msgraph.generated.models.device_configuration import DeviceConfiguration

content = Path(sys.argv[1]).read_bytes()
node = JsonParseNodeFactory().get_root_parse_node("application/json", content)
read = node.get_object_value(DeviceConfiguration.create_from_discriminator_value(node))
apps = [*(getattr(read, "compliant_apps_list", None) or ()), *(getattr(read, "apps_visibility_list", None) or ())]
unknown = [name for one in (read, *apps) for name in one.additional_data]
print(type(read).__name__, read.compliant_app_list_type, *(f"{one.app_id}={one.name}" for one in apps))
print(*unknown, file=sys.stderr)
sys.exit(bool(unknown) or not apps)
