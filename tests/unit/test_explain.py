"""Faults and remarks in words: places are named, and nothing that student code chose while it knew inputs."""

import signal

import pytest

from gradkit.grader.errors import FaultKind
from gradkit.grader.sandbox.explain import Facts, how_it_died, read_failures


def facts(**changes):
    """Return what is known about a notebook with f in cell 3."""
    fields = {"sources": {3: "def f(x):\n    return 1 / x"}, "graded": ("f", "g"), "remarks": {"f": [], "g": []}}
    return Facts(**{**fields, **changes})


# ---------------------------------------------------------------------- raised


def test_a_raised_exception_is_named_with_its_place():
    """Type, cell, line and the line itself; the exception's text only in the details."""
    fault = facts().raised("ZeroDivisionError", "division by zero", 3, 2)
    assert fault.kind is FaultKind.RAISED
    assert fault.public == "raised ZeroDivisionError in cell 3, line 2 (`return 1 / x`)"
    assert fault.details == f"{fault.public}: division by zero"
    assert fault.exception == "ZeroDivisionError"
    assert str(fault) == fault.public


@pytest.mark.parametrize("name", ["ValueError", "KeyboardInterrupt", "SystemExit", "AxisError", "LinAlgError"])
def test_known_exceptions_are_named(name):
    """Those of Python and numpy tell what went wrong."""
    assert facts().raised(name, "", -1, 0).public == f"raised {name}"


@pytest.mark.parametrize("name", ["W_is_0_3_1_7", "MyError", "print", "__doc__", "True", "x" * 100, "\x1b[2J", ""])
def test_names_that_a_student_could_choose_are_not_repeated(name):
    """The name of an exception's type could carry hidden inputs out."""
    assert facts().raised(name, "", -1, 0).public == "raised an exception of its own"


def test_the_text_of_an_exception_stays_out_of_the_public_sentence():
    """It could hold the hidden inputs."""
    assert "0.7315" not in facts().raised("ValueError", "W = 0.7315", 3, 1).public


def test_details_are_one_line():
    """An exception's text is put on one line, without a stop of its own."""
    fault = facts().raised("ValueError", "shapes\n  do not   match.", -1, 0)
    assert fault.details == "raised ValueError: shapes do not match"


def test_a_stub_is_not_started():
    """NotImplementedError is not reported as a mistake, and its text is not repeated."""
    fault = facts().raised("NotImplementedError", "Need to implement f", 3, 1)
    assert fault.kind is FaultKind.NOT_STARTED
    assert fault.public == fault.details == "is not started: it still raises NotImplementedError"


@pytest.mark.parametrize("place", [(3, 0), (3, -1), (3, 3), (3, 2**62), (4, 1), (-1, 0), (2**62, 1)])
def test_a_place_that_is_not_in_the_notebook_is_left_out(place):
    """Cell and line are the guest's own words."""
    assert facts().place(*place) == ""
    assert facts().raised("ValueError", "", *place).public == "raised ValueError"


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
    fault = facts(**changes).missing("f")
    assert fault.kind is FaultKind.MISSING
    assert fault.public == f"was not found in the notebook: {reason}"


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
    assert (f"there is a function {other}: was it renamed?" in known.missing(name).public) is similar


def test_the_other_graded_function_is_no_renaming():
    """It has a question of its own."""
    graded = ("softmax_loss_naive", "softmax_loss_vectorized")
    known = facts(graded=graded, remarks=dict.fromkeys(graded, ()), functions=[(graded[1], 3, 1)])
    assert "renamed" not in known.missing(graded[0]).public


def test_reasons_are_at_most_three():
    """A notebook full of errors still has a short sentence."""
    problems = [(number, 1, "syntax error") for number in range(1, 20)]
    assert facts(problems=problems).missing("f").public.count("syntax error") == 3


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


# ---------------------------------------------------------------------- what a guest reports


@pytest.mark.parametrize(
    ("values", "failures"),
    [
        ([()], ()),
        ([((1, 2, "NameError", "text"),)], ((1, 2, "NameError", "text"),)),
        ([((1, 2, "E", "t"), "junk", (1, 2), (1, True, "E", "t"), (1, 2, 3, "t"))], ((1, 2, "E", "t"),)),
        ([], ()),
        ([1, 2], ()),
        (["text"], ()),
    ],
)
def test_malformed_failures_are_left_out(values, failures):
    """What student code could have changed is believed as far as its form is right."""
    assert read_failures(values) == failures


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (signal.SIGSEGV, "crashed the Python interpreter (a segmentation fault or abort)"),
        (signal.SIGSEGV | 0x80, "crashed the Python interpreter (a segmentation fault or abort)"),
        (signal.SIGABRT, "crashed the Python interpreter (abort)"),
        (signal.SIGKILL, "was ended by the operating system: it used too much CPU time or memory"),
        (signal.SIGSYS, "made a system call that is not allowed"),
        (signal.SIGTERM, "was ended by signal 15"),
        (0, "ended the whole Python process instead of returning (os._exit or the like)"),
        (7 << 8, "ended the whole Python process instead of returning (os._exit or the like)"),
        *((number, f"was ended by signal {number}") for number in (32, 40, 64)),
    ],
)
def test_the_end_of_a_process_is_said_in_words(status, words):
    """Every wait status has words, real-time signals without a name included."""
    assert how_it_died(status) == words
