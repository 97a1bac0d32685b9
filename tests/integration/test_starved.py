"""Processes of the grader that get no memory, no processor or no steady clock: nobody loses a point.

Who was graded meanwhile is graded again, in a fresh guest or a fresh worker.
"""

import contextlib
import json
import os
import random
import re
import resource
import shutil
import signal
import time
from pathlib import Path

import pytest
from tests.processes import ended, family, finished, start, wait_until

MANY = 6
CGROUPS = Path("/sys/fs/cgroup/memory")
LONGER_THAN_A_CALL = 6.0


@pytest.fixture
def small_class(submitted, tmp_path):
    """Six copies of well-behaved submissions, each worth all points."""
    sources = sorted(submitted.glob("right-*/softmax/softmax.ipynb"))
    for number in range(MANY):
        folder = tmp_path / "submitted" / f"student-{number:02d}" / "softmax"
        folder.mkdir(parents=True)
        shutil.copyfile(sources[number % len(sources)], folder / "softmax.ipynb")
    return tmp_path / "submitted"


def graded(small_class, results, trouble, **environment):
    """Grade the class, make trouble for the grader's processes when it is under way; return all scores."""
    grader = start(small_class, results, "--jobs", 1, **environment)
    assert wait_until(lambda: len(finished(results)) >= 2)
    trouble(grader.pid)
    code, said = ended(grader)
    assert code == 0, said
    return [json.loads(path.read_bytes())["score"] for path in finished(results)]


def no_more_memory(parent):
    """Let the workers' address space grow no further."""
    for worker in family(parent)["worker"]:
        pages = int(Path(f"/proc/{worker}/statm").read_text().split()[0])
        limit = pages * resource.getpagesize()
        resource.prlimit(worker, resource.RLIMIT_AS, (limit, limit))


def no_more_files(parent):
    """Let the workers open no further file or socket."""
    for worker in family(parent)["worker"]:
        limit = len(list(Path(f"/proc/{worker}/fd").iterdir()))
        resource.prlimit(worker, resource.RLIMIT_NOFILE, (limit, limit))


def rest(role):
    """Return what stops the processes of a role for longer than a call may take."""

    def stop(parent):
        processes = [parent] if role == "parent" else family(parent)[role]
        assert wait_until(lambda: processes or processes.extend(family(parent)[role]))
        handles = [os.pidfd_open(process) for process in processes]
        for number, pause in ((signal.SIGSTOP, LONGER_THAN_A_CALL), (signal.SIGCONT, 0)):
            for handle in handles:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(handle, number)
            time.sleep(pause)
        for handle in handles:
            os.close(handle)

    return stop


TROUBLES = {
    "no memory": no_more_memory,
    "no files": no_more_files,
    "a stopped parent": rest("parent"),
    "a stopped worker": rest("worker"),
    "a stopped guest": rest("guest"),
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_a_starved_process_costs_nobody_a_point(small_class, tmp_path, trouble):
    """Everybody has all points at the end of the same run."""
    assert graded(small_class, tmp_path / "results", trouble) == [20] * MANY


@pytest.mark.parametrize("role", ["worker", "zygote"])
def test_the_kernel_takes_processes_for_want_of_memory(small_class, tmp_path, role):
    """Its out-of-memory killer ends a worker, or a zygote's guests: they are graded again elsewhere."""
    own = re.search(r":memory:/(.*)", Path("/proc/self/cgroup").read_text())
    group = CGROUPS / (own[1] if own else "") / f"gradkit-test-{os.getpid()}"
    try:
        group.mkdir()
        (group / "memory.limit_in_bytes").write_text("1M")
    except OSError as error:
        pytest.skip(f"no group of processes with limited memory can be made here: {error.strerror}")

    def squeeze(parent):
        for process in family(parent)[role]:
            with contextlib.suppress(OSError):
                (group / "cgroup.procs").write_text(str(process))

    try:
        assert graded(small_class, tmp_path / "results", squeeze) == [20] * MANY
        assert int(re.search(r"oom_kill (\d+)", (group / "memory.oom_control").read_text())[1]) > 0
    finally:
        wait_until(lambda: not (group / "cgroup.procs").read_text(), 10)
        group.rmdir()


def test_a_clock_that_jumps_changes_nothing(small_class, tmp_path):
    """Years forth and back, all the time: limits are kept by a clock that nobody can set."""
    library = next(iter(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")), None)
    if library is None:
        pytest.skip("faketime is not installed")
    stamp = tmp_path / "time"
    stamp.write_text("2031-01-01 00:00:00")
    years = random.Random(0).choices(range(1980, 2100), k=100)  # noqa: S311 - no secret

    def jump(parent):
        for year in years:
            stamp.write_text(f"{year}-02-03 04:05:06")
            time.sleep(0.02)

    fake = {"LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(stamp), "FAKETIME_NO_CACHE": "1"}
    results = tmp_path / "results"
    assert graded(small_class, results, jump, **fake, FAKETIME_DONT_FAKE_MONOTONIC="1") == [20] * MANY
    years = {json.loads(path.read_bytes())["audit"]["graded_at"][:4] for path in finished(results)}
    assert len(years) > 1, "the clock was not moved"
