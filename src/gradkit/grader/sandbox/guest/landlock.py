"""Landlock: the kernel refuses every file outside a short list, whatever the process tries.

It needs no privilege (Linux 5.13). It does not cover stat, chmod, sockets with a path or UDP: seccomp does.
The numbers are those of the kernel's ``linux/landlock.h``.
"""

import ctypes
import os
import struct

from . import linux

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
READ_FILE, READ_DIR = 1 << 2, 1 << 3
FILE_RIGHTS_BY_ABI = {
    1: (1 << 13) - 1,
    2: (1 << 14) - 1,
    3: (1 << 15) - 1,
    4: (1 << 15) - 1,
    5: (1 << 16) - 1,
}
TCP_BIND_AND_CONNECT = 3
ABSTRACT_SOCKETS_AND_SIGNALS = 3


def abi() -> int:
    """Return the version of Landlock in the running kernel, 0 if there is none."""
    try:
        return linux.syscall(CREATE_RULESET, 0, 0, 1)
    except OSError:
        return 0


def allow_reading_only(paths: list[str]) -> None:
    """Leave this process nothing but reading below ``paths``; raises OSError where Landlock is missing.

    The rules are built in the process that they confine: a ruleset is shared mutable state.
    """
    version = linux.syscall(CREATE_RULESET, 0, 0, 1)
    files = FILE_RIGHTS_BY_ABI[min(version, 5)]
    network = TCP_BIND_AND_CONNECT if version >= 4 else 0
    scopes = ABSTRACT_SOCKETS_AND_SIGNALS if version >= 6 else 0
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    handled = ctypes.create_string_buffer(struct.pack("<QQQ", files, network, scopes))
    ruleset = linux.syscall(CREATE_RULESET, handled, size, 0)
    for path in paths:
        _allow_reading(ruleset, path)
    linux.syscall(RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _allow_reading(ruleset: int, path: str) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # not there, or out of this user's reach: confined all the more
        return
    rights = READ_FILE | READ_DIR if os.path.isdir(path) else READ_FILE  # noqa: PTH112 - no pathlib in a guest
    rule = ctypes.create_string_buffer(struct.pack("<Qi", rights, place))
    try:
        linux.syscall(ADD_RULE, ruleset, 1, rule, 0)
    finally:
        os.close(place)
