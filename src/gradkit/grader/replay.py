"""``gradkit replay``: grades a hand-in again from the records of its grading, and compares what comes out."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .course import Course, Submission
from .engine import engine_version
from .errors import CourseError
from .grade import Grader
from .model import Check, Question, SubmissionResult
from .records import Records
from .results import read_result
from .sandbox import ladder, probe

UNSTEADY = "replayed twice, and even these two differ: the hand-in itself answers differently each time"


class Replay(NamedTuple):
    """A grading and its repetition.

    Attributes:
        recorded: what the result file says.
        again: what came out now.
        differences: of both, a line each; empty if the grade stands.
        remarks: what is not as it was then, such as another version of the engine.
    """

    recorded: SubmissionResult
    again: SubmissionResult
    differences: tuple[str, ...]
    remarks: tuple[str, ...]


def replay(course: Course, path: Path, isolation: str | None = None) -> Replay:
    """Grade again what a result file records.

    Args:
        course: where it was graded; its records hold suite, reference, seed and notebook of then.
        path: the result file.
        isolation: a rung's name or ``auto``; by default the rung of then.

    Raises InstructorError if anything that it needs is missing or was changed.
    """
    recorded = read_result(path)
    if not recorded.isolation or not recorded.notebook_sha256:
        why = recorded.reason or "nothing was run"
        raise CourseError(f"{path} records no grading that could be repeated: {why}")
    records = Records(course.records)
    bundle, notebook = records.bundle_of(recorded), records.notebook_of(recorded)
    rung = probe.choose(isolation or _rung_of(recorded))
    grader = Grader(bundle, rung, engine_version())
    try:
        submission = Submission(student=recorded.student, notebook=notebook)
        again = grader.grade(submission)
        differences = tuple(_differences(recorded, again))
        remarks = tuple(_remarks(recorded, again))
        if differences and any(_differences(again, grader.grade(submission))):
            remarks = (*remarks, UNSTEADY)
    finally:
        grader.close()
    return Replay(recorded, again, differences, remarks)


def _rung_of(recorded: SubmissionResult) -> str:
    """Return the rung of then; what ran unprotected is not run so again without a word."""
    return probe.AUTOMATIC if recorded.isolation == ladder.NONE.name else recorded.isolation


def _differences(recorded: SubmissionResult, again: SubmissionResult) -> Iterator[str]:
    yield from _changed("score", recorded.score, again.score)
    yield from _changed("problem", recorded.reason, again.reason)
    before, after = ({question.id: question for question in result.questions} for result in (recorded, again))
    yield from _changed("questions", list(before), list(after))
    for name in (name for name in before if name in after):
        yield from _of_question(before[name], after[name])


def _of_question(recorded: Question, again: Question) -> Iterator[str]:
    yield from _changed(f"{recorded.id}: score", recorded.score, again.score)
    before, after = ({check.id: check for check in question.checks} for question in (recorded, again))
    yield from _changed(f"{recorded.id}: checks", list(before), list(after))
    for name in (name for name in before if name in after):
        yield from _changed(f"{recorded.id}: {name}", _said(before[name]), _said(after[name]))


def _said(check: Check) -> tuple[str, float, str, str]:
    return str(check.outcome), check.weight, check.message, check.hint


def _changed(what: str, recorded: object, again: object) -> Iterator[str]:
    if recorded != again:
        yield f"{what}: recorded {recorded!r}, now {again!r}"


def _remarks(recorded: SubmissionResult, again: SubmissionResult) -> Iterator[str]:
    for name, version in again.versions.items():
        then = recorded.versions.get(name, "an unknown version")
        if then != version:
            yield f"graded with {name} {then}, replayed with {version}"
    if recorded.isolation != again.isolation:
        yield f"graded on {recorded.isolation}, replayed on {again.isolation}"
    if recorded.audit and again.audit and recorded.audit.machine != again.audit.machine:
        yield f"graded on {recorded.audit.machine}, replayed on {again.audit.machine}"
