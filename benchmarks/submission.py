"""What one submission costs, on each rung of the isolation ladder that works here and on none, in one run.

    python benchmarks/submission.py [--rounds N]

Grades the sample class in one process (one core), leaving out the students who run into a time limit on
purpose. The rungs take turns submission by submission, so that a change of the machine's speed meets all of
them. Prints milliseconds of wall-clock time a submission, and each rung's ratio to none.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from gradkit.grader.course import Course
from gradkit.grader.engine import engine_version
from gradkit.grader.grade import Grader
from gradkit.grader.hand_ins import submissions
from gradkit.grader.sandbox import ladder, probe

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "examples" / "sample_class"))

from make_class import NOTEBOOK, make_class  # noqa: E402 - a script's neighbour, found by the line above

KINDS = ("right", "wrong", "unfinished", "nasty")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=1, help="how often the class is graded [1]")
    rounds = parser.parse_args().rounds
    rungs = [rung for rung in ladder.LADDER if probe.what_is_wrong_with(rung) is None] + [ladder.NONE]
    with tempfile.TemporaryDirectory(prefix="gradkit-bench-") as folder:
        make_class(NOTEBOOK, Path(folder, "submitted"))
        times = measure(rungs, list(submissions(Path(folder, "submitted"), "softmax")), rounds)
    show(rungs, times)


def measure(rungs: list, handed_in: list, rounds: int) -> dict:
    """Return (kind, rung) -> milliseconds of each submission."""
    bundle = Course(ROOT).bundle("softmax", engine_version())
    graders = [Grader(bundle, rung, engine_version()) for rung in rungs]
    times: dict = {}
    try:
        for submission in handed_in * rounds:
            kind = submission.student.partition("-")[0].partition(" ")[0]
            limited = False
            for rung, grader in zip(rungs, graders, strict=True):
                # Unprotected, a hostile submission would do what it wants.
                if limited or (rung is ladder.NONE and kind not in ("right", "wrong", "unfinished")):
                    continue
                start = time.perf_counter()
                result = grader.grade(submission)
                limited = "call_seconds" in result.limits_hit
                if not limited:
                    kind = kind if kind in KINDS else "nasty"
                    times.setdefault((kind, rung.name), []).append(1e3 * (time.perf_counter() - start))
    finally:
        for grader in graders:
            grader.close()
    return times


def show(rungs: list, times: dict) -> None:
    """Print the table."""
    print(f"{'kind':<12}{'rung':<10}{'number':>7}{'median ms':>11}{'mean ms':>9}{'max ms':>8}{'/ none':>8}")
    for kind in KINDS:
        for rung in rungs:
            found = times.get((kind, rung.name))
            if not found:
                continue
            base = times.get((kind, "none"))
            ratio = f"{statistics.median(found) / statistics.median(base):.2f}" if base else ""
            print(
                f"{kind:<12}{rung.name:<10}{len(found):>7}{statistics.median(found):>11.1f}"
                f"{statistics.fmean(found):>9.1f}{max(found):>8.1f}{ratio:>8}"
            )
    strongest = [ms for (_, name), found in times.items() if name == rungs[0].name for ms in found]
    print(f"all, {rungs[0].name}: mean {statistics.fmean(strongest):.1f} ms a submission on one core")


if __name__ == "__main__":
    main()
