"""Puts a freshly forked guest behind every layer that its rung of the ladder promises."""

import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from . import landlock, linux, seccomp

NOBODY = 65534


@dataclass(frozen=True)
class Settings:
    """What the grader wants of a guest.

    Attributes:
        layers: names out of ``namespaces nobody landlock seccomp limits``.
        readable: paths that Landlock leaves readable.
        memory: address space in bytes.
        cpu_seconds: CPU time in seconds for the guest's whole life.
        open_files: descriptors that may be open at once.
    """

    layers: frozenset[str]
    readable: tuple[str, ...]
    memory: int
    cpu_seconds: int
    open_files: int

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> "Settings":
        """Return the settings in the grader's first message."""
        return cls(
            frozenset(message["layers"]),
            tuple(message["readable"]),
            message["memory"],
            message["cpu_seconds"],
            message["open_files"],
        )


def confine(channel: int, settings: Settings) -> tuple[str, ...]:
    """Confine this process for good, keeping only ``channel`` (as descriptor 3); return the layers applied.

    Raises OSError if any layer cannot be applied: a guest that is less confined than it was asked to
    be must never run student code.
    """
    linux.die_with_parent()
    os.setsid()
    _keep_only(channel)
    applied = ["descriptors"]
    steps: tuple[tuple[str, Callable[[], object]], ...] = (
        ("namespaces", lambda: linux.unshare(linux.CLONE_NEWNS | linux.CLONE_NEWIPC)),
        ("nobody", _become_nobody),
        ("limits", lambda: linux.limit_resources(settings.memory, settings.cpu_seconds, settings.open_files)),
        ("capabilities", _give_up_privileges),
        ("landlock", lambda: landlock.allow_reading_only(list(settings.readable))),
        ("seccomp", lambda: seccomp.confine(seccomp.own_filter())),
    )
    for name, apply in steps:
        if name in settings.layers:
            apply()
            applied.append(name)
    _forget_the_surroundings()
    return tuple(applied)


def _keep_only(channel: int) -> None:
    """Close everything but the channel, and connect the standard streams to nothing."""
    channel = os.dup2(channel, 50)
    nothing = os.open("/dev/null", os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.dup2(channel, 3)
    linux.close_from(4)


def _become_nobody() -> None:
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        # Changing the user clears this wish of the process: ask again.
        linux.die_with_parent()


def _give_up_privileges() -> None:
    linux.drop_capabilities()
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    linux.prctl(linux.PR_SET_DUMPABLE, 0)  # no core is handed to a program outside, whatever the limit says


def _forget_the_surroundings() -> None:
    os.environ.clear()
    os.environ.update(PATH="/usr/bin:/bin", HOME="/", LANG="C.UTF-8", OPENBLAS_NUM_THREADS="1")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
