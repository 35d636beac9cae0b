"""What the seccomp filter answers, by running it: a small machine for classic BPF (`linux/filter.h`)."""

import errno
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.media.sandbox_child import LAST_KNOWN_CALL, MACHINES, REFUSED, build_filter

PID = 4321
ALLOW, KILL = 0x7FFF0000, 0x80000000
EPERM, ENOSYS = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
machines = pytest.mark.parametrize("machine", sorted(MACHINES))


def answer(machine: str, call: int, first: int = 0, audit: int | None = None) -> int:
    data = struct.pack("=iIQ6Q", call, audit or MACHINES[machine][0], 0, first, 0, 0, 0, 0, 0)
    steps, at, held = build_filter(machine, PID), 0, 0
    while True:
        code, yes, no, operand = steps[at]
        at += 1
        match code:
            case 0x20:
                (held,) = struct.unpack_from("=I", data, operand)
            case 0x15:
                at += yes if held == operand else no
            case 0x25:
                at += yes if held > operand else no
            case 0x45:
                at += yes if held & operand else no
            case _:
                assert code == 0x06
                return operand


def numbers(machine: str) -> dict[str, int]:
    column = 1 if machine == "x86_64" else 2
    entries = (entry.split() for entry in REFUSED.replace("\n", "|").strip("|").split("|"))
    return {entry[0]: int(entry[column]) for entry in entries if int(entry[column]) >= 0}


@machines
def test_sockets_processes_and_tracing_are_refused(machine: str) -> None:
    listed = numbers(machine)
    assert {"socket", "connect", "sendto", "ptrace", "io_uring_setup", "kill", "mount", "bpf"} <= set(listed)
    for call in listed.values():
        assert answer(machine, call) == EPERM


@machines
def test_threads_may_be_started_and_processes_not(machine: str) -> None:
    clone, clone3 = MACHINES[machine][1:3]
    assert answer(machine, clone, 0x3D0F00) == ALLOW
    assert answer(machine, clone, 0x11) == EPERM
    assert answer(machine, clone3) == ENOSYS


@machines
def test_signals_and_limits_reach_only_oneself(machine: str) -> None:
    tgkill, prlimit64 = MACHINES[machine][3:5]
    assert (answer(machine, tgkill, PID), answer(machine, tgkill, 1)) == (ALLOW, EPERM)
    assert (answer(machine, prlimit64, 0), answer(machine, prlimit64, 1)) == (ALLOW, EPERM)


@machines
def test_another_architecture_is_killed_and_unknown_calls_do_not_exist(machine: str) -> None:
    assert answer(machine, 0, audit=0x40000003) == KILL
    assert answer(machine, LAST_KNOWN_CALL + 1) == ENOSYS
    assert answer(machine, 0x40000000 | 41) == ENOSYS


@given(st.sampled_from(sorted(MACHINES)), st.integers(0, LAST_KNOWN_CALL))
def test_everything_else_is_allowed(machine: str, call: int) -> None:
    special = {*numbers(machine).values(), *MACHINES[machine][1:]}
    if call not in special:
        assert answer(machine, call) == ALLOW
