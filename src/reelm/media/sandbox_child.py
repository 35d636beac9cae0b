"""The first thing an untrusting subprocess runs: raise the walls around itself, then become the real command.

Started as `python -I -S sandbox_child.py PLAN`, so it imports nothing but the standard library. PLAN is JSON:
`argv`, `env`, `cwd`, `parent` (pid), `report` (file descriptor), `read` and `write` (paths), `execute` (paths),
`nice`, `rlimits` (name to number). It answers on the report descriptor with one JSON object: `barriers`, a list
of names, and `refused`, why the command was not started, or null; an exclamation mark follows if starting it
failed. Without `argv` it only reports.
"""

import ctypes
import errno
import json
import os
import platform
import resource
import signal
import stat
import struct
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_SECUREBITS, PR_SET_NO_NEW_PRIVS = 1, 22, 24, 28, 38
PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET = 47, 1
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
CLONE_THREAD, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWNET = 0x10000, 0x08000000, 0x10000000, 0x40000000

# Refused outright: (name, number on x86_64, number on aarch64); -1 where the machine has no such call.
# Sources: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h of Linux 6.12.
REFUSED = """
socket 41 198|connect 42 203|accept 43 202|sendto 44 206|recvfrom 45 207|sendmsg 46 211|recvmsg 47 212
bind 49 200|listen 50 201|socketpair 53 199|accept4 288 242|sendmmsg 307 269|recvmmsg 299 243
fork 57 -1|vfork 58 -1|kill 62 129|tkill 200 130|ptrace 101 117|execveat 322 281|memfd_create 319 279
shmget 29 194|semget 64 190|msgget 68 186|mq_open 240 180|syslog 103 116|personality 135 92|modify_ldt 154 -1
pivot_root 155 41|chroot 161 51|acct 163 89|mount 165 40|umount2 166 39|swapon 167 224|swapoff 168 225
reboot 169 142|sethostname 170 161|setdomainname 171 162|iopl 172 -1|ioperm 173 -1|quotactl 179 60
init_module 175 105|delete_module 176 106|finit_module 313 273|kexec_load 246 104|kexec_file_load 320 294
settimeofday 164 170|adjtimex 159 171|clock_settime 227 112|clock_adjtime 305 266
add_key 248 217|request_key 249 218|keyctl 250 219|unshare 272 97|setns 308 268|migrate_pages 256 238
move_pages 279 239|perf_event_open 298 241|fanotify_init 300 262|name_to_handle_at 303 264
open_by_handle_at 304 265|process_vm_readv 310 270|process_vm_writev 311 271|kcmp 312 272|bpf 321 280
userfaultfd 323 282|pidfd_send_signal 424 424|io_uring_setup 425 425|io_uring_enter 426 426
io_uring_register 427 427|open_tree 428 428|move_mount 429 429|fsopen 430 430|fsconfig 431 431|fsmount 432 432
fspick 433 433|pidfd_open 434 434|pidfd_getfd 438 438|process_madvise 440 440|mount_setattr 442 442
"""
LAST_KNOWN_CALL = 450
# name: (audit architecture, clone, clone3, tgkill, prlimit64)
MACHINES = {"x86_64": (0xC000003E, 56, 435, 234, 302), "aarch64": (0xC00000B7, 220, 435, 131, 261)}
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE = 1, 2, 4, 8, 1 << 14
BENEATH_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE


def _prctl(option: int, a: int = 0, b: int = 0, c: int = 0, d: int = 0) -> bool:
    long = ctypes.c_ulong
    return LIBC.prctl(option, long(a), long(b), long(c), long(d)) == 0


def enter_network_namespace() -> bool:
    """Leave the machine's network for one with no interface up; needs user namespaces, or root."""
    wanted = CLONE_NEWNET | CLONE_NEWIPC
    return LIBC.unshare(CLONE_NEWUSER | wanted) == 0 or LIBC.unshare(wanted) == 0


def find_way_in() -> int:
    """The rights by which this process goes through folders that are closed to its user, as bits; 0 for none.

    A realm's user has one where Python or this package lies below a closed folder such as root's home. They count
    in the first namespace only, so that whoever needs them can't have an empty network: seccomp keeps it out.
    """
    long = ctypes.c_ulong

    def is_held(capability: int) -> bool:
        return LIBC.prctl(PR_CAP_AMBIENT, long(PR_CAP_AMBIENT_IS_SET), long(capability), long(0), long(0)) == 1

    return sum(1 << one for one in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH) if is_held(one))


def drop_capabilities(keep: int = 0) -> None:
    """Give up every capability but those in `keep`, and the way root would get them back on exec. Best effort."""
    _prctl(PR_SET_SECUREBITS, 0b111111)
    for capability in range(64):
        if not _prctl(PR_CAPBSET_DROP, capability):
            break
    header, kept = struct.pack("=Ii", 0x20080522, 0), struct.pack("=IIIIII", keep, keep, keep, 0, 0, 0)
    LIBC.capset(header, kept)


def restrict_files(read: list[str], write: list[str], execute: list[str]) -> list[str]:
    """Landlock (kernel 5.13): see only `read`, change only beneath `write`, start only `execute`.

    From ABI 4 it also refuses TCP, from ABI 6 signals and abstract sockets. Returns the barriers now in force.
    """
    version = LIBC.syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return []
    files = (1 << 13) - 1
    for since, bit in ((2, 13), (3, 14), (5, 15)):
        files |= (1 << bit) if version >= since else 0
    attributes = struct.pack("=QQQ", files, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = LIBC.syscall(LANDLOCK_CREATE, attributes, ctypes.c_size_t(size), 0)
    if ruleset < 0:
        return []
    everything_but_run = files & ~EXECUTE
    for paths, access in ((read, READ_FILE | READ_DIR), (write, everything_but_run), (execute, EXECUTE | READ_FILE)):
        for path in paths:
            if not _allow_beneath(ruleset, path, access & files):
                return []
    if LIBC.syscall(LANDLOCK_RESTRICT, ruleset, 0) != 0:
        return []
    os.close(ruleset)
    return ["landlock", *(["landlock-tcp"] if version >= 4 else [])]


def _allow_beneath(ruleset: int, path: str, access: int) -> bool:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    allowed = access if stat.S_ISDIR(os.fstat(handle).st_mode) else access & BENEATH_A_FILE
    rule = struct.pack("=Qi", allowed, handle)
    added = LIBC.syscall(LANDLOCK_ADD, ruleset, 1, rule, 0) == 0
    os.close(handle)
    return added


def filter_calls() -> bool:
    """Seccomp: no sockets, no new processes (threads only), no tracing, no mounting, no call newer than we know."""
    machine = MACHINES.get(platform.machine())
    if machine is None or sys.byteorder != "little":
        return False
    program = b"".join(struct.pack("=HBBI", *step) for step in build_filter(platform.machine(), os.getpid()))
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("=HxxxxxxQ", len(program) // 8, ctypes.addressof(buffer))
    return LIBC.prctl(PR_SET_SECCOMP, ctypes.c_ulong(2), header, ctypes.c_ulong(0), ctypes.c_ulong(0)) == 0


def build_filter(machine: str, pid: int) -> list[tuple[int, int, int, int]]:
    """The filter as BPF steps (code, jump if true, jump if false, operand); see linux/filter.h, seccomp(2)."""
    audit, clone, clone3, tgkill, prlimit64 = MACHINES[machine]
    load, equal, above, bits, answer = 0x20, 0x15, 0x25, 0x45, 0x06
    allow, kill = 0x7FFF0000, 0x80000000
    refuse, unknown = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
    number, first_argument = 0, 16
    column = 1 if machine == "x86_64" else 2
    steps = [
        *((load, 0, 0, 4), (equal, 1, 0, audit), (answer, 0, 0, kill), (load, 0, 0, number)),
        *((above, 0, 1, LAST_KNOWN_CALL), (answer, 0, 0, unknown)),
        *((equal, 0, 1, clone3), (answer, 0, 0, unknown)),
    ]
    for entry in REFUSED.replace("\n", "|").strip("|").split("|"):
        refused_number = int(entry.split()[column])
        if refused_number >= 0:
            steps += [(equal, 0, 1, refused_number), (answer, 0, 0, refuse)]
    for checked, test, wanted in ((clone, bits, CLONE_THREAD), (tgkill, equal, pid), (prlimit64, equal, 0)):
        steps += [(equal, 0, 4, checked), (load, 0, 0, first_argument), (test, 1, 0, wanted)]
        steps += [(answer, 0, 0, refuse), (answer, 0, 0, allow)]
    return [*steps, (answer, 0, 0, allow)]


def limit_resources(rlimits: dict[str, int]) -> None:
    """Set each limit, soft and hard; one above what we may have becomes what we may have."""
    for name, wanted in rlimits.items():
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (value, value))


def raise_walls(plan: dict[str, list[str]]) -> list[str]:
    """Every barrier this machine has, outermost first. Returns the names of those in force."""
    barriers: list[str] = []
    if not _prctl(PR_SET_NO_NEW_PRIVS, 1):
        return barriers
    barriers.append("no-new-privileges")
    way_in = find_way_in()
    if not way_in and enter_network_namespace():
        barriers.append("network-namespace")
    drop_capabilities(keep=way_in)
    barriers += restrict_files(plan["read"], plan["write"], plan["execute"])
    if "landlock" not in barriers:
        drop_capabilities()  # nothing else would say which files the way in leads to
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if filter_calls():
        barriers.append("seccomp")
    return barriers


def main() -> None:
    """Carry out the plan given as the only argument."""
    plan = json.loads(sys.argv[1])
    report: int = plan["report"]
    os.set_inheritable(report, False)
    os.nice(plan["nice"])
    os.chdir(plan["cwd"])
    barriers = raise_walls(plan)
    refused: str | None = None
    if not {"network-namespace", "seccomp"} & set(barriers):
        refused = "no network barrier"
    elif os.getppid() != plan["parent"]:
        refused = "the caller is gone"
    os.write(report, json.dumps({"barriers": barriers, "refused": refused}).encode())
    if refused or not plan["argv"]:
        sys.exit(125 if refused else 0)
    limit_resources(plan["rlimits"])
    try:
        os.execve(plan["argv"][0], plan["argv"], plan["env"])  # noqa: S606 - a list of arguments, no shell
    finally:
        os.write(report, b"!")


if __name__ == "__main__":
    main()
