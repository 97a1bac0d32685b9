"""A function is examined in a process of its own: what goes wrong there costs as little as possible."""

import numpy as np
import pytest

from gradkit.checking import examine as module
from gradkit.checking.examine import examine
from gradkit.checking.public import load_checks
from gradkit.checking.results import Outcome
from gradkit.diagnosis import Probe, Wording, take_fingerprints, write_fingerprints
from gradkit.errors import CheckError

CHECKS = '''
import numpy as np
from gradkit.checking import close, public_check, slopes

LESSONS = {"f": "1. First", "g": "2. Second"}

@public_check("f", "g")
def called(function):
    """It can be called."""
    function(0.0)

@public_check("f", needs="called")
def one(function):
    """f(1) is 1."""
    close(function(1.0), 1.0, "f(1)")

@public_check("f", needs="called")
def two(function):
    """f(2) is 4."""
    close(function(2.0), 4.0, "f(2)")

@public_check("f", needs=["one", "two"])
def slope(function):
    """The slope."""
    return slopes(lambda x: float(function(x[0])), np.array([3.0]), np.array([6.0]))
'''
SQUARE = "def f(x):\n    return x * x"
PASSED, FAILED, NOT_JUDGED = Outcome.PASSED, Outcome.FAILED, Outcome.NOT_JUDGED


@pytest.fixture(scope="module")
def public(tmp_path_factory):
    """Public checks of f, which is to square a number."""
    path = tmp_path_factory.mktemp("hw") / "hw_checks.py"
    path.write_text(CHECKS)
    return load_checks(path)


@pytest.fixture
def examined(public):
    """Examine f in some cells; steps may take two seconds."""

    def run(*sources, **options):
        return examine("f", list(enumerate(sources, 1)), public, seconds=2.0, **options)

    return run


def outcomes(found):
    """Return the outcome of each check by its name."""
    return {name: result.outcome for name, result in found.results.items()}


def test_a_right_function_passes(examined):
    """All checks, in order, and the table of the gradient check."""
    found = examined(SQUARE)
    assert outcomes(found) == dict.fromkeys(("called", "one", "two", "slope"), PASSED)
    assert list(found.results) == ["called", "one", "two", "slope"]
    (row,) = found.results["slope"].table.rows
    assert (row.entry, row.yours, round(row.measured, 6)) == ("dW[0]", 6.0, 6.0)
    assert (found.is_defined, found.not_started, found.stuck) == (True, False, "")


def test_a_wrong_function_is_told_what_came(examined):
    """Checks that do not need the failed one are made; those that do are not judged."""
    found = examined("def f(x):\n    return x")
    assert outcomes(found) == {"called": PASSED, "one": PASSED, "two": FAILED, "slope": NOT_JUDGED}
    assert found.results["two"].sentence == "f(2) is 2, expected 4."
    assert found.results["slope"].sentence == ""


def test_an_exception_is_told_with_its_place(examined):
    """Type, cell, line and text."""
    found = examined("HALF = 0", "def f(x):\n    if x:\n        return 1 / HALF\n    return 0.0")
    sentence = found.results["one"].sentence
    assert sentence.startswith("It raised ZeroDivisionError in cell 2, line 3 (`return 1 / HALF`): ")
    assert "division by zero" in sentence


def test_a_call_that_fails_is_told(examined):
    """An exception without a place in the notebook: the wrong number of arguments."""
    found = examined("def f():\n    return 1")
    assert found.results["called"].sentence.startswith("It raised TypeError: f() takes 0 positional arguments")
    assert [result.outcome for result in list(found.results.values())[1:]] == [NOT_JUDGED] * 3


@pytest.mark.parametrize("end", ["exit()", "raise SystemExit", "raise KeyboardInterrupt"])
def test_leaving_python_is_an_exception_like_others(examined, end):
    """It costs the check in question."""
    found = examined(f"def f(x):\n    if x == 1: {end}\n    return x * x")
    assert outcomes(found) == {"called": PASSED, "one": FAILED, "two": PASSED, "slope": NOT_JUDGED}


def test_a_stub_is_not_started(examined):
    """That is no failure: nothing is judged."""
    found = examined("def f(x):\n    raise NotImplementedError('Need to implement f')")
    assert (found.is_defined, found.is_stub, found.not_started, found.results) == (True, True, True, {})


def test_a_part_that_is_not_started_is_told_as_such(examined):
    """The check in question says so; the others are made."""
    found = examined("def f(x):\n    if x == 2: raise NotImplementedError('later')\n    return x * x")
    assert outcomes(found) == {"called": PASSED, "one": PASSED, "two": Outcome.NOT_STARTED, "slope": NOT_JUDGED}
    assert found.results["two"].sentence == "later"


def test_an_endless_loop_costs_its_check_alone(examined):
    """The place where it was is named, and a fresh process goes on with the next check."""
    found = examined("def f(x):\n    while x == 1:\n        pass\n    return x * x")
    assert outcomes(found) == {"called": PASSED, "one": FAILED, "two": PASSED, "slope": NOT_JUDGED}
    sentence = found.results["one"].sentence
    assert sentence.startswith("It did not return within 2 seconds; it was still in cell 1, line ")
    assert sentence.endswith("Does a loop never end?")


def test_a_crash_costs_its_check_alone(examined):
    """A function that ends the process is told so."""
    found = examined("import os\ndef f(x):\n    if x == 1: os._exit(3)\n    return x * x")
    assert outcomes(found) == {"called": PASSED, "one": FAILED, "two": PASSED, "slope": NOT_JUDGED}
    assert found.results["one"].sentence == "It ended the whole Python process instead of returning"


def test_patience_ends(public, monkeypatch):
    """After some losses the remaining checks are not made."""
    monkeypatch.setattr(module, "LOSSES", 2)
    cells = [(1, "import os\ndef f(x):\n    if x: os._exit(3)\n    return x * x")]
    found = examine("f", cells, public, seconds=2.0)
    assert outcomes(found) == {"called": PASSED, "one": FAILED, "two": FAILED, "slope": NOT_JUDGED}
    assert found.results["slope"].sentence == "Not made: the function stalled or ended the process 2 times already."


def test_definitions_that_never_end_are_done_without(examined):
    """As when grading: the function may do without a constant that takes for ever."""
    found = examined("def slow():\n    while True: pass", "A = slow()", f"{SQUARE}\ndef unused(): return A\nf.a = 1")
    assert set(outcomes(found).values()) == {PASSED}
    stuck = examined("class K:\n    while True: pass", "def f(x): return K")
    assert stuck.stuck.startswith("running the notebook's definitions did not return within 2 seconds")
    assert stuck.results == {}


def test_a_missing_function_is_told_with_the_reason(examined):
    """What the grader would say."""
    found = examined("def f(x:\n    return x")
    assert not found.is_defined
    assert found.facts.why_missing("f").startswith("syntax error")


def test_the_other_graded_function_is_no_renaming(examined):
    """Names with words in common are suggested, unless they are asked for themselves."""
    found = examined("def g(x): return x")
    assert found.facts.why_missing("f") == "expected `def f(...)` in a code cell"


@pytest.mark.parametrize("package", ["matplotlib", "IPython", "gradkit"])
def test_no_package_but_numpy_is_there(examined, package):
    """What the grader does not have, check() does not have."""
    found = examined(f"import {package}\ndef f(x):\n    return {package}.x(x) if x else x")
    assert found.results["one"].sentence.endswith(
        f"{package!r} is not available while grading: only numpy and Python's own modules are"
    )
    (failure,) = found.facts.failures
    assert failure == (1, 1, "ModuleNotFoundError", f"No module named {package!r}")


def test_numpy_and_pythons_own_modules_are_there(examined):
    """Helpers, constants, imports and print, over several cells."""
    found = examined(
        "import math\nfrom numpy.linalg import norm",
        "TABLE = {}\nfor k in range(3): TABLE[k] = k",
        "def helper(x):\n    print(x)\n    return math.fabs(x) * norm([x])",
        "%timeit f(1)\ndef f(x):\n    return helper(x) * (1 if TABLE[2] == 2 else 0)",
    )
    assert set(outcomes(found).values()) == {PASSED}
    assert found.magics == [(4, 1, "%timeit f(1)")]


def test_without_checks_only_the_definition_is_looked_at():
    """What check.submission() needs: nothing is called."""
    found = examine("f", [(1, "def f(x): return g(x)")], ran=[(1, "def f(x): return 1")])
    assert (found.is_defined, found.results) == (True, {})
    assert (found.reads_undefined, found.differing) == (["g"], ["f"])


def test_cells_that_cannot_be_read_in_time_are_told(public, monkeypatch):
    """That is nobody's function: the sentence is about the notebook."""
    monkeypatch.setattr(module.Child, "next", lambda self, seconds: (_ for _ in ()).throw(module.Hung))
    monkeypatch.setattr(module.Child, "begin", lambda self: None)
    with pytest.raises(CheckError, match="could not be read in time"):
        examine("f", [(1, SQUARE)], public)


# ---------------------------------------------------------------------- the diagnosis


@pytest.fixture
def with_fingerprints(public, tmp_path):
    """The same checks, with the fingerprints of one mistake beside them."""
    path = tmp_path / "hw_checks.py"
    path.write_text(CHECKS)
    probes = [Probe(f"x = {x}", (np.array([x, 1.0]),)) for x in (2.0, 3.0, 5.0)]
    known = [("sum", "You added x to itself: multiply.", lambda x: x + x + 0.5)]
    fingerprints = take_fingerprints(Wording(parts=("the square",)), probes, lambda x: x * x, known)
    path.with_name("hw_fingerprints.json").write_text(write_fingerprints(fingerprints))
    return load_checks(path)


@pytest.mark.parametrize(
    ("body", "sentences"),
    [
        ("return x + x + 0.5", ["You added x to itself: multiply."]),
        ("return x * x", []),
        ("if np.ndim(x): raise SystemExit\n    return x", []),
        ("raise NotImplementedError", []),
    ],
)
def test_what_fits_a_known_mistake_is_told(with_fingerprints, body, sentences):
    """With its sentence; a right function, one that is not started and one that leaves get none."""
    found = examine("f", [(1, f"def f(x):\n    {body}")], with_fingerprints)
    assert found.diagnosis == sentences


def test_a_diagnosis_that_never_ends_is_given_up(with_fingerprints):
    """The checks are kept."""
    source = "def f(x):\n    while np.ndim(x) and x[0] == 5:\n        pass\n    return x * x"
    found = examine("f", [(1, source)], with_fingerprints, seconds=2.0)
    assert (set(outcomes(found).values()), found.diagnosis) == ({PASSED}, [])


def test_a_function_that_stalled_is_not_diagnosed(with_fingerprints):
    """It would stall again."""
    source = "def f(x):\n    while np.ndim(x) == 0 and x == 1:\n        pass\n    return x + x + 0.5"
    found = examine("f", [(1, source)], with_fingerprints, seconds=2.0)
    assert (found.results["one"].outcome, found.diagnosis) == (FAILED, [])


@pytest.mark.parametrize("content", ["", "{}", '{"format": 99}', "[]"])
def test_fingerprints_that_cannot_be_read_are_left_aside(with_fingerprints, content):
    """No diagnosis, and the checks are made."""
    with_fingerprints.fingerprints.write_text(content)
    found = examine("f", [(1, SQUARE)], with_fingerprints)
    assert (set(outcomes(found).values()), found.diagnosis) == ({PASSED}, [])
