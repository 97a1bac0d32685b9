"""Reports as plain text: the same words in the same order as the HTML, on lines that fit a terminal."""

from gradkit.checking.judging import Slope, SlopeTable
from gradkit.checking.plain import WIDTH, function_text, submission_text
from gradkit.checking.results import CheckResult, FunctionReport, Outcome, State
from gradkit.checking.submission import SubmissionReport
from gradkit.finding import Finding, Level

TABLE = SlopeTable((Slope("dW[0, 1]", 1.5, -0.25, 1.1667),), 1, 1e-6)


def test_a_function_that_fails():
    """Verdict, lesson, diagnosis, notes, checks and the slopes of the one that failed."""
    results = [
        CheckResult("a", "It can be called.", Outcome.PASSED, "never shown", TABLE),
        CheckResult("b", "Its slopes.", Outcome.FAILED, "It is not the slope.", TABLE),
        CheckResult("c", "More.", Outcome.NOT_JUDGED),
    ]
    report = FunctionReport("f", "1. First", 3, results=results, diagnosis=["Right already."], notes=["f calls g"])
    assert function_text(report).splitlines() == [
        "f: public checks 1 of 3 passed, 1 not judged",
        "Hidden checks decide the grade.",
        'The lesson is in section "1. First" of the notebook.',
        "",
        "What your function does",
        "  - Right already.",
        "",
        "Please note",
        "  - f calls g",
        "",
        "Public checks",
        "  OK          It can be called.",
        "  NOT YET     Its slopes.",
        "              It is not the slope.",
        "  not judged  More.",
        "  What is not judged waits for a check above it.",
        "",
        "Slopes as measured and as returned, worst first",
        "  entry                measured            yours  relative error",
        "  dW[0, 1]        +1.5000000000    -0.2500000000         1.2e+00",
        "  a relative error up to 1e-06 is allowed",
    ]


def test_a_function_that_is_not_started():
    """Three lines."""
    assert function_text(FunctionReport("f", "1. First", 9, State.NOT_STARTED)).splitlines() == [
        "f: not started: it still raises NotImplementedError",
        "Write it, run its cell, and check again.",
        'The lesson is in section "1. First" of the notebook.',
    ]


def test_long_sentences_are_broken():
    """At words, and set in."""
    report = FunctionReport("f", "1. First", 1, results=[CheckResult("a", "word " * 60, Outcome.FAILED, "why " * 60)])
    lines = function_text(report).splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert all(line.startswith(" " * 14) for line in lines[6:])


def test_a_submission():
    """A line for each finding."""
    findings = [Finding(Level.OK, "f", "found in cell 3"), Finding(Level.MEND, "hw2.ipynb", "hand it in as hw.ipynb")]
    assert submission_text(SubmissionReport("hw2.ipynb", findings)).splitlines() == [
        "hw2.ipynb: 1 thing to mend before it is handed in",
        "  ok    f: found in cell 3",
        "  MEND  hw2.ipynb: hand it in as hw.ipynb",
    ]
    assert submission_text(SubmissionReport("hw.ipynb")) == "hw.ipynb: the grader finds what it needs"
