"""Temporary folders: removed with their run, or by the next one; nobody else's is touched."""

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from gradkit.grader.errors import InstructorError
from gradkit.grader.scratch import NAME, Scratch, remove_left, temporary_files

MAKE_AND_DIE = """
import os, sys, tempfile
from gradkit.grader.scratch import Scratch
tempfile.tempdir = sys.argv[1]
folder = Scratch("suite")
(folder.path / "test_hidden.py").write_text("secret")
os.kill(os.getpid(), int(sys.argv[2]))
"""


@pytest.fixture
def around(tmp_path, monkeypatch):
    """The machine's temporary folder, for this test alone."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left(around, number=signal.SIGKILL):
    """Let a process make a folder and end by a signal; return its folder."""
    process = subprocess.run([sys.executable, "-c", MAKE_AND_DIE, around, str(int(number))], check=False)
    assert process.returncode == -number
    (folder,) = around.iterdir()
    return folder


def test_a_folder_is_private_and_goes_with_its_context(around):
    """Only its owner can read it, and what is in it goes along."""
    with Scratch("run") as scratch:
        assert scratch.path.parent == around
        assert NAME.fullmatch(scratch.path.name)
        assert scratch.path.stat().st_mode & 0o777 == 0o700
        (scratch.path / "deep" / "er").mkdir(parents=True)
    assert list(around.iterdir()) == []


def test_a_folder_is_removed_once(around):
    """A second time is no error, even if another folder has the name by then."""
    scratch = Scratch("run")
    scratch.remove()
    scratch.path.mkdir()
    scratch.remove()
    assert scratch.path.is_dir()


def test_a_forgotten_folder_goes_with_its_process(around):
    """Whoever ends in order leaves nothing."""
    program = MAKE_AND_DIE.replace("os.kill(os.getpid(), int(sys.argv[2]))", "")
    subprocess.run([sys.executable, "-c", program, around], check=True)
    assert list(around.iterdir()) == []


def test_the_next_run_removes_what_a_killed_one_left(around):
    """The hidden suite among it."""
    folder = left(around)
    assert (folder / "test_hidden.py").exists()
    with Scratch("run") as scratch:
        assert list(around.iterdir()) == [scratch.path]


def test_the_folder_of_a_run_that_lives_is_left_alone(around):
    """However many runs there are at a time."""
    with Scratch("run") as first, Scratch("run") as second:
        assert sorted(around.iterdir()) == sorted([first.path, second.path])


@pytest.mark.parametrize("name", ["gradkit-suite-20261121", "gradkit-suite-abcdefgh.scratch.txt", "my.scratch"])
def test_what_only_resembles_one_is_left_alone(around, name):
    """Somebody's own folder is not ours to remove."""
    (around / name).mkdir()
    remove_left(around)
    assert (around / name).is_dir()


def test_nothing_is_removed_through_a_link(around, tmp_path_factory):
    """In a folder that many users share, a link may carry our name."""
    precious = tmp_path_factory.mktemp("precious")
    (precious / "grades").touch()
    (around / "gradkit-suite-abcdefgh.scratch").symlink_to(precious)
    (around / "gradkit-suite-12345678.scratch").touch()
    remove_left(around)
    assert (precious / "grades").exists()
    assert len(list(around.iterdir())) == 2


def test_links_inside_are_not_followed(around, tmp_path_factory):
    """What they point at stays."""
    precious = tmp_path_factory.mktemp("precious")
    (precious / "grades").touch()
    (left(around) / "link").symlink_to(precious)
    remove_left(around)
    assert list(around.iterdir()) == []
    assert (precious / "grades").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_another_users_folder_is_left_alone(around):
    """Root could remove it, and must not."""
    folder = left(around)
    os.chown(folder, 12345, 12345)
    remove_left(around)
    assert folder.is_dir()


def test_a_file_system_without_locks_will_do(around, monkeypatch):
    """There a folder works as anywhere else, and only a killed run leaves its own."""

    def refuse(*_):
        raise OSError(9, "Bad file descriptor")

    monkeypatch.setattr("fcntl.flock", refuse)
    with Scratch("run") as first, Scratch("run") as second:
        assert sorted(around.iterdir()) == sorted([first.path, second.path])
    assert list(around.iterdir()) == []


def test_a_folder_that_was_swept_before_it_was_locked_is_made_again(around, monkeypatch):
    """The moment between making and locking costs nobody a folder."""
    make, swept = tempfile.mkdtemp, []

    def make_and_lose(**options):
        path = make(**options)
        if not swept:
            swept.append(path)
            Path(path).rmdir()
        return path

    monkeypatch.setattr(tempfile, "mkdtemp", make_and_lose)
    with Scratch("run") as scratch:
        assert scratch.path.is_dir()
        assert len(swept) == 1


def test_a_folder_whose_lock_another_run_has_is_given_up(around, monkeypatch):
    """It is about to be removed."""
    take, attempts = fcntl.flock, []

    def busy_once(lock, how):
        attempts.append(lock)
        if len(attempts) == 1:
            raise BlockingIOError
        take(lock, how)

    monkeypatch.setattr("fcntl.flock", busy_once)
    with Scratch("run") as scratch:
        assert scratch.path.is_dir()
    assert len(list(around.iterdir())) == 1


def test_without_any_room_the_variable_that_helps_is_named(monkeypatch):
    """Python looks for a folder in which it can write; where there is none, nothing can be graded."""

    def full():
        raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr(tempfile, "gettempdir", full)
    with pytest.raises(InstructorError, match="set TMPDIR to another folder"):
        Scratch("run")


def test_temporary_files_of_others_go_with_ours(around):
    """A library's own folder lies in one of ours for as long as it is told so."""
    with temporary_files("gradebook"):
        made = Path(tempfile.mkdtemp())
        assert NAME.fullmatch(made.parent.name)
    assert list(around.iterdir()) == []
    assert tempfile.gettempdir() == str(around)
