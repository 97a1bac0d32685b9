"""Mistakes that show on special inputs alone: zero, huge, a single example."""

import numpy as np
import pytest
from tests import diagnosis_example as example
from tests.diagnosis_example import assemble, data_gradient, data_loss, diagnosed, probes, right

from gradkit.diagnosis import behaviour_of

NUMBERS_RIGHT = "On ordinary inputs your numbers are right."


@pytest.mark.parametrize(
    ("mistake", "probe", "shown"),
    [
        (example.zeros_left_out, "zero", 0.0),
        (example.squares_overflow, "huge", np.inf),
    ],
)
def test_another_value_or_an_infinite_one_tells_the_mistake(mistake, probe, shown):
    """What departs from the right value on one probe alone."""
    (arguments,) = (p.arguments for p in probes() if p.name == probe)

    assert behaviour_of(mistake, arguments).values[0] == shown
    assert diagnosed(mistake).sentences == (NUMBERS_RIGHT, mistake.__name__)


def test_nan_tells_the_mistake():
    """Zero by zero, where all scores are 0."""
    assert diagnosed(example.zero_by_zero).sentences == (NUMBERS_RIGHT, "zero_by_zero")


def test_an_exception_tells_the_mistake():
    """Of a batch of one example."""
    assert diagnosed(example.one_example_lost).sentences == (NUMBERS_RIGHT, "one_example_lost")


def test_another_shape_tells_the_mistake():
    """Of a single example some code makes a row."""

    def row_of_one(W, x, reg):
        loss, dW = right(W, x, reg)
        return loss, (dW[0] if len(x) == 1 else dW)

    assert diagnosed(row_of_one, [*example.MISTAKES, row_of_one]).sentences == (NUMBERS_RIGHT, "row_of_one")
    assert diagnosed(row_of_one).sentences == ()


def other_value_at_zero(W, x, reg):
    """Return another loss than the known mistake does where all scores are 0."""
    loss, dW = right(W, x, reg)
    return (loss if W.any() else 0.25), dW


def other_exception(W, x, reg):
    """Raise another exception of the same kind for a single example."""
    if len(x) == 1:
        raise ValueError
    return right(W, x, reg)


def infinite_after_overflow(W, x, reg):
    """Raise where a value gets out of range, as math.exp does and numpy does not."""
    if np.abs(x).max() > 1e100:
        raise OverflowError
    return right(W, x, reg)


@pytest.mark.parametrize(
    ("function", "mistake"), [(other_value_at_zero, "zeros_left_out"), (other_exception, "one_example_lost")]
)
def test_the_way_in_which_it_departs_is_enough(function, mistake):
    """Another style, or another constant in it, brings another value or exception in the same place."""
    assert diagnosed(function).mistakes == (mistake,)


def test_an_exception_for_a_number_out_of_range_is_like_an_infinite_one():
    """If the loss raises, the whole function does: so the mistake must be one in both parts."""

    def overflow_in_both(W, x, reg):
        loss, dW = right(W, x, reg)
        return loss + 0 * np.sum(x * x), dW + 0 * np.sum(x * x)

    mistakes = [example.squares_overflow, overflow_in_both]

    assert diagnosed(infinite_after_overflow, mistakes).mistakes == ("overflow_in_both",)


def infinite_at_zero(W, x, reg):
    """Take the log of 0 in the loss where all scores are 0."""
    loss, dW = right(W, x, reg)
    return (loss if W.any() else np.inf), dW


def nan_at_zero(W, x, reg):
    """Have infinity in the loss and nan in the gradient there."""
    loss, dW = right(W, x, reg)
    return (loss, dW) if W.any() else (np.inf, dW * np.nan)


@pytest.mark.parametrize(
    ("error", "mistake"),
    [(ValueError, infinite_at_zero), (OverflowError, nan_at_zero), (ZeroDivisionError, nan_at_zero)],
)
def test_an_exception_of_pythons_own_math_stands_for_a_number(error, mistake):
    """math.log(0) raises where np.log gives infinity; overflow and zero by zero raise where numpy goes on to nan."""

    def in_pythons_math(W, x, reg):
        if not W.any():
            raise error
        return right(W, x, reg)

    assert diagnosed(in_pythons_math, [nan_at_zero, infinite_at_zero]).mistakes == (mistake.__name__,)


def test_an_exception_of_pythons_own_math_takes_the_other_part_along():
    """If only a mistake in the loss is known, it explains that the gradient is not returned either."""

    def in_pythons_math(W, x, reg):
        if not W.any():
            raise OverflowError
        return right(W, x, reg)

    assert diagnosed(in_pythons_math, [infinite_at_zero]).mistakes == ("infinite_at_zero",)


def two_edges(W, x, reg):
    """Leave out scores that are 0, and lose a single example."""
    np.squeeze(x).sum(axis=1)
    return example.zeros_left_out(W, x, reg)


def test_two_edge_mistakes_together_are_both_named():
    """Each shows in a place of its own."""
    assert diagnosed(two_edges).mistakes == ("zeros_left_out", "one_example_lost")


@pytest.mark.parametrize(
    ("ordinary", "name"),
    [(example.gradient_not_averaged, "gradient_not_averaged"), (example.penalty_missing, "penalty_missing")],
)
def test_an_edge_mistake_is_seen_on_top_of_an_ordinary_one(ordinary, name):
    """What counts is the departure from what the ordinary mistake predicts."""

    def both(W, x, reg):
        loss, dW = ordinary(W, x, reg)
        return loss + example.squares_overflow(W, x, reg)[0] - right(W, x, reg)[0], dW

    assert diagnosed(both).mistakes == (name, "squares_overflow")


def test_an_edge_mistake_is_seen_on_top_of_a_factor():
    """A factor predicts a value for problems of any size."""

    def both(W, x, reg):
        return assemble(W, x, reg, loss=3 * np.sqrt(1 + (x @ W) ** 2).sum() / len(x))

    assert diagnosed(both).sentences == (
        "Right already: dW and the penalty in the loss.",
        "The loss at reg = 0 is 3 times what it should be.",
        "squares_overflow",
    )


def test_nothing_is_said_where_the_prediction_is_nan():
    """Without root the loss is infinite for huge scores anyway: nothing shows beside that."""

    def both(W, x, reg):
        return assemble(W, x, reg, loss=(1 + (x @ W) ** 2).sum() / len(x) + 0 * np.sum(x * x))

    assert diagnosed(both).mistakes == ("root_forgotten",)


def test_nothing_is_said_of_edges_beside_what_is_unknown():
    """The loss has an unknown mistake, so its infinite value for huge scores may belong to that."""

    def unknown_loss(W, x, reg):
        return assemble(W, x, reg, loss=(x @ W**3 + x * x @ np.abs(W)).sum())

    assert diagnosed(unknown_loss).mistakes == ()


def test_what_is_known_of_the_other_part_is_still_said():
    """An unknown loss does not hide the gradient's division of zero by zero."""

    def unknown_loss(W, x, reg):
        return np.sin(x).sum(), example.zero_by_zero(W, x, reg)[1]

    assert "zero_by_zero" in diagnosed(unknown_loss).mistakes


def test_another_value_beside_a_known_mistake_may_be_its_style():
    """The absolute loss is 0 where all scores are 0; one that is 0.5 there leaves no zeros out."""

    def other_style(W, x, reg):
        loss = np.abs(x @ W).sum() / len(x)
        return assemble(W, x, reg, loss=loss if W.any() else 0.5)

    assert diagnosed(other_style).mistakes == ("absolute_loss",)


def test_an_unknown_departure_is_passed_over_in_silence():
    """As is one that a known mistake explains only in part."""

    def other_gradient_at_zero(W, x, reg):
        loss, dW = right(W, x, reg)
        return loss, (dW if W.any() else dW + 1)

    def more_than_zeros_left_out(W, x, reg):
        loss, dW = example.zeros_left_out(W, x, reg)
        return loss, (dW if W.any() else dW + 1)

    assert diagnosed(other_gradient_at_zero).sentences == ()
    assert diagnosed(more_than_zeros_left_out).sentences == ()


def test_of_two_that_fit_the_one_that_shows_whole_is_named():
    """Beside an unknown gradient, a mistake in the loss alone explains an infinite loss without further assumptions."""

    def overflow_in_both(W, x, reg):
        return example.squares_overflow(W, x, reg)[0], right(W, x, reg)[1] + 0 * np.sum(x * x)

    def unknown_gradient(W, x, reg):
        return example.squares_overflow(W, x, reg)[0], np.cos(W) + data_gradient(W, x) * data_loss(W, x) + reg * W

    mistakes = [overflow_in_both, example.squares_overflow]

    assert diagnosed(unknown_gradient, mistakes).mistakes == ("squares_overflow",)


def spoilt_on_all(W, x, reg):
    """Be wrong in both parts wherever it can be special."""
    loss, dW = right(W, x, reg)
    special = not W.any() or np.abs(x).max() > 1e100 or len(x) == 1
    return loss * (1 + special), dW + special


@pytest.mark.parametrize(("others", "mistakes"), [(["one"], ("spoilt_on_all",)), (["one", "huge"], ())])
def test_nearly_all_of_many_places_are_enough(others, mistakes):
    """In one place of six another style may raise nan; if it does in two, that is something else."""

    def nearly(W, x, reg):
        loss, dW = spoilt_on_all(W, x, reg)
        nan = ("one" in others and len(x) == 1) or ("huge" in others and np.abs(x).max() > 1e100)
        return (np.nan if nan else loss), dW

    assert diagnosed(nearly, [spoilt_on_all]).mistakes == mistakes


def test_what_a_mistake_in_the_penalty_does_on_an_edge_is_not_held_against_it():
    """Divided by its norm, W is nan where it is zero: an edge mistake in the loss is seen beside that."""

    def divided_by_norm(W, x, reg):
        with np.errstate(all="ignore"):
            return assemble(W, x, reg, dW=data_gradient(W, x) + reg * W / np.linalg.norm(W), in_gradient=0)

    def both(W, x, reg):
        return example.squares_overflow(W, x, reg)[0], divided_by_norm(W, x, reg)[1]

    assert diagnosed(both, [divided_by_norm, example.squares_overflow]).mistakes == (
        "divided_by_norm",
        "squares_overflow",
    )


def test_an_exception_may_come_from_the_part_that_is_unknown():
    """Beside an unknown gradient, nothing is said of what raises for a single example."""

    def unknown_gradient(W, x, reg):
        loss, dW = other_exception(W, x, reg)
        return loss, np.cos(dW)

    assert diagnosed(unknown_gradient).mistakes == ()
