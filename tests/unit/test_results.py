"""Results on disk: whole or not at all, found again for exactly the same submission, suite and isolation."""

import errno
import json
import os
import signal
import subprocess
import sys

import msgspec
import pytest

from gradkit.grader.course import Bundle, Settings, Submission
from gradkit.grader.errors import CourseError
from gradkit.grader.grade import not_judged
from gradkit.grader.model import FORMAT_VERSION, Question
from gradkit.grader.results import Results, replace, replace_private
from gradkit.grader.sandbox.ladder import LADDER, NONE

RUNG = LADDER[0]
SUBMISSION = Submission(student="ada", notebook=b"notebook")
BUNDLE = Bundle(
    assignment="hw",
    settings=Settings(title="Homework"),
    notebook=b"",
    suite=(),
    seed=b"",
    sha256="5ea1",
    questions=(("f", 10.0),),
)


def judged(**changes):
    """Return a result as a finished run leaves it."""
    result = not_judged(BUNDLE, "1", SUBMISSION, None)
    fields = {"score": 7.5, "isolation": RUNG.name, "questions": (Question(id="f", score=7.5, max_score=10.0),)}
    return msgspec.structs.replace(result, **{**fields, **changes})


@pytest.fixture
def store(tmp_path):
    """A results folder that does not exist yet."""
    return Results(tmp_path / "results", "hw")


def test_what_was_written_is_read(store):
    """A result comes back as it was."""
    store.write(judged())
    assert store.read("ada") == judged()
    assert store.path("ada") == store.folder / "ada" / "hw.json"


def test_a_file_is_readable_json_with_a_last_line_end(store):
    """People and other programs read it."""
    store.write(judged())
    text = store.path("ada").read_text()
    assert json.loads(text)["score"] == 7.5
    assert text.endswith("}\n")
    assert len(text.splitlines()) > 10


def test_nothing_but_the_result_is_left_behind(store):
    """The temporary file has taken the result's place."""
    store.write(judged())
    store.write(judged(score=1.0))
    assert [path.name for path in store.path("ada").parent.iterdir()] == ["hw.json"]
    assert store.read("ada").score == 1.0


@pytest.mark.parametrize("name", ["two words", "Zoë 数", "-rf", "x" * 200, "a\nb", "%s"])
def test_odd_names_have_a_result_of_their_own(store, name):
    """Any student's name is a folder's name."""
    store.write(judged(student=name))
    assert store.read(name).student == name


def test_a_message_with_half_a_surrogate_pair_is_written(store):
    """No text that a student chose may keep the class's results from being written."""
    store.write(judged(notes=("cell 3 is a \ud800 cell",)))
    assert store.read("ada").score == 7.5


def test_a_failed_write_leaves_the_old_file(tmp_path):
    """A reader finds the old content or the new one."""
    path = tmp_path / "file"
    replace(path, b"old")
    with pytest.raises(TypeError):
        replace(path, "no bytes")
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize("write", [replace, replace_private])
def test_a_disk_that_is_full_leaves_no_half(tmp_path, monkeypatch, write):
    """The old file stays, and nothing beside it."""

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    write(tmp_path / "file", b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path / "file", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"old")]


@pytest.mark.parametrize("write", [replace, replace_private])
def test_what_a_killed_run_left_half_is_removed(store, monkeypatch, write):
    """The next one that holds the folder does it, and touches nothing else."""
    store.write(judged())
    monkeypatch.setattr(os, "fsync", lambda _: os.kill(os.getpid(), signal.SIGKILL))
    for path in (store.path("ada"), store.folder / "hw.csv"):
        child = os.fork()
        if child == 0:
            write(path, b"new")
        os.waitpid(child, 0)
        assert len(list(path.parent.glob(".*.tmp"))) == 1
    with store.locked():
        left = {str(path.relative_to(store.folder)) for path in store.folder.rglob("*") if path.is_file()}
        assert left == {".lock", "ada/hw.json"}


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    """Where, why, and what to do."""
    (tmp_path / "file").touch()
    store, sentence = Results(tmp_path / "file" / "results", "hw"), r"no results can be written to .*Not a directory"
    with pytest.raises(CourseError, match=sentence), store.locked():
        pass


def test_a_reader_of_the_old_file_keeps_it(tmp_path):
    """Replacing makes a new file; it does not write into the old one."""
    path = tmp_path / "file"
    replace(path, b"old")
    with path.open("rb") as reader:
        replace(path, b"new")
        assert reader.read() == b"old"
    assert path.read_bytes() == b"new"


def encoded(**changes):
    """Return the bytes of a result file with changes."""
    record = json.loads(msgspec.json.encode(judged()))
    return json.dumps({**record, **changes}).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"not JSON",
        b"\xff\xfe\x00",
        encoded()[:-40],
        encoded(student="A").replace(b'"A"', b'"\xff"'),
        encoded(score="seven"),
        encoded(questions=None),
        encoded(format_version=FORMAT_VERSION + 1),
        encoded(format_version=0),
        b'{"student": "ada"}',
        b'{"x":' + b"[" * 100_000,
    ],
    ids=[
        *("empty", "half", "list", "null", "no JSON", "no text", "cut off", "no UTF-8", "score in words"),
        *("no questions", "newer", "older", "incomplete", "nested"),
    ],
)
def test_a_file_that_is_no_result_is_none(store, content):
    """Garbage, half files and other versions are graded anew, not believed and not fatal."""
    replace(store.path("ada"), content)
    assert store.read("ada") is None
    assert store.finished(SUBMISSION, BUNDLE, RUNG) is None


def test_a_missing_or_unreadable_file_is_none(store):
    """Nothing there, or a folder in its place: not graded yet."""
    assert store.read("ada") is None
    store.path("ada").mkdir(parents=True)
    assert store.read("ada") is None


def test_a_finished_submission_is_found(store):
    """The same notebook, suite and isolation need no second run."""
    store.write(judged())
    assert store.finished(SUBMISSION, BUNDLE, RUNG) == judged()


@pytest.mark.parametrize(
    ("submission", "bundle", "rung"),
    [
        (Submission(student="ada", notebook=b"changed"), BUNDLE, RUNG),
        (Submission(student="bob", notebook=b"notebook"), BUNDLE, RUNG),
        (Submission(student="ada", problem="unreadable"), BUNDLE, RUNG),
        (SUBMISSION, msgspec.structs.replace(BUNDLE, sha256="0"), RUNG),
        (SUBMISSION, BUNDLE, LADDER[1]),
        (SUBMISSION, BUNDLE, NONE),
    ],
    ids=["notebook", "student", "problem", "bundle", "weaker rung", "no isolation"],
)
def test_anything_else_is_not_finished(store, submission, bundle, rung):
    """A result holds for the identical submission, bundle and rung alone."""
    store.write(judged())
    assert store.finished(submission, bundle, rung) is None


def test_what_was_not_judged_is_not_finished(store):
    """It is tried again in the next run."""
    store.write(judged(score=None, problem="our fault"))
    assert store.finished(SUBMISSION, BUNDLE, RUNG) is None


def test_a_copied_result_is_not_taken_for_another_students(store):
    """The file's own name of the student counts, not where it lies."""
    replace(store.path("bob"), msgspec.json.encode(judged()))
    assert store.finished(Submission(student="bob", notebook=b"notebook"), BUNDLE, RUNG) is None


def test_only_one_run_writes_at_a_time(store):
    """A second run is told so."""
    with store.locked(), pytest.raises(CourseError, match="another grading run is writing to"), store.locked():
        pass


def test_the_lock_is_given_back(store):
    """After a run, however it ended, the next can start."""
    with pytest.raises(ZeroDivisionError), store.locked():
        _ = 1 / 0
    with store.locked():
        assert store.folder.is_dir()


LOCK_AND_DIE = """
import os, pathlib, sys
from gradkit.grader.results import Results
with Results(pathlib.Path(sys.argv[1]), "hw").locked():
    os.kill(os.getpid(), 9)
"""


def test_the_lock_goes_with_its_process(store):
    """A killed run does not lock the folder for ever."""
    process = subprocess.run([sys.executable, "-c", LOCK_AND_DIE, store.folder], check=False)
    assert process.returncode == -signal.SIGKILL
    with store.locked():
        assert (store.folder / ".lock").exists()
