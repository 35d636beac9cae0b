"""At which ports and as which user does each realm of a fleet run? Chosen once, and kept in DATA/fleet.json."""

import json
import os
import pwd
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from reelm.infra.embedded.credentials import CannotStart
from reelm.kernel.ids import RealmCode

FILE = "fleet.json"
FIRST_UID = 61920  # beside the signer's of a single cell; no distribution gives these away by itself
GATEWAYS_APART = 1000
LAST_PORT = 65535


@dataclass(frozen=True)
class Seat:
    """A realm's place on the machine. `offset` is its port's distance from the fleet's; `user` and `signer` are whom
    its roles and its signer run as, empty where root doesn't run the fleet."""

    offset: int
    gateway: int
    user: str
    signer: str


def read_seats(folder: Path) -> dict[RealmCode, Seat]:
    """The seats of every realm that ever ran here. Raises `CannotStart` for a file that is not ours."""
    try:
        told = json.loads((folder / FILE).read_text())
        return {RealmCode(code): Seat(**seat) for code, seat in told["realms"].items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise CannotStart(f"{folder / FILE} is damaged: move it away to have ports and users chosen anew.") from None


def read_port(folder: Path) -> int | None:
    """The fleet's port when it was last started."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        return int(json.loads((folder / FILE).read_text())["port"])
    return None


def write_seats(folder: Path, port: int, seats: Mapping[RealmCode, Seat]) -> None:
    """Keep them, whole or not at all. Raises `OSError`."""
    made = folder / f".{FILE}.{os.getpid()}"
    told = {"port": port, "realms": {code: asdict(seat) for code, seat in seats.items()}}
    made.write_text(json.dumps(told, indent=1) + "\n")
    made.replace(folder / FILE)


def plan_seat(
    realm: RealmCode,
    place: int,
    taken: Mapping[RealmCode, Seat],
    port: int,
    *,
    is_free: Callable[[int], bool],
    has_users: bool,
) -> Seat:
    """The next free ports, and users of its own. `place` is the realm's in the file of realms, from 0.

    Raises `CannotStart` when there are no ports left.

    >>> first = plan_seat(RealmCode("eu"), 0, {}, 8000, is_free=lambda _: True, has_users=True)
    >>> first
    Seat(offset=0, gateway=9000, user='61920', signer='61921')
    >>> plan_seat(RealmCode("us"), 4, {RealmCode("eu"): first}, 8000, is_free=lambda p: p != 8001, has_users=False)
    Seat(offset=2, gateway=9002, user='', signer='')
    """
    ports = {port + seat.offset for seat in taken.values()} | {seat.gateway for seat in taken.values()}
    first = max((seat.offset for seat in taken.values()), default=-1) + 1
    offset = _next_free(range(port + first, LAST_PORT + 1), ports, is_free) - port
    apart = GATEWAYS_APART if port + offset + 2 * GATEWAYS_APART < LAST_PORT else -GATEWAYS_APART
    gateway = _next_free(range(port + offset + apart, LAST_PORT + 1), ports, is_free)
    if not has_users:
        return Seat(offset, gateway, "", "")
    used = {seat.user for seat in taken.values()} | {seat.signer for seat in taken.values()}
    number = next(n for n in range(FIRST_UID + 2 * place, FIRST_UID + 2000, 2) if not {str(n), str(n + 1)} & used)
    return Seat(offset, gateway, _named(f"reelm-{realm}", number), _named(f"reelm-{realm}-signer", number + 1))


def _next_free(ports: range, taken: Collection[int], is_free: Callable[[int], bool]) -> int:
    for port in ports:
        if port not in taken and is_free(port):
            return port
    raise CannotStart(f"There is no free port from {ports.start} on: give a lower one with --port.")


def _named(name: str, number: int) -> str:
    """The user of that name, if the operator has made one; else a number."""
    try:
        return pwd.getpwnam(name).pw_name
    except KeyError:
        return str(number)
