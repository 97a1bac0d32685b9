"""Grades one hand-in once more, with every call recorded, and puts what happened into words and lines.

What comes out holds hidden inputs and a student's own texts; whoever shows it makes the texts visible.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gradkit.notebook import Cell, read_notebook

from ..course import Bundle, Course, Submission
from ..engine import engine_version
from ..errors import CourseError, SubmissionError
from ..grade import Grader
from ..hand_ins import submissions
from ..model import Check, Question, SubmissionResult
from ..recording import Call, Recorder
from ..reference import reference_functions
from ..sandbox import probe
from ..sandbox.ladder import Rung
from ..sandbox.report import Report
from .values import described, differences

WARNING = (
    "CONTAINS HIDDEN INPUTS of {assignment}: for instructors alone. Keep it from students: do not show it to a class,"
    " send it, or put it into a folder that students can read."
)
WAYS = {"call": "called", "watched": "called, arguments watched", "counted": "called, instructions counted"}


class SeenCall(NamedTuple):
    """One call, as lines to show.

    Attributes:
        title: the function and how it was asked.
        seconds: wall-clock time.
        arguments: name and value of each.
        returned: what came back; empty if nothing did.
        raised: what happened instead; empty if something came back.
        reference: what the reference makes of the same arguments.
        differences: between both.
        remarks: what else was found out about the call.
    """

    title: str
    seconds: float
    arguments: tuple[tuple[str, list[str]], ...]
    returned: list[str]
    raised: str
    reference: list[str]
    differences: list[str]
    remarks: list[str]


class SeenCheck(NamedTuple):
    """One check with the calls that were made for it."""

    check: Check
    calls: tuple[SeenCall, ...]


class SeenQuestion(NamedTuple):
    """One question with its checks, or those that were asked for."""

    question: Question
    checks: tuple[SeenCheck, ...]


class Inspection(NamedTuple):
    """All that there is to know about one hand-in.

    Attributes:
        warning: what must be read first.
        title: of the assignment.
        result: the grader's record.
        questions: with every check and call.
        cells: the student's cells of code that hold anything.
    """

    warning: str
    title: str
    result: SubmissionResult
    questions: tuple[SeenQuestion, ...]
    cells: tuple[Cell, ...]


def inspect_hand_in(
    bundle: Bundle, rung: Rung, version: str, submission: Submission, only: str | None = None
) -> Inspection:
    """Return what happens when a hand-in is graded.

    Args:
        bundle: the assignment.
        rung: the isolation to grade on.
        version: of the engine.
        submission: what was handed in.
        only: the id of a check, if only that one is to be shown.

    Raises SuiteError if the suite cannot be used, CourseError if it has no check of that id.
    """
    reference = reference_functions(bundle)
    recorder = Recorder(reference)
    grader = Grader(bundle, rung, version, recorder)
    try:
        result = grader.grade(submission)
    finally:
        grader.close()
    questions = tuple(_question(question, recorder, reference, only) for question in result.questions)
    if only is not None and not any(question.checks for question in questions):
        raise CourseError(_unknown(only, result))
    warning = WARNING.format(assignment=bundle.assignment)
    return Inspection(warning, bundle.settings.title, result, questions, _cells(submission))


def inspect_in_course(
    course: Course, submitted: Path, assignment: str, student: str, only: str | None, isolation: str
) -> Inspection:
    """Return what happens when a student's hand-in is graded.

    Args:
        course: its folders.
        submitted: the folder of submissions.
        assignment: which one.
        student: whose hand-in.
        only: the id of a check, if only that one is to be shown.
        isolation: a rung's name, or ``auto``.

    Raises InstructorError for whatever keeps it from being graded.
    """
    version = engine_version()
    bundle = course.bundle(assignment, version)
    found = list(submissions(submitted, assignment, {student}))
    if not found:
        raise CourseError(f"{student!r} has handed in nothing for {assignment}: there is no such folder in {submitted}")
    return inspect_hand_in(bundle, probe.choose(isolation), version, found[0], only)


def _question(
    question: Question, recorder: Recorder, reference: Mapping[str, Callable[..., Any]], only: str | None
) -> SeenQuestion:
    checks = tuple(
        SeenCheck(check, tuple(_seen(call, reference) for call in recorder.calls[question.id, check.id]))
        for check in question.checks
        if only is None or only in (check.id, check.id.partition("[")[0])
    )
    return SeenQuestion(question, checks)


def _unknown(only: str, result: SubmissionResult) -> str:
    known = dict.fromkeys(check.id for question in result.questions for check in question.checks)
    there = ", ".join(known) or f"none, because it was not judged ({result.reason})"
    return f"{result.assignment} has no check {only!r} for {result.student}; there are: {there}"


def _seen(call: Call, reference: Mapping[str, Callable[..., Any]]) -> SeenCall:
    names = _names(reference[call.function], len(call.arguments))
    report, right = call.report, not call.reference_raised
    return SeenCall(
        title=f"{call.function} {WAYS[call.way]}",
        seconds=call.seconds,
        arguments=tuple((name, described(value)) for name, value in zip(names, call.arguments, strict=True)),
        returned=described(report.value) if report is not None else [],
        raised=call.raised,
        reference=described(call.expected) if right else [f"raises {call.reference_raised}"],
        differences=differences(report.value, call.expected) if report is not None and right else [],
        remarks=_remarks(report, names, counted=call.way == "counted") if report is not None else [],
    )


def _names(function: Callable[..., Any], count: int) -> list[str]:
    """Return what the reference calls its arguments, as many as were passed."""
    known = list(inspect.signature(function).parameters)[:count]
    return [*known, *(f"argument {number}" for number in range(len(known) + 1, count + 1))]


def _remarks(report: Report, names: Sequence[str], *, counted: bool) -> list[str]:
    changed, shared = ([names[n] for n in places if n < len(names)] for places in (report.changed, report.shared))
    remarks = [f"changed: {', '.join(changed)}"] if changed else []
    remarks += [f"shares memory with: {', '.join(shared)}"] if shared else []
    remarks += ["used numpy's global random numbers"] if report.moved_random else []
    if counted:
        remarks.append(
            "the counting was switched off" if report.switched_off else f"{report.instructions} instructions"
        )
    return remarks


def _cells(submission: Submission) -> tuple[Cell, ...]:
    try:
        cells = read_notebook(submission.notebook, "the notebook").cells if submission.problem is None else ()
    except SubmissionError:
        cells = ()
    return tuple(cell for cell in cells if cell.kind == "code" and cell.source.strip())
