"""The gradient check: agreement has to be shown, and disagreement is placed."""

import numpy as np
import pytest

from gradkit.gradient_check import check_gradient, numerical_gradient, relative_errors, sample_indices

rng = np.random.default_rng(0)
W, X, y = rng.standard_normal((5, 3)), rng.standard_normal((7, 5)), rng.integers(3, size=7)


def quartic(W, X, y, reg):
    """A smooth loss with a known gradient: sum of (X W)^4 / 4, plus regularization."""
    Z = X @ W
    return np.sum(Z**4) / 4 + 0.5 * reg * np.sum(W * W), X.T @ Z**3 + reg * W


def with_gradient(change):
    """Return `quartic` with its gradient put through `change`."""

    def loss_function(W, X, y, reg):
        loss, dW = quartic(W, X, y, reg)
        return loss, change(dW)

    return loss_function


def bump(dW):
    """Return dW with one entry wrong."""
    dW = dW.copy()
    dW[2, 1] += 0.5
    return dW


@pytest.mark.parametrize("reg", [0.0, 0.37])
def test_a_right_gradient_agrees_everywhere(reg):
    """All fifteen entries are compared."""
    report = check_gradient(quartic, W, X, y, reg)
    assert (report.verdict, report.compared) == ("agree", 15)
    assert report.relative_error < 1e-7


@pytest.mark.parametrize("change", [bump, lambda dW: 2 * dW, lambda dW: -dW, lambda dW: 0 * dW, lambda dW: 1.0001 * dW])
def test_a_wrong_gradient_disagrees(change):
    """One wrong entry, a factor, a sign, or zeros where slopes are: each is seen."""
    assert check_gradient(with_gradient(change), W, X, y, 0.37).verdict == "disagree"


def test_the_worst_entry_is_reported_with_both_values():
    """The report points at the entry that is wrong."""
    report = check_gradient(with_gradient(bump), W, X, y, 0.0)
    _, dW = quartic(W, X, y, 0.0)
    assert report.worst == (2, 1)
    assert report.expected == pytest.approx(dW[2, 1])
    assert report.got == pytest.approx(dW[2, 1] + 0.5)
    assert "NOT YET" in str(report)
    assert "dW[2, 1]" in str(report)


def test_zero_against_zero_is_not_agreement():
    """A function that does nothing is not called right."""
    report = check_gradient(lambda W, X, y, reg: (0.0, np.zeros_like(W)), W, X, y, 0.0)
    assert report.verdict == "undecided"
    assert "UNDECIDED" in str(report)


def test_entries_that_are_truly_zero_do_not_spoil_agreement():
    """An input that is always zero gives a row of zero slopes."""
    silent = X.copy()
    silent[:, 0] = 0.0
    assert check_gradient(quartic, W, silent, y, 0.0).verdict == "agree"


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_gradient_that_is_not_finite_disagrees(bad):
    """A nan compares false with everything, and must not slip through."""

    def spoil(dW):
        dW[4, 0] = bad
        return dW

    report = check_gradient(with_gradient(spoil), W, X, y, 0.0)
    assert (report.verdict, report.worst) == ("disagree", (4, 0))


def test_float32_inputs_are_compared_in_float64():
    """The steps would drown in float32's rounding."""
    report = check_gradient(quartic, W.astype(np.float32), X.astype(np.float32), y, 0.37)
    assert report.verdict == "agree"


def test_a_loss_function_that_writes_into_its_inputs_cannot_confuse_the_check():
    """Every call gets weights of its own."""

    def rude(W, X, y, reg):
        answer = quartic(W, X, y, reg)
        W[:] = 0.0
        return answer

    before = W.copy()
    assert check_gradient(rude, W, X, y, 0.37).verdict == "agree"
    np.testing.assert_array_equal(W, before)


def test_samples_limit_what_is_compared():
    """Four of fifteen entries: nine losses in all."""
    calls = []

    def counting(W, X, y, reg):
        calls.append(1)
        return quartic(W, X, y, reg)

    assert check_gradient(counting, W, X, y, 0.37, samples=4).compared == 4
    assert len(calls) == 1 + 2 * 4


def test_sampled_entries_are_different_and_depend_on_the_seed():
    """No entry is drawn twice; another seed draws others."""
    first, again, other = (sample_indices((50, 40), 30, seed) for seed in (1, 1, 2))
    assert len(set(first)) == 30
    assert first == again != other


def test_more_samples_than_entries_means_all():
    """Asking for too many is not an error."""
    assert sample_indices((2, 2), 9, 0) == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_no_samples_is_refused():
    """Comparing nothing would show nothing."""
    with pytest.raises(ValueError, match="at least 1, got 0"):
        sample_indices((2, 2), 0, 0)


def test_numerical_gradient_of_a_cubic():
    """Centred differences are right to h^2."""
    slopes = numerical_gradient(lambda W: float(np.sum(W**3)), W, sample_indices(W.shape, None, 0))
    np.testing.assert_allclose(slopes, 3 * W.ravel() ** 2, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    ("expected", "got", "errors"),
    [
        ([0.0, 0.0], [0.0, 0.0], [0.0, 0.0]),
        ([1.0, 0.0], [1.0, 0.0], [0.0, 0.0]),
        ([1.0, 0.0], [1.0, 1e-12], [0.0, 1e-8]),  # rounding beside a gradient of size 1
        ([0.0, 0.0], [1.0, 0.0], [1.0, 0.0]),
        ([2.0, -1.0], [-2.0, -1.0], [2.0, 0.0]),
    ],
)
def test_relative_error_is_sound_at_zero(expected, got, errors):
    """Zero equals zero, rounding beside large slopes is small, a missing slope is an error of one."""
    np.testing.assert_allclose(relative_errors(np.array(expected), np.array(got)), errors, rtol=1e-12)
