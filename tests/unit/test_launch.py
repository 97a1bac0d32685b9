"""Zygotes and guests: started, confined as promised, ended through their pidfd, replaced when they die."""

import os
import re
import select
import signal
import sys
from pathlib import Path

import pytest

from gradkit.grader.errors import GuestFault
from gradkit.grader.model import Limits
from gradkit.grader.sandbox import probe, wire
from gradkit.grader.sandbox.ladder import Rung
from gradkit.grader.sandbox.launch import Sandbox, Zygote

SECONDS, BYTES = 10, 1 << 20


@pytest.fixture(scope="module")
def rung():
    """The strongest rung of this machine."""
    return probe.choose()


@pytest.fixture(scope="module")
def zygote(rung):
    """A running zygote."""
    zygote = Zygote(rung, Limits(memory_mb=1024, cpu_seconds=10))
    yield zygote
    zygote.close()


def prepared(guest, source, name="f"):
    """Run a cell in a guest and return the guest."""
    for kind, values in ((wire.Kind.PREPARE, [[(1, source)], [name], True]), (wire.Kind.EXECUTE, [])):
        guest.ask(kind, values, SECONDS, BYTES)
    return guest


def value(guest):
    """Call f and return what it returned."""
    kind, values = guest.ask(wire.Kind.CALL, ["f", [], 0], SECONDS, BYTES)
    assert kind == wire.Kind.RESULT, values
    return values[0]


def test_a_guest_answers(zygote):
    """It has said hello with every layer, prepares, executes and calls."""
    guest = zygote.spawn()
    assert value(prepared(guest, "def f(): return 7")) == 7
    guest.kill()


def test_a_killed_guest_ended_by_our_signal(zygote):
    """kill() tells how the guest ended; a second time it tells the same."""
    guest = zygote.spawn()
    end = guest.kill()
    assert os.WTERMSIG(end.status) == signal.SIGKILL
    assert guest.kill() == end
    assert end.peak > 1 << 20


def test_a_guest_that_exits_tells_its_status(zygote):
    """The wait status is the guest's own."""
    guest = prepared(zygote.spawn(), "import os\ndef f(): os._exit(3)")
    with pytest.raises(Exception, match="ended the process"):
        value(guest)
    assert os.waitstatus_to_exitcode(guest.kill().status) == 3


def test_guests_end_in_any_order(zygote):
    """Each end is reported for its own guest."""
    guests = [prepared(zygote.spawn(), f"import os\ndef f(): os._exit({code})") for code in (1, 2, 3)]
    for guest in guests:
        with pytest.raises(Exception, match="ended the process"):
            value(guest)
    assert [os.waitstatus_to_exitcode(guest.kill().status) for guest in reversed(guests)] == [3, 2, 1]


def test_a_guest_has_three_streams_and_its_channel(zygote):
    """No descriptor of the grader's is inherited."""
    source = """
import fcntl
def f():
    found = []
    for number in range(100):
        try:
            fcntl.fcntl(number, fcntl.F_GETFD)
        except OSError:
            continue
        found.append(number)
    return found
"""
    guest = prepared(zygote.spawn(), source)
    assert value(guest) == (0, 1, 2, 3)
    guest.kill()


def test_a_guest_sees_only_numpy_and_the_sandbox(zygote):
    """Neither pytest nor gradkit nor anything else of the virtual environment can be imported."""
    source = """
import importlib
def f():
    found = []
    for name in ("numpy", "pytest", "gradkit", "msgspec", "nbgrader", "pip"):
        try:
            importlib.import_module(name)
        except ImportError:
            continue
        found.append(name)
    return found
"""
    guest = prepared(zygote.spawn(), source)
    assert value(guest) == ("numpy",)
    guest.kill()


def test_limits_hold_in_the_guest(zygote):
    """Memory, processor time, files, core dumps: soft and hard limits alike."""
    source = """
import resource
def f():
    names = ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_CORE")
    return [resource.getrlimit(getattr(resource, name)) for name in names]
"""
    guest = prepared(zygote.spawn(), source)
    assert value(guest) == ((1 << 30, 1 << 30), (10, 10), (0, 0), (0, 0))
    guest.kill()


def test_a_guest_that_lacks_a_layer_is_never_used(zygote):
    """Trusted code says which layers are in place; without all of them it is our fault and the guest's end."""
    stronger = Rung("stronger", zygote.rung.layers | {"a layer that does not exist"}, "")
    real, zygote.rung = zygote.rung, stronger
    try:
        with pytest.raises(GuestFault, match="a guest on the stronger rung is not confined as it should be"):
            zygote.spawn()
    finally:
        zygote.rung = real


def test_a_zygote_that_cannot_start_says_why(rung, monkeypatch, tmp_path):
    """What the program said is in the error."""
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho this is no python >&2\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    with pytest.raises(GuestFault, match=f"the {rung.name} sandbox did not start: "):
        Zygote(rung, Limits(memory_mb=1024, cpu_seconds=10))


def test_a_closed_zygote_takes_its_guests_along(rung):
    """Nothing is left running."""
    zygote = Zygote(rung, Limits(memory_mb=1024, cpu_seconds=10))
    guest = zygote.spawn()
    watch = os.dup(guest._handle)
    zygote.close()
    ended, _, _ = select.select([watch], [], [], SECONDS)  # the kernel takes a moment to end the guest
    os.close(watch)
    assert ended == [watch]
    with pytest.raises(GuestFault):
        guest.kill()


def test_a_sandbox_starts_on_demand_and_again_when_it_died(rung):
    """One zygote serves many guests; a dead one is replaced once."""
    sandbox = Sandbox(rung, Limits())
    try:
        sandbox.spawn().kill()
        first = sandbox._zygote
        sandbox.spawn().kill()
        assert sandbox._zygote is first
        first._process.kill()
        first._process.wait()
        sandbox.spawn().kill()
        assert sandbox._zygote is not first
    finally:
        sandbox.close()
    assert sandbox._zygote is None


def test_guests_are_the_first_to_go_when_memory_runs_out(zygote):
    """The kernel ends them before the grader, whose own setting stays as it was."""
    setting = Path("/proc/self/oom_score_adj")
    before = setting.read_text()
    guest = zygote.spawn()
    pid = re.search(r"^Pid:\s*(\d+)$", Path(f"/proc/self/fdinfo/{guest._handle}").read_text(), re.MULTILINE)[1]
    assert Path(f"/proc/{pid}/oom_score_adj").read_text() == "1000\n"
    assert setting.read_text() == before
    guest.kill()
