"""Faults in words: places are named, and nothing that student code chose while it knew inputs."""

import signal

import pytest

from gradkit.facts import Facts
from gradkit.grader.errors import FaultKind
from gradkit.grader.model import Limits
from gradkit.grader.sandbox import explain
from gradkit.grader.sandbox.channel import End
from gradkit.grader.sandbox.explain import how_it_died, killed_from_outside, limit_behind, missing, read_failures

LIMITS = Limits(memory_mb=512, open_files=20, cpu_seconds=30)


def facts(**changes):
    """Return what is known about a notebook with f in cell 3."""
    fields = {"sources": {3: "def f(x):\n    return 1 / x"}, "graded": ("f", "g"), "remarks": {"f": [], "g": []}}
    return Facts(**{**fields, **changes})


def raised(*what):
    """Return the fault of a function that raised, under these limits."""
    return explain.raised(*what, LIMITS)


# ---------------------------------------------------------------------- raised


def test_a_raised_exception_is_named_with_its_place():
    """Type, cell, line and the line itself; the exception's text only in the details."""
    fault = raised(facts(), "ZeroDivisionError", "division by zero", 3, 2)
    assert fault.kind is FaultKind.RAISED
    assert fault.public == "raised ZeroDivisionError in cell 3, line 2 (`return 1 / x`)"
    assert fault.details == f"{fault.public}: division by zero"
    assert fault.exception == "ZeroDivisionError"
    assert str(fault) == fault.public


@pytest.mark.parametrize("name", ["ValueError", "KeyboardInterrupt", "SystemExit", "AxisError", "LinAlgError"])
def test_known_exceptions_are_named(name):
    """Those of Python and numpy tell what went wrong."""
    assert raised(facts(), name, "", -1, 0).public == f"raised {name}"


@pytest.mark.parametrize("name", ["W_is_0_3_1_7", "MyError", "print", "__doc__", "True", "x" * 100, "\x1b[2J", ""])
def test_names_that_a_student_could_choose_are_not_repeated(name):
    """The name of an exception's type could carry hidden inputs out."""
    assert raised(facts(), name, "", -1, 0).public == "raised an exception of its own"


def test_the_text_of_an_exception_stays_out_of_the_public_sentence():
    """It could hold the hidden inputs."""
    assert "0.7315" not in raised(facts(), "ValueError", "W = 0.7315", 3, 1).public


def test_details_are_one_line():
    """An exception's text is put on one line, without a stop of its own."""
    fault = raised(facts(), "ValueError", "shapes\n  do not   match.", -1, 0)
    assert fault.details == "raised ValueError: shapes do not match"


def test_a_stub_is_not_started():
    """NotImplementedError is not reported as a mistake, and its text is not repeated."""
    fault = raised(facts(), "NotImplementedError", "Need to implement f", 3, 1)
    assert fault.kind is FaultKind.NOT_STARTED
    assert fault.public == fault.details == "is not started: it still raises NotImplementedError"


@pytest.mark.parametrize("place", [(3, 0), (3, -1), (3, 3), (3, 2**62), (4, 1), (-1, 0), (2**62, 1)])
def test_a_place_that_is_not_in_the_notebook_is_left_out(place):
    """Cell and line are the guest's own words."""
    assert raised(facts(), "ValueError", "", *place).public == "raised ValueError"


def test_a_missing_function_has_a_reason():
    """What is odd about the notebook is most likely why."""
    fault = missing(facts(remarks={"f": ["the cell made for f is gone"]}), "f")
    assert fault.kind is FaultKind.MISSING
    assert fault.public == "was not found in the notebook: the cell made for f is gone"


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
        (signal.SIGKILL, "was ended by the operating system: it used more than 30 CPU seconds"),
        (signal.SIGSYS, "made a system call that is not allowed"),
        (signal.SIGTERM, "was ended by signal 15"),
        (0, "ended the whole Python process instead of returning (os._exit or the like)"),
        (7 << 8, "ended the whole Python process instead of returning (os._exit or the like)"),
        *((number, f"was ended by signal {number}") for number in (32, 40, 64)),
    ],
)
def test_the_end_of_a_process_is_said_in_words(status, words):
    """Every wait status has words, real-time signals without a name included."""
    assert how_it_died(End(status, 30.0, 0), LIMITS) == words
    assert how_it_died(End(status, 30.0, 0, by_itself=False), LIMITS) == "closed the connection to the grader"


@pytest.mark.parametrize(
    ("end", "outside"),
    [
        (End(signal.SIGKILL, 0.3, 0), True),
        (End(signal.SIGKILL, 28.9, 0), True),
        (End(signal.SIGKILL, 29.5, 0), False),
        (End(signal.SIGKILL, 31.0, 0), False),
        (End(signal.SIGKILL, 0.3, 0, by_itself=False), False),
        (End(signal.SIGSEGV, 0.3, 0), False),
        (End(signal.SIGTERM, 0.3, 0), False),
        (End(0, 0.3, 0), False),
    ],
)
def test_only_the_kernels_or_a_strangers_kill_comes_from_outside(end, outside):
    """A guest's own CPU limit, our kill after a timeout, a crash and an exit do not."""
    assert killed_from_outside(end, LIMITS) is outside


# ---------------------------------------------------------------------- limits


@pytest.mark.parametrize(
    ("exception", "text", "limit"),
    [
        ("MemoryError", "Unable to allocate 4 GiB", "memory_mb"),
        ("RuntimeError", "can't start new thread", "processes"),
        ("BlockingIOError", "[Errno 11] Resource temporarily unavailable", "processes"),
        ("OSError", "[Errno 24] Too many open files: 'x'", "open_files"),
        ("PermissionError", "[Errno 1] Operation not permitted", "files"),
        ("PermissionError", "[Errno 13] Permission denied: 'x'", "files"),
        ("OSError", "[Errno 30] Read-only file system: 'x'", "files"),
        ("FileNotFoundError", "[Errno 2] No such file or directory: 'x'", "files"),
        ("OSError", "[Errno 5] Input/output error", None),
        ("OSError", "no number", None),
        ("RuntimeError", "something else", None),
        ("ValueError", "[Errno 24] Too many open files", None),
        ("print", "[Errno 24] Too many open files", None),
        ("OSError", "[Errno 99999999999] x", None),
        ("", "", None),
    ],
)
def test_the_limit_behind_an_exception(exception, text, limit):
    """What the operating system refuses shows as these exceptions."""
    assert limit_behind(exception, text) == limit


@pytest.mark.parametrize(
    ("exception", "text", "meant"),
    [
        ("MemoryError", "", "it needed more than the 512 MiB of memory that it may have"),
        ("OSError", "[Errno 24] Too many open files", "it had more than the 20 files open that it may have"),
        ("RuntimeError", "can't start new thread", "no process or thread can be started while grading"),
        (
            "FileNotFoundError",
            "[Errno 2] No such file or directory: 'W_is_7'",
            "files, network and other programs are out of reach while grading: use the arguments alone",
        ),
    ],
)
def test_a_limit_is_named_in_a_sentence(exception, text, meant):
    """The student learns which limit it was and what it is; of the exception's text nothing is public."""
    fault = raised(facts(), exception, text, 3, 2)
    assert fault.public == f"raised {exception} in cell 3, line 2 (`return 1 / x`): {meant}"
    assert fault.details.endswith(f"({meant})")
