"""Mutants of a function: distinct, runnable, and named so that the names outlive edits elsewhere."""

import ast

import pytest

from gradkit.grader.mutation.mutants import OPERATORS, copies, mutants

CELL = '''
def mean_square(x):
    """Return the mean of the squares.

    It has a docstring of -1 lines.
    """
    n = len(x)
    total = 0.0
    for i in range(n):
        total += x[i] * x[i]
    for i in range(n):
        total += 0
    return total / n
'''


def test_mutants_are_distinct_and_compile():
    """No two have the same code, none has that of the cell, and Python accepts all."""
    found = mutants("mean_square", CELL)
    codes = {ast.dump(ast.parse(mutant.code)) for mutant in found}
    assert len(found) > 30
    assert len(codes) == len(found)
    assert ast.dump(ast.parse(CELL)) not in codes


def test_names_are_unique_and_say_what_was_changed():
    """Function, operator, line and what becomes of it; a number only where a line is there twice."""
    found = mutants("mean_square", CELL)
    assert len({mutant.key for mutant in found}) == len(found)
    bounds = [mutant for mutant in found if mutant.operator == "loop bounds"]
    assert [str(mutant) for mutant in bounds][::4] == [
        "mean_square, loop bounds: `for i in range(n):` -> `for i in range(1, n):`",
        "mean_square, loop bounds: `for i in range(n):` -> `for i in range(1, n):` [occurrence 2]",
    ]


def test_each_mutant_differs_from_the_cell_by_its_change():
    """The lines that a change of an expression touches are the named one before and after."""
    (mutant,) = [m for m in mutants("mean_square", CELL) if m.becomes == "return total * n"]
    original = ast.unparse(ast.parse(CELL)).split("\n")
    changed = mutant.code.split("\n")
    assert [pair for pair in zip(original, changed, strict=True) if pair[0] != pair[1]] == [
        (f"    {mutant.line}", f"    {mutant.becomes}")
    ]


@pytest.mark.parametrize(
    "edit",
    [
        ("    n = len(x)\n", "    # How many there are.\n    n = len( x )\n\n"),
        ("    total = 0.0\n", "    first = x[0]\n    total = 0.0\n"),
        ("Return the mean of the squares.", "Return something else."),
        ("def mean_square", "import math\n\n\ndef mean_square"),
    ],
    ids=["comments and spaces", "a line before", "docstring", "a statement before"],
)
def test_names_outlive_an_edit_elsewhere(edit):
    """Comments, layout and other statements leave the names of a line's mutants as they are."""
    before = {mutant.key for mutant in mutants("mean_square", CELL)}
    after = {mutant.key for mutant in mutants("mean_square", CELL.replace(*edit))}
    assert before <= after


def test_docstrings_and_names_of_arguments_stay():
    """What is no code has no mutants."""
    found = mutants("mean_square", CELL)
    assert all("docstring of -1 lines" in mutant.code for mutant in found)
    assert all("def mean_square(x):" in mutant.code for mutant in found)


def test_helpers_in_the_cell_are_mutated_too():
    """A graded function may leave its work to a helper beside it."""
    cell = "def half(x):\n    return x / 2\n\ndef f(x):\n    return half(x)\n"
    assert "return x * 2" in {mutant.becomes for mutant in mutants("f", cell)}


def test_code_of_another_question_is_a_mutant():
    """It is called by the question's own name, there and where it calls itself."""
    cells = {"f": "def f(x):\n    return x", "g": "def g(x):\n    return g(x - 1)", "h": "def h(x, y):\n    return x"}
    (mutant,) = copies("f", cells)
    assert mutant.key == ("f", "copied", "def f", "the code of g", 1)
    assert mutant.code == "def f(x):\n    return f(x - 1)"


def test_operators_are_known_by_unique_names():
    """The names of operators are part of the mutants' names, in the list of equivalent ones too."""
    assert len(OPERATORS) == len(set(OPERATORS))
    assert {mutant.operator for mutant in mutants("mean_square", CELL)} <= set(OPERATORS)
