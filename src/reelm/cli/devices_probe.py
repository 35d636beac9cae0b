"""`reelm devices probe`: by which ways a suspended app can still be reached from this machine."""

import argparse
import asyncio
from datetime import UTC, datetime

from reelm.cli.devices import read_signed
from reelm.cli.files import FileNotUsable, read_file, write_file
from reelm.devices import probing
from reelm.infra.reaching import find_resolver


def run_probe(arguments: argparse.Namespace) -> int:
    """Try every way and say what came of each; with `--out`, write the report that an audit pack takes."""
    signed, _ = read_signed(arguments)
    tries = probing.Tries(
        resolver=arguments.resolver or find_resolver(),
        control=arguments.control or signed.decision.authority.domain,
        others=arguments.other_resolver,
        over_https=arguments.doh,
        addresses=arguments.address,
        candidates=[*arguments.candidate, *_list_certified(arguments)],
        embed=arguments.embed or "",
        browser=arguments.chromium or "",
        flags=arguments.chromium_flag,
    )
    report = asyncio.run(probing.probe(signed, tries, datetime.now(UTC)))
    content = report.model_dump_json(indent=1)
    if arguments.out is not None:
        write_file(arguments.out, content.encode() + b"\n")
    print(content if arguments.json else "\n".join(_table(report)))
    return 0


def _list_certified(arguments: argparse.Namespace) -> list[str]:
    names: list[str] = []
    for path in arguments.certificate:
        try:
            names += probing.read_certificate(read_file(path))
        except ValueError:
            raise FileNotUsable(path=str(path)) from None
    return names


def _table(report: probing.Probes) -> list[str]:
    wide = max((len(one.target) for one in report.probes), default=0)
    lines = [f"{one.outcome:<13} {one.way:<17} {one.target:<{wide}}  {one.how}" for one in report.probes]
    counted = {outcome: sum(one.outcome is outcome for one in report.probes) for outcome in probing.Outcome}
    return [*lines, ", ".join(f"{number} {outcome}" for outcome, number in counted.items())]
