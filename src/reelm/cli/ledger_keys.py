"""`reelm ledger rotate-key` and `retire-key`: how does a log come to another key?"""

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


def _with_signer(arguments: argparse.Namespace, do: Callable[[ledger.SignerClient], Awaitable[T]]) -> T:
    async def run() -> T:
        signer = ledger.SignerClient(find_settings(arguments.data).signer_path)
        try:
            return await do(signer)
        finally:
            await signer.close()

    return asyncio.run(run())
