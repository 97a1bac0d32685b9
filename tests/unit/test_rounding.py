"""Bounds of rounding errors: right computations stay within them, in any order and in both precisions."""

from fractions import Fraction

import numpy as np
import pytest

from gradkit.grader import rounding

EXACT = np.vectorize(Fraction, otypes=[object])


@pytest.fixture(params=range(5))
def rng(request):
    """Several random generators."""
    return np.random.default_rng(request.param)


def errors(computed, exact):
    """Return how far computed numbers are from exact fractions."""
    return np.abs(EXACT(np.asarray(computed, np.float64)) - exact).astype(np.float64)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [1, 2, 10, 300])
def test_a_sum_in_any_order_is_within_its_bound(rng, n, dtype):
    """One after the other, forward or backward, by numpy, or in pieces."""
    terms = (rng.standard_normal(n) * 10.0 ** rng.integers(-3, 3, n)).astype(dtype)
    exact = sum(map(Fraction, terms.tolist()), Fraction())
    sums = [terms.sum(), np.cumsum(terms)[-1], np.cumsum(terms[::-1])[-1], terms[::2].sum() + terms[1::2].sum()]
    tolerance = rounding.tolerance(rounding.of_sum(terms), dtype)
    assert [float(error) for error in errors(sums, exact) if error > tolerance] == []


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 2, 4), (5, 60, 2)])
def test_a_product_is_within_its_bound(rng, shape, dtype):
    """Entry by entry, by BLAS and by einsum."""
    M, K, N = shape
    A, B = rng.standard_normal((M, K)).astype(dtype), rng.standard_normal((K, N)).astype(dtype)
    exact = EXACT(A.astype(float)) @ EXACT(B.astype(float))
    tolerance = rounding.tolerance(rounding.of_product(A, B), dtype)
    for computed in (A @ B, np.einsum("mk,kn->mn", A, B), (A[:, :, None] * B[None]).sum(axis=1)):
        assert (errors(computed, exact) <= tolerance).all()


def test_a_bound_is_no_blank_cheque(rng):
    """It grows with the number of terms and their size, no faster: a sum of ten ones is known to 1e-5 in float32."""
    assert rounding.tolerance(rounding.of_sum(np.ones(10)), np.float32) < 1e-4
    assert rounding.tolerance(rounding.of_product(np.ones((1, 10)), np.ones((10, 1))), np.float64).item() < 1e-13


def test_errors_of_the_parts_are_passed_on():
    """A term's error counts once, a factor's as often as the other factor is large."""
    assert rounding.of_sum([1.0, 2.0], error=5.0) - rounding.of_sum([1.0, 2.0]) == 10.0
    A, B = np.array([[3.0, -4.0]]), np.array([[2.0], [5.0]])
    inherited = rounding.of_product(A, B, 1.0, np.array([[10.0], [0.0]])) - rounding.of_product(A, B)
    assert inherited.tolist() == [[1 * 7 + 3 * 10.0]]


@pytest.mark.parametrize(("dtype", "epsilon"), [(np.float32, 2**-23), ("float32", 2**-23), (np.float64, 2**-52)])
def test_a_tolerance_is_in_epsilons(dtype, epsilon):
    """Two of them for a bound of one."""
    assert rounding.tolerance(1.0, dtype) == pytest.approx(2 * epsilon, rel=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_underflows_is_no_error(dtype):
    """A number too small for the dtype may come out as zero, even where nothing else is rounded."""
    assert rounding.tolerance(0.0, dtype) > np.finfo(dtype).tiny
    assert rounding.tolerance(0.0, dtype) < 1e-15
