"""Which words does `reelm devices` take? The command line of `devices.py`, imported only to run one of them."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

TARGETS = ("rpz", "hosts", "chromium", "firefox", "mobileconfig", "ddm", "android", "intune", "scim")


def add_devices(parser: argparse.ArgumentParser) -> None:
    """The commands below `reelm devices`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    verify = actions.add_parser("verify", help="check a decision: that it is complete, and who signed it")
    _add_decision(verify)
    compile_ = actions.add_parser("compile", help="make the files that enforce a decision in programs of others")
    _add_decision(compile_)
    compile_.add_argument("--target", choices=TARGETS, required=True, help="for which program")
    compile_.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder for the files")
    compile_.add_argument("--fleet", type=Path, metavar="FILE", help="JSON: devices, their groups, and exceptions")
    compile_.add_argument(
        "--serial", type=int, default=1, metavar="N", help="rpz: the zone's serial, above that of the zone before"
    )
    compile_.add_argument("--identity", type=Path, metavar="PEM", help="mobileconfig: sign with this key")
    sign = actions.add_parser("sign", help="sign a decision, or the next version of one")
    sign.add_argument("decision", type=Path, metavar="DECISION.json", help="the decision")
    sign.add_argument("--key", type=Path, required=True, metavar="FILE", help="the organisation's private key, a JWK")
    sign.add_argument("--out", type=Path, required=True, metavar="FILE", help="where the signed decision goes")
    _add_json(sign)
    key = actions.add_parser("make-key", help="make a key that an organisation signs its decisions with")
    key.add_argument("--out", type=Path, required=True, metavar="FILE", help="the private key; FILE.pub gets its set")
    _add_json(key)
    evidence = actions.add_parser("check-evidence", help="check offline how a device stood to a decision, and when")
    evidence.add_argument("evidence", type=Path, metavar="EVIDENCE.json", help="the file that an auditor was given")
    evidence.add_argument(
        "--vkey", action="append", required=True, metavar="VKEY", help="the log's key, from elsewhere; repeatable"
    )
    _add_json(evidence)
    _add_agent(actions.add_parser("agent", help="enrol this desktop, fetch what binds it, and report"))
    _add_probe(actions.add_parser("probe", help="try the ways around a decision from this machine, and tell of each"))
    coverage = actions.add_parser("coverage", help="say what is enforced on which kind of device, and what can't be")
    _add_json(coverage)


def _add_probe(parser: Any) -> None:
    _add_decision(parser)
    place = {"metavar": "HOST:PORT"}
    parser.add_argument("--resolver", **place, help="the organisation's resolver (default: the machine's)")
    parser.add_argument("--control", metavar="NAME", help="a name it must know (default: the decision's domain)")
    many: dict[str, Any] = {"action": "append", "default": []}
    parser.add_argument("--other-resolver", **many, **place, help="another resolver; repeatable")
    parser.add_argument("--doh", **many, metavar="URL", help="a resolver over HTTPS; repeatable")
    parser.add_argument("--address", **many, **place, help="an address of the app; repeatable")
    parser.add_argument("--candidate", **many, metavar="DOMAIN", help="what may be the app's too; repeatable")
    parser.add_argument(
        "--certificate", **many, type=Path, metavar="PEM", help="a certificate of the app, for its names; repeatable"
    )
    parser.add_argument("--chromium", metavar="PATH", help="a managed Chromium, to open the app in")
    parser.add_argument("--chromium-flag", **many, metavar="FLAG", help="for it, as --chromium-flag=FLAG; repeatable")
    parser.add_argument("--embed", metavar="URL", help="what is framed on another site (default: the app's pages)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where the report goes, for an audit pack")


def _add_decision(parser: Any) -> None:
    parser.add_argument("decision", type=Path, metavar="DECISION.json", help="the decision, signed")
    parser.add_argument(
        "--keys",
        type=Path,
        metavar="FILE",
        help="its organisation's keys (default: DECISION.keys.json beside it)",
    )
    _add_json(parser)


def _add_agent(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--server", required=True, metavar="URL", help="the realm's address, as people see it")
    parser.add_argument("--state", type=Path, required=True, metavar="DIR", help="the folder for the device's key")
    parser.add_argument("--code", help="the code that the organisation gave out, to enrol with")
    parser.add_argument("--yes", action="store_true", help="agree to what is seen of a device of one's own")
    parser.add_argument("--acknowledge", action="store_true", help="say that the decisions shown have been read")
    parser.add_argument("--policies", type=Path, metavar="DIR", help="put policies below this folder, such as /etc")
    parser.add_argument("--once", action="store_true", help="do one round instead of one after the other")
    parser.add_argument("--every", type=float, default=900.0, metavar="S", help="seconds from round to round (900)")


def _add_json(parser: Any) -> None:
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run_devices(arguments: argparse.Namespace) -> int:
    """Run one of them; its exit status."""
    from reelm.cli import devices, devices_agent, devices_evidence, devices_probe

    actions: dict[str, Callable[[argparse.Namespace], int]] = {
        "verify": devices.run_verify,
        "compile": devices.run_compile,
        "sign": devices.run_sign,
        "make-key": devices.run_make_key,
        "agent": devices_agent.run_agent,
        "coverage": devices.run_coverage,
        "probe": devices_probe.run_probe,
        "check-evidence": devices_evidence.run_check_evidence,
    }
    return actions[arguments.action](arguments)
