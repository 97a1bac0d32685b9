"""The CPU clock of another process: it runs while that process computes, and only then."""

import math
import os
import signal
import subprocess
import sys
import time

import pytest

from gradkit.grader.sandbox import cpu_clock as module
from gradkit.grader.sandbox.cpu_clock import cpu_clock

BUSY = "print('ready', flush=True)\nwhile True: pass"
IDLE = "import time\nprint('ready', flush=True)\ntime.sleep(600)"


@pytest.fixture
def process():
    """Start a program that says when it is ready; it is ended after the test."""
    started = []

    def start(source):
        started.append(subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE))
        started[-1].stdout.readline()
        return started[-1], os.pidfd_open(started[-1].pid)

    yield start
    for one in started:
        one.kill()
        one.wait()
        one.stdout.close()


def test_it_runs_while_the_process_computes(process):
    """Every look at it finds more, until a tenth of a second is there."""
    clock = cpu_clock(process(BUSY)[1])
    start = clock()
    while clock() < start + 0.1:
        pass
    assert clock() >= start + 0.1


def test_it_stands_while_the_process_sleeps(process):
    """Waiting costs nothing, so a busy machine makes nobody slow."""
    clock = cpu_clock(process(IDLE)[1])
    start = clock()
    end = time.monotonic() + 0.2
    while time.monotonic() < end:
        pass
    assert clock() - start < 0.1


def test_a_process_that_is_gone_has_used_up_everything(process):
    """Whoever ends before the clock is read proves nothing."""
    busy, handle = process(BUSY)
    clock = cpu_clock(handle)
    signal.pidfd_send_signal(handle, signal.SIGKILL)
    busy.wait()
    assert clock() == math.inf


@pytest.mark.parametrize("handle", [-1, 10**6])
def test_where_the_kernel_does_not_tell_it_is_wall_clock_time(handle):
    """Without /proc, or for a descriptor of nothing."""
    assert cpu_clock(handle) is time.monotonic


def test_a_descriptor_of_something_else_is_no_process():
    """A file has no CPU time."""
    read, write = os.pipe()
    try:
        assert cpu_clock(read) is time.monotonic
    finally:
        os.close(read)
        os.close(write)


def test_a_clock_that_cannot_be_read_is_replaced(process, monkeypatch):
    """A kernel that refuses other processes' clocks."""

    class Refusing:
        monotonic = time.monotonic

        @staticmethod
        def clock_gettime(clock):
            raise OSError

    monkeypatch.setattr(module, "time", Refusing)
    assert cpu_clock(process(IDLE)[1]) is time.monotonic
