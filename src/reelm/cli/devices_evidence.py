"""`reelm devices check-evidence`: what a file shows of how a device stood, without asking anybody."""

import argparse
import json
from dataclasses import asdict

from reelm import devices, ledger
from reelm.cli.files import read_file


def run_check_evidence(arguments: argparse.Namespace) -> int:
    """Check one file by the keys given, and say how the device stood when."""
    keys = [ledger.VerifierKey.parse(text.strip()) for text in arguments.vkey]
    stood = devices.reporting.check_evidence(read_file(arguments.evidence), keys)
    if arguments.json:
        print(json.dumps([asdict(one) for one in stood], indent=1))
        return 0
    for one in stood:
        reported = f", reported {one.reported}" if one.reported else ""
        print(f"{one.since}  {one.state}  (entry {one.index}, decision {one.decision[:16]}{reported})")
    print(f"{len(stood)} entries of the log are about this device, and every proof holds")
    return 0
