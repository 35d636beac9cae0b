"""BIND and Unbound load our zone: names of the app are gone, and no others. BIND lets an excepted client through."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from tests.conformance.devices.compiling import DOMAIN, compile_example, fleet_with_one_excepted
from tests.conformance.devices.resolving import EXCEPTED, STAFF, ask, bind, installed, unbound

from reelm.devices import EVERYBODY

ZONE = f"{EVERYBODY}.zone"
NAMES = {DOMAIN, f"www.{DOMAIN}", "a.b.shortvideo-cdn.example"}


def _ask_all(port: int, client: str = STAFF) -> set[str]:
    return {ask(port, name, client) for name in NAMES}


RESOLVERS = [pytest.param(bind, marks=installed("named")), pytest.param(unbound, marks=installed("unbound"))]
Resolver = Callable[[Path, bytes], AbstractContextManager[int]]


@pytest.mark.parametrize("resolver", RESOLVERS)
def test_names_of_a_suspended_app_are_gone_and_come_back_when_it_is_lifted(
    resolver: Resolver, tmp_path: Path
) -> None:
    lifted, suspended = (compile_example("rpz", lifted=one)[ZONE] for one in (True, False))
    for content, said in ((lifted, "NOERROR"), (suspended, "NXDOMAIN"), (lifted, "NOERROR")):
        with resolver(tmp_path / "resolver", content) as port:
            assert (_ask_all(port), ask(port, "control.example")) == ({said}, "NOERROR")


@installed("named")
def test_an_excepted_client_gets_the_names_that_others_do_not(tmp_path: Path) -> None:
    """Not so in Unbound 1.17, which goes on to names after it has let a client through (NLnetLabs/unbound#1029)."""
    zone = compile_example("rpz", fleet_with_one_excepted(EXCEPTED))[ZONE]
    with bind(tmp_path / "resolver", zone) as port:
        assert (_ask_all(port, STAFF), _ask_all(port, EXCEPTED)) == ({"NXDOMAIN"}, {"NOERROR"})
