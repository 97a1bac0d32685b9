"""What may not be in a release: each kind of leak is found where it stands, and lookalikes are left alone."""

import copy
import json
from pathlib import Path

import pytest

from gradkit.grader.handout import Piece, pieces
from gradkit.grader.leaks import TOKEN, leaks, line_runs, mark_in, secrets_of

ROOT = Path(__file__).parents[2]
SEED = "0123456789abcdef" * 4
SOURCE = "solutions/softmax/softmax.ipynb"
# The lines of the real solutions that give nothing away: idioms, and lines of fewer than six tokens.
TRIVIAL = {
    "P /= totals",
    "Z = X @ W",
    "dW = np.zeros(W.shape)",
    "for c in range(num_classes):",
    "for i in range(num_examples):",
    "highest = z.max()",
    "loss = 0.0",
    "num_examples = X.shape[0]",
    "num_examples, num_classes = X.shape[0], W.shape[1]",
    "return float(loss), dW",
    "total = 0.0",
}


def read(path):
    """Return a notebook of this repository."""
    return json.loads((ROOT / path).read_text())


INSTRUCTORS, RELEASED = read(SOURCE), read("assignments/softmax/softmax.ipynb")
SUITE = {f"autograder/softmax/{path.name}": path.read_text() for path in (ROOT / "autograder/softmax").glob("*.py")}
SECRETS = secrets_of(INSTRUCTORS, SOURCE, SUITE, [SEED])


def solution_lines():
    """Return (line, is it code) for every line between solution marks of the real notebook."""
    found = []
    for cell in INSTRUCTORS["cells"]:
        inside = False
        for line in "".join(cell["source"]).splitlines():
            inside = (inside or "BEGIN SOLUTION" in line) and "END SOLUTION" not in line
            if inside and "BEGIN SOLUTION" not in line and line.strip():
                found.append((line, cell["cell_type"] == "code"))
    return found


def added(text, cell=12):
    """Return what is found in the real release after a text was added to a cell, counted from 0."""
    notebook = copy.deepcopy(RELEASED)
    notebook["cells"][cell]["source"] = "".join(notebook["cells"][cell]["source"]) + "\n" + text
    here = f"softmax.ipynb, cell {cell + 1}"
    return leaks(SECRETS, [piece for piece in pieces("softmax.ipynb", notebook) if piece.where == here])


DISGUISES = {
    "as it is": lambda line: line,
    "in prose": lambda line: f"Try `{line.strip()}` first.",
    "commented out": lambda line: f"    # {line.strip()}",
    "other blanks": lambda line: "  \t".join(TOKEN.findall(line)),
    "no line end": lambda line: line.replace(" ", "\\\n ").replace("#\\", "#"),
    "split and commented": lambda line: "(" + line.partition("#")[0].replace(" ", "  # why\n") + ")",
    "in a text": lambda line: f'text = "pass\\n{line.strip()}\\n"',
}


def test_the_real_release_is_clean():
    """The real notebook gives no false alarm."""
    assert leaks(SECRETS, pieces("softmax.ipynb", RELEASED)) == []


@pytest.mark.parametrize("kind", DISGUISES)
def test_every_solution_line_is_found(kind):
    """Whichever line of a solution gets into a code cell, however it is laid out, it is found if not trivial."""
    missed = {line.strip() for line, _ in solution_lines() if not added(DISGUISES[kind](line), cell=13)}
    if kind == "split and commented":  # without its comment one line more is trivial
        missed.discard("P /= num_examples  # here rather than on dW, which is larger")
    count = sum(line.strip() in TRIVIAL for line, _ in solution_lines())
    print(f"{len(solution_lines())} lines between marks, {count} of them trivial ({len(TRIVIAL)} different ones)")
    assert missed == TRIVIAL


@pytest.mark.parametrize("kind", ["as it is", "in prose", "other blanks"])
def test_solution_lines_are_found_in_text_cells(kind):
    """The same in a Markdown cell."""
    assert {line.strip() for line, _ in solution_lines() if not added(DISGUISES[kind](line))} == TRIVIAL


def test_trivial_lines_are_those_without_distinctive_runs():
    """A line counts as trivial by itself, not because of what the notebook happens to show."""
    assert {line.strip() for line, is_code in solution_lines() if not [*line_runs(line, is_code=is_code)]} == TRIVIAL


@pytest.mark.parametrize("name", sorted(SUITE))
def test_lines_of_the_suite_are_found(name):
    """Every distinctive line of the hidden suite is found: code, docstrings, comments and messages."""
    lines = [
        line for line in SUITE[name].splitlines() if any(run in SECRETS.runs for run in line_runs(line, is_code=1))
    ]
    assert len(lines) >= 7
    assert [line for line in lines if not leaks(SECRETS, [Piece("cell 1", line, True)])] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("###BEGIN SOLUTION", "a mark that was not stripped"),
        ("# BEGIN  SOLUTION", "a mark"),
        ("### begin solution", "a mark"),
        ("#End Solution", "a mark"),
        ("<!-- BEGIN MARK SCHEME -->", "a mark"),
        ("END_HIDDEN_TESTS", "a mark"),
        ("    ### BEGIN HIDDEN\u00a0TESTS", "a mark"),
        ("### BEGIN\u200b SOLUTION", "a mark"),
        ("Begin solution", "a mark"),
        ("see test_rows_far_apart", "names what autograder/softmax/test_softmax_loss.py defines"),
        ("from mistakes import right", "the module autograder/softmax/mistakes.py"),
        ("import numpy, problems", "the module autograder/softmax/problems.py"),
        ("`import probes`", "the module autograder/softmax/probes.py"),
        ("as problems.py has it", "the module"),
        ("the conftest says", "the module autograder/softmax/conftest.py"),
        ("Scores around 1000 do not overflow: a maximum is subtracted before exp.", "test_softmax_loss.py"),
        ("NOT_FOR_STUDENTS = 1.5", "names what autograder/softmax/probes.py defines"),
        (f"seed = '{SEED.upper()}'", "gives the course's seed away"),
        (f"0x{SEED[:10]} {SEED[10:20]}", "gives the course's seed away"),
        (f"{SEED[:9]}\n{SEED[9:20]}", "gives the course's seed away"),
        ("With tiny weights all scores of an example are nearly equal (close to 0)", "of cell 21 in solutions/"),
    ],
)
def test_leaks(text, said):
    """Each kind of leak is told in one sentence: cell, line, what, and what to do."""
    (found,) = [sentence for sentence in added(text) if said in sentence][:1]
    line = "".join(RELEASED["cells"][12]["source"]).count("\n") + 2
    assert found.startswith(f"softmax.ipynb, cell 13, line {line}: it ") or "\n" in text
    assert found.count("; ") == 1


@pytest.mark.parametrize(
    "text",
    [
        "return loss, dW",
        "N = X.shape[0]",
        "N, C = X.shape[0], W.shape[1]",
        "dW = np.zeros_like(W)",
        "for i in range(X.shape[0]):",
        "import numpy as np",
        'raise NotImplementedError("Need to implement this function")',
        "At the end, solutions of different people differ.",
        "Begin your solution here.",
        "Do not begin solution 2 before solution 1 is finished.",
        "The mistakes in these problems come from mistakes in earlier problems, as probes show.",
        "test_accuracy",
        "Let P be the probabilities and dW the gradient.",
        "A digest: 0123456789abcde",
    ],
)
@pytest.mark.parametrize("cell", [12, 13])
def test_lookalikes_are_left_alone(text, cell):
    """Idioms, prose about solutions, and the notebook's own names give no alarm."""
    assert added(text, cell) == []


@pytest.mark.parametrize(
    ("place", "change"),
    [
        ("cell 14 (outputs[0].text)", {"outputs": [{"output_type": "stream", "name": "stdout", "text": ["SECRET"]}]}),
        ("cell 14 (metadata.note)", {"metadata": {"note": "SECRET"}}),
        ("cell 14 (metadata)", {"metadata": {"SECRET": {"deep": []}}}),
        ("cell 14 (attachments.a.txt.text/plain)", {"attachments": {"a.txt": {"text/plain": "SECRET"}}}),
    ],
)
def test_every_text_of_a_notebook_is_searched(place, change):
    """Outputs, metadata and attachments are read like sources."""
    text = "log_total = highest + np.log(total)"
    notebook = copy.deepcopy(RELEASED)
    notebook["cells"][13] |= json.loads(json.dumps(change).replace("SECRET", text))
    found = leaks(SECRETS, pieces("softmax.ipynb", notebook))
    assert f"softmax.ipynb, {place.replace('SECRET', text)}, line 1: it is line 27 of cell 14 in {SOURCE}" in (
        " ".join(found)
    )


def test_notebook_metadata_is_searched():
    """What is pasted into the notebook's own metadata is found too."""
    notebook = RELEASED | {"metadata": {"notes": "dW[:, c] += (p - (c == y[i])) * X[i]"}}
    assert leaks(SECRETS, pieces("n", notebook))[0].startswith("n (metadata.notes), line 1: it is line 31 of cell 14")


def small(*cells):
    """Return a notebook with (kind, source, is it a solution cell) for each cell."""
    return {
        "cells": [
            {"cell_type": kind, "source": source, "metadata": {"nbgrader": {"solution": solution}}}
            for kind, source, solution in cells
        ]
    }


BODY = "\n".join(f"step_{at} = weigh(step_{at - 1}, by={at}) + offset[{at}]  # step" for at in range(1, 7))


def found_in(instructors, text, kind="code"):
    """Return what is found in one cell of a release of some instructor's notebook."""
    return leaks(secrets_of(instructors, "s.ipynb", {}, []), pieces("r.ipynb", small((kind, text, False))))


def test_a_shown_line_is_no_secret_but_a_shown_copy_of_the_solution_is():
    """Teaching may show a line of a solution; a whole piece of one outside of its marks was forgotten there."""
    solution = ("code", f"### BEGIN SOLUTION\n{BODY}\n### END SOLUTION", True)
    line = BODY.splitlines()[2]
    assert found_in(small(solution, ("markdown", f"Use `{line}`.", False)), line) == []
    assert "repeats the solution of cell 1" in found_in(small(solution, ("code", BODY, False)), BODY)[0]
    without_comments = BODY.replace("  # step", "  # mine\n")
    assert found_in(small(solution, ("code", without_comments, False)), without_comments)


def test_a_solution_cell_without_marks_is_secret_as_a_whole():
    """Nbgrader clears it altogether, so all of its lines are secret; its docstring may be that of another cell."""
    docstring = '"""' + " ".join(f"word{at}" for at in range(60)) + '"""'
    function = f"def f(x):\n    {docstring}\n"
    notebook = small(("code", f"{function}    return x ** 2 + 3 * x - 1", True), ("code", function, False))
    assert found_in(notebook, "y = x ** 2 + 3 * x - 1") == []
    assert found_in(notebook, "return x ** 2 + 3 * x - 1")
    assert found_in(notebook, function) == []


@pytest.mark.parametrize("mark", ["# BEGIN  SOLUTION", "###begin solution"])
def test_a_misspelt_mark_still_hides(mark):
    """What was meant to be a solution is one, even where nbgrader does not see it."""
    notebook = small(("code", f"{mark}\nz = scores - scores.max()\n# end solution", False))
    assert "it is line 2 of cell 1 in s.ipynb" in found_in(notebook, "z = scores - scores.max()", "markdown")[0]


def test_marks_are_told_apart():
    """A mark opens or closes; other lines do neither."""
    assert [mark_in(line) for line in ("### BEGIN SOLUTION", "# end  solution", "the end")] == ["begin", "end", None]
