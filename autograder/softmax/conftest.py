"""Inputs of the softmax checks."""

import pytest

from problems import Judge, random_problem


@pytest.fixture
def ordinary(draw):
    """A problem with N, D and C all different, entries of order 1, every class present.

    No sum of weights is so small that a mistake would be mistaken for another.
    """
    rng = draw("ordinary")
    while True:
        problem = random_problem(rng, N=11, D=6, C=5)
        if abs(problem.W.sum()) > 1:
            return problem


@pytest.fixture(scope="session")
def judge(reference):
    """The comparison with the reference."""
    return Judge(reference.softmax_loss_vectorized)
