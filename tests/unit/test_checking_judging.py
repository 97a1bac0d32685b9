"""What public checks judge with: each failure is a sentence with the expected and the received value."""

import numpy as np
import pytest

from gradkit.checking.judging import SHOWN, NotYet, close, expect, slopes


def complaint(function, *arguments, **options):
    """Return the sentence with which something is not yet right."""
    with pytest.raises(NotYet) as caught:
        function(*arguments, **options)
    return str(caught.value)


def test_expect_lets_what_holds_pass():
    """A condition, or a value that counts as one."""
    expect(True, "no")
    expect(np.bool_(True), "no")
    assert complaint(expect, np.bool_(False), "The loss is not finite.") == "The loss is not finite."


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (1.0, 1.0),
        (1.0 + 1e-7, 1.0),
        (np.float32(0.1), 0.1),
        ([[1, 2]], [[1.0, 2.0]]),
        (np.inf, np.inf),
        ([1e-9, 1.0], [0.0, 1.0]),
        (np.zeros(0), []),
    ],
)
def test_what_is_close(got, expected):
    """Equal up to rounding, measured against the largest entry."""
    close(got, expected, "It")


@pytest.mark.parametrize(
    ("got", "expected", "sentence"),
    [
        (1.5, 1.25, "It is 1.5, expected 1.25."),
        (np.nan, 1.25, "It is nan, expected 1.25."),
        (np.inf, 1.25, "It is inf, expected 1.25."),
        (-np.inf, np.inf, "It is -inf, expected inf."),
        ([1.0], 1.0, "It has shape (1,), expected ()."),
        ([[1.0, 2.0]], [1.0, 2.0], "It has shape (1, 2), expected (2,)."),
        ("abc", 1.0, "It should hold numbers; it is of type str."),
        ({}, 1.0, "It should hold numbers; it is of type dict."),
        (
            [[1.0, 2.0], [3.0, 5.0]],
            [[1.0, 2.5], [3.0, 4.0]],
            "It differs at 2 of 4 places, most at [1, 1]: it is 5, expected 4.",
        ),
        ([0.0, np.nan], [0.0, 1.0], "It differs at 1 of 2 places, most at [1]: it is nan, expected 1."),
    ],
)
def test_what_is_not_close(got, expected, sentence):
    """The sentence says what came and what was expected, for arrays at the worst place."""
    assert complaint(close, got, expected, "It") == sentence


W = np.arange(1.0, 5.0).reshape(2, 2)


def squares(weights):
    """Return the sum of squares, whose slope is twice the weight."""
    return float(np.sum(weights**2))


def test_right_slopes_are_a_table():
    """All entries are compared; the worst come first."""
    table = slopes(squares, W, 2 * W)
    assert (table.compared, len(table.rows)) == (4, 4)
    assert sorted(row.entry for row in table.rows) == ["dW[0, 0]", "dW[0, 1]", "dW[1, 0]", "dW[1, 1]"]
    errors = [row.error for row in table.rows]
    assert errors == sorted(errors, reverse=True)
    assert max(errors) < table.allowed


def test_wrong_slopes_are_told_with_their_table():
    """How many are wrong, and the worst first with both numbers."""
    gradient = 2 * W
    gradient[1, 0] = -1.0
    with pytest.raises(NotYet, match="dW is not the slope of your own loss at 1 of 4 entries") as caught:
        slopes(squares, W, gradient)
    worst = caught.value.table.rows[0]
    assert worst.entry == "dW[1, 0]"
    assert (round(worst.measured, 6), worst.yours) == (6.0, -1.0)
    assert worst.error == pytest.approx(7 / 6)


@pytest.mark.parametrize("odd", [np.nan, np.inf])
def test_slopes_that_are_not_finite_come_first(odd):
    """They are as wrong as can be."""
    gradient = 2 * W
    gradient[0, 1] = odd
    with pytest.raises(NotYet) as caught:
        slopes(squares, W, gradient, name="g")
    assert (caught.value.table.rows[0].entry, caught.value.table.rows[0].error) == ("g[0, 1]", np.inf)


def test_zero_against_zero_shows_nothing():
    """A function that always returns zeros does not pass its own gradient check."""
    assert complaint(slopes, lambda _: 0.0, W, np.zeros((2, 2))).startswith("The measured slopes and dW are zero")


def test_a_table_shows_the_worst_entries_only():
    """Of a large gradient, a few rows."""
    many = np.ones((5, 5))
    table = slopes(squares, many, 2 * many)
    assert (table.compared, len(table.rows)) == (25, SHOWN)
