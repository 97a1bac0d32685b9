"""A grade given again from the records of its grading: the same, or what is different and why."""

import gzip
import hashlib
import json
import stat

import msgspec
import pytest
from click.testing import CliRunner

from gradkit.grader.cli import main
from gradkit.grader.course import Course
from gradkit.grader.errors import CourseError
from gradkit.grader.records import Records
from gradkit.grader.replay import replay
from gradkit.grader.results import read_result
from gradkit.grader.run import grade_class

CHECKS = '''
import pytest

pytestmark = pytest.mark.question("f")

@pytest.mark.weight(1)
def test_a(function, draw):
    """It returns what it was given."""
    x = draw("x").standard_normal()
    assert function(x) == x

@pytest.mark.weight(1)
def test_b(function):
    """It does so for zero."""
    assert function(0) == 0
'''
RIGHT, WRONG = "def f(x): return x", "def f(x): return 0 * x"


def notebook(source):
    """Return a notebook with one graded cell."""
    settings = {"grade": True, "solution": True, "grade_id": "f", "points": 10}
    cell = {"cell_type": "code", "source": source, "metadata": {"nbgrader": settings}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course in which ada (right) and bob (wrong) were graded; then everything has changed."""
    monkeypatch.chdir(tmp_path)
    course = Course(tmp_path)
    suite = tmp_path / "autograder/hw/test_hw.py"
    for path, text in (
        (course.notebook_path("hw"), notebook(RIGHT)),
        (suite, CHECKS),
        (suite.with_name("assignment.toml"), 'title = "Homework"\n'),
        (course.state / "submitted/ada/hw/hw.ipynb", notebook(RIGHT)),
        (course.state / "submitted/bob/hw/hw.ipynb", notebook(WRONG)),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    grade_class(course, "hw", submitted=course.state / "submitted", results=course.state / "results", jobs=1)
    (course.state / "submitted/bob/hw/hw.ipynb").write_text(notebook(RIGHT))
    suite.write_text(CHECKS.replace("== 0", "== 1"))
    (course.state / "seed").write_text("5eed" * 16)
    return course


def result_of(course, student):
    """Return where a student's result lies."""
    return course.state / "results" / student / "hw.json"


def changed(path, **fields):
    """Change fields of a result file."""
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def run(*arguments):
    """Run a command; return its exit code, output and errors."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize(("student", "points"), [("ada", "10"), ("bob", "5")])
def test_a_grade_stands_whatever_has_changed_since(course, student, points):
    """Notebook, suite and seed are those of then."""
    code, said, errors = run("replay", result_of(course, student))
    assert (code, errors) == (0, "")
    assert f"{student}, hw: {points} of 10 points, graded at 20" in said
    assert "everything came out the same" in said


def test_a_replay_changes_nothing(course):
    """Neither the result nor anything else beside it."""
    before = {path: path.read_bytes() for path in course.state.rglob("*") if path.is_file()}
    run("replay", result_of(course, "bob"))
    assert {path: path.read_bytes() for path in course.state.rglob("*") if path.is_file()} == before


def test_a_forged_result_is_found_out(course):
    """A score that somebody wrote into the file does not come out again."""
    path = result_of(course, "bob")
    record = json.loads(path.read_text())
    record["questions"][0]["score"] = record["score"] = 10.0
    path.write_text(json.dumps(record))
    code, said, errors = run("replay", path)
    assert code == 1
    assert "score: recorded 10.0, now 5.0" in said
    assert "f: score: recorded 10.0, now 5.0" in said
    assert "2 things came out otherwise" in errors


def test_other_versions_are_remarked(course):
    """A difference may come from them."""
    path = result_of(course, "ada")
    record = read_result(path)
    found = replay(course, path)
    assert found.remarks == ()
    bundle = Records(course.records).bundle_of(record)
    other = {**record.versions, "gradkit": "0.0.1", "numpy": "1.0"}
    sha256 = bundle.digest("0.0.1")
    (course.records / "bundles" / f"{sha256}.json").write_bytes(msgspec.json.encode(bundle))
    changed(path, versions=other, bundle_sha256=sha256)
    remarks = replay(course, path).remarks
    assert [remark.split(",")[0] for remark in remarks] == ["graded with gradkit 0.0.1", "graded with numpy 1.0"]


def test_a_changed_record_is_refused(course):
    """The names of records are their digests."""
    (bundle,) = (course.records / "bundles").iterdir()
    bundle.write_bytes(bundle.read_bytes().replace(b'"seed":"', b'"seed":"AAAA'))
    with pytest.raises(CourseError, match=r"is not what its name says|is damaged"):
        replay(course, result_of(course, "ada"))


def test_a_changed_notebook_is_refused(course):
    """As with the suite."""
    record = read_result(result_of(course, "bob"))
    path = course.records / "notebooks" / f"{record.notebook_sha256}.ipynb.gz"
    path.write_bytes(gzip.compress(notebook(RIGHT).encode()))
    with pytest.raises(CourseError, match="is not what its name says"):
        replay(course, result_of(course, "bob"))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"bundle_sha256": "0" * 64}, "the suite and reference with which 'ada' was graded cannot be read"),
        ({"notebook_sha256": "0" * 64}, "the notebook with which 'ada' was graded cannot be read"),
        ({"notebook_sha256": "../../../etc/passwd"}, "the notebook with which 'ada' was graded cannot be read"),
        ({"isolation": "", "problem": "hw.ipynb is empty"}, "records no grading that could be repeated: hw.ipynb is"),
        ({"isolation": "docker"}, "there is no isolation named 'docker'"),
    ],
)
def test_what_cannot_be_replayed_is_said(course, fields, words):
    """What is missing, and where it should be."""
    changed(result_of(course, "ada"), **fields)
    code, _, errors = run("replay", result_of(course, "ada"))
    assert code == 1
    assert words in errors


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"student": 7}', "\x00"])
def test_a_file_that_is_no_result_is_said(course, content):
    """Its name and the reason, in one sentence."""
    path = course.root / "other.json"
    path.write_text(content)
    code, _, errors = run("replay", path)
    assert code == 1
    assert "other.json is no result file of gradkit: " in errors


def test_records_are_for_their_owner_alone(course):
    """They hold the suite and the seed."""
    assert stat.S_IMODE(course.records.stat().st_mode) == 0o700
    files = [path for path in course.records.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert len(files) == 3


def test_every_notebook_is_kept_once(course):
    """Also the one that its student replaced later; the same one of two students is one record."""
    grade_class(course, "hw", submitted=course.state / "submitted", results=course.state / "results", jobs=1)
    names = {path.name for path in (course.records / "notebooks").iterdir()}
    assert names == {f"{hashlib.sha256(notebook(s).encode()).hexdigest()}.ipynb.gz" for s in (RIGHT, WRONG)}


def test_the_audit_tells_how_it_was_graded(course):
    """Who, when, on what, with which limits, suite, reference and seed."""
    record = read_result(result_of(course, "ada"))
    bundle = Records(course.records).bundle_of(record)
    assert record.audit.limits == bundle.settings.limits
    assert record.audit.seed_sha256 == hashlib.sha256(bundle.seed).hexdigest()
    assert record.audit.reference_sha256 == hashlib.sha256(notebook(RIGHT).encode()).hexdigest()
    assert record.audit.suite_sha256 == bundle.suite_sha256
    assert "seccomp" in record.audit.layers
    assert record.audit.graded_at.endswith("+00:00")
    assert record.audit.graded_by
    assert record.audit.machine.startswith("Linux ")
