"""Whose hand-in a downloaded file is, read from its path alone."""

import doctest
from datetime import datetime

import pytest

from gradkit.grader.errors import SubmissionError
from gradkit.grader.nbgrader import collect_names
from gradkit.grader.nbgrader.collect_names import (
    HandIn,
    left_by_programs,
    notebook_name,
    read_path,
    read_time,
    require_student,
)

CANVAS = HandIn("canvas", "42", "doejane", "softmax.ipynb", upload=4711)
MOODLE = HandIn("moodle", "815", "Jane Doe", "softmax.ipynb")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("doejane_42_4711_softmax.ipynb", CANVAS),
        ("doejane_LATE_42_4711_softmax.ipynb", CANVAS._replace(late=True)),
        ("doejane_42_4711_softmax-2.ipynb", CANVAS._replace(file="softmax-2.ipynb")),
        ("late_42_4711_softmax.ipynb", CANVAS._replace(name="late")),
        ("de_la_doe_42_4711_softmax.ipynb", CANVAS._replace(name="de_la_doe")),
        ("李小明_42_4711_softmax.ipynb", CANVAS._replace(name="李小明")),
        ("_42_4711_softmax.ipynb", CANVAS._replace(name="")),
        ("doejane_42_4711_my_final softmax 3.ipynb", CANVAS._replace(file="my_final softmax 3.ipynb")),
        ("anon_x7Yq2_4711_softmax.ipynb", CANVAS._replace(who="anon_x7Yq2", name="")),
        ("LATE_anon_x7Yq2_4711_softmax.ipynb", CANVAS._replace(who="anon_x7Yq2", name="", late=True)),
        ("anon_12345_4711_softmax.ipynb", CANVAS._replace(who="anon_12345", name="")),
        ("doejane_42_4711_hw.zip/softmax.ipynb", CANVAS),
        ("doejane_42_4711_hw.zip/bob_7_8_x.ipynb", CANVAS._replace(file="bob_7_8_x.ipynb")),
        ("submissions.zip/doejane_42_4711_softmax.ipynb", CANVAS),
        ("submissions.zip/submissions/doejane_42_4711_softmax.ipynb", CANVAS),
        ("submissions.zip/doejane_42_4711_hw.zip/deep/softmax.ipynb", CANVAS),
        ("Jane Doe_815_assignsubmission_file/softmax.ipynb", MOODLE),
        ("Jane Doe_815_assignsubmission_file_/softmax.ipynb", MOODLE),
        ("Jane Doe_815_assignsubmission_file_/hw/softmax.ipynb", MOODLE),
        ("Jane Doe_815_assignsubmission_file_softmax.ipynb", MOODLE),
        ("Jane Doe_815_assignsubmission_file_/hw.zip/softmax.ipynb", MOODLE),
        ("CS-Softmax-9.zip/Jane Doe_815_assignsubmission_file/softmax.ipynb", MOODLE),
        ("Teilnehmer_815_assignsubmission_file/softmax.ipynb", MOODLE._replace(name="Teilnehmer")),
        ("Jane Doe_815_assignsubmission_file/bob_7_8_x.ipynb", MOODLE._replace(file="bob_7_8_x.ipynb")),
        ("jane/softmax.ipynb", HandIn("folder", "jane", "", "softmax.ipynb")),
        ("jane/softmax/softmax.ipynb", HandIn("folder", "jane", "", "softmax.ipynb")),
        ("jane/hw.zip/softmax.ipynb", HandIn("folder", "jane", "", "softmax.ipynb")),
        ("class.zip/jane/softmax.ipynb", HandIn("folder", "jane", "", "softmax.ipynb")),
        ("class.zip/class/jane/softmax.ipynb", HandIn("folder", "jane", "", "softmax.ipynb")),
        ("jane/Bob_7_assignsubmission_file_/softmax.ipynb", HandIn("folder", "jane", "", "softmax.ipynb")),
        ("jane/bob_7_8_softmax.ipynb", HandIn("folder", "jane", "", "bob_7_8_softmax.ipynb")),
    ],
)
def test_reading(path, expected):
    """Canvas' and Moodle's names and plain folders are understood; only what lies on top counts."""
    assert read_path(path.split("/")) == expected


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("softmax.ipynb", "names no student"),
        ("class.zip/softmax.ipynb", "names no student"),
        # A student called "x_7" would hand in for user 7.
        ("x_7_42_4711_softmax.ipynb", "canvas user 7 or canvas user 42"),
        ("x_7_assignsubmission_file_b_42_4711_softmax.ipynb", "moodle user 7 or canvas user 42"),
        # Their own file names can do no more than make it unclear.
        ("doejane_42_4711_a_7_8_softmax.ipynb", "canvas user 42 or canvas user 7"),
        (f"x{'_1' * 30_000}_x.ipynb", "a name of more than 255 characters"),
        (f"class.zip/x_{'1' * 5000}_{'1' * 5000}_x.ipynb", "a name of more than 255 characters"),
        (f"jane/{'x' * 256}", "a name of more than 255 characters"),
    ],
)
def test_unclear(path, what):
    """A name that tells no student, or two, is refused: nobody can hand in for somebody else."""
    with pytest.raises(SubmissionError, match=what):
        read_path(path.split("/"))


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("softmax.ipynb", ("softmax.ipynb", 0)),
        ("softmax-1.ipynb", ("softmax.ipynb", 1)),
        ("softmax-12.ipynb", ("softmax.ipynb", 12)),
        ("softmax-0f8fad5b-d9cb-469f-a165-70867728950e.ipynb", ("softmax.ipynb", 8)),
        ("softmax (1).ipynb", ("softmax.ipynb", 1)),
        ("lab-2.ipynb", ("lab-2.ipynb", 0)),
        ("lab-2-1.ipynb", ("lab-2.ipynb", 1)),
        ("softmax_copy.ipynb", ("softmax_copy.ipynb", 0)),
        ("softmax-Copy1.ipynb", ("softmax-Copy1.ipynb", 0)),
        ("softmax2.ipynb", ("softmax2.ipynb", 0)),
        ("Softmax.ipynb", ("Softmax.ipynb", 0)),
        ("final.ipynb", ("final.ipynb", 0)),
        ("final-2.ipynb", ("final-2.ipynb", 0)),
        ("softmax", ("softmax", 0)),
    ],
)
def test_notebook_names(file, expected):
    """Only what an LMS adds is removed, and only if it leaves the name of a released notebook."""
    assert notebook_name(file, ["softmax.ipynb", "lab-2.ipynb"]) == expected


@pytest.mark.parametrize(
    "name", ["jane", "42", "李小明", "jane.doe@uni.edu", "O'Brien, Ann", "anon_x7Yq2", "\u674e\u3000\u660e"]
)
def test_names_of_students(name):
    """An ordinary name can be a folder's."""
    assert require_student(name) == name


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a/b", "a\\b", "-rf", ".git", "a+b", "*", "a\nb", "a\x1b[0m", " a", "a ", "x" * 201, "\ud800"],
)
def test_names_of_no_student(name):
    """A name that leads elsewhere, or that no terminal should see, is refused."""
    with pytest.raises(SubmissionError, match="cannot be a student's name"):
        require_student(name)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("jane/softmax.ipynb", False),
        ("__MACOSX/jane/softmax.ipynb", True),
        ("jane/._softmax.ipynb", True),
        ("jane/.ipynb_checkpoints/softmax-checkpoint.ipynb", True),
        (".DS_Store", True),
    ],
)
def test_left_by_programs(path, expected):
    """What a Mac or Jupyter leaves in a folder is nobody's hand-in."""
    assert left_by_programs(path.split("/")) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2016-01-30-15-00-00", datetime(2016, 1, 30, 15)),
        ("2016_01_30_15_00_00", datetime(2016, 1, 30, 15)),
        ("2016-01-30_15-00-00", datetime(2016, 1, 30, 15)),
        ("2016-01-30 15:00:00 +0200", datetime(2016, 1, 30, 13)),
        ("2016-13-30-15-00-00", None),
        ("2016-01-30-15-00-00-00", None),
        (f"Jan{'9' * 40}h", None),
        ("", None),
    ],
)
def test_times_in_names(text, expected):
    """As nbgrader documents it, and as times are written elsewhere; everything else is no time."""
    assert read_time(text) == expected


def test_examples_in_the_docstrings():
    """The docstrings' examples are right."""
    assert doctest.testmod(collect_names).failed == 0
