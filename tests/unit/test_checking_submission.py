"""What the grader will see in a saved notebook is told before it is handed in, in the grader's words."""

import functools
import json

import pytest

from gradkit.checking import submission
from gradkit.checking.examine import examine
from gradkit.checking.reports import NOT_THERE
from gradkit.checking.submission import SubmissionReport, checks_for, inspect, read_saved
from gradkit.errors import SubmissionError
from gradkit.finding import Finding, Level
from gradkit.notebook import MAX_FILE

F, G = "def f(x):\n    return x", "def g(x):\n    return x * x"
STUB = "def f(x):\n    raise NotImplementedError('Need to implement f')"
GONE = "the cell made for {} is gone (or has lost its nbgrader mark)"


def cell(source, name=None, kind="code"):
    """Return a cell, made for a graded function if it has a name."""
    settings = {"nbgrader": {"grade_id": name, "grade": True, "solution": True, "points": 10}} if name else {}
    return {"cell_type": kind, "source": source, "metadata": settings}


@pytest.fixture
def saved(tmp_path):
    """Write a notebook into a folder that has public checks of f and g; return its path."""
    (tmp_path / "hw_checks.py").write_text("LESSONS = {'f': '1. First', 'g': '2. Second'}\n")

    def save(*cells, name="hw.ipynb"):
        path = tmp_path / name
        path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)}))
        return path

    return save


def found(path, **options):
    """Return the findings on a notebook as (level, subject, words)."""
    return [(str(level), subject, words) for level, subject, words in inspect(path, **options).findings]


RIGHT = [cell(F, "f"), cell(G, "g")]


def test_a_notebook_as_it_should_be(saved):
    """Each function with its cell, and nothing else."""
    report = inspect(saved(*RIGHT))
    assert report.findings == [Finding(Level.OK, "f", "found in cell 1"), Finding(Level.OK, "g", "found in cell 2")]
    assert (report.file, report.to_mend, report.verdict()) == ("hw.ipynb", 0, "the grader finds what it needs")


@pytest.mark.parametrize(
    ("cells", "more"),
    [
        ([cell(STUB, "f")], [("note", "f", "found in cell 1, not started: it still raises NotImplementedError")]),
        (
            [cell(F, "f"), cell(F)],
            [
                ("ok", "f", "found in cell 2"),
                ("note", "f", "f is defined 2 times (cell 1, cell 2); the last one counts"),
            ],
        ),
        (
            [cell(F, "f"), cell(STUB)],
            [
                ("MEND", "f", "found in cell 2, which is still the stub: delete that cell or write it"),
                ("note", "f", "f is defined 2 times (cell 1, cell 2); the last one counts"),
            ],
        ),
        ([cell(F)], [("ok", "f", "found in cell 1"), ("MEND", "f", GONE.format("f"))]),
        (
            [cell(F, "f"), cell("", "f")],
            [
                ("ok", "f", "found in cell 1"),
                ("MEND", "f", "the cell made for f was copied: it is there as cells 1, 2; the last one counts"),
            ],
        ),
        (
            [cell(F, "f", "markdown")],
            [("MEND", "f", "not found: cell 1 holds f but is a markdown cell: change it to Code")],
        ),
        ([cell("x = 1", "f")], [("MEND", "f", "not found: expected `def f(...)` in a code cell")]),
        (
            [cell("def f(x:\n    return x", "f")],
            [
                ("MEND", "f", "not found: syntax error: '(' was never closed in cell 1, line 1 (`def f(x:`)"),
                ("note", "cell 1", "line 1: syntax error: '(' was never closed. Nothing in this cell is used"),
            ],
        ),
        (
            [cell("import torch\ndef f(x):\n    return torch.exp(x)", "f")],
            [
                ("ok", "f", "found in cell 1"),
                (
                    "MEND",
                    "f",
                    "what it needs fails: ModuleNotFoundError in cell 1, line 1 (`import torch`):"
                    " No module named 'torch'",
                ),
            ],
        ),
        (
            [cell("def f(x):\n    return helper(x)", "f")],
            [("ok", "f", "found in cell 1"), ("MEND", "f", f"it reads `helper`, {NOT_THERE}")],
        ),
        ([cell(F, "f"), cell("print(1)\nimport torch\ntorch.zeros(1)")], [("ok", "f", "found in cell 1")]),
        (
            [cell(f"%matplotlib inline\n!ls\n{F}", "f"), cell("%%bash\nls\nls")],
            [
                ("ok", "f", "found in cell 1"),
                ("note", "cell 1", "line 1 (`%matplotlib inline`) is no Python and is left out"),
                ("note", "cell 1", "line 2 (`!ls`) is no Python and is left out"),
                ("note", "cell 2", "line 1 (`%%bash`) is no Python and is left out"),
            ],
        ),
        (
            [cell("\n".join([*["!ls"] * 7, F]), "f")],
            [
                ("ok", "f", "found in cell 1"),
                *(("note", "cell 1", f"line {n} (`!ls`) is no Python and is left out") for n in range(1, 6)),
                ("note", "magics", "2 more lines such as `%time` or `!ls` are left out"),
            ],
        ),
    ],
    ids="""
    stub twice stub-last mark-gone copied markdown no-function syntax import undefined harmless magics many
    """.split(),
)
def test_what_is_odd_is_told(saved, cells, more):
    """In the order: the function, remarks on its cells, what it needs, then the other cells."""
    path = saved(*cells)
    path.with_name("hw_checks.py").write_text("LESSONS = {'f': '1. First'}\n")
    assert found(path) == more


def test_a_function_that_calls_the_other_is_remarked_on(saved):
    """The lesson may be lost; nothing is to be mended."""
    assert found(saved(cell("def f(x):\n    return g(x)", "f"), cell(G, "g"))) == [
        ("ok", "f", "found in cell 1"),
        ("note", "f", "f calls g"),
        ("ok", "g", "found in cell 2"),
    ]


def test_definitions_that_never_end_are_told(saved, monkeypatch):
    """The grader would give up, too."""
    monkeypatch.setattr(submission, "examine", functools.partial(examine, seconds=1.5))
    path = saved(cell("class K:\n    while True: pass\ndef f(x): return K", "f"), cell(G, "g"))
    assert [words for level, name, words in found(path) if (level, name) == ("MEND", "f")] == [
        "running the notebook's definitions did not return within 1.5 seconds. Does a loop never end?"
    ]


@pytest.mark.parametrize(
    ("ran", "said"),
    [
        ([(1, F), (2, G)], []),
        ([(1, F), (2, "def f(x): return 2"), (3, F)], []),
        ([], []),
        ([(1, "x = 1")], []),
        (
            [(1, F), (2, "def f(x): return 2")],
            ["the file holds another version than the one you ran last: run its cell, and save the notebook"],
        ),
    ],
)
def test_the_file_is_compared_with_what_was_run(saved, ran, said):
    """Who runs a cell and hands in without saving hands in the version before."""
    assert [words for level, name, words in found(saved(*RIGHT), ran=ran) if level == "MEND"] == said


def test_a_helper_that_differs_is_named(saved):
    """The function itself is the same."""
    path = saved(cell("EPS = 1\ndef f(x): return x + EPS", "f"), cell(G, "g"))
    ran = [(1, "EPS = 1\ndef f(x): return x + EPS"), (2, "EPS = 2")]
    assert [words for level, _, words in found(path, ran=ran) if level == "MEND"] == [
        "it needs `EPS`, and the file holds another version than you ran last: run it, and save"
    ]


def test_another_name_is_not_graded(saved):
    """The checks are found by the graded cells; the name is to be mended."""
    report = inspect(saved(*RIGHT, name="hw-Copy1.ipynb"))
    assert report.findings[0] == Finding(
        Level.MEND, "hw-Copy1.ipynb", "hand it in as hw.ipynb: the grader reads no file of another name"
    )
    assert report.verdict() == "1 thing to mend before it is handed in"


def test_other_notebooks_beside_are_remarked_on(saved):
    """The one that counts is named."""
    saved(name="hw-Copy1.ipynb")
    assert found(saved(*RIGHT))[0] == ("note", "hw.ipynb", "this file alone is graded, not hw-Copy1.ipynb")


def test_without_public_checks_the_graded_cells_tell(tmp_path):
    """An assignment need not have any."""
    path = tmp_path / "essay.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "cells": [cell(F, "f"), cell("text", "g", "markdown")]}))
    assert found(path) == [("ok", "f", "found in cell 1")]
    path.write_text(json.dumps({"nbformat": 4, "cells": []}))
    assert found(path) == [("MEND", "essay.ipynb", "it has no graded cell: is it the right notebook?")]


def test_checks_are_chosen_by_name_then_by_cells(saved):
    """A folder may hold several assignments."""
    path = saved(*RIGHT)
    path.with_name("essay_checks.py").write_text("LESSONS = {'h': '1'}")
    assert checks_for(path, read_saved(path)).assignment == "hw"
    renamed = saved(*RIGHT, name="mine.ipynb")
    assert checks_for(renamed, read_saved(renamed)).assignment == "hw"
    empty = saved(name="other.ipynb")
    assert checks_for(empty, read_saved(empty)) is None


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    """Missing, huge, or no notebook."""
    path = tmp_path / "hw.ipynb"
    with pytest.raises(SubmissionError, match=r"hw\.ipynb cannot be read \(No such file"):
        inspect(path)
    path.write_text("text")
    with pytest.raises(SubmissionError, match=r"hw\.ipynb is not a notebook"):
        inspect(path)
    with path.open("wb") as file:
        file.truncate(MAX_FILE + (1 << 20))
    with pytest.raises(SubmissionError, match="has 21 MB, more than the 20 MB that are graded: clear the outputs"):
        inspect(path)


def test_things_to_mend_are_counted():
    """One thing, two things; notes do not count."""
    findings = [Finding(Level.MEND, "f", "a"), Finding(Level.NOTE, "f", "b"), Finding(Level.MEND, "g", "c")]
    assert SubmissionReport("hw.ipynb", findings).verdict() == "2 things to mend before it is handed in"
