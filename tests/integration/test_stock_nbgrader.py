"""A course with nbgrader's own settings: gradkit's questions get no number there, and `gradkit doctor` says so."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from nbgrader.api import Gradebook

ROOT = Path(__file__).parents[2]
FUNCTIONS = ("softmax_loss_naive", "softmax_loss_vectorized")
CELLS = (*FUNCTIONS, "answer_1", "answer_2", "answer_3")
SETTINGS = """
c = get_config()
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"
c.CourseDirectory.submitted_directory = "course/submitted"
c.CourseDirectory.autograded_directory = "course/autograded"
c.CourseDirectory.feedback_directory = "course/feedback"
c.CourseDirectory.db_url = "sqlite:///course/gradebook.db"
"""
COURSE_ID = 'c.CourseDirectory.course_id = "gradkit"\n'
LANDED, FRESH = "landed", "fresh"
REMARK = "Clear."
LEFT_BEHIND = "executed.txt"


class Cell(NamedTuple):
    """What the gradebook says about a cell of one student."""

    auto: float | None
    manual: float | None
    waits: bool
    remark: str | None


class Classroom:
    """A course's folder in which commands are typed."""

    def __init__(self, root, sample, gradkit):
        self.root, self.sample, self._gradkit = root, sample, gradkit
        for part in ("solutions", "autograder", "assignments"):
            shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_*"))
        names = ("JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR", "HOME")
        self.environment = {name: str(root.parent / name.lower()) for name in names}
        self.environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    def settings(self, text):
        """Give the course other settings."""
        (self.root / "nbgrader_config.py").write_text(text)

    def gradkit(self, *arguments):
        """Run gradkit; return the completed process."""
        return self._gradkit(*arguments, cwd=self.root, env=self.environment)

    def nbgrader(self, *arguments):
        """Run one of nbgrader's commands; return the completed process."""
        return subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=self.root,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def hand_in(self, student):
        """Hand in right answers in a notebook that takes no time to run: without the course's own cells."""
        folder = self.root / "course" / "submitted" / student / "softmax"
        folder.mkdir(parents=True, exist_ok=True)
        released = json.loads((self.root / "assignments" / "softmax" / "softmax.ipynb").read_bytes())
        self.sample["right-textbook"].write(folder, released)
        notebook = json.loads((folder / "softmax.ipynb").read_bytes())
        imports = {"cell_type": "code", "id": "imports", "metadata": {}, "outputs": [], "execution_count": None}
        imports["source"] = f"import numpy as np\nopen({LEFT_BEHIND!r}, 'w').close()"
        answers = [cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade")]
        answers[1]["source"] = "Because."
        (folder / "softmax.ipynb").write_text(json.dumps({**notebook, "cells": [imports, *answers]}))
        (folder / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC")

    def person(self, student, cell, points, remark):
        """Do what a grader does in the formgrader."""
        with self._book() as book:
            grade = book.find_grade(cell, "softmax", "softmax", student)
            grade.manual_score, grade.needs_manual_grade = points, False
            book.find_comment(cell, "softmax", "softmax", student).manual_comment = remark
            book.db.commit()

    def cells(self, student):
        """Return what the gradebook says about a student, by cell."""
        with self._book() as book:
            found = {}
            for name in CELLS:
                grade = book.find_grade(name, "softmax", "softmax", student)
                remark = book.find_comment(name, "softmax", "softmax", student).manual_comment
                found[name] = Cell(grade.auto_score, grade.manual_score, grade.needs_manual_grade, remark)
            return found

    def _book(self):
        return Gradebook(f"sqlite:///{self.root}/course/gradebook.db", "gradkit")


class Outcome(NamedTuple):
    """What was in the gradebook by student: as landed, after nbgrader's own autograde, after another landing."""

    landed: dict
    stock: dict
    again: dict
    autograde: subprocess.CompletedProcess
    doctor: subprocess.CompletedProcess
    left_behind: list


@pytest.fixture(scope="module")
def classroom(make_class, gradkit, tmp_path_factory):
    """A course without settings as yet."""
    sample = {student.name: student for student in make_class.students()}
    return Classroom(tmp_path_factory.mktemp("stock") / "course", sample, gradkit)


@pytest.fixture(scope="module")
def outcome(classroom):
    """A class that gradkit has graded, then nbgrader with its own settings, then gradkit once more."""
    classroom.settings((ROOT / "nbgrader_config.py").read_text())
    classroom.hand_in(LANDED)
    graded = classroom.gradkit("grade", "softmax")
    assert graded.returncode == 0, graded.stderr
    classroom.person(LANDED, "answer_1", 2.0, REMARK)
    landed = {LANDED: classroom.cells(LANDED)}
    classroom.settings(SETTINGS + COURSE_ID)
    classroom.hand_in(FRESH)
    autograde = classroom.nbgrader("autograde", "softmax", "--force")
    stock = {student: classroom.cells(student) for student in (LANDED, FRESH)}
    left_behind = [path.parts[-3] for path in classroom.root.glob(f"course/*/*/softmax/{LEFT_BEHIND}")]
    doctor = classroom.gradkit("doctor")
    graded = classroom.gradkit("grade", "softmax")
    assert graded.returncode == 0, graded.stderr
    again = {student: classroom.cells(student) for student in (LANDED, FRESH)}
    return Outcome(landed, stock, again, autograde, doctor, left_behind)


@pytest.mark.parametrize("student", [LANDED, FRESH])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_number_for_what_nbgrader_cannot_judge(outcome, student, function):
    """A right function gets no points of nbgrader's own autograde and waits for a person, whatever was there before."""
    assert outcome.autograde.returncode == 0, outcome.autograde.stderr
    assert outcome.stock[student][function] == Cell(None, None, True, None)


def test_number_was_there_before(outcome):
    """What is gone after nbgrader's own autograde had been landed."""
    assert [outcome.landed[LANDED][name].auto for name in FUNCTIONS] == [10.0, 10.0]


def test_students_code_runs_with_the_instructors_rights(outcome):
    """This is why the settings matter: nbgrader's own autograde executes the notebook where the gradebook lies."""
    assert sorted(outcome.left_behind) == [FRESH, LANDED]


def test_next_landing_mends_it(outcome):
    """`gradkit grade` gives the points again, and what a person gave was never lost."""
    for student in (LANDED, FRESH):
        assert [outcome.again[student][name][:3] for name in FUNCTIONS] == [(10.0, None, False)] * 2
    for stage in (outcome.landed, outcome.stock, outcome.again):
        assert (stage[LANDED]["answer_1"].manual, stage[LANDED]["answer_1"].remark) == (2.0, REMARK)


def test_doctor_says_so(outcome):
    """`gradkit doctor` ends with 1 and names each setting that is missing."""
    assert outcome.doctor.returncode == 1
    # The last one because nbgrader's stub for a solution is not the course's.
    for subject in (
        *("nbgrader autograde", "student code", "nbgrader generate_feedback", "nbgrader collect"),
        "assignment softmax",
    ):
        assert f"MEND  {subject}: " in outcome.doctor.stdout
    assert "every graded function waits for a person" in outcome.doctor.stdout
    assert "5 things to mend" in outcome.doctor.stderr


@pytest.mark.parametrize("command", [("grade", "softmax"), ("feedback", "softmax"), ("export", "softmax")])
def test_course_without_a_name(outcome, classroom, command):
    """Without a course id nothing is written anywhere, and a sentence says what to set."""
    classroom.settings(SETTINGS)
    before = {path: path.stat().st_mtime_ns for path in (classroom.root / "course").rglob("*")}
    process = classroom.gradkit(*command)
    assert process.returncode == 1
    assert "sets no c.CourseDirectory.course_id: give the course a name" in process.stdout + process.stderr
    assert "Traceback" not in process.stderr
    assert {path: path.stat().st_mtime_ns for path in (classroom.root / "course").rglob("*")} == before
