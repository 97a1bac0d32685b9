"""Clocks of another process: one runs while it computes, the other while it waits for a processor."""

import math
import os
import signal
import subprocess
import sys
import time

import pytest

from gradkit.grader.sandbox import clocks as module
from gradkit.grader.sandbox.clocks import cpu_clock, is_stopped, queue_clock

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


def test_waiting_for_a_processor_is_seen(process):
    """Of two that compute on one processor, each waits while the other has it."""
    processor = {min(os.sched_getaffinity(0))}
    both = [process(BUSY) for _ in range(2)]
    for busy, _ in both:
        os.sched_setaffinity(busy.pid, processor)
    clocks = [queue_clock(handle) for _, handle in both]
    if not clocks[0]():
        pytest.skip("this kernel does not tell how long a process waits")
    before = [clock() for clock in clocks]
    time.sleep(0.4)
    assert sum(clock() - start for clock, start in zip(clocks, before, strict=True)) > 0.2


@pytest.mark.parametrize("handle", [-1, 10**6])
def test_where_the_kernel_does_not_tell_nothing_has_waited(handle):
    """Nobody gets more time without a reason."""
    assert queue_clock(handle)() == 0.0


def test_a_process_that_rests_is_told_from_one_that_waits(process):
    """Only a signal makes it rest; nobody knows of one that is gone."""
    program, handle = process(IDLE)
    assert not is_stopped(handle)
    program.send_signal(signal.SIGSTOP)
    os.waitpid(program.pid, os.WUNTRACED)
    assert is_stopped(handle)
    program.kill()
    program.wait()
    assert not is_stopped(handle)
