"""The process in which functions are checked: heard step by step, ended when told, gone when nobody listens."""

import subprocess
import sys

import pytest

from gradkit.checking.listener import Child, Died, Hung
from gradkit.errors import CheckError


def request(source, **changes):
    """Return what a process is asked: to define f, without checks."""
    whole = {"function": "f", "cells": [(1, source)], "ran": [], "checks": None, "calls": True}
    return {**whole, "outcomes": {}, "patience": 60, "diagnose": False, **changes}


def events(child):
    """Return the names of the events until the process is done."""
    child.begin()
    names = []
    while not names or names[-1] != "done":
        names.append(child.next(30)["event"])
    return names


def test_each_step_is_heard():
    """Reading, defining, done; nothing is checked without checks."""
    with Child(request("def f(): return 1")) as child:
        assert events(child) == ["sliced", "defining", "defined", "done"]


def test_what_student_code_prints_is_not_heard():
    """Prints, writes to the descriptor and messages to standard error do not enter the conversation."""
    source = """
import os, sys
class f:
    print('{"event": "done"}')
    os.write(1, b'noise')
    sys.stderr.write('noise')
    sys.stdout.flush()
"""
    with Child(request(source)) as child:
        assert events(child) == ["sliced", "defining", "defined", "done"]


def test_a_step_that_takes_too_long_is_told():
    """An endless definition: the process lives, and says nothing more."""
    with Child(request("class f:\n    while True: pass")) as child:
        child.begin()
        assert [child.next(30)["event"] for _ in range(2)] == ["sliced", "defining"]
        with pytest.raises(Hung):
            child.next(0.2)


def test_an_end_is_told():
    """A process that ends itself says so by its silence."""
    with Child(request("import os\nclass f:\n    os._exit(0)")) as child:
        child.begin()
        with pytest.raises(Died):
            [child.next(30) for _ in range(3)]


def test_on_leaving_the_process_is_gone():
    """Whatever it was doing."""
    with Child(request("class f:\n    while True: pass")) as child:
        child.begin()
    assert child._process.poll() is not None


def test_the_process_ends_when_nobody_listens():
    """A kernel that is killed leaves no endless loop behind."""
    with Child(request("class f:\n    while True: pass")) as child:
        child.begin()
        assert [child.next(30)["event"] for _ in range(2)] == ["sliced", "defining"]
        child._process.stdin.close()
        assert child._process.wait(30) == 1


@pytest.mark.parametrize("program", ["/nowhere/python", ""])
def test_a_process_that_cannot_be_started_is_told(monkeypatch, program):
    """Some places have no second process: the sentence says that check() needs one."""
    monkeypatch.setattr(sys, "executable", program)
    with pytest.raises(CheckError, match="no second Python process could be started"), Child(request("")):
        pass


def test_a_process_that_fails_at_once_is_told(monkeypatch, tmp_path):
    """A Python without gradkit: its last words are quoted."""
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho 'No module named gradkit' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    with (
        Child(request("")) as child,
        pytest.raises(CheckError, match=r"could not start to check: No module named gradkit$"),
    ):
        child.begin()


def test_our_own_failure_is_no_students(tmp_path):
    """A file of checks that vanishes is told as what it is."""
    with Child(request("", checks=str(tmp_path / "x_checks.py"))) as child, pytest.raises(CheckError, match="x_checks"):
        child.begin()


def test_a_file_beside_the_notebook_does_not_replace_a_module(tmp_path, monkeypatch):
    """A student's random.py is not imported in place of Python's own."""
    (tmp_path / "json.py").write_text("raise SystemExit('mine')")
    monkeypatch.chdir(tmp_path)
    with Child(request("def f(): pass")) as child:
        assert events(child)[-1] == "done"


def test_the_module_is_all_that_is_needed():
    """No package of the engine's is loaded in the process that checks."""
    code = "import sys, gradkit.checking.child as c; print(sorted({'click', 'msgspec', 'IPython'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
