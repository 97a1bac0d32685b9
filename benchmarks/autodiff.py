"""The reference functions against automatic differentiation: nobody derived that gradient by hand.

    pip install torch && python benchmarks/autodiff.py [--instances N]

Computes the loss of random problems (those of accuracy.py) by PyTorch's cross_entropy and its gradient by PyTorch's
autograd, in the problem's own precision, and compares the reference functions with them. The difference is printed in
units of the hidden suite's tolerance; more than 1 gives exit code 1. PyTorch is no part of gradkit.
"""

import argparse
import sys
from typing import Any

import numpy as np
from accuracy import ROOT, Problem, Worst, random_problem

from error_bound import error_bound
from gradkit.grader import rounding
from gradkit.grader.course import Course
from gradkit.grader.reference import reference_functions

try:
    import torch
except ImportError:
    sys.exit("This benchmark compares with PyTorch, which is not installed: pip install torch (a CPU build will do).")


def by_autograd(problem: Problem) -> tuple[Any, Any]:
    """Return loss and gradient as PyTorch computes them."""
    W = torch.tensor(problem.W, requires_grad=True)
    scores = torch.tensor(problem.X) @ W
    labels = torch.tensor(problem.y.astype(np.int64))
    loss = torch.nn.functional.cross_entropy(scores, labels) + 0.5 * problem.reg * (W * W).sum()
    loss.backward()
    assert W.grad is not None
    return loss.detach().numpy(), W.grad.numpy()


def main() -> int:
    """Compare, print, and return 1 if they disagree."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--instances", type=int, default=2000, help="how many random problems [2000]")
    parser.add_argument("--seed", type=int, default=0, help="of the problems [0]")
    options = parser.parse_args()
    references = reference_functions(Course(ROOT).bundle("softmax", "autodiff"))
    worst = {(name, dtype): [Worst(), Worst()] for name in references for dtype in ("float64", "float32")}
    for number in range(options.instances):
        problem = random_problem(options.seed, number)
        bounds = error_bound(problem)
        theirs = by_autograd(problem)
        for name, reference in references.items():
            parts = zip(reference(*problem), theirs, bounds, strict=True)
            found = worst[name, problem.W.dtype.name]
            for part, (mine, other, bound) in enumerate(parts):
                difference = np.abs(np.asarray(mine, np.float64) - other)
                error = float(np.max(difference / rounding.tolerance(bound, problem.W.dtype)))
                found[part] = found[part].or_worse(Worst(error, number, 1))
    print(f"{'difference / tolerance':<26}{'dtype':<10}{'loss':>8}{'dW':>8}{'problems':>10}")
    for (name, dtype), (loss, gradient) in worst.items():
        print(f"{name:<26}{dtype:<10}{loss.error:>8.3f}{gradient.error:>8.3f}{loss.judged:>10}")
    agree = all(part.error <= 1 for found in worst.values() for part in found)
    print(f"PyTorch {torch.__version__}, seed {options.seed}: {'they agree' if agree else 'they DISAGREE'}")
    return not agree


if __name__ == "__main__":
    sys.exit(main())
