"""The world that student code finds: quiet, without input, with stand-ins for what is not installed."""

import json

import pytest

from gradkit.definitions.surroundings import Missing, Nowhere, stand_in
from gradkit.grader.errors import StudentFault
from gradkit.grader.model import Limits
from gradkit.grader.sandbox import probe
from gradkit.grader.sandbox.launch import Sandbox
from gradkit.grader.sandbox.student import Student
from gradkit.notebook import read_notebook


@pytest.fixture(scope="module")
def sandbox():
    """A sandbox on the strongest rung of this machine."""
    sandbox = Sandbox(probe.choose(), Limits())
    yield sandbox
    sandbox.close()


@pytest.fixture
def value(sandbox):
    """Run a function f in a guest and return its value."""
    students = []

    def call(*cells):
        raw = [{"cell_type": "code", "source": source, "metadata": {}} for source in cells]
        notebook = read_notebook(json.dumps({"nbformat": 4, "cells": raw}).encode(), "hw.ipynb")
        students.append(Student(sandbox, notebook, ["f"], Limits()))
        return students[-1].call("f").value

    yield call
    for student in students:
        student.close()


@pytest.fixture
def complaint(value):
    """Run a function f that raises and return what its student reads."""

    def call(*cells):
        with pytest.raises(StudentFault) as caught:
            value(*cells)
        return caught.value.details

    return call


def test_output_goes_nowhere():
    """A flood of prints costs no memory."""
    stream = Nowhere()
    assert stream.writable()
    assert stream.write("text") == 4
    print("more", file=stream)


def test_printing_inside_a_function_is_harmless(value):
    """Prints and progress bars do not spoil the value."""
    source = (
        "import sys\ndef f():\n    print('x' * 10**6)\n    sys.stderr.write('y')\n    sys.stdout.flush()\n    return 7"
    )
    assert value(source) == 7


def test_input_says_that_nobody_answers(complaint):
    """input() neither blocks nor returns."""
    assert complaint("def f():\n    return input('name?')") == (
        "raised EOFError in cell 1, line 2 (`return input('name?')`): input() cannot be answered while grading"
    )


def test_reading_standard_input_ends_at_once(value):
    """There is nothing to read."""
    assert value("import sys\ndef f():\n    return sys.stdin.read()") == ""


def test_numpy_is_there_unasked(value):
    """The provided cell that imports numpy may have been deleted."""
    assert value("def f():\n    return np.arange(3).sum()") == 3


@pytest.mark.parametrize(
    ("imports", "use"),
    [
        ("from past.builtins import xrange", "sum(xrange(4))"),
        ("import past.builtins", "sum(past.builtins.xrange(4))"),
        ("from builtins import range", "sum(range(4))"),
        ("from __future__ import print_function", "sum(range(4))"),
        ("", "sum(xrange(4))"),
    ],
)
def test_the_courses_older_code_runs(value, imports, use):
    """It finds xrange and past.builtins, as the original course's notebooks import them."""
    assert value(imports, f"def f():\n    return {use}") == 6


@pytest.mark.parametrize(
    ("imports", "use", "module"),
    [
        ("import torch", "torch.zeros(3)", "torch"),
        ("import scipy.special", "scipy.special.logsumexp([1])", "scipy"),
        ("import matplotlib.pyplot as plt", "plt.plot([1])", "matplotlib"),
        ("from numba import njit", "njit(len)", "numba"),
        ("from sklearn import metrics", "metrics[0]", "sklearn"),
        ("import gradkit", "gradkit.call_loss(f)", "gradkit"),
        ("from gradkit import check", "check('f')", "gradkit"),
        ("from gradkit.grader import leaks", "leaks.leaks()", "gradkit"),
    ],
)
def test_a_missing_module_explains_itself_when_used(complaint, imports, use, module):
    """The student reads which module and why, at the line that uses it."""
    text = complaint(imports, f"def f():\n    return {use}")
    assert text.endswith(f"{module!r} is not available while grading: only numpy and Python's own modules are")
    assert "ModuleNotFoundError in cell 2, line 2" in text


def test_a_missing_module_that_is_not_used_does_no_harm(value):
    """Importing what only the experiments need is no mistake."""
    source = "import matplotlib.pyplot as plt\ndef f(draw=False):\n    if draw: plt.plot([1])\n    return 7"
    assert value(source) == 7


def test_the_usual_fallback_for_a_missing_module_works(value):
    """try/except ImportError finds that the module is missing."""
    assert value("try:\n    import torch\nexcept ImportError:\n    torch = None", "def f():\n    return torch is None")


@pytest.mark.parametrize(
    "use",
    [
        lambda module: module.attribute,
        lambda module: module(),
        lambda module: module[0],
        lambda module: list(module),
        lambda module: module + 1,
        lambda module: module * 2,
    ],
)
def test_every_use_of_a_stand_in_complains(use):
    """Attributes, calls, items, loops and arithmetic."""
    with pytest.raises(ModuleNotFoundError, match="'torch' is not available while grading"):
        use(Missing("torch", "is not available while grading"))


def test_a_stand_in_does_not_pretend_to_special_methods():
    """Inspecting it, as copying and comparing do, is no use."""
    assert not hasattr(Missing("torch", "is not available"), "__deepcopy__")


def test_an_existing_name_is_not_replaced():
    """An import that fails leaves what the name already means."""
    namespace = {"a": 1}
    error = ModuleNotFoundError("no", name="torch")
    stand_in(error, frozenset({"a", "b"}), imported=True, namespace=namespace)
    assert namespace["a"] == 1
    with pytest.raises(ModuleNotFoundError, match="'torch' is not available while grading"):
        namespace["b"]()


@pytest.mark.parametrize(
    "use", ["len(y_dev)", "np.zeros(3)[y_dev]", "np.ones(3) * y_dev", "np.asarray(y_dev)", "y_dev.shape"]
)
def test_a_variable_of_the_notebook_explains_itself(complaint, use):
    """A function that reads the notebook's data instead of its arguments is told so, with the variable's name."""
    notebook = ("import gradkit", "data = gradkit.load_cifar10()", "y_dev = data.y_dev")
    assert "'y_dev' is a variable of the notebook" in complaint(*notebook, f"def f():\n    return {use}")


def test_a_hint_that_names_a_missing_module_is_harmless(value):
    """Type hints are not evaluated: they may name what is not there."""
    assert value("import torch", "def f(x: torch.Tensor = None) -> Float[torch.Tensor, 'N C']:\n    return 7") == 7


def test_the_notebook_is_the_main_module(value):
    """Code guarded by __name__ == "__main__" finds itself at home."""
    assert value("def f():\n    import __main__\n    return __name__ == '__main__' and __main__.f is f")


def test_the_environment_tells_nothing(value):
    """No variable of the grader's process is seen; the arguments are a notebook's."""
    names = value("import os, sys\ndef f():\n    return sorted(os.environ), sys.argv")
    assert names == (("HOME", "LANG", "OPENBLAS_NUM_THREADS", "PATH"), ("notebook",))


@pytest.mark.parametrize(
    ("imports", "use"),
    [
        ("from tqdm import tqdm", "tqdm([1, 2], desc='x')"),
        ("from tqdm.notebook import trange", "trange(1, 3)"),
        ("import tqdm.auto", "tqdm.auto.tqdm((1, 2))"),
    ],
)
def test_a_progress_bar_is_left_out(value, imports, use):
    """A loop with a progress bar runs, without the bar."""
    assert value(imports, f"def f():\n    return sum({use})") == 3
