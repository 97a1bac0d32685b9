"""The names of factors: numbers, sizes of the problem, and what is said when several names fit."""

import numpy as np
import pytest

from gradkit.diagnosis.scales import Scales

SIZES = [{"N": 7, "D": 5, "C": 4}, {"N": 9, "D": 4, "C": 6}, {"N": 8, "D": 6, "C": 3}, {"N": 11, "D": 3, "C": 5}]
SCALES = Scales(SIZES)


def named(factor):
    """Return the name of a factor that is given as a function of N, D and C."""
    return SCALES.named(np.array([factor(**size) for size in SIZES], np.float64))


@pytest.mark.parametrize(
    ("factor", "text"),
    [
        (lambda N, D, C: N, "N"),
        (lambda N, D, C: 1 / N, "1/N"),
        (lambda N, D, C: -N, "-N"),
        (lambda N, D, C: -1 / N, "-1/N"),
        (lambda N, D, C: 2 * N, "2*N"),
        (lambda N, D, C: N / 2, "N/2"),
        (lambda N, D, C: 2 * N / 3, "2*N/3"),
        (lambda N, D, C: 2 / N, "2/N"),
        (lambda N, D, C: 1 / (2 * N), "1/(2*N)"),
        (lambda N, D, C: C, "C"),
        (lambda N, D, C: N / C, "N/C"),
        (lambda N, D, C: N / (2 * C), "(1/2)*N/C"),
        (lambda N, D, C: 1 / (C * D), "1/(C*D)"),
        (lambda N, D, C: N * N, "N*N"),
        (lambda N, D, C: N / (N - 1), "N/(N - 1)"),
        (lambda N, D, C: (N - 1) / N, "(N - 1)/N"),
        (lambda N, D, C: N / (N + 1), "N/(N + 1)"),
        (lambda N, D, C: C - 1, "(C - 1)"),
        (lambda N, D, C: -1, "-1"),
        (lambda N, D, C: 1 / 2, "1/2"),
        (lambda N, D, C: -4, "-4"),
        (lambda N, D, C: 3 / 10, "3/10"),
        (lambda N, D, C: 1 / np.log(2), "1.443"),
        (lambda N, D, C: -0.01, "-0.01"),
        (lambda N, D, C: N / 500, "0.002*N"),
        (lambda N, D, C: 0.07 / N, "0.07/N"),
    ],
)
def test_a_factor_has_the_simplest_name_that_fits_all_problems(factor, text):
    """A fraction, a size, what is made of two sizes, or a number in digits."""
    assert named(factor).text == text


@pytest.mark.parametrize(
    "factor",
    [
        lambda N, D, C: 1,
        lambda N, D, C: 1 + 1e-5,
        lambda N, D, C: np.sqrt(N),
        lambda N, D, C: N + D,
        lambda N, D, C: {7: 1, 9: 2}.get(N, 3),
    ],
)
def test_what_is_no_factor_has_no_name(factor):
    """1 changes nothing, and what no expression gives on all problems remains without a name."""
    assert named(factor) is None


@pytest.mark.parametrize(("factor", "simple"), [(2, True), (0.123, False)])
def test_odd_numbers_are_marked(factor, simple):
    """A number in digits could fit by chance where a simple name does not."""
    assert named(lambda N, D, C: factor).simple is simple


def test_rounding_does_not_hide_a_factor():
    """Five digits are enough."""
    assert named(lambda N, D, C: N * (1 + 2e-5)).text == "N"


def test_a_name_gives_its_value_and_symbols():
    """For problems of other sizes, and to explain what its letters mean."""
    scale = named(lambda N, D, C: 2 * N / C)

    assert (scale.value({"N": 30, "D": 1, "C": 3}), scale.symbols()) == (20.0, ["N", "C"])


def test_the_text_of_every_name_is_its_value():
    """Whatever is said can be computed as it stands there."""
    for scale in SCALES._scales:
        for size in SIZES:
            assert eval(scale.text, {}, size) == pytest.approx(scale.value(size), rel=1e-12)  # noqa: S307 - our text


def test_ambiguous_sizes_are_not_named():
    """On square problems N might as well be C: only numbers that hold on both get a name."""
    square = Scales([{"N": 3, "C": 3}, {"N": 4, "C": 4}])

    assert square.named(np.array([3.0, 4.0])) is None
    assert square.named(np.array([0.5, 0.5])).text == "1/2"


def test_a_size_that_not_all_problems_have_is_not_named():
    """Without it there is no telling."""
    assert Scales([{"N": 3, "C": 2}, {"N": 4}]).named(np.array([1.5, 2.0])).text == "N/2"


@pytest.mark.parametrize("factor", [lambda N, D, C: N / (N - 1), lambda N, D, C: 1 / (N - 1)])
def test_for_a_single_example_a_neighbour_below_is_infinite(factor):
    """A name that was found on other problems can be asked for its value there."""
    assert named(factor).value({"N": 1}) == np.inf


def test_with_a_single_example_among_the_problems_the_neighbour_below_is_no_name():
    """It has no finite value on all of them."""
    scales = Scales([{"N": 1}, {"N": 3}, {"N": 4}])

    assert scales.named(np.array([np.inf, 3 / 2, 4 / 3])) is None
