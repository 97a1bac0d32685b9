"""Reads times and state of another process from the kernel: student code can neither stop these clocks nor lie here."""

import math
import re
import time
from collections.abc import Callable
from pathlib import Path

PROCESS_CLOCK = 2  # CPUCLOCK_SCHED: all threads of a process, in nanoseconds


def cpu_clock(handle: int) -> Callable[[], float]:
    """Return a function that tells the CPU seconds that the process behind a pidfd has used so far.

    Once the process is gone it tells infinity. Where the kernel does not tell at all (a container without
    /proc, say), it tells wall-clock time.
    """
    pid = _pid_of(handle)
    if pid is None:
        return time.monotonic
    clock = ~pid << 3 | PROCESS_CLOCK  # as clock_getcpuclockid(3) makes it

    def seconds() -> float:
        try:
            return time.clock_gettime(clock)
        except OSError:
            return math.inf

    return seconds if math.isfinite(seconds()) else time.monotonic


def queue_clock(handle: int) -> Callable[[], float]:
    """Return a function that tells for how long the process behind a pidfd was ready to run but had no processor.

    In seconds, of its first thread: guests have no other. 0 where the kernel does not tell, or no longer.
    """
    path = Path(f"/proc/{_pid_of(handle)}/schedstat")

    def seconds() -> float:
        try:
            return int(path.read_text().split()[1]) / 1e9
        except (OSError, ValueError, IndexError):
            return 0.0

    return seconds


def is_stopped(handle: int) -> bool:
    """Tell whether the process behind a pidfd rests because of a signal; False where the kernel does not tell."""
    try:
        return Path(f"/proc/{_pid_of(handle)}/stat").read_text().rpartition(")")[2].split()[0] in "Tt"
    except (OSError, IndexError):
        return False


def _pid_of(handle: int) -> int | None:
    try:
        found = re.search(r"^Pid:\s*(\d+)$", Path(f"/proc/self/fdinfo/{handle}").read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) if found else None
