"""What is known about a notebook, in words: places, remarks, and why a function is not there."""

import pytest

from gradkit.facts import Facts


def facts(**changes):
    """Return what is known about a notebook with f in cell 3."""
    fields = {"sources": {3: "def f(x):\n    return 1 / x"}, "graded": ("f", "g"), "remarks": {"f": [], "g": []}}
    return Facts(**{**fields, **changes})


@pytest.mark.parametrize("place", [(3, 0), (3, -1), (3, 3), (3, 2**62), (4, 1), (-1, 0), (2**62, 1)])
def test_a_place_that_is_not_in_the_notebook_is_left_out(place):
    """Cell and line are the guest's own words."""
    assert facts().place(*place) == ""


def test_a_long_line_is_cut():
    """A line of 10 000 characters does not fill the feedback."""
    assert facts(sources={1: "x" * 10_000}).place(1, 1) == f"cell 1, line 1 (`{'x' * 79}\N{HORIZONTAL ELLIPSIS}`)"


@pytest.mark.parametrize(
    ("file", "place"),
    [
        ("<cell 3>", "cell 3, line 1 (`def f(x):`)"),
        ("<cell 4>", ""),
        ("<cell x>", ""),
        ("/usr/lib/python3/numpy.py", ""),
        ("", ""),
        ("<cell ²>", ""),
        ("<cell " + "9" * 5000 + ">", ""),
    ],
)
def test_a_place_by_file_name(file, place):
    """Only cells of the notebook are places."""
    assert facts().place_in(file, 1) == place


def test_cells_may_be_called_otherwise():
    """In a running notebook a cell is called by the number in front of it."""
    known = facts(cell_is_called="In [{}]", functions=[("f", 3, 1), ("f", 5, 1)], problems=[(3, 1, "oh")])
    assert known.place(3, 2) == "In [3], line 2 (`return 1 / x`)"
    assert known.notes() == ("f is defined 2 times (In [3], In [5]); the last one counts", "In [3], line 1: oh")
    assert known.cells_with("f") == [3, 5]


# ---------------------------------------------------------------------- missing


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, "expected `def f(...)` in a code cell"),
        ({"remarks": {"f": ["the cell made for f is gone"], "g": ["not this"]}}, "the cell made for f is gone"),
        (
            {"problems": [(3, 2, "syntax error: invalid syntax")]},
            "syntax error: invalid syntax in cell 3, line 2 (`return 1 / x`)",
        ),
        (
            {"failures": [(3, 1, "NameError", "name 'A' is not defined")]},
            "NameError in cell 3, line 1 (`def f(x):`): name 'A' is not defined",
        ),
    ],
)
def test_a_missing_function_has_a_reason(changes, reason):
    """What is odd about the notebook is most likely why."""
    assert facts(**changes).why_missing("f") == reason


@pytest.mark.parametrize(
    ("other", "similar"),
    [
        ("softmax_loss", True),
        ("Softmax_Loss_Naive2", True),
        ("my_softmax_loss_naive", True),
        ("svm_helper", False),
        ("softmax", False),
    ],
)
def test_a_renamed_function_is_found(other, similar):
    """A function with two words in common may be the one that is missing."""
    name = "softmax_loss_naive"
    known = facts(graded=(name,), remarks={name: []}, functions=[(other, 3, 1)])
    assert (f"there is a function {other}: was it renamed?" in known.why_missing(name)) is similar


def test_the_other_graded_function_is_no_renaming():
    """It has a question of its own."""
    graded = ("softmax_loss_naive", "softmax_loss_vectorized")
    known = facts(graded=graded, remarks=dict.fromkeys(graded, ()), functions=[(graded[1], 3, 1)])
    assert "renamed" not in known.why_missing(graded[0])


def test_reasons_are_at_most_three():
    """A notebook full of errors still has a short sentence."""
    problems = [(number, 1, "syntax error") for number in range(1, 20)]
    assert facts(problems=problems).why_missing("f").count("syntax error") == 3


# ---------------------------------------------------------------------- notes


def test_an_ordinary_notebook_has_no_notes():
    """Nothing odd, nothing said."""
    assert facts(functions=[("f", 3, 1), ("g", 4, 1), ("helper", 5, 1), ("helper", 6, 1)]).notes() == ()


def test_notes_say_what_is_odd():
    """Remarks, double definitions, functions that call each other, unreadable cells."""
    known = facts(
        remarks={"f": ["remark on f"], "g": []},
        functions=[("f", 3, 1), ("f", 5, 1)],
        reads={"f": ("f", "g"), "g": ()},
        problems=[(7, 2, "syntax error: invalid syntax")],
    )
    assert known.notes() == (
        "remark on f",
        "f is defined 2 times (cell 3, cell 5); the last one counts",
        "f calls g",
        "cell 7, line 2: syntax error: invalid syntax",
    )


@pytest.mark.parametrize(("name", "others"), [("f", ("g",)), ("g", ()), ("unknown", ())])
def test_others_named_leaves_out_the_function_itself(name, others):
    """Recursion is not a call of another graded function."""
    assert facts(reads={"f": ("f", "g"), "g": ("g",)}).others_named(name) == others


def test_a_backtick_does_not_end_a_quotation():
    """What follows it would read as the grader's own words."""
    facts = Facts({1: "x = 1  # `) and you are right (`"}, ["f"], {})
    assert facts.place(1, 1) == "cell 1, line 1 (`x = 1  # ') and you are right ('`)"
