"""The softmax notebook: runs from top to bottom, releases without a leak, and tells what will be asked."""

import ast
import importlib.util
import os
import shutil
import sys
from pathlib import Path

import nbclient
import nbformat
import numpy as np
import pytest

from gradkit.grader.course import Course
from gradkit.grader.reference import reference_functions

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "solutions" / "softmax" / "softmax.ipynb"
RELEASED = ROOT / "assignments" / "softmax" / "softmax.ipynb"
GRADED = ("softmax_loss_naive", "softmax_loss_vectorized")


@pytest.fixture(scope="module")
def source():
    """The instructor's notebook."""
    return nbformat.read(SOURCE, as_version=4)


@pytest.fixture(scope="module")
def released():
    """The student version as committed."""
    return nbformat.read(RELEASED, as_version=4)


def cell_of(notebook, grade_id):
    """Return the cell with this grade_id."""
    (cell,) = (c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)
    return cell


@pytest.fixture(scope="module")
def executed(source, tmp_path_factory):
    """The instructor's notebook, executed offline on the synthetic data, beside nothing but the public checks."""
    folder = tmp_path_factory.mktemp("notebook")
    shutil.copy(RELEASED.parent / "softmax_checks.py", folder)
    notebook = nbformat.from_dict(source)
    environment = {"XDG_CACHE_HOME": str(folder / "cache"), "PATH": os.environ["PATH"], "HOME": str(folder)}
    client = nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}})
    client.create_kernel_manager()
    client.km.kernel_spec.argv[0] = sys.executable
    client.execute(env={**os.environ, **environment})
    return notebook


def test_runs_from_top_to_bottom(executed):
    """With the reference, every code cell runs without an error."""
    code = [cell for cell in executed.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    assert [out for cell in code for out in cell.outputs if out.output_type == "error"] == []


def test_pictures_are_drawn(executed):
    """The samples, the mean, the curves, the search and the templates are pictures."""
    drawn = [cell for cell in executed.cells if any("image/png" in o.get("data", {}) for o in cell.get("outputs", []))]
    assert len(drawn) >= 6


def test_reference_learns(executed):
    """The synthetic data set behaves like CIFAR-10: the best linear classifier lands well above chance, far below 1."""
    text = "".join(out.text for out in cell_of(executed, "test_accuracy").outputs if out.output_type == "stream")
    accuracy = float(text.rpartition("test accuracy")[2].split()[0])
    assert 0.33 <= accuracy <= 0.45


def test_release_is_up_to_date(gradkit):
    """The committed student version is what nbgrader makes of the instructor's notebook today."""
    process = gradkit("release", "softmax", "--check")
    assert process.returncode == 0, process.stderr
    assert "up to date" in process.stdout


@pytest.mark.parametrize("name", GRADED)
def test_stub(released, name):
    """A stub is a docstring, one TODO line and NotImplementedError."""
    source = cell_of(released, name).source
    (function,) = ast.parse(source).body
    assert function.name == name
    assert ast.get_docstring(function)
    assert source.count("# TODO") == 1
    assert [type(node) for node in function.body] == [ast.Expr, ast.Raise]
    assert "NotImplementedError" in ast.unparse(function.body[1])


@pytest.mark.parametrize("name", GRADED)
def test_solution_does_not_leak(source, released, name):
    """No line of a reference's body is in the student version."""
    solution = cell_of(source, name).source.partition("### BEGIN SOLUTION")[2].partition("### END SOLUTION")[0]
    lines = {line.strip() for line in solution.splitlines() if len(line.strip()) > 12}
    text = {line.strip() for cell in released.cells for line in cell.source.splitlines()}
    assert lines
    assert lines & text == set()


def test_only_what_is_meant_to_be_is_released():
    """Beside the notebook the public checks, and in the source folder nothing: nbgrader would hand it out."""
    assert [path.name for path in SOURCE.parent.iterdir() if path.name != ".ipynb_checkpoints"] == ["softmax.ipynb"]
    public = {path.name for path in (ROOT / "autograder" / "softmax" / "public").glob("*.*")}
    released = {path.name for path in RELEASED.parent.iterdir() if path.name != ".ipynb_checkpoints"}
    assert released >= {"softmax.ipynb", "softmax_checks.py", *public}


def test_reference_passes_the_public_checks(executed):
    """The cells below the functions say so."""
    for name in GRADED:
        cell = cell_of(executed, name.replace("softmax_loss", "check"))
        assert cell.source == f'check("{name}")'
        assert "public checks 9 of 9 passed" in cell.outputs[0].data["text/plain"]


def test_nothing_is_printed_in_advance(source, released):
    """Neither version holds outputs."""
    for notebook in (source, released):
        assert [cell for cell in notebook.cells if cell.cell_type == "code" and cell.outputs] == []


def test_carrier_cells(source):
    """Each graded function is a code cell of 10 points whose grade_id is the function's name."""
    for name in GRADED:
        settings = cell_of(source, name).metadata.nbgrader
        assert (settings.grade, settings.solution, settings.points) == (True, True, 10)


def test_worked_example_is_that_of_the_suite(source, monkeypatch):
    """The notebook's worked example is the input of the suite's published check, and its answer is right."""
    monkeypatch.syspath_prepend(ROOT / "autograder" / "softmax")  # a suite's modules import each other by name
    spec = importlib.util.spec_from_file_location("problems", ROOT / "autograder" / "softmax" / "problems.py")
    problems = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(problems)
    example = problems.WORKED_EXAMPLE
    cell = cell_of(source, "worked_example")
    names = {}
    exec(cell.source.partition("\n\n\ndef")[0], {"np": np}, names)  # noqa: S102 - our own notebook
    np.testing.assert_array_equal(names["X_example"], example.X)
    np.testing.assert_array_equal(names["W_example"], example.W)
    np.testing.assert_array_equal(names["y_example"], example.y)
    for function in reference_functions(Course(ROOT).bundle("softmax", "test")).values():
        loss, dW = function(*example)
        assert names["loss_example"] == pytest.approx(loss, abs=1e-9)
        np.testing.assert_allclose(names["dW_example"], dW, atol=1e-9)


@pytest.mark.parametrize(
    "announced",
    [
        "with `reg` zero and with `reg` above zero",
        "convention of section 4",
        "common offset of 1000",
        "maximum of each row",
        "745 below the maximum",
        "are not modified",
        "one plain number",
        "asked twice",
        "global random numbers",
        "a batch of one example",
        "equal scores",
        "only two classes",
        "does not occur in the batch",
        "more than 127 classes",
        "float32 inputs",
        "any integer dtype",
        "must not loop over the examples",
    ],
)
def test_what_is_asked_is_announced(released, announced):
    """Section 5 of the student version announces every check."""
    assert announced in "\n".join(cell.source for cell in released.cells)
