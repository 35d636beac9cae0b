"""`reelm devices …`: check a decision to suspend an app, sign one, and make what enforces it."""

import argparse
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from joserfc.jwk import ECKey

from reelm import devices
from reelm.cli.files import FileNotUsable, read_file, write_file
from reelm.kernel.errors import Problem


@dataclass(eq=False)
class IdentityNotUsed(Problem):
    """Only profiles are signed with a certificate."""

    status: ClassVar[int] = 422
    target: str


def run_verify(arguments: argparse.Namespace) -> int:
    """Check one decision and say what it decides."""
    signed, kid = read_signed(arguments)
    decision = signed.decision
    told = {
        "decision": decision.id,
        "version": decision.version,
        "sha256": signed.digest,
        "signed_by": kid,
        "keys_from": str(_keys_file(arguments)),
        "authority": f"{decision.authority.body}, {decision.authority.organisation}",
        "app": decision.app.name,
        "in_force_from": decision.stages.deadline_at.isoformat(),
        "lapses_unless_reviewed_by": decision.stages.review_at.isoformat(),
    }
    _print(arguments, told, [f"{name.replace('_', ' ')}: {value}" for name, value in told.items()])
    return 0


def run_compile(arguments: argparse.Namespace) -> int:
    """Write the files of one target, as the decision asks for them while it is in force."""
    if arguments.identity is not None and arguments.target != "mobileconfig":
        raise IdentityNotUsed(target=arguments.target)
    signed, _ = read_signed(arguments)
    fleet = devices.Fleet()
    if arguments.fleet is not None:
        fleet = devices.read_fleet(read_file(arguments.fleet))
        devices.check_exceptions(signed.decision, fleet)
    plans = devices.plan_groups(signed.decision, fleet, datetime.now(UTC))
    files = devices.compile_decisions(arguments.target, [signed.decision], plans, serial=arguments.serial)
    if arguments.identity is not None:
        certificate, key = _read_identity(arguments.identity)
        files = {name: devices.sign_profile(made, certificate, key) for name, made in files.items()}
    for name, content in files.items():
        write_file(arguments.out / name, content)
    not_made = _list_not_made(arguments.target)
    told = {
        "decision": signed.decision.id,
        "target": arguments.target,
        "bound": len({device.id for plan in plans for device in plan.bound}),
        "excepted": sorted({device.id for plan in plans for device in plan.excepted}),
        "files": {name: sha256(content).hexdigest() for name, content in files.items()},
        "not_made": not_made,
    }
    lines = [f"{arguments.out / name}" for name in files] + [f"not made: {one}" for one in not_made]
    _print(arguments, told, lines)
    return 0


def run_sign(arguments: argparse.Namespace) -> int:
    """Sign a decision with a private key."""
    (key,) = devices.read_keys(read_file(arguments.key))[:1]
    if not key.is_private:
        raise devices.KeysMalformed
    content = devices.sign_decision(read_file(arguments.decision), key)
    write_file(arguments.out, content)
    signed = devices.read_decision(content)
    told = {"decision": signed.decision.id, "sha256": signed.digest, "signed_by": key.thumbprint()}
    _print(arguments, told, [f"{arguments.out} is signed by {key.thumbprint()}"])
    return 0


def run_make_key(arguments: argparse.Namespace) -> int:
    """A new key: the private one for its owner only, the public one to be shown."""
    key = ECKey.generate_key("P-256", auto_kid=True)
    out: Path = arguments.out
    try:
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(key.as_dict(private=True), file)
    except OSError:
        raise FileNotUsable(path=str(out)) from None
    public = out.with_name(f"{out.name}.pub")
    write_file(public, json.dumps({"keys": [key.as_dict(private=False)]}, indent=1).encode() + b"\n")
    told = {"kid": key.thumbprint(), "private": str(out), "public": str(public)}
    _print(arguments, told, [f"{out} is the key {key.thumbprint()}; show {public}, and never {out}"])
    return 0


def run_coverage(arguments: argparse.Namespace) -> int:
    """One line a kind of device."""
    told: list[dict[str, Any]] = []
    lines: list[str] = []
    for (platform, enrolment), cells in devices.COVERAGE.items():
        controls = {
            str(control): {"reach": cell.reach, "by": cell.by, "exercised_live": cell.exercised_live}
            for control, cell in cells.items()
        }
        told.append({"platform": platform, "enrolment": enrolment, "controls": controls})
        reaches = ", ".join(f"{control} {cell.reach}" for control, cell in cells.items())
        lines.append(f"{platform}, {enrolment}: {reaches}")
    _print(arguments, told, lines)
    return 0


def _list_not_made(target: str) -> list[str]:
    """What somebody may expect among the files, and why it can't be there."""
    if target in ("mobileconfig", "ddm"):
        return ["user enrolment: nobody can see or block what a person has installed for themselves"]
    return []


def _keys_file(arguments: argparse.Namespace) -> Path:
    decision: Path = arguments.decision
    return arguments.keys or decision.with_name(f"{decision.stem}.keys.json")


def read_signed(arguments: argparse.Namespace) -> tuple[devices.SignedDecision, str]:
    """The decision that is named, and the thumbprint of the key that has signed it."""
    signed = devices.read_decision(read_file(arguments.decision))
    return signed, devices.verify(signed, devices.read_keys(read_file(_keys_file(arguments))))


def _read_identity(path: Path) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
    content = read_file(path)
    try:
        key = load_pem_private_key(content, None)
        certificate = x509.load_pem_x509_certificate(content)
    except (ValueError, TypeError):
        raise FileNotUsable(path=str(path)) from None
    if not isinstance(key, EllipticCurvePrivateKey):
        raise FileNotUsable(path=str(path))
    return certificate, key


def _print(arguments: argparse.Namespace, told: Mapping[str, Any] | Sequence[Any], lines: Sequence[str]) -> None:
    print(json.dumps(told, indent=1) if arguments.json else "\n".join(lines))
