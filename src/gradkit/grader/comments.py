"""What a result says about a question, in plain words: the comment in the gradebook and in other systems.

Plain text: whoever puts it into a page escapes it.
"""

from .model import OUR_FAULT, Check, Outcome, Question, SubmissionResult
from .sandbox.ladder import LADDER, described

PERSON_WILL_LOOK = "A person will look at it; no points are lost by this."


def comment(result: SubmissionResult, question: Question) -> str:
    """Return what the student is told about one question, a line for each thing.

    How many checks passed comes first, then what is wrong with its hint. A question that could not be judged says
    why. What was graded on less than the strongest isolation says so.
    """
    lines = [] if question.score is None else [_points(question)]
    if question.score is None:
        lines.append(f"Not judged: {result.problem or OUR_FAULT}. {PERSON_WILL_LOOK}")
    lines += [_told(check) for check in question.checks if check.outcome is Outcome.FAILED]
    if result.isolation not in ("", LADDER[0].name):
        lines.append(f"Isolation: {described(result.isolation)}.")
    return "\n".join(lines)


def _points(question: Question) -> str:
    points = f"{question.score:g} of {question.max_score:g} points"
    if not question.checks:  # students may not see them
        return f"{points}."
    counted = [check for check in question.checks if check.weight]
    passed = sum(check.outcome is Outcome.PASSED for check in counted)
    checks = "all checks" if passed == len(counted) else f"{passed} of {len(counted)} checks"
    return f"{points}: {checks} passed."


def _told(check: Check) -> str:
    words = (check.message, check.hint)
    return f"{check.description.rstrip('.')}: {' '.join(filter(None, words)) or 'no.'}"
