"""Starts the grader, finds the processes that belong to it, and waits for what they do; never looks for a name."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
# A test run in the background may have been told to ignore Ctrl-C, and would hand that down.
PROGRAM = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
PROGRAM += "; from gradkit.grader.cli import main; main()"
GRADE = [sys.executable, "-c", PROGRAM, "grade", "softmax"]


def start(submitted, results, *options, **environment):
    """Start the grader in a process group of its own, with folders of its own: nothing is landed."""
    return start_in(ROOT, "--submitted", submitted, "--results", results, *options, **environment)


def start_in(course, *options, before=(), **environment):
    """Start ``gradkit grade softmax`` in a course, in a process group of its own, behind another program's words."""
    return subprocess.Popen(
        [*map(str, before), *GRADE, *map(str, options)],
        cwd=course,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def ended(grader, seconds=300):
    """Wait until the grader has ended; return its exit code and what it said on standard error."""
    _, said = grader.communicate(timeout=seconds)
    return grader.returncode, said.decode()


def finished(results):
    """Return the finished results with the times at which they were written."""
    return {path: path.stat().st_mtime_ns for path in results.glob("*/softmax.json")}


def descendants(pid):
    """Return the process ids of all children, grandchildren and so on."""
    return [process for child in _children(pid) for process in (child, *descendants(child))]


def family(pid):
    """Return the processes that descend from a grader: {"worker" | "zygote" | "guest": process ids}.

    Zygotes are bubblewrap's processes and the one inside it; guests are that one's children.
    """
    roles = {"worker": [], "zygote": [], "guest": []}
    _sort(pid, "parent", roles)
    return roles


def _sort(pid, role, roles):
    for child in _children(pid):
        line = command_line(child)
        if role in ("inner", "guest"):  # a zygote's child, whose command line is the zygote's own
            mine, kept = "guest", "guest"
        elif b"bwrap" in line.split(b"\0")[0] or b"sandbox.guest.zygote" in line:
            mine, kept = "zygote" if b"bwrap" in line.split(b"\0")[0] else "inner", "zygote"
        elif b"multiprocessing.spawn" in line:
            mine, kept = "worker", "worker"
        else:
            continue
        roles[kept].append(child)
        _sort(child, mine, roles)


def _children(pid):
    found = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found


def command_line(pid):
    """Return a process's command line, empty if it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def is_running(pid):
    """Tell whether a process is there and not only waiting to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition, seconds=60.0):
    """Wait for a condition, for a bounded time; return whether it came true."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
