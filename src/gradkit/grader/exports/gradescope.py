"""Renders a result as Gradescope's ``results.json``.

The format is that of Gradescope's "Autograder Specifications". A score is asked for there, at the top or in each
test. Decision: a result that could not be judged has neither, and no tests, so that Gradescope has nothing to
make a number of; its output says that a person has to look. Every text is sent as ``text``: Gradescope then shows
it as it is, and no student's words become markup. Students read this file, so it holds what they may see and no
more: Gradescope shows no total to students while some tests are hidden from them, so none is added for instructors.
"""

import json
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from gradkit.wording import visible

from ..comments import PERSON_WILL_LOOK, comment
from ..disclosure import Disclosed, Disclosure, disclosed
from ..model import OUR_FAULT, Check, Outcome, Question, SubmissionResult

UNITS = 10_000
"""Points are shared out in units of 0.0001, to which the grader rounds them."""
LONGEST_OUTPUT = 20_000


def results_json(result: SubmissionResult, disclosure: Disclosure) -> str:
    """Return a result in Gradescope's format: a test for each check, whose scores add up to the score exactly.

    Where students may not see checks, there is a test for each question.

    Args:
        result: of one submission.
        disclosure: how much of it students see, and when.
    """
    shown, visibility = disclosed(result, disclosure), disclosure.gradescope
    document: dict[str, Any] = {
        **_texts(_output(shown), visibility),
        "execution_time": round(result.seconds, 3),
        "extra_data": {
            "judged": result.judged,
            "isolation": result.isolation,
            "notebook_sha256": result.notebook_sha256,
            "bundle_sha256": result.bundle_sha256,
            "versions": result.versions,
        },
    }
    if shown.score is not None:
        document["score"] = shown.score
        document["tests"] = [
            {**test, "visibility": visibility}
            for number, question in enumerate(shown.questions, start=1)
            for test in (_tests(number, question) if question.checks else [_whole(number, question)])
        ]
    return _encoded(document)


def not_judged_json(problem: str) -> str:
    """Return a document without any score for a submission that no result exists of; ``problem`` says why."""
    output = f"Not judged: {problem}. {PERSON_WILL_LOOK}"
    return _encoded({**_texts([output], "visible"), "extra_data": {"judged": False}})


def _encoded(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def _texts(lines: Sequence[str], visibility: str) -> dict[str, Any]:
    output = "\n".join(visible(line) for line in lines)
    return {
        "output": output[:LONGEST_OUTPUT],
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": visibility,
        "stdout_visibility": "hidden",
    }


def _output(result: Disclosed) -> list[str]:
    """Return what is said of the submission as a whole, line by line."""
    if result.score is None:
        lines = [f"Not judged: {result.problem or OUR_FAULT}. {PERSON_WILL_LOOK}"]
        for question in result.questions:
            if question.score is not None:
                lines += [f"{question.id}:", *comment(result, question).splitlines()]
    else:
        lines = [f"{result.score:g} of {result.max_score:g} points for what is graded automatically."]
    lines += [f"Note: {note}" for note in result.notes]
    lines += [f"Limit reached: {limit}" for limit in result.limits_hit]
    return [*lines, f"Isolation: {result.isolation or 'none needed'}."]


def _tests(number: int, question: Question) -> Iterator[dict[str, Any]]:
    """Yield a question's checks as tests; one without weight has no points."""
    scores = _shares(question)
    for position, (check, (score, most)) in enumerate(zip(question.checks, scores, strict=True), start=1):
        test: dict[str, Any] = {
            "name": visible(f"{question.id}: {check.description}"),
            "number": f"{number}.{position}",
            "status": "passed" if check.outcome is Outcome.PASSED else "failed",
            "output": _told(question, check),
        }
        if check.weight:
            test |= {"score": score / UNITS, "max_score": most / UNITS}
        yield test


def _whole(number: int, question: Question) -> dict[str, Any]:
    """Return a question as one test that tells its points and nothing else."""
    return {
        "name": visible(question.id),
        "number": str(number),
        "status": "passed" if question.score == question.max_score else "failed",
        "output": "",
        "score": question.score,
        "max_score": question.max_score,
    }


def _shares(question: Question) -> list[tuple[int, int]]:
    """Return score and maximum of each check in units: what passed shares the score, the rest what is missing."""
    score = round((question.score or 0) * UNITS)
    missing = round(question.max_score * UNITS) - score
    passed = [Fraction(c.weight) if c.outcome is Outcome.PASSED else Fraction(0) for c in question.checks]
    others = [Fraction(0) if c.outcome is Outcome.PASSED else Fraction(c.weight) for c in question.checks]
    got = _shared_out(score, passed)
    return [(mine, mine + lost) for mine, lost in zip(got, _shared_out(missing, others), strict=True)]


def _shared_out(units: int, weights: Sequence[Fraction]) -> list[int]:
    """Return whole units in proportion to weights, whose sum is ``units``: the largest remainders are rounded up."""
    total = sum(weights)
    if not total:
        return [0] * len(weights)
    exact = [weight * units / total for weight in weights]
    shares = [int(share) for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda n: shares[n] - exact[n])
    for n in by_remainder[: units - sum(shares)]:
        shares[n] += 1
    return shares


def _told(question: Question, check: Check) -> str:
    if check.outcome is Outcome.PASSED:
        return ""
    if check.outcome is Outcome.FAILED:
        return visible(f"{check.message} {check.hint}".strip())
    blocker = next((other.description for other in question.checks if other.id == check.blocked_by), "")
    return visible(f"Not judged, because this failed: {blocker}" if blocker else check.message or "Not judged")
