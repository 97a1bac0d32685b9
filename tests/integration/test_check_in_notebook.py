"""check() in a real notebook: a kernel, the released files beside it, right and wrong and endless functions."""

import json
import re
import shutil
import sys
from pathlib import Path

import nbclient
import nbformat
import pytest

ROOT = Path(__file__).parents[2]
RELEASED = ROOT / "assignments" / "softmax"
SETUP = "import numpy as np\nfrom gradkit import check"
CHECK = 'check("softmax_loss_vectorized")'


def solution(name):
    """Return the instructor's cell of a graded function."""
    notebook = json.loads((ROOT / "solutions" / "softmax" / "softmax.ipynb").read_text())
    cells = notebook["cells"]
    (cell,) = (each for each in cells if each["metadata"].get("nbgrader", {}).get("grade_id") == name)
    return "".join(cell["source"])


RIGHT, NAIVE = solution("softmax_loss_vectorized"), solution("softmax_loss_naive")
WRONG = RIGHT.replace("0.5 * reg * np", "reg * np")
ENDLESS = RIGHT.replace("Z = X @ W", "while reg == 0.0: pass\n    Z = X @ W")
STUB = 'def softmax_loss_vectorized(W, X, y, reg):\n    raise NotImplementedError("Need to implement this")'
CELLS = {
    "setup": SETUP,
    "not run": CHECK,
    "stub": f"{STUB}\n{CHECK}",
    "wrong": f"{WRONG}\n{CHECK}",
    "endless": ENDLESS,
    "endless checked": CHECK,
    "right": RIGHT,
    "naive": NAIVE,
    "twice": f'{CHECK}\ncheck("softmax_loss_naive")',
    "alive": "1 + 1",
    "not saved": "check.submission()",
    "unknown": 'check("softmax")',
}


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """The cells after they were run one after the other, by name, in a folder as students have it."""
    folder = tmp_path_factory.mktemp("homework") / "softmax"
    shutil.copytree(RELEASED, folder, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS.values()])
    client = nbclient.NotebookClient(
        notebook, timeout=120, allow_errors=True, resources={"metadata": {"path": str(folder)}}
    )
    client.create_kernel_manager()
    client.km.kernel_spec.argv[0] = sys.executable
    client.execute()
    return dict(zip(CELLS, notebook.cells, strict=True))


def shown(cell):
    """Return (first line as text, HTML) of each report below a cell."""
    data = [output.data for output in cell.outputs if output.output_type == "display_data"]
    return [(each["text/plain"].splitlines()[0], each["text/html"]) for each in data]


@pytest.mark.parametrize(
    ("cell", "verdicts"),
    [
        ("not run", ["softmax_loss_vectorized: not found"]),
        ("stub", ["softmax_loss_vectorized: not started: it still raises NotImplementedError"]),
        ("wrong", ["softmax_loss_vectorized: public checks 7 of 9 passed"]),
        (
            "twice",
            [
                "softmax_loss_vectorized: public checks 9 of 9 passed",
                "softmax_loss_naive: public checks 9 of 9 passed",
            ],
        ),
    ],
)
def test_what_a_student_sees(executed, cell, verdicts):
    """One report for each call, and no error."""
    reports = shown(executed[cell])
    assert [first for first, _ in reports] == verdicts
    assert [output.output_type for output in executed[cell].outputs] == ["display_data"] * len(reports)


def test_a_wrong_penalty_is_found_where_it_is(executed):
    """The checks that look at it fail, with numbers; the gradient check has its table."""
    ((_, page),) = shown(executed["wrong"])
    assert "What reg = 0.1 adds to the loss is 0.09, expected 0.045." in page
    assert "dW is not the slope of your own loss" in page
    assert re.search(r'<th scope="row"[^>]*>dW\[\d, \d\]</th>', page)


def test_an_endless_loop_costs_its_checks_and_not_the_kernel(executed):
    """The line is named, checks without it are made, and the next cells run."""
    ((first, page),) = shown(executed["endless checked"])
    assert re.fullmatch(r"softmax_loss_vectorized: public checks \d of 9 passed.*", first)
    assert not first.startswith("softmax_loss_vectorized: public checks 0")
    assert "did not return within 5 seconds; it was still in In [5], line" in page
    assert "<code>while reg == 0.0: pass</code>" in page
    assert executed["alive"].outputs[0].data["text/plain"] == "2"


def test_a_lesson_is_linked(executed):
    """To the heading in this notebook."""
    assert all('<a href="#' in page for _, page in shown(executed["twice"]))


def test_what_was_not_saved_is_found(executed):
    """The file is still as it was handed out: the report is shown, then one line of error."""
    ((first, page),) = shown(executed["not saved"])
    assert first == "softmax.ipynb: 2 things to mend before it is handed in"
    assert page.count("The file holds another version than the one you ran last") == 2
    (error,) = [output for output in executed["not saved"].outputs if output.output_type == "error"]
    assert error.ename == "SubmissionError"
    assert error.traceback == [f"SubmissionError: {error.evalue}"]


def test_an_unknown_function_is_one_line(executed):
    """With the names that there are."""
    (error,) = executed["unknown"].outputs
    assert error.traceback == [
        "CheckError: there are no public checks of softmax; there are of softmax_loss_naive, softmax_loss_vectorized"
    ]
