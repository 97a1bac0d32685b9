"""`check` in a notebook: what was run is what is checked, and every call shows its own report."""

import json

import pytest

from gradkit import check
from gradkit.checking import kernel
from gradkit.errors import CheckError, SubmissionError

CHECKS = '''
from gradkit.checking import close, public_check

LESSONS = {"f": "1. First", "g": "2. Second"}

@public_check("f", "g")
def one(function):
    """At 1 it is 1."""
    close(function(1.0), 1.0, "The value at 1")
'''


class History:
    """As IPython keeps it: sources as typed, by number, the first one empty."""

    def __init__(self, *sources):
        self.input_hist_raw = ["", *sources]


class Shell:
    """The part of IPython's shell that is looked at."""

    def __init__(self, *sources, **variables):
        self.history_manager = History(*sources)
        self.user_ns = variables


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    """A notebook that is running in a folder with public checks: run it with its cells; shown reports are collected."""
    (tmp_path / "hw_checks.py").write_text(CHECKS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    shown = []
    monkeypatch.setattr(kernel, "show", lambda html, text: shown.append((html, text)))

    def running(*sources, **variables):
        monkeypatch.setattr(kernel, "_shell", lambda: Shell(*sources, **variables))
        return shown

    return running


F, G = "def f(x):\n    return x", "def g(x):\n    return x + 1"


def test_each_call_shows_a_report(notebook):
    """As HTML and as text; nothing is returned that a notebook would show again."""
    shown = notebook(F, G, "check('f')")
    assert check("f") is None
    assert check("g") is None
    assert [text.splitlines()[0] for _, text in shown] == [
        "f: public checks 1 of 1 passed",
        "g: public checks 0 of 1 passed",
    ]
    assert all(html.startswith("<section") for html, _ in shown)


def test_the_function_itself_names_it_too(notebook):
    """check(f) is check("f")."""
    shown = notebook(F)

    def f():
        pass

    check(f)
    assert shown[0][1].startswith("f: public checks 1 of 1 passed")


def test_without_a_name_all_are_checked(notebook):
    """In the order of the lessons."""
    shown = notebook(F)
    check()
    assert [text.splitlines()[0] for _, text in shown] == ["f: public checks 1 of 1 passed", "g: not found"]
    assert "Run the cell that defines it, then check again." in shown[1][1]


def test_the_last_definition_counts(notebook):
    """Cells are taken in the order in which they ran."""
    shown = notebook("def f(x): return 5", "K = 0", "%%time\ndef f(x):\n    return x + K")
    check("f")
    assert shown[0][1].startswith("f: public checks 1 of 1 passed")


def test_places_are_called_by_the_number_in_front_of_the_cell(notebook):
    """A student finds In [2], not a cell counted from the top."""
    shown = notebook("", "def f(x):\n    return 1 / (x - x)")
    check("f")
    assert "It raised ZeroDivisionError in In [2], line 2" in shown[0][1]


def test_an_unknown_function_is_an_error(notebook):
    """One sentence, with the names that there are."""
    notebook(F)
    with pytest.raises(CheckError, match="no public checks of h; there are of f, g"):
        check("h")


def test_outside_a_notebook_the_terminals_way_is_named():
    """There are no executed cells."""
    with pytest.raises(CheckError, match="in a terminal type `python -m gradkit check"):
        check("f")


def test_check_alone_says_how_it_is_used():
    """Whoever types the name wants to know."""
    assert repr(check).startswith('check("name_of_a_function") shows its public checks')


# ---------------------------------------------------------------------- the submission


def save(path, *sources):
    """Write a notebook with these code cells, made for f and g."""
    cells = [
        {
            "cell_type": "code",
            "source": source,
            "metadata": {"nbgrader": {"grade_id": name, "grade": True, "solution": True}},
        }
        for source, name in zip(sources, "fg", strict=True)
    ]
    path.write_text(json.dumps({"nbformat": 4, "cells": cells}))


def test_a_submission_that_is_ready(notebook, tmp_path):
    """Nothing is raised."""
    shown = notebook(F, G)
    save(tmp_path / "hw.ipynb", F, G)
    assert check.submission() is None
    assert shown[0][1].startswith("hw.ipynb: the grader finds what it needs")


def test_a_submission_that_is_not_ready_ends_with_an_error(notebook, tmp_path):
    """After the report is shown; one line, no traceback."""
    shown = notebook(F, "def g(x):\n    return x * 2")
    save(tmp_path / "hw.ipynb", F, G)
    with pytest.raises(SubmissionError) as caught:
        check.submission()
    assert "the file holds another version than the one you ran last" in " ".join(shown[0][1].split())
    assert caught.value._render_traceback_() == [
        "SubmissionError: hw.ipynb: 1 thing to mend before it is handed in; see the list above"
    ]


def test_the_file_may_be_named(notebook, tmp_path):
    """Another file than the running one."""
    shown = notebook(F, G)
    save(tmp_path / "other.ipynb", F, G)
    with pytest.raises(SubmissionError):
        check.submission("other.ipynb")
    assert "hand it in as hw.ipynb" in shown[0][1]


@pytest.mark.parametrize(
    ("variables", "environment", "name"),
    [
        ({"__vsc_ipynb_file__": "HERE/vs.ipynb"}, "", "vs.ipynb"),
        ({}, "HERE/lab.ipynb", "lab.ipynb"),
        ({}, "courses/softmax/lab.ipynb", "lab.ipynb"),
        ({}, "/nowhere/kernel-1234", "hw.ipynb"),
        ({}, "", "hw.ipynb"),
    ],
)
def test_where_the_file_is(notebook, tmp_path, monkeypatch, variables, environment, name):
    """As VS Code or a Jupyter server tells it, else by the assignment's name."""
    for other in ("vs.ipynb", "lab.ipynb", "hw.ipynb"):
        (tmp_path / other).touch()
    notebook(**{key: value.replace("HERE", str(tmp_path)) for key, value in variables.items()})
    monkeypatch.setenv("JPY_SESSION_NAME", environment.replace("HERE", str(tmp_path)))
    assert kernel.notebook_path(["hw"]).name == name


def test_a_file_that_nothing_tells_is_asked_for(notebook):
    """With an example of what to type."""
    notebook(F)
    with pytest.raises(CheckError, match=r'name the notebook, as in check\.submission\("softmax\.ipynb"\)'):
        check.submission()
