"""The records that grading makes and passes on; their JSON is gradkit's public result format."""

from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

FORMAT_VERSION = 1
OUR_FAULT = "the grader had a fault"


class Outcome(StrEnum):
    """How a check ended; *not judged* is never a zero by itself."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_JUDGED = "not_judged"


class Check(Struct, frozen=True, kw_only=True):
    """One small verdict about one question.

    Attributes:
        id: the name of the test without ``test_``.
        description: what is checked, in one sentence.
        outcome: passed, failed or not judged.
        weight: share of the question's points, relative to the other checks' weights.
        message: what was seen; empty if passed.
        hint: what to do about it; may be empty.
        blocked_by: the failed check that this one depends on, if that is why it was not judged.
        seconds: wall-clock time the check took.
    """

    id: str
    description: str
    outcome: Outcome
    weight: float
    message: str = ""
    hint: str = ""
    blocked_by: str | None = None
    seconds: float = 0.0

    @property
    def counts(self) -> bool:
        """Whether the check's weight belongs to the question's total: all but what is not judged by our doing."""
        return self.outcome is not Outcome.NOT_JUDGED or self.blocked_by is not None


class Question(Struct, frozen=True, kw_only=True):
    """One graded function: its points and checks; ``score`` is None if it could not be judged."""

    id: str
    score: float | None
    max_score: float
    checks: tuple[Check, ...] = ()

    def first_failure(self) -> Check | None:
        """Return the first failed check, in the suite's order."""
        return next((check for check in self.checks if check.outcome is Outcome.FAILED), None)


class Limits(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a submission may use; ``[limits]`` in ``assignment.toml``.

    Attributes:
        call_seconds: wall-clock seconds for one call of a function.
        submission_seconds: wall-clock seconds for all calls of a submission, in equal shares for its questions.
        cpu_seconds: CPU seconds of one guest, in all its calls and between them.
        memory_mb: address space of the guest, in MiB; below 256 numpy's own libraries fail in odd ways.
        open_files: files that the guest may have open at once, its channel to the grader and three standard streams
            included.
        reply_mb: size of one returned value, in MiB.
        crashes: how often the guest may die in one question before its remaining calls are no longer made.
    """

    call_seconds: Annotated[float, Meta(gt=0)] = 5.0
    submission_seconds: Annotated[float, Meta(gt=0)] = 60.0
    cpu_seconds: Annotated[int, Meta(ge=1)] = 65
    memory_mb: Annotated[int, Meta(ge=256)] = 2048
    open_files: Annotated[int, Meta(ge=16, le=1024)] = 32
    reply_mb: Annotated[int, Meta(ge=1, le=1024)] = 8
    crashes: Annotated[int, Meta(ge=1)] = 4


class Audit(Struct, frozen=True, kw_only=True):
    """How a submission was graded: enough to defend its grade, and to grade it again (``gradkit replay``).

    Attributes:
        graded_at: when, ISO 8601 in UTC.
        graded_by: the login name of whoever ran the grader.
        machine: operating system, its release, and the processor.
        layers: what confined the student's code; each guest confirmed them before it ran any.
        limits: what the submission might use.
        suite_sha256: of names and contents of the hidden suite's files.
        reference_sha256: of the instructor's notebook.
        seed_sha256: of the seed from which the hidden inputs were drawn.
    """

    graded_at: str
    graded_by: str
    machine: str
    layers: tuple[str, ...]
    limits: Limits
    suite_sha256: str
    reference_sha256: str
    seed_sha256: str


class SubmissionResult(Struct, frozen=True, kw_only=True):
    """Everything that grading one submission brought.

    Attributes:
        student: the name of the submission's folder.
        assignment: the assignment's name.
        score: points, or None if some question could not be judged.
        max_score: the points of all automatically graded questions.
        problem: why it could not be judged in whole or in part, in words that students may read; None if it was.
        fault: what failed on our side, for instructors alone: it may quote hidden inputs. None if nothing did.
        isolation: the rung of the isolation ladder that confined the student's code; empty if none ran.
        questions: one record a question, in the notebook's order.
        notes: remarks on the notebook (a function defined twice, code in a Markdown cell).
        limits_hit: names of the limits that the submission ran into.
        notebook_sha256: of the notebook as handed in; empty if there is none.
        bundle_sha256: of suite, reference, seed and settings.
        seconds: wall-clock time of the whole submission.
        versions: of gradkit, Python and numpy.
        audit: how it was graded; None if no grader has looked at it.
    """

    student: str
    assignment: str
    score: float | None
    max_score: float
    problem: str | None
    isolation: str
    questions: tuple[Question, ...]
    fault: str | None = None
    notes: tuple[str, ...] = ()
    limits_hit: tuple[str, ...] = ()
    notebook_sha256: str = ""
    bundle_sha256: str = ""
    seconds: float = 0.0
    versions: dict[str, str] = {}
    audit: Audit | None = None
    format_version: int = FORMAT_VERSION

    @property
    def judged(self) -> bool:
        """Whether every question has a score."""
        return self.score is not None

    @property
    def failed(self) -> bool:
        """Whether a fault of ours kept it from being judged: trying again may help."""
        return self.fault is not None and not self.judged

    @property
    def reason(self) -> str:
        """Why it could not be judged, with all that instructors may know; empty if it was."""
        return self.fault or self.problem or ""


class FinalQuestion(Struct, frozen=True, kw_only=True):
    """One graded cell in the gradebook, a person's part included.

    Attributes:
        id: the cell's ``grade_id``.
        score: the points that count: the person's if there are any, else the grader's, extra credit added.
        max_score: points that could be had.
        auto_score: the grader's points; None if it gave none.
        manual_score: a person's points; None if nobody gave any.
        extra_credit: added by a person; None if not.
        needs_manual_grade: whether a person still has to look.
        comment: what a person wrote; empty if nobody did.
        written: whether it is an answer in words.
    """

    id: str
    score: float
    max_score: float
    auto_score: float | None = None
    manual_score: float | None = None
    extra_credit: float | None = None
    needs_manual_grade: bool = False
    comment: str = ""
    written: bool = False

    @property
    def scored(self) -> bool:
        """Whether anybody, grader or person, has given points; if not, ``score`` is 0 for want of any."""
        return self.auto_score is not None or self.manual_score is not None


class FinalGrade(Struct, frozen=True, kw_only=True):
    """One student's grade for an assignment as the gradebook holds it.

    Attributes:
        student: the id, which is the submission's folder name.
        assignment: the assignment's name.
        raw_score: the sum of the questions' points.
        penalty: points taken off for being late.
        score: ``raw_score`` less ``penalty``, never below 0.
        max_score: points that could be had.
        timestamp: when it was handed in, ISO 8601 in UTC; empty if unknown.
        questions: in the notebook's order.
        first_name, last_name, email, lms_user_id: as the gradebook knows the student; empty if it does not.
    """

    student: str
    assignment: str
    raw_score: float
    penalty: float
    score: float
    max_score: float
    timestamp: str
    questions: tuple[FinalQuestion, ...]
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""

    @property
    def finished(self) -> bool:
        """Whether no question waits for a person."""
        return not any(question.needs_manual_grade for question in self.questions)


def score_of(checks: tuple[Check, ...], max_score: float) -> float | None:
    """Return the points: ``max_score`` times the passed share of the weight that counts.

    None if a check with weight was not judged through no fault of the student.
    """
    if any(c.weight and not c.counts for c in checks):
        return None
    total = sum(check.weight for check in checks)
    passed = sum(check.weight for check in checks if check.outcome is Outcome.PASSED)
    return round(max_score * passed / total, 4) if total else None


def result_schema() -> dict[str, Any]:
    """Return the JSON schema of a result file; every field is always there."""
    (schema,), components = msgspec.json.schema_components([SubmissionResult], ref_template="#/$defs/{name}")
    for component in components.values():
        component["description"] = component.get("description", "").split("\n")[0]
        if "properties" in component:
            component["required"] = list(component["properties"])
            for described in component["properties"].values():
                described.pop("default", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A gradkit result, format {FORMAT_VERSION}",
        **schema,
        "$defs": components,
    }
