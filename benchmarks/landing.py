"""What landing a class costs, beside nbgrader's own way with its gradebook: ``python benchmarks/landing.py``.

Both sides land the same results in one run, each in a fresh SQLite file. nbgrader's side does what its autograde does
with the database for each student (``update_or_create_student``, ``update_or_create_submission``, a commit for each
score and comment) and nothing else; ours also reads results and notebooks, and writes what graders see.
"""

import argparse
import json
import resource
import shutil
import statistics
import sys
import tempfile
import time
import warnings
from multiprocessing import get_context
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.utils import parse_utc
from sqlalchemy.exc import SAWarning

from gradkit.grader.comments import comment
from gradkit.grader.course import Course
from gradkit.grader.engine import engine_version
from gradkit.grader.hand_ins import hand_in
from gradkit.grader.model import Check, Outcome, Question, SubmissionResult
from gradkit.grader.nbgrader.landing import Landing
from gradkit.grader.nbgrader.settings import NbgraderSettings, nbgrader_settings
from gradkit.grader.results import Results

ROOT = Path(__file__).resolve().parents[1]
ASSIGNMENT = "softmax"
WHEN = "2026-10-01 10:00:00 UTC"
LIMIT = 5.0  # milliseconds a student that landing may take
CHECKS = 13


def make_class(root: Path, students: int) -> tuple[Course, NbgraderSettings]:
    """Write a course with so many hand-ins and their results."""
    for part in ("solutions", "autograder", "assignments"):
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "nbgrader_config.py", root / "nbgrader_config.py")
    course = Course(root)
    bundle = course.bundle(ASSIGNMENT, engine_version())
    results = Results(course.state / "results", ASSIGNMENT)
    notebook = course.released(ASSIGNMENT).replace(b"raise NotImplementedError", b"return 0.0, W * 0 #")
    for number in range(students):
        folder = course.state / "submitted" / f"s{number:05d}" / ASSIGNMENT
        folder.mkdir(parents=True)
        (folder / f"{ASSIGNMENT}.ipynb").write_bytes(notebook)
        (folder / "timestamp.txt").write_text(WHEN)
        questions = tuple(_question(name, points) for name, points in bundle.questions)
        results.write(
            SubmissionResult(
                student=folder.parent.name,
                assignment=ASSIGNMENT,
                score=sum(question.score or 0 for question in questions),
                max_score=bundle.max_score,
                problem=None,
                isolation="bwrap",
                questions=questions,
                notebook_sha256=hand_in(folder.parent, ASSIGNMENT).sha256,
                bundle_sha256=bundle.sha256,
            )
        )
    return course, nbgrader_settings(root)


def _question(name: str, points: float) -> Question:
    checks = tuple(
        Check(
            id=f"check_{number}",
            description="The loss of a small batch is right",
            outcome=Outcome.FAILED if number == 0 else Outcome.PASSED,
            weight=1,
            message="Your loss is 3 times too big.",
            hint="The sum over the batch is not divided by N.",
        )
        for number in range(CHECKS)
    )
    return Question(id=name, score=points * (CHECKS - 1) / CHECKS, max_score=points, checks=checks)


def ours(course: Course, settings: NbgraderSettings) -> float:
    """Land the class; return seconds."""
    landing = Landing(
        course, settings, course.bundle(ASSIGNMENT, engine_version()), Results(course.state / "results", ASSIGNMENT)
    )
    started = time.perf_counter()
    landing.land()
    return time.perf_counter() - started


def nbgraders(course: Course, settings: NbgraderSettings, students: int) -> float:
    """Land the first students of the class as nbgrader's autograde does; return seconds."""
    warnings.filterwarnings("ignore", category=SAWarning)  # nbgrader adds rows in an order that SQLAlchemy remarks on
    Landing(  # makes the gradebook and its cells
        course, settings, course.bundle(ASSIGNMENT, engine_version()), Results(course.state / "results", ASSIGNMENT)
    )
    results = Results(course.state / "results", ASSIGNMENT)
    started = time.perf_counter()
    with Gradebook(settings.db_url, settings.course_id) as book:
        for number in range(students):
            result = results.read(f"s{number:05d}")
            assert result is not None
            book.update_or_create_student(result.student)
            book.update_or_create_submission(ASSIGNMENT, result.student, timestamp=parse_utc(WHEN))
            for question in result.questions:
                place = (question.id, ASSIGNMENT, ASSIGNMENT, result.student)
                grade = book.find_grade(*place)
                grade.auto_score, grade.needs_manual_grade = question.score, False
                book.db.commit()
                book.find_comment(*place).auto_comment = comment(result, question)
                book.db.commit()
    return time.perf_counter() - started


def measured(students: int, rounds: int, folder: str) -> dict[str, float]:
    """Return the seconds of first and repeated landings, and the peak memory in MiB, of a class of this size."""
    root = Path(folder) / f"class-{students}"
    course, settings = make_class(root, students)
    first = ours(course, settings)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    again = statistics.median(ours(course, settings) for _ in range(rounds))
    (course.state / "gradebook.db").unlink()
    sample = min(students, 250)
    theirs = nbgraders(course, settings, sample) * students / sample
    return {"first": first, "again": again, "theirs": theirs, "peak": peak}


def main() -> int:
    """Print the table; return 1 if a landing took longer than it may."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[250, 1000, 4000])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    sys.stdout.write(
        "| students | landed first, ms each | landed again | nbgrader's way | ratio | peak memory, MiB |\n"
    )
    sys.stdout.write("|---|---|---|---|---|---|\n")
    slowest = 0.0
    with tempfile.TemporaryDirectory(prefix="gradkit-bench-") as folder:
        for students in options.sizes:
            # A process of its own for each size: peak memory is a process's.
            with get_context("spawn").Pool(1) as pool:
                found = pool.apply(measured, (students, options.rounds, folder))
            each = {name: 1000 * found[name] / students for name in ("first", "again", "theirs")}
            slowest = max(slowest, each["first"], each["again"])
            sys.stdout.write(
                f"| {students} | {each['first']:.2f} | {each['again']:.2f} | {each['theirs']:.2f}"
                f" | {each['theirs'] / each['first']:.1f} | {found['peak']:.0f} |\n"
            )
    sys.stdout.write(json.dumps({"slowest_ms": round(slowest, 2), "limit_ms": LIMIT}) + "\n")
    return int(slowest > LIMIT)


if __name__ == "__main__":
    raise SystemExit(main())
