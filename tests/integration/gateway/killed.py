"""Realms killed in the middle of a crossing: one process is forked for each line read, and said how it ended.

Run as `python -m tests.integration.gateway.killed`: it imports once, so that many deaths cost seconds.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from tests.integration.gateway.story import tell


def main() -> None:
    for line in sys.stdin:
        told = json.loads(line)
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                asyncio.run(tell(told["databases"], Path(told["folder"]), told["step"], told["mode"]))
                status = 0
            finally:
                os._exit(status)
        _, ended = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(ended), flush=True)


if __name__ == "__main__":
    main()
