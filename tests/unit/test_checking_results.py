"""The verdict on a function claims no more than was seen, and no more is called wrong than is."""

import pytest

from gradkit.checking.examine import Examined
from gradkit.checking.kernel import CALLED
from gradkit.checking.public import load_checks
from gradkit.checking.reports import NOT_THERE, report_of
from gradkit.checking.results import CheckResult, FunctionReport, Outcome, State
from gradkit.facts import Facts


def report(*outcomes, total=None, **changes):
    """Return a report on f with checks that ended like this."""
    results = [CheckResult(f"c{n}", f"Check {n}.", outcome) for n, outcome in enumerate(outcomes)]
    return FunctionReport("f", "1. First", len(results) if total is None else total, results=results, **changes)


P, F, W, N = Outcome.PASSED, Outcome.FAILED, Outcome.NOT_JUDGED, Outcome.NOT_STARTED


@pytest.mark.parametrize(
    ("made", "verdict", "advice", "failed"),
    [
        (report(P, P), "public checks 2 of 2 passed", "Hidden checks decide the grade.", False),
        (report(P, F), "public checks 1 of 2 passed", "Hidden checks decide the grade.", True),
        (report(F, W, W), "public checks 0 of 3 passed, 2 not judged", "Hidden checks decide the grade.", True),
        (report(P, N), "public checks 1 of 2 passed", "Hidden checks decide the grade.", True),
        (
            report(total=2, state=State.NOT_STARTED),
            "not started: it still raises NotImplementedError",
            "Write it, run its cell, and check again.",
            False,
        ),
        (report(total=2, state=State.MISSING, why="no such cell"), "not found", "No such cell.", True),
    ],
)
def test_verdict(made, verdict, advice, failed):
    """A verdict, what to do, and whether a command line fails."""
    assert (made.verdict(), made.advice(), made.failed) == (verdict, advice, failed)


def test_what_waits_is_remarked_on_once():
    """A check that was given up says so itself."""
    assert report(F, W, W).remark() == "What is not judged waits for a check above it."
    assert report(P, F).remark() == ""
    given_up = CheckResult("c", "Check.", W, "Not made.")
    assert FunctionReport("f", "1. First", 1, results=[given_up]).remark() == ""


@pytest.fixture
def public(tmp_path):
    """Two checks of f."""
    path = tmp_path / "hw_checks.py"
    path.write_text(
        "from gradkit.checking import public_check\nLESSONS = {'f': '1. First', 'g': '2. Second'}\n"
        "@public_check('f')\ndef a(function):\n    '''A.'''\n@public_check('f')\ndef b(function):\n    '''B.'''\n"
    )
    return load_checks(path)


def examined(called="cell {}", **changes):
    """Return what was found out about f in cell 3."""
    facts = Facts({3: "import torch\ndef f(): ..."}, ["f", "g"], {}, cell_is_called=called)
    for name in ("functions", "problems", "failures", "reads"):
        if name in changes:
            setattr(facts, name, changes.pop(name))
    return Examined(facts, **changes)


def test_results_come_in_the_order_of_the_checks(public):
    """Whatever order they were found in; lesson and total come from the file."""
    results = {name: CheckResult(name, name, P) for name in "ba"}
    made = report_of("f", examined(is_defined=True, results=results, diagnosis=["D."]), public)
    assert [result.name for result in made.results] == ["a", "b"]
    assert (made.lesson, made.total, made.state, made.diagnosis) == ("1. First", 2, State.CHECKED, ("D.",))


@pytest.mark.parametrize(
    ("found", "state", "why"),
    [
        (examined(stuck="definitions never end"), State.MISSING, "definitions never end"),
        (examined(), State.MISSING, "expected `def f(...)` in a code cell"),
        (examined(CALLED), State.MISSING, "run the cell that defines it, then check again"),
        (
            examined(CALLED, problems=[(3, 1, "syntax error")]),
            State.MISSING,
            "syntax error in In [3], line 1 (`import torch`)",
        ),
        (examined(is_defined=True, not_started=True), State.NOT_STARTED, ""),
    ],
)
def test_why_there_is_nothing_to_judge(public, found, state, why):
    """In a running notebook a function that is not there was most likely not run."""
    made = report_of("f", found, public)
    assert (made.state, made.why) == (state, why)


def test_notes_say_what_will_be_missing(public):
    """Calls of the other function, what fails, what nothing defines; that a cell ran twice is no news."""
    found = examined(
        CALLED,
        is_defined=True,
        functions=[("f", 3, 2), ("f", 7, 2)],
        reads={"f": ["f", "g"]},
        failures=[(3, 1, "ModuleNotFoundError", "No module named 'torch'")],
        reads_undefined=["data"],
    )
    assert report_of("f", found, public).notes == (
        "f calls g",
        "ModuleNotFoundError in In [3], line 1 (`import torch`): No module named 'torch'",
        f"it reads `data`, {NOT_THERE}",
    )
