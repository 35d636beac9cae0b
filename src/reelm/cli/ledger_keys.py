"""`reelm ledger rotate-key`, `retire-key` and `evidence`: what is only the signer asked for?"""

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TypeVar

from reelm import ledger
from reelm.cli.cell import find_settings

T = TypeVar("T")


def run_rotate(arguments: argparse.Namespace) -> int:
    """Have the signer make a new key and hand over to it; from now on both sign."""

    async def rotate(signer: ledger.SignerClient) -> tuple[str, ledger.SignerState]:
        return await signer.rotate(), await signer.state()

    note, state = _with_signer(arguments, rotate)
    if arguments.json:
        new, old = state.vkeys
        print(json.dumps({"vkeys": state.vkeys, "new": new, "old": old, "hand_over": note}))
    else:
        print(f"The log has a new key, and both sign from now on.\n\n{note}\nNew key: {state.vkeys[0]}")
        print("Give people time to learn of it, then: reelm ledger retire-key")
    return 0


def run_retire(arguments: argparse.Namespace) -> int:
    """Have the signer forget its older key, for good."""

    async def retire(signer: ledger.SignerClient) -> ledger.SignerState:
        await signer.retire()
        return await signer.state()

    state = _with_signer(arguments, retire)
    print(json.dumps({"vkeys": state.vkeys}) if arguments.json else f"One key signs from now on: {state.vkeys[0]}")
    return 0


def run_evidence(arguments: argparse.Namespace) -> int:
    """List what other logs signed and should not have; with a folder, write both notes of each there."""

    async def fetch(signer: ledger.SignerClient) -> list[dict[str, str]]:
        return await signer.list_evidence()

    found = [ledger.Contradiction.of(one) for one in _with_signer(arguments, fetch)]
    if arguments.out is not None:
        for one in found:
            ledger.keep_evidence(arguments.out, one.known.encode(), one.seen.encode())
    told = [
        {"kind": one.kind, "origin": one.origin, "known_size": one.known_size, "seen_size": one.seen_size}
        for one in found
    ]
    if arguments.json:
        print(json.dumps({"evidence": told}))
    else:
        lines = [
            f"{one.kind:9}  {one.origin}: {one.seen_size} entries, after {one.known_size} were cosigned"
            for one in found
        ]
        print("\n".join(lines) or "No log that is witnessed here has contradicted itself.")
    return 0


def _with_signer(arguments: argparse.Namespace, do: Callable[[ledger.SignerClient], Awaitable[T]]) -> T:
    async def run() -> T:
        signer = ledger.SignerClient(find_settings(arguments.data).signer_path)
        try:
            return await do(signer)
        finally:
            await signer.close()

    return asyncio.run(run())
