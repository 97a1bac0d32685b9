"""`gradkit grade` as a whole: results, CSV and table; what holds from an earlier run is not graded again."""

import csv
import errno
import io
import json
import os

import jsonschema
import pytest
from rich.console import Console

from gradkit.grader.course import Course
from gradkit.grader.errors import CourseError, IsolationError, StoppedError
from gradkit.grader.model import result_schema
from gradkit.grader.results import Results
from gradkit.grader.run import NO_ROOM, grade_class
from gradkit.grader.sandbox import ladder

CHECKS = '''
import pytest

pytestmark = pytest.mark.question("f")

@pytest.mark.weight(1)
def test_a(function):
    """It returns what it was given."""
    assert function(5) == 5

@pytest.mark.weight(1)
def test_b(function):
    """It does so for zero."""
    assert function(0) == 0
'''
RIGHT, WRONG = "def f(x): return x", "def f(x): return 5"


def notebook(source):
    """Return a notebook with one graded cell."""
    settings = {"grade": True, "solution": True, "grade_id": "f", "points": 10}
    cell = {"cell_type": "code", "source": source, "metadata": {"nbgrader": settings}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})


class Class:
    """A course with one assignment, the hand-ins of a class, and what a run showed."""

    def __init__(self, root):
        self.course = Course(root)
        self.submitted, self.results = root / "submitted", root / "results"
        self.shown = io.StringIO()
        for folder in (root / "solutions/hw", root / "autograder/hw", self.submitted):
            folder.mkdir(parents=True)
        (root / "solutions/hw/hw.ipynb").write_text(notebook(RIGHT))
        (root / "autograder/hw/assignment.toml").write_text('title = "Homework"\n')
        (root / "autograder/hw/test_hw.py").write_text(CHECKS)

    def hand_in(self, student, source):
        """Put a student's notebook in place."""
        path = self.submitted / student / "hw" / "hw.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(notebook(source) if source.startswith("def") else source)

    def grade(self, **options):
        """Grade the class; return {student: points}."""
        console = Console(file=self.shown, width=200)
        fields = {"submitted": self.submitted, "results": self.results, "jobs": 1, "console": console, **options}
        return {row.student: row.score for row in grade_class(self.course, "hw", **fields)}

    def files(self):
        """Return {student: (time of the last change, content)} of every result file."""
        found = {path.parent.name: path for path in self.results.glob("*/hw.json")}
        return {name: (path.stat().st_mtime_ns, path.read_bytes()) for name, path in found.items()}

    def table(self):
        """Return the CSV file's rows."""
        return list(csv.DictReader(io.StringIO((self.results / "hw.csv").read_text())))


@pytest.fixture
def homework(tmp_path):
    """A class of three: right, half right, unreadable."""
    homework = Class(tmp_path)
    for student, source in (("ada", RIGHT), ("bob", WRONG), ("eve", "no JSON")):
        homework.hand_in(student, source)
    return homework


def test_a_class_is_graded(homework):
    """A valid result for everybody, a CSV, a table and a line about the class."""
    assert homework.grade() == {"ada": 10.0, "bob": 5.0, "eve": None}
    for _, content in homework.files().values():
        jsonschema.validate(json.loads(content), result_schema())
    assert [(row["student"], row["score"], row["judged"]) for row in homework.table()] == [
        ("ada", "10.0", "yes"),
        ("bob", "5.0", "yes"),
        ("eve", "", "no"),
    ]
    shown = homework.shown.getvalue()
    assert "3 submissions: 1 with full marks, 1 with something to mend, 1 not judged." in shown
    assert "f: It does so for zero." in shown
    assert "NOT JUDGED: hw.ipynb is not a notebook" in shown


def test_a_second_run_grades_only_what_is_new_or_changed(homework):
    """Files of finished students stay as they are; the table shows everybody."""
    homework.grade()
    before = homework.files()
    homework.hand_in("bob", RIGHT)
    homework.hand_in("carl", RIGHT)
    assert homework.grade() == {"ada": 10.0, "bob": 10.0, "carl": 10.0, "eve": None}
    after = homework.files()
    assert after["ada"] == before["ada"]
    assert after["bob"] != before["bob"]
    assert [row["student"] for row in homework.table()] == ["ada", "bob", "carl", "eve"]


@pytest.mark.parametrize("change", ["suite", "settings", "seed"])
def test_a_changed_assignment_is_graded_anew(homework, change):
    """Results of another suite do not hold."""
    homework.grade()
    before = homework.files()
    folder = homework.course.root / "autograder/hw"
    {
        "suite": lambda: (folder / "test_hw.py").write_text(CHECKS + "\n"),
        "settings": lambda: (folder / "assignment.toml").write_text('title = "New"\n'),
        "seed": lambda: (homework.course.state / "seed").write_text("ab" * 32),
    }[change]()
    homework.grade()
    assert homework.files()["ada"] != before["ada"]


def test_a_damaged_result_is_graded_anew(homework):
    """Half a file, from whatever accident, is no result."""
    homework.grade()
    path = homework.results / "ada" / "hw.json"
    path.write_bytes(path.read_bytes()[:100])
    assert homework.grade()["ada"] == 10.0
    assert json.loads(path.read_bytes())["score"] == 10.0


def test_one_student_alone(homework):
    """Nobody else's result is written, and the class's CSV is left alone."""
    assert homework.grade(only={"bob"}) == {"bob": 5.0}
    assert list(homework.files()) == ["bob"]
    assert not (homework.results / "hw.csv").exists()


def test_a_hostile_notebook_keeps_nobody_from_a_result(homework):
    """A cell type that no file can hold is no reason to stop."""
    odd = json.loads(notebook(RIGHT))
    odd["cells"].append({"cell_type": "\ud800", "source": "def f(x): pass", "metadata": {}})
    homework.hand_in("dora", json.dumps(odd))
    assert homework.grade() == {"ada": 10.0, "bob": 5.0, "dora": 10.0, "eve": None}


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        ({"only": {"nobody"}}, CourseError, "no submission of 'nobody' of hw in"),
        ({"isolation": "docker"}, IsolationError, "there is no isolation named 'docker'"),
    ],
)
def test_what_keeps_the_class_from_being_graded_is_said(homework, options, error, sentence):
    """And nothing is written."""
    with pytest.raises(error, match=sentence):
        homework.grade(**options)
    assert not homework.results.exists()


@pytest.mark.parametrize(
    ("name", "sentence"), [("nowhere", "cannot be listed .No such file"), ("empty", "no submission of hw in")]
)
def test_without_submissions_the_expected_layout_is_said(homework, name, sentence):
    """A missing and an empty folder have each their sentence."""
    (homework.course.root / "empty").mkdir()
    with pytest.raises(CourseError, match=sentence):
        homework.grade(submitted=homework.course.root / name)


def unwritable(homework, monkeypatch, students, number):
    """Let results of some students meet an error of the file system."""
    write = Results.write

    def refuse(store, result):
        if result.student in students:
            raise OSError(number, os.strerror(number), str(store.path(result.student)))
        write(store, result)

    monkeypatch.setattr(Results, "write", refuse)


@pytest.mark.parametrize("number", sorted(NO_ROOM), ids=errno.errorcode.get)
def test_a_disk_without_room_stops_the_class(homework, monkeypatch, number):
    """Nobody else's result could be written, either; what is finished counts in the next run."""
    with monkeypatch.context() as full:
        unwritable(homework, full, {"bob", "eve"}, number)
        sentence = f"{os.strerror(number)}: .*; 1 of 3 results are in .*: mend that and run again to go on"
        with pytest.raises(StoppedError, match=sentence):
            homework.grade()
    before = homework.files()
    assert set(before) == {"ada"}
    assert homework.grade() == {"ada": 10.0, "bob": 5.0, "eve": None}
    assert homework.files()["ada"] == before["ada"]


@pytest.mark.parametrize("number", [errno.EACCES, errno.ENAMETOOLONG, errno.EISDIR], ids=errno.errorcode.get)
def test_one_result_that_cannot_be_written_stops_nobody_else(homework, monkeypatch, number):
    """Whose it is has no score, because the next run would not know it."""
    unwritable(homework, monkeypatch, {"ada"}, number)
    assert homework.grade() == {"ada": None, "bob": 5.0, "eve": None}
    assert f"its result cannot be written: {os.strerror(number)}" in homework.shown.getvalue()


def test_two_runs_do_not_write_at_once(homework):
    """The second is told so."""
    from gradkit.grader.results import Results

    with Results(homework.results, "hw").locked(), pytest.raises(CourseError, match="another grading run"):
        homework.grade()


def test_without_isolation_there_is_a_warning_and_every_result_is_marked(homework):
    """Only on explicit demand, and never unsaid; isolated results are not reused."""
    homework.grade()
    homework.grade(isolation="none")
    assert "WARNING: --isolation none" in homework.shown.getvalue()
    assert {row["isolation"] for row in homework.table() if row["judged"] == "yes"} == {"none"}


def test_every_run_on_a_weaker_rung_says_so(homework, monkeypatch):
    """And why the stronger ones do not work."""
    monkeypatch.setattr(ladder, "command", without_bwrap(ladder.command))
    homework.grade()
    shown = " ".join(homework.shown.getvalue().split())
    assert "Isolation landlock: nothing stronger works on this machine. bwrap: it does not start (" in shown
    assert "Isolation: landlock (weaker than bwrap)." in shown


def without_bwrap(command):
    """Return what starts zygotes where bubblewrap is broken."""

    def started(rung, *arguments):
        return (["/bin/false"], {}) if rung.name == "bwrap" else command(rung, *arguments)

    return started


def test_a_course_within_reach_of_guests_is_refused(homework, monkeypatch):
    """Submissions beside the interpreter's library could be read by each other."""
    monkeypatch.setattr(ladder, "runtime", lambda: [homework.submitted.parent])
    with pytest.raises(IsolationError, match="which students' code may read"):
        homework.grade(isolation="landlock")
