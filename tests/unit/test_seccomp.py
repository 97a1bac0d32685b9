"""The system call filter, run by an interpreter of classic BPF: what is allowed, refused, or ends the process."""

import errno
import platform
import struct

import pytest

from gradkit.grader.sandbox.guest import seccomp

PID = 4321
ALLOW, KILL = "allow", "kill"
FURTHER = {  # numbers of system calls that the filter's own table does not name
    "x86_64": {
        **{"socket": 41, "connect": 42, "socketpair": 53, "fork": 57, "vfork": 58, "execve": 59, "rename": 82},
        **{"mkdir": 83, "creat": 85, "link": 86, "unlink": 87, "symlink": 88, "chmod": 90, "chown": 92, "ptrace": 101},
        **{"setuid": 105, "setrlimit": 160, "mount": 165, "chroot": 161, "reboot": 169, "tkill": 200},
        **{"setsid": 112, "shmget": 29, "mq_open": 240, "inotify_init": 253, "unshare": 272, "setns": 308},
        **{"process_vm_readv": 310, "memfd_create": 319, "execveat": 322, "bpf": 321, "perf_event_open": 298},
        **{"prctl": 157, "seccomp": 317, "keyctl": 250, "userfaultfd": 323, "ftruncate": 77, "sendmsg": 46},
        **{"rt_sigqueueinfo": 129, "setpriority": 141, "sched_setaffinity": 203, "kcmp": 312},
    },
    "aarch64": {
        **{"socket": 198, "connect": 203, "socketpair": 199, "execve": 221, "mkdirat": 34, "unlinkat": 35},
        **{"ptrace": 117, "setuid": 146, "mount": 40, "chroot": 51, "tkill": 130, "unshare": 97, "setns": 268},
        **{"process_vm_readv": 270, "memfd_create": 279, "execveat": 281, "bpf": 280, "prctl": 167},
    },
}
MACHINE = platform.machine()
NUMBERS = {**FURTHER.get(MACHINE, {}), **seccomp.NUMBERS.get(MACHINE, {})}
NAMING_A_PATH = {
    "x86_64": {
        **{"open": 2, "stat": 4, "lstat": 6, "access": 21, "getdents": 78, "chdir": 80, "readlink": 89, "statfs": 137},
        **{"getdents64": 217, "openat": 257, "newfstatat": 262, "readlinkat": 267, "faccessat": 269, "statx": 332},
        "faccessat2": 439,
    },
    "aarch64": {
        **{"statfs": 43, "faccessat": 48, "chdir": 49, "openat": 56, "getdents64": 61, "readlinkat": 78},
        **{"newfstatat": 79, "statx": 291, "faccessat2": 439},
    },
}.get(MACHINE, {})
NUMBERS |= NAMING_A_PATH
NEW = {"io_uring_setup": 425, "pidfd_open": 434, "clone3": 435, "openat2": 437, "pidfd_getfd": 438, "landlock": 446}
O_RDONLY, O_CLOEXEC, O_DIRECTORY, O_PATH = 0, 0o2000000, 0o200000, 0o10000000
O_WRONLY, O_RDWR, O_CREAT = 1, 2, 0o100


def verdict(number, *arguments, arch=None):
    """Run the filter on one system call; return allow, kill or the error's number."""
    arch = seccomp.AUDIT_ARCH[MACHINE] if arch is None else arch
    padded = [argument & 0xFFFFFFFFFFFFFFFF for argument in (*arguments, 0, 0, 0, 0, 0, 0)[:6]]
    record = struct.pack("<IIQ6Q", number, arch, 0, *padded)
    program = list(struct.iter_unpack("<HBBI", seccomp.build_filter(PID)))
    at = accumulator = 0
    while True:
        code, yes, no, k = program[at]
        at += 1
        if code == 0x20:  # BPF_LD | BPF_W | BPF_ABS
            (accumulator,) = struct.unpack_from("<I", record, k)
        elif code == 0x06:  # BPF_RET | BPF_K
            return {0x7FFF0000: ALLOW, 0x80000000: KILL}.get(k, k & 0xFFFF if k >> 16 == 0x0005 else k)
        else:  # BPF_JMP: JEQ, JGE, JSET with an immediate operand
            tests = {0x15: accumulator == k, 0x35: accumulator >= k, 0x45: bool(accumulator & k)}
            at += yes if tests[code] else no


def call(name, *arguments, **options):
    """Run the filter on a system call by its name; skips those that this machine does not have."""
    if name not in NUMBERS and name not in NEW:
        pytest.skip(f"{MACHINE} has no system call {name}")
    return verdict(NUMBERS.get(name, NEW.get(name)), *arguments, **options)


@pytest.fixture(autouse=True)
def _known_machine():
    """The filter exists for two machines."""
    if MACHINE not in seccomp.AUDIT_ARCH:
        pytest.skip(f"there is no filter for {MACHINE}")


@pytest.mark.parametrize(
    "name", "read write close fstat lseek mmap munmap mprotect brk futex getpid clock_gettime exit_group".split()
)
def test_what_numpy_and_python_need_is_allowed(name):
    """Memory, time, the channel and one's own end."""
    assert call(name) == ALLOW


@pytest.mark.parametrize("name", sorted(FURTHER.get(MACHINE, {})))
def test_what_is_not_in_the_list_is_refused(name):
    """Processes, sockets, signals, mounts, tracing, writing: not permitted."""
    assert call(name) == errno.EPERM


@pytest.mark.parametrize("name", sorted(NEW))
def test_newer_calls_do_not_exist(name):
    """io_uring and all that came later, as if the kernel were older."""
    assert call(name) == errno.ENOSYS


def test_every_number_has_a_verdict():
    """No number below a thousand falls out of the program, and none but those of the list is allowed."""
    verdicts = {number: verdict(number) for number in range(1000)}
    allowed = {number for number, one in verdicts.items() if one == ALLOW}
    assert allowed <= set(seccomp.NUMBERS[MACHINE].values())
    assert set(verdicts.values()) <= {ALLOW, errno.EPERM, errno.ENOSYS, errno.EAGAIN, errno.ENOTTY}


@pytest.mark.parametrize("name", ["kill", "tgkill"])
@pytest.mark.parametrize(("target", "expected"), [(PID, ALLOW), (PID + 1, errno.EPERM), (1, errno.EPERM)])
def test_signals_go_to_oneself_alone(name, target, expected):
    """abort() works, ending another process does not."""
    assert call(name, target, 6, 6) == expected


@pytest.mark.parametrize("target", [0, -1, -PID, PID << 32, 2**63])
def test_signals_to_groups_are_refused(target):
    """0 and negative numbers mean many processes at once."""
    assert call("kill", target, 9) == errno.EPERM


@pytest.mark.parametrize("name", sorted(seccomp.ABOUT_A_PROCESS))
@pytest.mark.parametrize(("process", "expected"), [(0, ALLOW), (PID, ALLOW), (1, errno.EPERM), (PID + 1, errno.EPERM)])
def test_a_guest_asks_about_itself_alone(name, process, expected):
    """Session and scheduling of other processes would tell which processes there are."""
    assert call(name, process) == expected


@pytest.mark.parametrize("flags", [O_RDONLY, O_CLOEXEC, O_DIRECTORY | O_CLOEXEC, O_PATH, O_WRONLY, O_RDWR, O_CREAT])
@pytest.mark.parametrize(("name", "position"), [("openat", 2), ("open", 1)])
def test_no_file_is_opened_in_whatever_way(name, position, flags):
    """Even a file that can only be read tells others that it was read."""
    assert call(name, *[0] * position, flags) == errno.EPERM


@pytest.mark.parametrize("name", sorted(NAMING_A_PATH))
def test_no_path_can_be_named(name):
    """Neither to look at a file, nor to list a folder, nor to ask whether either exists."""
    assert call(name) in (errno.EPERM, errno.ENOSYS)


@pytest.mark.parametrize("name", ["clock_gettime", "clock_getres"])
@pytest.mark.parametrize(
    ("clock", "expected"),
    [(0, ALLOW), (2, ALLOW), (11, ALLOW), (12, errno.EINVAL), (-6, errno.EINVAL), (~1 << 3 | 2, errno.EINVAL)],
)
def test_clocks_of_other_processes_are_refused(name, clock, expected):
    """They would tell which processes there are, and what they do."""
    assert call(name, clock) == expected


@pytest.mark.parametrize("flags", [0, 17, 0x10000000, 0x00010F00])
def test_neither_processes_nor_threads_are_made(flags):
    """fork() and threading fail as if the machine were full; clone3 sends the C library to clone."""
    assert call("clone", flags) == errno.EAGAIN
    assert call("clone3", flags) == errno.ENOSYS


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((0, 7, 0, 0x7FFF00000000), ALLOW),
        ((0, 7, 0x7FFF0000, 0), errno.EPERM),
        ((0, 7, 0x7FFF << 32, 0), errno.EPERM),
        ((1, 7, 0, 0x7FFF0000), errno.EPERM),
        ((PID, 7, 0, 0x7FFF0000), errno.EPERM),
    ],
    ids=["read own", "set own", "set own, high half", "of process 1", "by number"],
)
def test_limits_can_be_read_and_not_changed(arguments, expected):
    """prlimit64 for oneself with no new limits, in either half of the pointer."""
    assert call("prlimit64", *arguments) == expected


@pytest.mark.parametrize(
    ("name", "number", "expected"),
    [
        ("ioctl", 0x5401, ALLOW),
        ("ioctl", 0x541B, ALLOW),
        ("ioctl", 0x5412, errno.ENOTTY),
        ("ioctl", 0x8933, errno.ENOTTY),
        ("fcntl", 3, ALLOW),
        ("fcntl", 1030, ALLOW),
        ("fcntl", 8, errno.EPERM),
        ("fcntl", 10, errno.EPERM),
        ("fcntl", 1031, errno.EPERM),
    ],
)
def test_harmless_requests_alone_are_allowed(name, number, expected):
    """TIOCSTI types into a terminal, F_SETOWN and F_SETSIG send signals: refused."""
    assert call(name, 0, number) == expected


@pytest.mark.parametrize("arch", [0, 0x40000003, 0xC000003E, 0xC00000B7, 0x40000028])
def test_another_architecture_ends_the_process(arch):
    """Under another architecture every number means another call."""
    expected = ALLOW if arch == seccomp.AUDIT_ARCH[MACHINE] else KILL
    assert call("read", arch=arch) == expected


@pytest.mark.skipif(MACHINE != "x86_64", reason="x32 is a table of x86_64")
@pytest.mark.parametrize("number", [0, 2, 56, 59, 512, 520])
def test_the_x32_table_ends_the_process(number):
    """The second table of numbers would let every refused call through."""
    assert verdict(0x40000000 | number) == KILL


@pytest.mark.parametrize("number", [2**31, 2**32 - 1])
def test_impossible_numbers_are_not_allowed(number):
    """Whatever they are, they are not allowed."""
    assert verdict(number) in (KILL, errno.ENOSYS)


def test_the_program_fits_the_kernel():
    """Whole instructions, fewer than the kernel's 4096, every jump inside, a verdict at the end."""
    program = list(struct.iter_unpack("<HBBI", seccomp.build_filter(PID)))
    assert len(program) < 4096
    assert all(at + 1 + max(yes, no) < len(program) for at, (code, yes, no, _) in enumerate(program) if code & 7 == 5)
    assert program[-1][0] == 0x06


def test_an_allowed_table_has_no_number_twice():
    """A slip in a table would allow another call than the one it names."""
    for table in seccomp.NUMBERS.values():
        assert len(set(table.values())) == len(table)
