"""Reading submitted files: what lies in a file's place is read if it is a file, and refused with one sentence."""

import os
import socket

import pytest

from gradkit.grader.errors import SubmissionError
from gradkit.grader.extract import read_file
from gradkit.notebook import MAX_FILE


def file_complaint(path):
    """Return the sentence with which a file is refused."""
    with pytest.raises(SubmissionError) as caught:
        read_file(path)
    return str(caught.value)


def test_a_plain_file_is_read(tmp_path):
    """What was handed in comes back byte by byte."""
    path = tmp_path / "hw.ipynb"
    path.write_bytes(b"\x00bytes\xff")
    assert read_file(path) == b"\x00bytes\xff"


def test_a_missing_file_is_said(tmp_path):
    """The name under which a file was expected is in the sentence."""
    assert file_complaint(tmp_path / "hw.ipynb") == "hw.ipynb is missing: nothing was handed in under this name"


@pytest.mark.parametrize("target", ["secret.ipynb", "nowhere.ipynb"])
def test_a_link_is_not_followed(tmp_path, target):
    """A symbolic link could point at another student's work."""
    (tmp_path / "secret.ipynb").write_text("{}")
    (tmp_path / "hw.ipynb").symlink_to(tmp_path / target)
    assert file_complaint(tmp_path / "hw.ipynb") == ("hw.ipynb is a symbolic link: hand in the notebook file itself")


def test_a_folder_is_not_a_file(tmp_path):
    """A folder by the notebook's name is said."""
    (tmp_path / "hw.ipynb").mkdir()
    assert file_complaint(tmp_path / "hw.ipynb") == "hw.ipynb is not a file: hand in the notebook file itself"


def test_a_pipe_does_not_block(tmp_path):
    """Nobody writes to the pipe, and nobody waits."""
    os.mkfifo(tmp_path / "hw.ipynb")
    assert file_complaint(tmp_path / "hw.ipynb") == "hw.ipynb is not a file: hand in the notebook file itself"


def test_a_socket_is_refused(tmp_path, monkeypatch):
    """A socket by the notebook's name cannot be opened."""
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("hw.ipynb")
        assert file_complaint(tmp_path / "hw.ipynb").startswith("hw.ipynb cannot be read (")


def test_descriptors_are_closed_after_every_refusal(tmp_path):
    """Refusing a thousand hand-ins does not use up the grader's descriptors."""
    os.mkfifo(tmp_path / "pipe")
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - a count of names is all that is wanted
    for _ in range(5):
        file_complaint(tmp_path / "pipe")
        file_complaint(tmp_path)
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_a_file_over_the_limit_is_refused_with_advice(tmp_path):
    """The sentence names size, limit and the way out."""
    path = tmp_path / "hw.ipynb"
    with path.open("wb") as file:
        file.truncate(50 << 20)
    assert file_complaint(path) == (
        "hw.ipynb has 50 MB, more than the 20 MB that are read:"
        " clear the outputs (Edit > Clear Outputs of All Cells) and hand in again"
    )


def test_a_file_of_exactly_the_limit_is_read(tmp_path):
    """The limit itself is allowed."""
    path = tmp_path / "hw.ipynb"
    with path.open("wb") as file:
        file.truncate(MAX_FILE)
    assert len(read_file(path)) == MAX_FILE
