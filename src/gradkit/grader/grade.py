"""Grades one submission: notebook in, result record out.

A ``Grader`` lives as long as its worker process: the hidden suite is collected once, the mistakes'
fingerprints are taken once, the zygote is started once. Only the guest is the submission's own.
"""

import datetime
import functools
import getpass
import json
import os
import platform
import time
from collections.abc import Mapping

import msgspec
import numpy as np

from gradkit.diagnosis import Diagnostician
from gradkit.notebook import read_notebook

from .course import Bundle, Submission
from .diagnose import explain, load_diagnosticians
from .errors import GuestFault, SubmissionError
from .model import OUR_FAULT, Audit, Check, Outcome, Question, SubmissionResult, score_of
from .recording import Recorder
from .reference import reference_functions
from .sandbox import ladder
from .sandbox.launch import Sandbox
from .sandbox.student import Student
from .suite import SuiteSession
from .verdict import Judged

GRADED_BY_ONE = 300
"""Submissions after which a grader is replaced: by then it has grown by about 30 MB."""


class Grader:
    """Grades the submissions of one assignment, one after another, on one rung of the isolation ladder.

    A recorder keeps what the suite asks the students' functions.
    """

    def __init__(self, bundle: Bundle, rung: ladder.Rung, version: str, recorder: Recorder | None = None) -> None:
        self.bundle = bundle
        self.rung = rung
        self.version = version
        self._sandbox = Sandbox(rung, bundle.settings.limits)
        self._session = SuiteSession(bundle, recorder)
        self._diagnosticians: dict[str, Diagnostician] = {}
        try:
            reference = reference_functions(bundle)
            self._diagnosticians = load_diagnosticians(self._session.folder, bundle.seed, reference)
        except BaseException:
            self.close()
            raise

    def grade(self, submission: Submission) -> SubmissionResult:
        """Return the result of one submission; what cannot be judged is said in its ``problem``."""
        started = time.perf_counter()
        if submission.problem is not None:
            return not_judged(self.bundle, self.version, submission, submission.problem)
        try:
            notebook = read_notebook(submission.notebook, f"{self.bundle.assignment}.ipynb")
        except SubmissionError as error:
            return not_judged(self.bundle, self.version, submission, str(error))
        student = Student(self._sandbox, notebook, self.bundle.graded, self.bundle.settings.limits)
        try:
            judged = self._session.judge(student, json.dumps(notebook.code()).encode())
            hints, judged = self._hints(student, judged)
            notes = (*submission.notes, *student.notes())
        except GuestFault as fault:
            return not_judged(self.bundle, self.version, submission, OUR_FAULT, f"the sandbox failed: {fault}")
        finally:
            student.close()
        result = self._result(submission, judged, hints)
        return msgspec.structs.replace(
            result,
            notes=notes,
            limits_hit=tuple(sorted(student.limits_hit)),
            seconds=round(time.perf_counter() - started, 6),
        )

    def close(self) -> None:
        """End the suite's session and the sandbox."""
        self._session.close()
        self._sandbox.close()

    def _hints(self, student: Student, judged: Judged) -> tuple[dict[str, str], Judged]:
        """Return a hint for each question; a diagnosis that fails is a fault of ours and costs the verdicts nothing."""
        hints, faults = dict.fromkeys(self.bundle.graded, ""), list(judged.faults)
        for name in hints:
            try:
                hints[name] = self._hint(student, name, judged)
            except GuestFault:  # the whole submission is graded again
                raise
            except Exception as error:  # noqa: BLE001 - whatever a student returned that nobody thought of
                faults.append(f"the diagnosis of {name} failed ({type(error).__name__}: {error})")
        return hints, judged._replace(faults=tuple(faults))

    def _hint(self, student: Student, name: str, judged: Judged) -> str:
        """Return what the catalogue of mistakes says about a question that has failed checks."""
        diagnostician = self._diagnosticians.get(name)
        failed = any(check.outcome is Outcome.FAILED for check in judged.checks[name])
        if diagnostician is None or not failed or name in judged.unanswered:
            return ""
        student.begin_diagnosis(name)
        return " ".join(explain(diagnostician, student, name).sentences)

    def _result(self, submission: Submission, judged: Judged, hints: Mapping[str, str]) -> SubmissionResult:
        questions = tuple(
            _question(name, points, judged.checks[name], hints[name]) for name, points in self.bundle.questions
        )
        scores = [question.score for question in questions]
        known = [score for score in scores if score is not None]
        complete = len(known) == len(scores)
        fault = "; ".join(judged.faults) or None
        return msgspec.structs.replace(
            not_judged(self.bundle, self.version, submission, OUR_FAULT if fault else None, fault),
            questions=questions,
            score=round(sum(known), 4) if complete else None,
            isolation=self.rung.name,
            audit=_audit(self.bundle, self.rung),
        )


def not_judged(
    bundle: Bundle, version: str, submission: Submission, problem: str | None, fault: str | None = None
) -> SubmissionResult:
    """Return the result of a submission none of whose questions has been judged.

    Args:
        bundle: the assignment.
        version: of the engine.
        submission: what was handed in.
        problem: why not, in words that students may read.
        fault: what failed on our side, for instructors alone.
    """
    questions = (Question(id=name, score=None, max_score=points) for name, points in bundle.questions)
    return SubmissionResult(
        student=submission.student,
        assignment=bundle.assignment,
        score=None,
        max_score=bundle.max_score,
        problem=problem,
        fault=fault,
        isolation="",
        questions=tuple(questions),
        notes=submission.notes,
        notebook_sha256=submission.sha256,
        bundle_sha256=bundle.sha256,
        versions={"gradkit": version, "python": platform.python_version(), "numpy": np.__version__},
        audit=_audit(bundle, None),
    )


def _audit(bundle: Bundle, rung: ladder.Rung | None) -> Audit:
    """Return the record of a grading that ends now, on this rung if any code of the student's ran."""
    try:
        login = getpass.getuser()
    except (OSError, KeyError):  # a user without a name, as in containers
        login = f"user {os.getuid()}"
    return Audit(
        graded_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        graded_by=login,
        machine=" ".join((platform.system(), platform.release(), platform.machine())),
        layers=tuple(sorted(rung.layers)) if rung else (),
        limits=bundle.settings.limits,
        suite_sha256=bundle.suite_sha256,
        reference_sha256=bundle.reference_sha256,
        seed_sha256=bundle.seed_sha256,
    )


def _question(name: str, points: float, checks: tuple[Check, ...], hint: str) -> Question:
    """Return a question's record, the hint put on its first failed check: the most upstream one."""
    first = next((n for n, check in enumerate(checks) if check.outcome is Outcome.FAILED), None)
    if first is not None and hint:
        hinted = msgspec.structs.replace(checks[first], hint=hint)
        checks = (*checks[:first], hinted, *checks[first + 1 :])
    return Question(id=name, score=score_of(checks, points), max_score=points, checks=checks)


class Workplace:
    """Keeps the grader that this process used last, and closes it when another one is needed.

    That is also after a few hundred submissions: as long as its session is open, pytest keeps a little of each test.
    """

    def __init__(self) -> None:
        self._key: tuple[str, str, str] | None = None
        self._grader: Grader | None = None
        self._used = 0

    def grader_for(self, bundle: Bundle, rung: ladder.Rung, version: str) -> Grader:
        """Return the grader for a bundle on a rung; raises SuiteError if the suite cannot be used."""
        key = (bundle.sha256, rung.name, version)
        if self._grader is None or key != self._key or self._used >= GRADED_BY_ONE:
            self.forget()
            self._grader, self._key, self._used = Grader(bundle, rung, version), key, 0
        self._used += 1
        return self._grader

    def forget(self) -> None:
        """Close the grader, if there is one: the next submission gets a fresh suite and a fresh sandbox."""
        former, self._grader = self._grader, None
        if former is not None:
            former.close()


@functools.cache
def workplace() -> Workplace:
    """Return this process's workplace: workers of any executor come here with each submission."""
    return Workplace()


def grade_submission(bundle: Bundle, rung: ladder.Rung, version: str, submission: Submission) -> SubmissionResult:
    """Grade one submission in this process; after a fault of ours, nothing that this one has touched grades others."""
    place = workplace()
    try:
        result = place.grader_for(bundle, rung, version).grade(submission)
    except Exception:
        place.forget()
        raise
    if result.failed:
        place.forget()
    return result
