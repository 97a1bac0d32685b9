"""What is odd about how results are handed over, and the numbers without that."""

import numpy as np
import pytest
from tests.diagnosis_example import data_loss, diagnosed, loss_per_example, probes, right, seen

from gradkit.diagnosis.contract import undo_oddities


def with_result(change):
    """Return a function whose result is the right one, changed."""
    return lambda W, x, reg: change(*right(W, x, reg))


def handed_over(function, known=None):
    """Return what is odd about a function's results, and its behaviours without that."""
    return undo_oddities(seen(function), seen(right), probes(), known)


def not_started(W, x, reg):
    """Be the stub still."""
    raise NotImplementedError


def both_changed(W, x, reg):
    """Change both arguments after use."""
    result = right(W, x, reg)
    W += 1
    x += 1
    return result


UNDONE = [
    (with_result(lambda loss, dW: (dW, loss)), "wrong order"),
    (with_result(lambda loss, dW: (loss, dW.T)), "transposed part 1"),
    (with_result(lambda loss, dW: (loss, dW.ravel())), "flattened part 1"),
    (with_result(lambda loss, dW: (loss, dW, 0.5)), "too many parts"),
    (
        with_result(lambda loss, dW: (np.full(6, loss), dW)),
        "shapes (6,), (6,), (6,), (6,), (6,), (6,) in place of part 0",
    ),
]
NOT_UNDONE = [
    (with_result(lambda loss, dW: None), "returned NoneType"),
    (with_result(lambda loss, dW: {"loss": loss, "dW": dW}), "returned dict"),
    (with_result(lambda loss, dW: loss), "only part 0"),
    (with_result(lambda loss, dW: dW), "only part 1"),
    (with_result(lambda loss, dW: (loss + dW, dW)), "shape of part 1 in place of part 0"),
    (not_started, "not started"),
]


@pytest.mark.parametrize(("function", "symptom"), [*UNDONE, *NOT_UNDONE])
def test_each_oddity_is_noticed(function, symptom):
    """It shows on every probe where the function returns and could show it."""
    assert handed_over(function).symptoms == {symptom}


@pytest.mark.parametrize(("function", "symptom"), UNDONE)
def test_undoing_it_leaves_the_right_numbers(function, symptom):
    """Right numbers in the wrong wrapping are right numbers."""
    pairs = zip(handed_over(function).behaviours, seen(right), strict=True)

    assert all(mine.agrees_with(theirs) for mine, theirs in pairs)


def test_changed_arguments_are_noticed_and_undone():
    """Each on its own."""
    found = handed_over(both_changed)

    assert found.symptoms == {"changed 0", "changed 1"}
    assert all(mine.agrees_with(theirs) for mine, theirs in zip(found.behaviours, seen(right), strict=True))


def test_two_oddities_are_both_noticed():
    """The order, and the gradient's axes."""
    assert handed_over(with_result(lambda loss, dW: (dW.T, loss))).symptoms == {"wrong order", "transposed part 1"}


def test_right_results_are_not_odd():
    """Neither those of the right function nor of one that raises on a special probe."""

    def lost(W, x, reg):
        if len(x) == 1:
            raise IndexError
        return right(W, x, reg)

    assert [handed_over(function).symptoms for function in (right, lost)] == [frozenset(), frozenset()]


@pytest.mark.parametrize(
    "function",
    [
        with_result(lambda loss, dW: (dW, loss) if len(dW) == 3 else (loss, dW)),
        with_result(lambda loss, dW: None if len(dW) == 3 else (loss, dW)),
        with_result(lambda loss, dW: (loss, dW, 0.5) if len(dW) == 3 else (loss, dW)),
        with_result(lambda loss, dW: dW[0]),
        with_result(lambda loss, dW: (loss, dW[:-1])),
    ],
)
def test_what_shows_only_here_and_there_is_no_oddity(function):
    """Nor is a shape that has no explanation."""
    assert handed_over(function).symptoms == frozenset()


def test_what_no_mistake_is_known_to_do_is_not_undone():
    """Its author may have meant something else: the numbers stay as they came."""
    function = with_result(lambda loss, dW: (loss, dW.T))
    found = handed_over(function, known={"wrong order"})

    assert found.symptoms == {"transposed part 1"}
    assert np.shape(found.behaviours[0].values[1]) == (2, 3)


def wrong_order_and_sign(W, x, reg):
    """Return the gradient first, and the loss with the wrong sign."""
    loss, dW = right(W, x, reg)
    return dW, loss - 2 * data_loss(W, x)


@pytest.mark.parametrize(
    ("function", "sentences"),
    [
        (with_result(lambda loss, dW: (dW, loss)), ("On ordinary inputs your numbers are right.", "wrong_order")),
        (
            wrong_order_and_sign,
            (
                "Right already, as numbers: dW and the penalty in the loss.",
                "wrong_order",
                "The loss at reg = 0 has the opposite sign.",
            ),
        ),
    ],
)
def test_the_numbers_are_judged_all_the_same(function, sentences):
    """What is odd comes first, and what is called right are the numbers."""
    assert diagnosed(function).sentences == sentences


def test_nothing_is_said_of_numbers_in_an_unknown_wrapping():
    """No mistake in the catalogue returns a third value: so it is not said that the others are right."""
    assert diagnosed(with_result(lambda loss, dW: (loss, dW, 0.5))).sentences == ()


def test_an_array_of_another_length_is_not_one_loss_for_each_example():
    """A known mistake returns one for each of the N examples; one for each of the D rows of W is something else."""

    def loss_per_row(W, x, reg):
        loss, dW = right(W, x, reg)
        return np.full(len(W), loss), dW

    assert diagnosed(loss_per_example).mistakes == ("loss_per_example",)
    assert diagnosed(loss_per_row).sentences == ()
