"""Both doors lead to the same gradebook: ``gradkit grade`` and ``nbgrader autograde``, for the whole sample class."""

import datetime
import html
import os
import subprocess
import sys

import pytest
from nbgrader.api import Gradebook
from tests.gradebooks import rows

DUE = datetime.datetime(2026, 10, 1, 12)
PERSON = "wrong-two-in-gradient"


@pytest.fixture(scope="module")
def other(graded, make_sample_course):
    """A second course with the same class, graded by nbgrader's own command; and what that command said.

    Grading takes longest and is the same behind both doors: here it starts with what the first course knows of
    seven in eight students, and lands everybody.
    """
    course = make_sample_course("second")
    for number, result in enumerate(sorted(graded[2].glob("*/softmax.json"))):
        if number % 8:
            copy = course / "course" / "results" / result.parent.name / result.name
            copy.parent.mkdir(parents=True)
            copy.write_bytes(result.read_bytes())
    return course, autograde(course)


@pytest.fixture
def copies(graded, sample_course, other, tmp_path):
    """Copies of both courses, to meddle with."""
    for name, course in (("first", sample_course), ("second", other[0])):
        subprocess.run(["cp", "-a", course, tmp_path / name], check=True)  # links and pipes stay what they are
    return tmp_path / "first", tmp_path / "second"


def autograde(course, *arguments):
    """Run nbgrader's own autograde in a course."""
    command = [sys.executable, "-m", "nbgrader", "autograde", "softmax", *arguments]
    return subprocess.run(
        command, cwd=course, env={**os.environ}, capture_output=True, text=True, timeout=600, check=False
    )


def gradebook(course):
    """Return the address of a course's gradebook."""
    return f"sqlite:///{course}/course/gradebook.db"


def shown(course):
    """Return {path: content} of every file that graders see."""
    folder = course / "course" / "autograded"
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def meddle(course):
    """Do in a gradebook what people do between two runs: a due date, an extension, points, a comment, a flag."""
    with Gradebook(gradebook(course), "gradkit") as book:
        book.update_or_create_assignment("softmax", duedate=DUE)
        book.grant_extension("softmax", "right-einsum", days=3)
        grade = book.find_grade("softmax_loss_naive", "softmax", "softmax", PERSON)
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 9.5, 0.5, False
        comment = book.find_comment("softmax_loss_naive", "softmax", "softmax", PERSON)
        comment.manual_comment = "Nearly."
        book.find_submission_notebook("softmax", "softmax", "right-plain-loops").flagged = True
        book.db.commit()
    for student in ("right-einsum", "right-plain-loops", PERSON, "nasty-not-json"):
        stamp = course / "course" / "submitted" / student / "softmax" / "timestamp.txt"
        stamp.write_text("2026-10-02 12:00:00 UTC")
    answer = course / "course" / "submitted" / "right-textbook" / "softmax" / "softmax.ipynb"
    answer.write_bytes(answer.read_bytes().replace(b"dW", b"dV"))


def test_both_doors_bring_the_same_gradebook(graded, sample_course, other):
    """Row by row, for all of the class with its nasty members, and so are the notebooks that graders see."""
    course, process = other
    assert process.returncode == 0, process.stderr[-2000:]
    first = rows(gradebook(sample_course))
    assert len(first) > 3500
    assert first ^ rows(gradebook(course)) == set()
    assert shown(sample_course) == shown(course)


def test_nobody_is_left_out_but_by_name(graded, sample_course, make_class):
    """Everybody who can be a student in nbgrader is in the gradebook; the others are named."""
    process, _, _ = graded
    landed = {row[1] for row in rows(gradebook(sample_course)) if row[0] == "submission" or row[0] == "student"}
    absent = {student.name for student in make_class.students()} - {name for name in landed if isinstance(name, str)}
    assert len(absent) == 5
    assert process.stderr.count("is no name for a student in nbgrader") == 5


def test_who_cannot_be_judged_waits_for_a_person(graded, sample_course):
    """No number for them, and the reason in the comment."""
    _, results, _ = graded
    grades = {row[1:4]: row[4:] for row in rows(gradebook(sample_course)) if row[0] == "grade"}
    comments = {row[1:4]: row[4] for row in rows(gradebook(sample_course)) if row[0] == "comment"}
    unjudged = [name for name, result in results.items() if result["score"] is None]
    assert len(unjudged) >= 15
    for student in unjudged:
        place = (student, "softmax", "softmax_loss_naive")
        assert grades[place] == (None, None, None, True)
        assert results[student]["problem"] in html.unescape(comments[place])


def test_both_doors_agree_again_after_people_were_there(copies, gradkit):
    """A second run after manual points, late hand-ins and a changed notebook: equal again, and people's parts kept."""
    for course in copies:
        meddle(course)
    assert gradkit("grade", "softmax", cwd=copies[0]).returncode == 3
    process = autograde(copies[1], "--force")
    assert process.returncode == 0, process.stderr[-2000:]
    first = rows(gradebook(copies[0]))
    assert first ^ rows(gradebook(copies[1])) == set()
    assert shown(copies[0]) == shown(copies[1])
    kept = {row[4:] for row in first if row[:4] == ("grade", PERSON, "softmax", "softmax_loss_naive")}
    assert {points[1:] for points in kept} == {(9.5, 0.5, True)}  # handed in again: to be looked at again
    assert ("comment", PERSON, "softmax", "softmax_loss_naive", "Nearly.") in {(*row[:4], row[-1]) for row in first}
    assert ("notebook", "right-plain-loops", "softmax", True, None) in first
