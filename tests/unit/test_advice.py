"""Why a rung does not work on a machine, and what its owner can do: read from the machine, said in a sentence."""

import platform
import shutil
import sys

import pytest
from click.testing import CliRunner

from gradkit.grader.cli import main
from gradkit.grader.errors import IsolationError
from gradkit.grader.sandbox import advice, ladder, probe

BWRAP, LANDLOCK, NOOPEN = ladder.LADDER


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Make a machine with these files; bubblewrap is installed."""
    monkeypatch.setattr(shutil, "which", lambda tool: f"/usr/bin/{tool}")

    def make(**files):
        for name, content in files.items():
            path = tmp_path / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return tmp_path

    return make


def test_without_bubblewrap_it_is_to_be_installed(tmp_path, monkeypatch):
    """The package has the same name everywhere."""
    monkeypatch.setattr(shutil, "which", lambda tool: None)
    assert "package `bubblewrap`" in advice.what_to_do(BWRAP, tmp_path)


@pytest.mark.parametrize(
    ("rung", "files", "words"),
    [
        (BWRAP, {"proc__sys__kernel__apparmor_restrict_unprivileged_userns": "1\n"}, "AppArmor lets programs make"),
        (BWRAP, {"proc__sys__user__max_user_namespaces": "0\n"}, "set user.max_user_namespaces with sysctl"),
        (BWRAP, {"proc__sys__kernel__unprivileged_userns_clone": "0"}, "set kernel.unprivileged_userns_clone with"),
        (BWRAP, {".dockerenv": ""}, "This is a container"),
        (BWRAP, {"run__.containerenv": ""}, "This is a container"),
        (BWRAP, {"sys__kernel__security__lsm": "capability,yama"}, "add it to the boot parameter lsm="),
        (LANDLOCK, {"sys__kernel__security__lsm": "capability,yama"}, "security modules (capability,yama)"),
        (LANDLOCK, {"sys__kernel__security__lsm": "capability,landlock"}, "It needs Linux 5.13"),
        (LANDLOCK, {".dockerenv": ""}, "It needs Linux 5.13"),
        (NOOPEN, {}, "It needs Linux 5.9"),
        (BWRAP, {}, "It needs bubblewrap"),
    ],
)
def test_what_the_machine_tells(machine, rung, files, words):
    """The setting that stands in the way is named; else what the rung needs."""
    assert words in advice.what_to_do(rung, machine(**files))


@pytest.mark.parametrize(("name", "called"), [("darwin", "macOS"), ("win32", "Windows"), ("freebsd14", "freebsd14")])
def test_other_systems_than_linux_are_refused(monkeypatch, name, called):
    """No student's code runs unconfined by surprise, whatever is demanded; where to grade is said."""
    monkeypatch.setattr(sys, "platform", name)
    assert advice.unsupported() == f"students' code is confined by means of the Linux kernel, and this is {called}"
    assert {probe.what_is_wrong_with(rung) for rung in ladder.LADDER} == {advice.unsupported()}
    with pytest.raises(IsolationError, match=r"nothing was graded:\n.*grade on Linux"):
        probe.choose()
    for command in (["grade", "hw"], ["inspect", "hw", "ada"], ["mutate", "hw"], ["replay", "x"], ["release", "hw"]):
        result = CliRunner().invoke(main, command)
        assert result.exit_code == 1
        assert f"nothing can be graded here: {advice.unsupported()}. To mend it, grade on Linux" in result.stderr


def test_an_unknown_processor_is_refused(monkeypatch):
    """The filter of system calls is a table of numbers, another one for each processor."""
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    assert advice.unsupported().endswith("is written for aarch64 and x86_64, and this processor is riscv64")
