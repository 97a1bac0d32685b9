"""Linux system calls that Python does not offer, through the C library."""

import ctypes
import os
import platform
import resource
import struct
from typing import Any

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWPID = 0x00020000, 0x08000000, 0x20000000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 24, 38
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
CAPABILITY_VERSION_3 = 0x20080522
CAPSET = {"x86_64": 126, "aarch64": 91}
CLOSE_RANGE = 436

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def _checked(result: int, name: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def prctl(option: int, *arguments: int) -> int:
    """Make the system call for properties of this process; raises OSError."""
    padded = [ctypes.c_ulong(a) for a in (*arguments, 0, 0, 0, 0)[:4]]
    return _checked(_libc.prctl(ctypes.c_int(option), *padded), f"prctl({option})")


def syscall(number: int, *arguments: Any) -> int:
    """Call the system call of this number; integers are passed as long, buffers as pointers."""
    converted = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return _checked(_libc.syscall(ctypes.c_long(number), *converted), f"system call {number}")


def unshare(flags: int) -> None:
    """Move this process into new namespaces; raises OSError."""
    _checked(_libc.unshare(ctypes.c_int(flags)), "unshare")


def setns(descriptor: int, flags: int) -> None:
    """Join the namespaces of the process behind a pidfd; raises OSError."""
    _checked(_libc.setns(ctypes.c_int(descriptor), ctypes.c_int(flags)), "setns")


def close_from(descriptor: int) -> None:
    """Close every file descriptor from this number on."""
    syscall(CLOSE_RANGE, descriptor, 0xFFFFFFFF, 0)


def die_with_parent() -> None:
    """Ask the kernel to kill this process when the thread that started it ends."""
    prctl(PR_SET_PDEATHSIG, 9)


def drop_capabilities() -> None:
    """Empty every capability set of this process, the bounding set as far as that is allowed."""
    for option, arguments in (
        (PR_CAP_AMBIENT, (PR_CAP_AMBIENT_CLEAR_ALL,)),
        *((PR_CAPBSET_DROP, (number,)) for number in range(64)),
    ):
        try:
            prctl(option, *arguments)
        except OSError:  # unknown to this kernel, or no right to: no_new_privs makes the set useless
            continue
    header = struct.pack("<Ii", CAPABILITY_VERSION_3, 0)
    number = CAPSET[platform.machine()]
    syscall(number, ctypes.create_string_buffer(header), ctypes.create_string_buffer(bytes(24)))


def limit_resources(memory: int, cpu_seconds: int, open_files: int) -> None:
    """Set the resource limits of a guest: ``memory`` in bytes of address space, CPU time in seconds, descriptors.

    Soft and hard limits are equal, so that a handler for SIGXCPU cannot buy time.
    """
    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: open_files,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
        resource.RLIMIT_SIGPENDING: 64,
    }
    for which, wanted in limits.items():
        _, hard = resource.getrlimit(which)
        value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(which, (value, value))
