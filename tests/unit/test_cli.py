"""The command line: errors as one sentence, exit codes, options; what it does is tested with `run`."""

import json

import pytest
from click.testing import CliRunner

from gradkit.grader.cli import NOT_ALL_JUDGED, main
from gradkit.grader.model import result_schema

CHECKS = '''
import pytest

pytestmark = pytest.mark.question("f")

@pytest.mark.weight(1)
def test_a(function):
    """It returns what it was given."""
    assert function(5) == 5
    assert function(0) == 0
'''
RIGHT, WRONG = "def f(x): return x", "def f(x): return 5"


def notebook(source):
    """Return a notebook with one graded cell."""
    settings = {"grade": True, "solution": True, "grade_id": "f", "points": 10}
    cell = {"cell_type": "code", "source": source, "metadata": {"nbgrader": settings}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})


@pytest.fixture
def hand_in(tmp_path, monkeypatch):
    """Work in a small course; put a student's notebook in place."""
    (tmp_path / "solutions/hw").mkdir(parents=True)
    (tmp_path / "autograder/hw").mkdir(parents=True)
    (tmp_path / "solutions/hw/hw.ipynb").write_text(notebook(RIGHT))
    (tmp_path / "autograder/hw/assignment.toml").write_text('title = "Homework"\n')
    (tmp_path / "autograder/hw/test_hw.py").write_text(CHECKS)
    monkeypatch.chdir(tmp_path)

    def put(student, text):
        path = tmp_path / "course/submitted" / student / "hw/hw.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text)

    return put


def run(*arguments):
    """Run a command; return its exit code, output and errors."""
    result = CliRunner().invoke(main, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("source", [RIGHT, WRONG], ids=["right", "wrong"])
def test_everybody_judged_is_success(hand_in, source):
    """A zero is a verdict: the exit code is 0 whatever the points."""
    hand_in("ada", notebook(source))
    code, shown, errors = run("grade", "hw", "--jobs", "1")
    assert (code, errors) == (0, "")
    assert "1 submission:" in shown


def test_somebody_not_judged_is_three(hand_in):
    """A person has to look, and a script can tell."""
    hand_in("ada", notebook(RIGHT))
    hand_in("eve", "no JSON")
    code, _, errors = run("grade", "hw", "--jobs", "1")
    assert (code, NOT_ALL_JUDGED) == (3, 3)
    assert errors == "1 could not be judged and need a person to look: eve\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["grade", "other"], "Error: there is no assignment 'other' in"),
        (["grade", "hw", "--student", "bob"], "Error: no submission of 'bob' of hw in"),
        (
            ["grade", "hw", "--submitted", "nowhere"],
            "Error: nowhere cannot be listed (No such file or directory): put",
        ),
        (["release", "other"], "Error: there is no assignment 'other' in"),
    ],
)
def test_what_the_instructor_can_mend_is_one_and_a_sentence(hand_in, arguments, sentence):
    """No traceback for what was foreseen."""
    hand_in("ada", notebook(RIGHT))
    code, _, errors = run(*arguments)
    assert code == 1
    assert errors.startswith(sentence)
    assert "Traceback" not in errors


def test_a_course_without_submissions_is_said(hand_in):
    """The folder where they are expected is named."""
    code, _, errors = run("grade", "hw")
    assert code == 1
    assert "course/submitted cannot be listed (No such file or directory)" in errors


def test_outside_a_course_is_said(tmp_path, monkeypatch):
    """Where to go is in the sentence."""
    monkeypatch.chdir(tmp_path)
    code, _, errors = run("grade", "hw")
    assert code == 1
    assert "lies in no course" in errors


@pytest.mark.parametrize(
    "arguments",
    [["grade"], ["grade", "hw", "--jobs", "0"], ["grade", "hw", "--jobs", "x"], ["grade", "--no-such"], ["mark"]],
)
def test_wrong_usage_is_two(arguments):
    """A command that makes no sense has click's own code."""
    code, _, errors = run(*arguments)
    assert code == 2
    assert errors.startswith("Usage: ")


def test_folders_can_be_named(hand_in, tmp_path):
    """--submitted and --results take the place of the course's own."""
    hand_in("ada", notebook(RIGHT))
    (tmp_path / "course/submitted").rename(tmp_path / "elsewhere")
    code, _, _ = run("grade", "hw", "--jobs", "1", "--submitted", "elsewhere", "--results", "out", "--student", "ada")
    assert code == 0
    assert json.loads((tmp_path / "out/ada/hw.json").read_bytes())["score"] == 10.0
    assert not (tmp_path / "course/results").exists()


def test_the_schema_is_printed():
    """`gradkit schema` prints what docs/result.schema.json holds."""
    code, shown, _ = run("schema")
    assert code == 0
    assert json.loads(shown) == result_schema()


@pytest.mark.parametrize("command", ["grade", "release", "schema"])
def test_every_command_explains_itself(command):
    """--help says what a command does, and `gradkit --help` names it."""
    code, shown, _ = run(command, "--help")
    assert code == 0
    assert shown.startswith("Usage: ")
    assert command in run("--help")[1]


def test_unknown_isolation_is_wrong_usage():
    """A rung that does not exist is noticed before anything is read."""
    code, _, errors = run("grade", "hw", "--isolation", "docker")
    assert code == 2
    assert "'docker' is not one of" in errors


def test_results_that_cannot_be_written_are_said(hand_in, tmp_path):
    """A results folder that is a file is one sentence, not a traceback."""
    hand_in("ada", notebook(RIGHT))
    (tmp_path / "file").write_text("")
    code, _, errors = run("grade", "hw", "--results", "file")
    assert code == 1
    assert errors.startswith("Error: ")
    assert "no results can be written to file (" in errors


def test_one_result_that_cannot_be_written_does_not_stop_the_class(hand_in, tmp_path):
    """That student is not judged; the others have their results."""
    for student in ("ada", "bob", "cleo"):
        hand_in(student, notebook(RIGHT))
    (tmp_path / "course/results").mkdir(parents=True)
    (tmp_path / "course/results/bob").write_text("in the way")
    code, shown, errors = run("grade", "hw", "--jobs", "1")
    assert (code, errors) == (3, "1 could not be judged and need a person to look: bob\n")
    assert "its result cannot be written" in " ".join(shown.split())
    assert sorted(path.parent.name for path in tmp_path.glob("course/results/*/hw.json")) == ["ada", "cleo"]
