"""The comment on a question: how much is right, what is wrong and the hint; why it was not judged."""

import pytest

from gradkit.grader.comments import comment
from gradkit.grader.model import Check, Outcome, Question, SubmissionResult


def check(name, outcome=Outcome.PASSED, **fields):
    """Return a check."""
    return Check(id=name, description=f"It does {name}.", outcome=outcome, **{"weight": 1, **fields})


FAILED = Outcome.FAILED


@pytest.mark.parametrize(
    ("score", "checks", "problem", "expected"),
    [
        (10.0, [check("a"), check("b")], None, "10 of 10 points: all checks passed."),
        (
            10.0,
            [check("a"), check("told", FAILED, weight=0)],
            None,
            "10 of 10 points: all checks passed.\nIt does told: no.",
        ),
        (
            5.0,
            [check("a"), check("b", FAILED, message="Too big.")],
            None,
            "5 of 10 points: 1 of 2 checks passed.\nIt does b: Too big.",
        ),
        (
            0.0,
            [check("a", FAILED, message="N times too big.", hint="Divide by N."), check("b", FAILED, hint="Look.")],
            None,
            "0 of 10 points: 0 of 2 checks passed.\nIt does a: N times too big. Divide by N.\nIt does b: Look.",
        ),
        (7.5, [], None, "7.5 of 10 points."),  # students may not see checks
        (
            None,
            [],
            "hw.ipynb is empty",
            "Not judged: hw.ipynb is empty. A person will look at it; no points are lost by this.",
        ),
        (
            None,
            [check("a", FAILED, message="Too big."), check("b", Outcome.NOT_JUDGED)],
            None,
            "Not judged: the grader had a fault. A person will look at it; no points are lost by this."
            "\nIt does a: Too big.",
        ),
    ],
)
def test_comment(score, checks, problem, expected):
    """A line for each thing, the most important first."""
    question = Question(id="f", score=score, max_score=10.0, checks=tuple(checks))
    result = SubmissionResult(
        student="ada",
        assignment="hw",
        score=score,
        max_score=10.0,
        problem=problem,
        isolation="bwrap",
        questions=(question,),
    )
    assert comment(result, question) == expected


@pytest.mark.parametrize(
    ("isolation", "line"),
    [
        ("bwrap", None),
        ("", None),
        ("landlock", "Isolation: landlock (weaker than bwrap)."),
        ("noopen", "Isolation: noopen (weaker than bwrap)."),
        ("none", "Isolation: none (student code ran unprotected)."),
    ],
)
def test_less_than_the_strongest_isolation_is_said(isolation, line):
    """Whoever looks at the gradebook knows."""
    question = Question(id="f", score=1.0, max_score=1.0)
    result = SubmissionResult(
        student="ada",
        assignment="hw",
        score=1.0,
        max_score=1.0,
        problem=None,
        isolation=isolation,
        questions=(question,),
    )
    assert comment(result, question).split("\n")[1:] == ([line] if line else [])
