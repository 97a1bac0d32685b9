"""``gradkit mutate`` from beginning to end: gather the specimens, grade them all, show the matrix, judge the suite."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from rich.console import Console

from .. import terminal
from ..course import Bundle, Course, Submission
from ..engine import engine_version
from ..errors import StoppedError, SuiteError
from ..executors import grade_all
from ..model import SubmissionResult
from ..sandbox import ladder, probe
from . import report
from .equivalent import load_equivalents, unmatched
from .matrix import Assessment, checks_of, trial_of
from .specimens import Kind, Specimen, gather

LEAST_MUTANTS = 150
SEED = hashlib.sha256(b"gradkit mutate").digest()
CALL_SECONDS = 2.0
"""A right call takes milliseconds; a mutant that stalls need not be given longer, nor more than one chance."""


def judge_suite(
    course: Course,
    assignment: str,
    *,
    jobs: int | None = None,
    isolation: str = probe.AUTOMATIC,
    least: int = LEAST_MUTANTS,
    page: Path | None = None,
    console: Console | None = None,
) -> Assessment:
    """Run an assignment's hidden suite on wrong and right code, show what came of it, and return that.

    Args:
        course: the course's folders.
        assignment: which one.
        jobs: worker processes; one per core by default.
        isolation: a rung's name, or ``auto``.
        least: how many mutants that are not equivalent there must be for the run to prove anything.
        page: a page of the documentation whose matrix is to be written anew.
        console: where to show progress and report; standard output by default.

    Raises SuiteError if the suite does not take points from all wrong code, or takes some from right code;
    InstructorError for whatever keeps it from being run.
    """
    console = console or terminal.standard_output()
    if page is not None:
        report.around_matrix(page, assignment)
    bundle = _repeatable(course.bundle(assignment, engine_version()))
    folder = course.root / "autograder" / assignment
    equivalents = load_equivalents(folder / "mutation" / "equivalent.toml")
    specimens = gather(bundle, folder, equivalents)
    rung = probe.choose(isolation)
    results = _graded(bundle, rung, specimens, jobs, console)
    trials = [trial_of(specimen, result) for specimen, result in zip(specimens, results, strict=True)]
    unknown = unmatched(equivalents, [specimen.mutant for specimen in specimens if specimen.mutant is not None])
    assessment = Assessment(trials, checks_of(results), unknown, least)
    _refuse_unknown_checks(assessment)
    report.show(assessment, assignment, rung.name, console)
    complaints = assessment.complaints()
    if complaints:
        said = "".join(f"\n  {complaint}" for complaint in complaints)
        raise SuiteError(f"the suite of {assignment} is not fit for use; the report names each:{said}")
    console.print("Fit for use: all that is wrong loses points, all that is right keeps its own.", highlight=False)
    if page is not None:
        report.write_into(page, assessment, assignment)
    return assessment


def _repeatable(bundle: Bundle) -> Bundle:
    """Return the assignment with inputs that are the same in every build, a short time for a call, and one crash."""
    limits = bundle.settings.limits
    limits = msgspec.structs.replace(limits, call_seconds=min(limits.call_seconds, CALL_SECONDS), crashes=1)
    settings = msgspec.structs.replace(bundle.settings, limits=limits)
    return msgspec.structs.replace(bundle, settings=settings, seed=SEED, sha256=f"{bundle.sha256} for the gate")


def _graded(
    bundle: Bundle, rung: ladder.Rung, specimens: Sequence[Specimen], jobs: int | None, console: Console
) -> list[SubmissionResult]:
    """Return the result of each specimen; the same code is graded once."""
    bundles = {True: bundle, False: _without_hints(bundle)}
    waiting: dict[bool, dict[str, Submission]] = {True: {}, False: {}}
    keys = []
    for specimen in specimens:
        notebook, hinted = specimen.notebook(bundle), specimen.kind is Kind.MISTAKE
        name = hashlib.sha256(notebook).hexdigest()
        waiting[hinted][name] = Submission(student=name, notebook=notebook)
        keys.append((hinted, name))

    def results() -> Iterator[tuple[tuple[bool, str], SubmissionResult]]:
        workers = jobs or len(os.sched_getaffinity(0))
        for hinted, handed_in in waiting.items():
            for result in grade_all(bundles[hinted], rung, engine_version(), handed_in.values(), workers):
                yield (hinted, result.student), result

    try:
        found = dict(terminal.progress(results(), sum(map(len, waiting.values())), console, "judging"))
    except KeyboardInterrupt:
        raise StoppedError("stopped; nothing was kept: run again from the beginning") from None
    return [found[key] for key in keys]


def _without_hints(bundle: Bundle) -> Bundle:
    """Return the assignment without what finds hints, which takes longer than judging: only mistakes need them."""
    suite = tuple((name, content) for name, content in bundle.suite if name not in {"mistakes.py", "probes.py"})
    return msgspec.structs.replace(bundle, suite=suite, sha256=f"{bundle.sha256} without hints")


def _refuse_unknown_checks(assessment: Assessment) -> None:
    """Raise SuiteError if a variant is to lose the points of a check that the suite does not have."""
    known = {name for name, _ in assessment.checks}
    for trial in assessment.trials:
        unknown = sorted(trial.specimen.loses - known)
        if unknown:
            raise SuiteError(
                f"the variant {trial.specimen.name} is to lose {', '.join(unknown)}: there is no such check"
            )
