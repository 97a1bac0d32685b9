"""Seccomp: a list of the system calls that a guest may make; the kernel refuses the others.

What numpy and the interpreter need is allowed. Starting processes or threads, sockets, signals to others, mounting,
tracing and files are not: no path may even be named, for a file that can only be read still carries messages from
guest to guest, by its time of access or by being in the page cache. What students import is there beforehand.
"""

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Callable

from . import linux

AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X86_64 = {
    **{"read": 0, "write": 1, "close": 3, "fstat": 5, "poll": 7},
    **{"lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12, "rt_sigaction": 13},
    **{"rt_sigprocmask": 14, "rt_sigreturn": 15, "ioctl": 16, "pread64": 17, "pwrite64": 18, "readv": 19},
    **{"writev": 20, "pipe": 22, "select": 23, "sched_yield": 24, "mremap": 25, "madvise": 28},
    **{"dup": 32, "dup2": 33, "pause": 34, "nanosleep": 35, "getitimer": 36, "getpid": 39, "clone": 56},
    **{"exit": 60, "kill": 62, "uname": 63, "fcntl": 72, "getcwd": 79},
    **{"gettimeofday": 96, "getrlimit": 97, "getrusage": 98, "sysinfo": 99, "times": 100},
    **{"getuid": 102, "getgid": 104, "geteuid": 107, "getegid": 108, "getppid": 110, "getpgrp": 111},
    **{"getgroups": 115, "getsid": 124, "rt_sigpending": 127, "sigaltstack": 131},
    **{"fstatfs": 138, "sched_getparam": 143, "sched_getscheduler": 145, "gettid": 186, "time": 201},
    **{"futex": 202, "sched_getaffinity": 204, "set_tid_address": 218},
    **{"restart_syscall": 219, "clock_gettime": 228, "clock_getres": 229, "clock_nanosleep": 230},
    **{"exit_group": 231, "tgkill": 234},
    **{"pselect6": 270, "ppoll": 271, "set_robust_list": 273, "dup3": 292, "pipe2": 293},
    **{"prlimit64": 302, "getcpu": 309, "getrandom": 318, "membarrier": 324, "rseq": 334},
    **{"clone3": 435},
}
AARCH64 = {
    **{"getcwd": 17, "dup": 23, "dup3": 24, "fcntl": 25, "ioctl": 29, "fstatfs": 44},
    **{"close": 57, "pipe2": 59, "lseek": 62},
    **{"read": 63, "write": 64, "readv": 65, "writev": 66, "pread64": 67, "pwrite64": 68, "pselect6": 72},
    **{"ppoll": 73, "fstat": 80, "exit": 93, "exit_group": 94},
    **{"set_tid_address": 96, "futex": 98, "set_robust_list": 99, "nanosleep": 101, "getitimer": 102},
    **{"clock_gettime": 113, "clock_getres": 114, "clock_nanosleep": 115, "sched_getscheduler": 120},
    **{"sched_getparam": 121, "sched_getaffinity": 123, "sched_yield": 124, "restart_syscall": 128},
    **{"kill": 129, "tgkill": 131, "sigaltstack": 132, "rt_sigaction": 134, "rt_sigprocmask": 135},
    **{"rt_sigpending": 136, "rt_sigreturn": 139, "times": 153, "getsid": 156, "getgroups": 158},
    **{"uname": 160, "getrusage": 165, "getcpu": 168, "gettimeofday": 169, "getpid": 172, "getppid": 173},
    **{"getuid": 174, "geteuid": 175, "getgid": 176, "getegid": 177, "gettid": 178, "sysinfo": 179},
    **{"brk": 214, "munmap": 215, "mremap": 216, "clone": 220, "mmap": 222, "mprotect": 226, "madvise": 233},
    **{"prlimit64": 261, "getrandom": 278, "membarrier": 283, "rseq": 293, "clone3": 435},
}
NUMBERS = {"x86_64": X86_64, "aarch64": AARCH64}
# Asked of other processes, these tell which there are.
ABOUT_A_PROCESS = {"getsid", "sched_getparam", "sched_getscheduler", "sched_getaffinity"}
HARMLESS_IOCTLS = (0x5401, 0x541B, 0x5450, 0x5451, 0x5413)  # TCGETS FIONREAD FIONCLEX FIOCLEX TIOCGWINSZ
CLOCKS = tuple(range(12))  # those of other processes have negative numbers
# F_DUPFD, F_GET/SETFD, F_GET/SETFL, F_DUPFD_CLOEXEC, F_GET_SEALS
HARMLESS_FCNTLS = (0, 1, 2, 3, 4, 1030, 1034)
FIRST_NEW_SYSCALL = 425  # io_uring and all that came later: as if the kernel were older
FIRST_X32_SYSCALL = 0x40000000  # a second table of numbers for the same calls

# SIGKILL, and all that would stop this process: who sees a guest end or rest so knows that it came from outside.
NEVER_TO_ONESELF = (9, 19, 20, 21, 22)

KILL, ERRNO, ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE = 0, 4
SECCOMP_MODE_FILTER = 2


def _argument(index: int) -> int:
    return 16 + 8 * index


class Program:
    """A filter in classic BPF, assembled front to back; jumps only skip forward."""

    def __init__(self) -> None:
        self.code: list[tuple[int, int, int, int]] = []

    def load(self, offset: int) -> None:
        """Put four bytes of the system call's record into the accumulator."""
        self.code.append((LOAD, 0, 0, offset))

    def give(self, verdict: int) -> None:
        """End with this verdict."""
        self.code.append((RETURN, 0, 0, verdict))

    def when(self, test: int, operand: int, body: Callable[[], None]) -> None:
        """Run ``body`` only if the accumulator passes the test."""
        at = len(self.code)
        self.code.append((test, 0, 0, operand))
        body()
        self.code[at] = (test, 0, len(self.code) - at - 1, operand)

    def unless(self, test: int, operand: int, verdict: int) -> None:
        """End with this verdict if the accumulator fails the test."""
        self.code.append((test, 1, 0, operand))
        self.give(verdict)

    def allow_if(self, test: int, operand: int) -> None:
        """End with ALLOW if the accumulator passes the test."""
        self.when(test, operand, lambda: self.give(ALLOW))

    def assembled(self) -> bytes:
        """Return the program as the kernel reads it."""
        return b"".join(struct.pack("<HBBI", code, yes, no, k) for code, yes, no, k in self.code)


def build_filter(pid: int) -> bytes:
    """Return the filter for a guest whose process id is ``pid`` (in its own namespace).

    Args:
        pid: the only process that the guest may send a signal to: itself, and nothing that kills or stops it outright.
    """
    machine = platform.machine()
    numbers = NUMBERS[machine]
    program = Program()
    program.load(ARCHITECTURE)
    program.unless(EQUAL, AUDIT_ARCH[machine], KILL)
    program.load(NUMBER)
    if machine == "x86_64":
        program.when(AT_LEAST, FIRST_X32_SYSCALL, lambda: program.give(KILL))
    conditions = _conditions(program, pid)
    for name in sorted(set(numbers) - set(conditions)):
        program.allow_if(EQUAL, numbers[name])
    for name, body in conditions.items():
        if name in numbers:
            program.when(EQUAL, numbers[name], body)
    program.when(AT_LEAST, FIRST_NEW_SYSCALL, lambda: program.give(ERRNO | errno.ENOSYS))
    program.give(ERRNO | errno.EPERM)
    return program.assembled()


def _conditions(program: Program, pid: int) -> dict[str, Callable[[], None]]:
    """Return, for each system call that depends on its arguments, what decides; each body ends with a verdict."""
    return {
        "kill": lambda: _if_to_oneself(program, pid, signal=1),
        "tgkill": lambda: _if_to_oneself(program, pid, signal=2),
        "ioctl": lambda: _if_among(program, 1, HARMLESS_IOCTLS, errno.ENOTTY),
        "fcntl": lambda: _if_among(program, 1, HARMLESS_FCNTLS, errno.EPERM),
        "prlimit64": lambda: _if_reading_own_limits(program),
        **dict.fromkeys(ABOUT_A_PROCESS, lambda: _if_among(program, 0, (0, pid), errno.EPERM)),
        "clone": lambda: program.give(ERRNO | errno.EAGAIN),
        # clone3 keeps its flags behind a pointer that a filter cannot follow: as if it did not exist.
        "clone3": lambda: program.give(ERRNO | errno.ENOSYS),
        "clock_gettime": lambda: _if_among(program, 0, CLOCKS, errno.EINVAL),
        "clock_getres": lambda: _if_among(program, 0, CLOCKS, errno.EINVAL),
    }


def _if_among(program: Program, argument: int, allowed: tuple[int, ...], error: int) -> None:
    program.load(_argument(argument))
    for value in allowed:
        program.allow_if(EQUAL, value)
    program.give(ERRNO | error)


def _if_to_oneself(program: Program, pid: int, signal: int) -> None:
    """Allow a signal, which is the argument of number ``signal``, to the guest itself unless it kills or stops it."""
    program.load(_argument(0))
    program.unless(EQUAL, pid, ERRNO | errno.EPERM)
    program.load(_argument(signal))
    for number in NEVER_TO_ONESELF:
        program.when(EQUAL, number, lambda: program.give(ERRNO | errno.EPERM))
    program.give(ALLOW)


def _if_reading_own_limits(program: Program) -> None:
    """Allow reading one's own limits: process 0 (oneself), new limits NULL (both halves of the pointer)."""
    for offset in (_argument(0), _argument(2), _argument(2) + 4):
        program.load(offset)
        program.unless(EQUAL, 0, ERRNO | errno.EPERM)
    program.give(ALLOW)


class _SockFprog(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def confine(program: bytes) -> None:
    """Put this process and all its future children under the filter for ever; raises OSError."""
    buffer = ctypes.create_string_buffer(program, len(program))
    fprog = _SockFprog(len(program) // 8, ctypes.addressof(buffer))
    linux.prctl(linux.PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(fprog))


def own_filter() -> bytes:
    """Return the filter for the calling process."""
    return build_filter(os.getpid())
