"""What may be opened in a managed browser? Policies of Chromium, Chrome and Edge, and of Firefox.

Both block a domain with all below it, in pages and in frames, and keep the browser to the resolver that the machine
uses, so that a zone of the DNS is not gone around.
"""

import json
from typing import Any

from reelm.devices.artefacts.blocked import Blocked


def make_chromium(blocked: Blocked) -> str:
    """A file for `/etc/chromium/policies/managed`; of Chrome and Edge the policies have the same names."""
    return _write({"URLBlocklist": blocked.domains, "DnsOverHttpsMode": "off"} if blocked.domains else {})


def make_firefox(blocked: Blocked) -> str:
    """`policies.json` of Firefox."""
    policies: dict[str, Any] = {}
    if blocked.domains:
        policies = {
            "DNSOverHTTPS": {"Enabled": False, "Locked": True},
            "WebsiteFilter": {"Block": [f"*://*.{domain}/*" for domain in blocked.domains]},
        }
    return _write({"policies": policies})


def _write(policy: dict[str, Any]) -> str:
    return json.dumps(policy, indent=2, sort_keys=True) + "\n"
