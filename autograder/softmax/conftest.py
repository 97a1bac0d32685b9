"""Inputs of the softmax checks, drawn once for a whole class."""

import pytest

from problems import Judge, random_problem


@pytest.fixture(scope="session")
def ordinary(draw):
    """A problem with N, D and C all different, entries of order 1, every class present."""
    return random_problem(draw("ordinary"), N=11, D=6, C=5)


@pytest.fixture(scope="session")
def judge(reference):
    """The comparison with the reference."""
    return Judge(reference.softmax_loss_vectorized)
