"""`gradkit mutate` as a whole, on a small assignment: a suite that is fit, and what is wrong with others."""

import io
import json

import pytest
from click.testing import CliRunner
from rich.console import Console

from gradkit.grader.cli import main
from gradkit.grader.course import Course
from gradkit.grader.errors import CourseError, SuiteError
from gradkit.grader.mutation.gate import judge_suite
from gradkit.grader.mutation.specimens import Kind

F = "def f(x, y):\n    total = x - 2 * y\n    return total\n"
G = "def g(x, y):\n    return y\n"
CHECKS = '''
import pytest

pytestmark = pytest.mark.question("f", "g")

@pytest.mark.question("f")
@pytest.mark.weight(1)
def test_value(function):
    """It is right for two numbers."""
    assert function(5, 3) == -1 and function(7, 3) == 1

@pytest.mark.question("f")
@pytest.mark.weight(1)
def test_exact(function):
    """It is a whole number."""
    assert isinstance(function(5, 3), int)

@pytest.mark.question("g")
@pytest.mark.weight(1)
def test_second(function):
    """It is the second argument."""
    assert function(5, 3) == 3
'''
MISTAKES = """
from gradkit.grader.catalogue import mistake

FACTOR = 3

@mistake("You multiply by three: f and g need no three at all here.")
def times_three(x, y):
    return FACTOR * y
"""
VARIANTS = """
from gradkit.grader.mutation.variants import variant

@variant("f")
def subtracts_twice(x, y):
    return x - y - y

@variant("f", loses=("exact",))
def gives_a_float(x, y):
    return x - 2.0 * y
"""
EQUIVALENT = """
[[equivalent]]
function = "g"
operator = "returned"
line = "return y"
becomes = "return -y"
reason = "not at all, but the suite cannot tell"
"""


def notebook():
    """Return the instructor's notebook."""
    cells = []
    for name, source in (("f", F), ("g", G)):
        settings = {"grade": True, "solution": True, "grade_id": name, "points": 10}
        cells.append({"cell_type": "code", "source": source.splitlines(True), "metadata": {"nbgrader": settings}})
    cells.append({"cell_type": "markdown", "source": "The end.", "metadata": {"nbgrader": {"grade_id": "f"}}})
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})


@pytest.fixture
def homework(tmp_path, monkeypatch):
    """A course with one assignment whose suite is fit for use; the folder of its suite."""
    folder = tmp_path / "autograder" / "hw"
    (folder / "mutation").mkdir(parents=True)
    (tmp_path / "solutions" / "hw").mkdir(parents=True)
    (tmp_path / "solutions/hw/hw.ipynb").write_text(notebook())
    (folder / "assignment.toml").write_text('title = "Homework"\n')
    (folder / "test_hw.py").write_text(CHECKS)
    (folder / "mistakes.py").write_text(MISTAKES)
    (folder / "mutation" / "variants.py").write_text(VARIANTS)
    monkeypatch.chdir(tmp_path)
    return folder


def run(folder, least=10, **options):
    """Judge the suite; return the assessment and what was shown."""
    console = Console(file=io.StringIO(), width=160)
    course = Course(folder.parents[1])
    return judge_suite(course, "hw", jobs=1, least=least, console=console, **options), console.file.getvalue()


def refused(folder, least=10):
    """Judge a suite that is not fit for use; return why, and what was shown."""
    console = Console(file=io.StringIO(), width=160)
    with pytest.raises(SuiteError) as caught:
        judge_suite(Course(folder.parents[1]), "hw", jobs=1, least=least, console=console)
    return str(caught.value), console.file.getvalue()


def test_a_fit_suite_kills_all_that_is_wrong_and_nothing_else(homework, tmp_path):
    """Mistakes, mutants of both functions, the code of one under the other's name; the page is written."""
    page = tmp_path / "page.md"
    page.write_text("<!-- matrix of hw: written by gradkit mutate --><!-- end of the matrix -->")
    assessment, shown = run(homework, page=page)
    assert [trial.specimen.name for trial in assessment.of(Kind.MISTAKE)] == ["times_three"]
    assert [trial.specimen.name for trial in assessment.of(Kind.VARIANT)] == ["subtracts_twice", "gives_a_float"]
    assert {trial.specimen.mutant.function for trial in assessment.of(Kind.MUTANT)} == {"f", "g"}
    assert "g, copied: `def g` -> `the code of f`" in {trial.specimen.name for trial in assessment.trials}
    assert {row.check for row in assessment.matrix() if row.alone} == {"value", "exact", "second"}
    assert "hw: 1 known mistakes, 2" in shown
    assert shown.endswith("Fit for use: all that is wrong loses points, all that is right keeps its own.\n")
    assert "| second | 1 | " in page.read_text()


def test_a_weak_suite_is_refused_and_its_survivors_named(homework):
    """That it is negative does not tell x - 2*y from x - 3*y."""
    weak = CHECKS.replace("function(5, 3) == -1 and function(7, 3) == 1", "function(5, 3) < 0")
    (homework / "test_hw.py").write_text(weak)
    reason, shown = refused(homework)
    assert reason.startswith("the suite of hw is not fit for use; the report names each:\n")
    assert " survived: wrong code that kept all points" in reason
    assert "\n  f, constant: `total = x - 2 * y` -> `total = x - 3 * y`\n    [[equivalent]]\n" in shown
    assert "\n  f, constant: `total = x - 2 * y` -> `total = x - 1 * y`" not in shown


def test_a_check_that_costs_nothing_kills_nothing(homework):
    """Remarks are not points."""
    weak = CHECKS.replace("@pytest.mark.weight(1)\ndef test_second", "def test_second")
    (homework / "test_hw.py").write_text(weak + WEIGHT_FOR_G)
    reason, shown = refused(homework)
    assert " survived: " in reason
    assert "g, returned: `return y` -> `return -y`" in shown


WEIGHT_FOR_G = '''
@pytest.mark.question("g")
@pytest.mark.weight(1)
def test_callable(function):
    """It can be called."""
    function(5, 3)
'''


@pytest.mark.parametrize(
    ("name", "old", "new", "reason", "said"),
    [
        ("mutation/variants.py", ', loses=("exact",)', "", "1 rejected", "gives_a_float: lost exact"),
        (
            "mutation/variants.py",
            '@variant("f")',
            '@variant("f", loses=("exact",))',
            "1 rejected",
            "subtracts_twice: did not lose exact",
        ),
        ("mutation/equivalent.toml", "", EQUIVALENT, "1 listed as equivalent, yet killed", "lost second"),
        (
            "mutation/equivalent.toml",
            "",
            EQUIVALENT.replace("return -y", "return +y"),
            "1 listed as equivalent, but no mutant (any more)",
            "g, returned: `return y` -> `return +y`",
        ),
    ],
    ids=["rejected variant", "too few points lost", "killed", "no mutant"],
)
def test_what_is_wrongly_listed_is_refused(homework, name, old, new, reason, said):
    """A variant that loses other points than it should, and entries of the list that are not what they say."""
    path = homework / name
    path.write_text((path.read_text() if path.exists() else "").replace(old, new, 1))
    why, shown = refused(homework)
    assert reason in why
    assert said in shown


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        ("mutation/variants.py", '"exact"', '"exactly"', "gives_a_float is to lose exactly: there is no such check"),
        (
            "mutation/variants.py",
            '@variant("f")',
            '@variant("h")',
            "subtracts_twice in variants.py: 'h' is no question; there are f, g",
        ),
        ("mistakes.py", "FACTOR = 3", "import no_such_module", "hw/mistakes.py fails: ModuleNotFoundError"),
    ],
)
def test_slips_of_the_pen_are_said(homework, name, old, new, sentence):
    """Where, and what was expected."""
    path = homework / name
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(SuiteError, match=sentence):
        run(homework)


def test_too_few_mutants_prove_nothing(homework):
    """Functions of two lines have few."""
    reason, _ = refused(homework, least=150)
    assert "mutants that are not equivalent, expected 150 or more" in reason


def test_a_reference_that_is_no_python_is_said(homework, tmp_path):
    """Magics cannot be mutated."""
    path = tmp_path / "solutions/hw/hw.ipynb"
    path.write_text(path.read_text().replace("def g(x, y)", "%time def g(x, y)"))
    with pytest.raises(SuiteError, match="the cell of g in solutions/hw, line 1 is no plain Python"):
        run(homework)


def test_mistakes_that_stall_are_killed_without_waiting_long(homework):
    """The first stall is the last: the time limit is short, and no call is tried again."""
    stalls = '\n@mistake("You never stop: leave the loop.")\ndef endless(x, y):\n    while True:\n        pass\n'
    path = homework / "mistakes.py"
    path.write_text(path.read_text() + stalls)
    assessment, _ = run(homework)
    (endless,) = [trial for trial in assessment.trials if trial.specimen.name == "endless"]
    assert endless.lost == {"value", "exact", "second"}
    assert endless.as_it_should_be


def test_a_page_without_a_place_for_the_matrix_is_refused_at_once(homework, tmp_path):
    """Not after minutes of grading."""
    page = tmp_path / "page.md"
    page.write_text("Nothing here.")
    console = Console(file=io.StringIO())
    with pytest.raises(CourseError, match="has no place for the matrix"):
        judge_suite(Course(tmp_path), "hw", page=page, console=console)
    assert console.file.getvalue() == ""


@pytest.mark.parametrize(("least", "code"), [("10", 0), ("150", 1)])
def test_the_exit_code_tells(homework, least, code):
    """0 for a suite that is fit for use, 1 and a sentence for any other."""
    result = CliRunner().invoke(main, ["mutate", "hw", "--jobs", "1", "--least", least])
    assert result.exit_code == code, result.output
    assert result.stderr.startswith("Error: the suite of hw is not fit for use") is bool(code)
