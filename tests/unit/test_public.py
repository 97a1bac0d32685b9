"""What is handed out beside the notebook: only text, and only public checks that are fair."""

import json

import pytest

from gradkit.grader import public
from gradkit.grader.course import Course
from gradkit.grader.errors import CourseError

CHECKS = '''
from gradkit.checking import expect, public_check

LESSONS = {"f": "1. First"}

@public_check("f")
def one(function):
    """At 1 it is 1."""
    expect(function(1) == 1, "It is not 1.")
'''
RIGHT = "def f(x):\n    return x"
STUB = "def f(x):\n    raise NotImplementedError('Need to implement f')"


def notebook(source):
    """Return the bytes of a notebook whose only cell is made for f."""
    settings = {"grade": True, "solution": True, "grade_id": "f", "points": 10}
    cells = [{"cell_type": "code", "source": source, "metadata": {"nbgrader": settings}}]
    return json.dumps({"nbformat": 4, "cells": cells}).encode()


@pytest.fixture
def course(tmp_path):
    """A course with the assignment hw, whose reference is right, and public checks."""
    for folder in ("solutions/hw", "autograder/hw/public"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "solutions/hw/hw.ipynb").write_bytes(notebook(RIGHT))
    (tmp_path / "autograder/hw/public/hw_checks.py").write_text(CHECKS)
    (tmp_path / "autograder/hw/assignment.toml").write_text('title = "Homework"')
    return Course(tmp_path)


def refused(function, *arguments):
    """Return the sentence with which a release is refused."""
    with pytest.raises(CourseError) as caught:
        function(*arguments)
    return str(caught.value)


def test_all_files_are_handed_out(course):
    """By name, byte by byte; what Python and Jupyter leave there is not."""
    place = public.folder(course, "hw")
    (place / "note.txt").write_text("Grüße")
    (place / "__pycache__").mkdir()
    (place / ".ipynb_checkpoints").mkdir()
    assert public.files(course, "hw") == {"hw_checks.py": CHECKS.encode(), "note.txt": "Grüße".encode()}


def test_an_assignment_may_have_none(course):
    """Then nothing is handed out, and nothing judged."""
    assert public.files(course, "essay") == {}
    public.refuse_unfair(course, "essay", b"")


@pytest.mark.parametrize("name", ["hw.ipynb", "README.md", "folder/"])
def test_files_of_the_release_are_not_replaced(course, name):
    """Neither notebook nor README; and folders are not handed out."""
    path = public.folder(course, "hw") / name
    path.mkdir() if name.endswith("/") else path.write_text("{}")
    assert f"{path} cannot be handed out" in refused(public.files, course, "hw")


def test_what_cannot_be_searched_is_refused(course):
    """Secrets are searched in text."""
    (public.folder(course, "hw") / "picture.png").write_bytes(b"\x89PNG\xff")
    assert "picture.png is no text in UTF-8" in refused(public.files, course, "hw")


def test_fair_checks(course):
    """The reference passes, the stub is not started."""
    public.refuse_unfair(course, "hw", notebook(STUB))


@pytest.mark.parametrize(
    ("change", "stub", "said"),
    [
        ({"== 1": "== 2"}, STUB, "f: the reference does not pass one: NOT YET It is not 1."),
        ({"function(1)": "function()"}, STUB, "f: the reference does not pass one: NOT YET It raised TypeError"),
        ({'@public_check("f")': ""}, STUB, "f: the reference was not checked"),
        ({}, "def f(x):\n    return 2", "f: the untouched student version does not count as not started"),
        ({'"f": "1. First"': '"g": "1. First"'}, STUB, "its LESSONS are about ['g'], the graded cells about ['f']"),
        ({"LESSONS": "LESSON"}, STUB, "hw_checks.py has no LESSONS"),
        ({"from": "frm"}, STUB, "hw_checks.py: invalid syntax"),
    ],
)
def test_unfair_checks_are_refused(course, change, stub, said):
    """With a sentence that names function and check."""
    text = CHECKS
    for old, new in change.items():
        text = text.replace(old, new)
    (public.folder(course, "hw") / "hw_checks.py").write_text(text)
    assert said in refused(public.refuse_unfair, course, "hw", notebook(stub))
