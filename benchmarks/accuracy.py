"""No right function is rejected: the reference and every correct variant against extended precision.

    python benchmarks/accuracy.py [--instances N] [--seed S] [--variants FILE] [--all]

Draws random problems (1 to 60 examples, 2 to 300 classes, 1 to 200 features; scores from 1e-4 to 1e4, some with an
offset; float32 and float64; penalties up to 10; every label dtype) and compares what each function returns with
the formula in extended precision. The error is printed in units of the tolerance that the hidden suite derives for
the problem (autograder/softmax/error_bound.py): more than 1 is a right function rejected, and the exit code is 1.
Extended precision is np.longdouble, or mpmath where that has no more digits than float64.
"""

import argparse
import contextlib
import functools
import importlib.util
import math
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gradkit.definitions.surroundings import Nowhere
from gradkit.grader import rounding
from gradkit.grader.course import Course
from gradkit.grader.mutation.variants import Variant, load_variants
from gradkit.grader.reference import reference_functions
from gradkit.grader.sandbox import wire

ROOT = Path(__file__).parents[1]
ANNOUNCED = {"convention", "improbable_class", "large_scores", "rows_far_apart"}
"""What a right variant may lose; those that lose anything else are there to be wrong on some inputs."""
sys.path.insert(0, str(ROOT / "autograder" / "softmax"))

from error_bound import error_bound  # noqa: E402 - the hidden suite's own, found by the line above
from problems import Problem, gradient_of, loss_of  # noqa: E402

VARIANTS = ROOT / "autograder" / "softmax" / "mutation" / "variants.py"
LABELS = (np.uint8, np.int8, np.int16, np.uint16, np.int32, np.uint32, np.int64)
"""Dtypes of labels; not uint64, which numpy turns into floats beside an int64: that is not asked of students."""
LARGE = 80.0
"""Scores up to which a variant is right that is expected to lose the checks of large scores."""
CHUNK = 25
PARTS = ("loss", "dW")


class Worst(NamedTuple):
    """The largest error in units of the tolerance, the number of its problem, and how many were judged."""

    error: float = -1.0
    number: int = -1
    judged: int = 0

    def or_worse(self, other: "Worst") -> "Worst":
        """Return the worse of two errors, over the problems of both."""
        error, number = max(self[:2], other[:2])
        return Worst(error, number, self.judged + other.judged)


Table = dict[tuple[str, str, str], Worst]
"""(function, dtype, loss or dW) -> the worst error."""


def random_problem(seed: int, number: int) -> Problem:
    """Return one of the random problems: always the same for its number."""
    rng = np.random.default_rng([seed, number])
    N, D, C = rng.integers((1, 1, 2), 9).tolist()
    shape = rng.integers(8)
    if shape == 0:
        N, D, C = 60, 3, 3
    elif shape == 1:
        N, D, C = 3, 200, 3
    elif shape in (2, 3):
        N, D, C = rng.integers((1, 1, 9), (4, 4, 301)).tolist()
    W = 10 ** rng.uniform(-4, 4) * rng.standard_normal((D, C)) / math.sqrt(D)
    X = rng.standard_normal((N, D))
    if rng.random() < 0.4:  # a number added to all scores of an example: the same one, or one for each
        offset = 10 ** rng.uniform(0, 4) * (rng.choice([-1, 1]) if rng.random() < 0.5 else rng.standard_normal((N, 1)))
        W, X = np.vstack([W, np.ones(C)]), np.hstack([X, np.broadcast_to(offset, (N, 1))])
    labels = rng.choice([kind for kind in LABELS if np.iinfo(kind).max >= C - 1])
    reg = 0.0 if rng.random() < 0.3 else 10 ** rng.uniform(-3, 1)
    dtype = rng.choice([np.float32, np.float64])
    return Problem(W.astype(dtype), X.astype(dtype), rng.integers(C, size=N).astype(labels), float(reg))


class Digits(NamedTuple):
    """Arithmetic with more digits than float64: what makes arrays of such numbers, and exp and log for them."""

    of: Any
    exp: Any
    log: Any


@functools.cache
def more_digits() -> Digits:
    """Return np.longdouble's arithmetic, or mpmath's where longdouble is no more than float64."""
    if np.finfo(np.longdouble).eps < np.finfo(np.float64).eps:
        return Digits(lambda array: np.asarray(array, np.longdouble), np.exp, np.log)
    try:
        import mpmath
    except ImportError:
        sys.exit("np.longdouble has no more digits than float64 here: pip install mpmath, which is used in its place.")
    return Digits(*(np.frompyfunc(function, 1, 1) for function in (mpmath.mpf, mpmath.exp, mpmath.log)))


class Truth:
    """The right loss and gradient of a problem, how far code may be off, and what makes the problem hard."""

    def __init__(self, problem: Problem) -> None:
        digits, rows = more_digits(), np.arange(len(problem.X))
        W, X = digits.of(problem.W.astype(np.float64)), digits.of(problem.X.astype(np.float64))
        scores = X @ W
        shifted = scores - scores.max(axis=1)[:, None]
        totals = digits.exp(shifted).sum(axis=1)
        log_p = shifted[rows, problem.y] - digits.log(totals)
        dz = digits.exp(shifted) / totals[:, None]
        dz[rows, problem.y] -= 1
        loss = -log_p.sum() / len(rows) + 0.5 * problem.reg * (W * W).sum()
        self.parts = loss, X.T @ dz / len(rows) + problem.reg * W
        self.tolerances = [rounding.tolerance(bound, problem.W.dtype) for bound in error_bound(problem)]
        self.largest_score = float(abs(scores).max())
        self.underflows = float(log_p.min()) < math.log(np.finfo(problem.W.dtype).tiny)

    def excuses(self, loses: Iterable[str]) -> bool:
        """Tell whether a variant that loses these checks is not expected to be right here."""
        large = {"large_scores", "rows_far_apart"} & set(loses) and self.largest_score > LARGE
        return bool(large) or ("improbable_class" in loses and self.underflows)

    def errors(self, answer: Any, problem: Problem) -> list[float]:
        """Return the largest error of loss and of gradient in units of the tolerance."""
        found = loss_of(answer), gradient_of(answer, problem)
        ratios = [
            np.max(np.asarray(abs(value - part) / tolerance, np.float64))
            for value, part, tolerance in zip(found, self.parts, self.tolerances, strict=True)
        ]
        return [float(ratio) if np.isfinite(ratio) else math.inf for ratio in ratios]


def answer_of(function: Any, problem: Problem) -> Any:
    """Return what the grader receives when a function is called with copies of a problem's arguments."""
    arguments = [np.copy(part) if isinstance(part, np.ndarray) else part for part in problem]
    with np.errstate(all="ignore"):
        frame = wire.frame(wire.Kind.RESULT, 0, [function(*arguments)])
    return wire.values(frame[wire.HEADER.size :], 1)[0]


def functions(file: Path) -> list[Variant]:
    """Return the reference functions and the correct variants, if there are any."""
    references = reference_functions(Course(ROOT).bundle("softmax", "accuracy"))
    found = [Variant(f"reference {name}", name, frozenset(), function) for name, function in references.items()]
    if file.exists():
        spec = importlib.util.spec_from_file_location("variants", file)
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules["variants"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found += [variant for variant in load_variants(module) if variant.loses <= ANNOUNCED]
    return found


def judge(file: Path, seed: int, numbers: range) -> Table:
    """Return the worst errors over some of the problems."""
    worst: Table = defaultdict(Worst)
    with contextlib.redirect_stdout(Nowhere()):  # some variants print
        variants = functions(file)
        for number in numbers:
            problem = random_problem(seed, number)
            # reg*sum(W*W), the other convention, is ours with twice the strength.
            truths = {False: Truth(problem), True: Truth(problem._replace(reg=2 * problem.reg))}
            for variant in variants:
                truth = truths["convention" in variant.loses]
                if truth.excuses(variant.loses):
                    continue
                try:
                    errors = truth.errors(answer_of(variant.function, problem), problem)
                except Exception:  # noqa: BLE001 - whatever it is, a right function would be rejected
                    errors = [math.inf, math.inf]
                for part, error in zip(PARTS, errors, strict=True):
                    key = (variant.name, problem.W.dtype.name, part)
                    worst[key] = worst[key].or_worse(Worst(error, number, 1))
    return dict(worst)


def all_of(file: Path, seed: int, instances: int) -> Table:
    """Return the worst errors over all problems, judged on all cores."""
    chunks = [range(start, min(start + CHUNK, instances)) for start in range(0, instances, CHUNK)]
    worst: Table = defaultdict(Worst)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for found in pool.map(functools.partial(judge, file, seed), chunks):
            for key, error in found.items():
                worst[key] = worst[key].or_worse(error)
    return dict(worst)


def show(worst: Table, *, everything: bool) -> None:
    """Print the table: each function's worst errors, or those of the references and the worst variants."""
    names = list(dict.fromkeys(name for name, _, _ in worst))

    def largest(name: str) -> float:
        return max(error for (other, *_), (error, *_) in worst.items() if other == name)

    if not everything:
        rest = sorted(names[2:], key=largest, reverse=True)
        names = [*names[:2], *rest[:8]]
    print(
        f"{'largest error / tolerance':<44}{'float64 loss':>13}{'dW':>8}{'float32 loss':>14}{'dW':>8}{'problems':>10}"
    )
    for name in names:
        cells = [worst.get((name, dtype, part), Worst()) for dtype in ("float64", "float32") for part in PARTS]
        errors = [f"{cell.error:.2g}" if cell.judged else "-" for cell in cells]
        judged = sum(cell.judged for cell in cells[::2])
        print(f"{name:<44}{errors[0]:>13}{errors[1]:>8}{errors[2]:>14}{errors[3]:>8}{judged:>10}")


def main() -> int:
    """Judge, print, and return 1 if any right function would be rejected."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--instances", type=int, default=10_000, help="how many random problems [10000]")
    parser.add_argument("--seed", type=int, default=0, help="of the problems [0]")
    parser.add_argument("--variants", type=Path, default=VARIANTS, help="the module of correct variants")
    parser.add_argument(
        "--all", action="store_true", help="print every variant, not only those with the largest errors"
    )
    options = parser.parse_args()
    started = time.perf_counter()
    worst = all_of(options.variants, options.seed, options.instances)
    show(worst, everything=options.all)
    rejected = [(key, error) for key, error in worst.items() if not error.error <= 1]
    for (name, dtype, part), (error, number, _) in rejected:
        print(f"REJECTED: {name}, {part} in {dtype}: {error:.3g} times the tolerance on problem {number}")
    verdict = "some are rejected" if rejected else "none is rejected"
    count = len({name for name, _, _ in worst})
    seconds = time.perf_counter() - started
    print(f"{count} functions, {options.instances} problems, seed {options.seed}: {verdict} ({seconds:.0f} s)")
    return bool(rejected)


if __name__ == "__main__":
    sys.exit(main())
