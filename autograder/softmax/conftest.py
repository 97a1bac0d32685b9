"""Inputs of the softmax checks, drawn once for a whole class."""

import numpy as np
import pytest

from problems import Judge, random_problem


@pytest.fixture(scope="session")
def ordinary(draw):
    """A problem with N, D and C all different, entries of order 1, every class present.

    No true class is so improbable, and no sum of weights so small, that a mistake would be mistaken for another.
    """
    rng = draw("ordinary")
    while True:
        problem = random_problem(rng, N=11, D=6, C=5)
        Z = problem.X @ problem.W
        P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
        if P[np.arange(11), problem.y].min() > 3e-3 and abs(problem.W.sum()) > 1:
            return problem


@pytest.fixture(scope="session")
def judge(reference):
    """The comparison with the reference."""
    return Judge(reference.softmax_loss_vectorized)
