"""Which known mistakes, factors and rearrangements explain what is wrong; and what is left without explanation."""

import numpy as np
import pytest
from tests import diagnosis_example as example
from tests.diagnosis_example import assemble, data_gradient, data_loss, diagnosed

RIGHT_OTHERWISE = "Right already: the loss and the penalty in dW."


def returning(loss=None, dW=None, in_loss=0.5, in_gradient=1.0):
    """Return a function whose pieces are the right ones, or given as functions of (W, x)."""

    def function(W, x, reg):
        pieces = {name: piece(W, x) for name, piece in (("loss", loss), ("dW", dW)) if piece}
        return assemble(W, x, reg, in_loss=in_loss, in_gradient=in_gradient, **pieces)

    return function


@pytest.mark.parametrize("mistake", example.MISTAKES, ids=lambda mistake: mistake.__name__)
def test_a_known_mistake_is_named_and_no_other(mistake):
    """Each, if it is the only one."""
    assert diagnosed(mistake).mistakes == (mistake.__name__,)


def test_nothing_is_said_of_the_right_function():
    """Nor of one that computes the same in another way."""

    def other_style(W, x, reg):
        s = np.einsum("nd,dc->nc", x, W)
        root = np.hypot(s, 1)
        return root.mean(axis=0).sum() + reg / 2 * np.vdot(W, W), np.einsum("nd,nc->dc", x / len(x), s / root) + reg * W

    assert [diagnosed(function).sentences for function in (example.right, other_style)] == [(), ()]


def test_single_precision_is_no_mistake():
    """Six digits are right."""

    def single(W, x, reg):
        return example.right(W.astype(np.float32), np.clip(x, -1e30, 1e30).astype(np.float32), reg)

    assert "first_example_only" not in diagnosed(single).mistakes
    assert diagnosed(single).sentences == ()


def test_a_mistake_in_two_quantities_is_one_mistake():
    """Leaving out examples shows in the loss and in the gradient, and is said once."""
    diagnosis = diagnosed(example.first_example_only)

    assert diagnosis.sentences[1:] == ("first_example_only",)


def test_a_mistake_that_shows_in_one_of_its_quantities_is_named_for_that_one():
    """The loss alone leaves out examples."""
    diagnosis = diagnosed(returning(loss=lambda W, x: data_loss(W, x[:1])))

    assert diagnosis.sentences == (
        "Right already: dW and the penalty in the loss.",
        "In the loss at reg = 0: first_example_only",
    )


@pytest.mark.parametrize(
    ("function", "mistakes"),
    [
        (
            returning(loss=lambda W, x: (1 + (x @ W) ** 2).sum() / len(x), in_loss=0, in_gradient=0),
            ("root_forgotten", "penalty_missing"),
        ),
        (
            returning(loss=lambda W, x: np.abs(x @ W).sum() / len(x), dW=lambda W, x: data_gradient(W, x) * len(x)),
            ("absolute_loss", "gradient_not_averaged"),
        ),
    ],
)
def test_two_mistakes_in_different_quantities_are_both_named(function, mistakes):
    """The most upstream one first."""
    assert diagnosed(function).mistakes == mistakes


def test_one_mistake_that_explains_all_beats_two():
    """Loss and gradient are both sums: that is one thought, not two."""
    assert diagnosed(example.not_averaged).mistakes == ("not_averaged",)


def test_a_known_mistake_is_preferred_to_a_bare_factor():
    """The gradient is N times too large, and the catalogue has a sentence for that."""
    assert diagnosed(example.gradient_not_averaged).sentences == (RIGHT_OTHERWISE, "gradient_not_averaged")


@pytest.mark.parametrize(
    ("factor", "sentence"),
    [
        (lambda W, x: 3.0, "dW at reg = 0 is 3 times what it should be."),
        (lambda W, x: -1.0, "dW at reg = 0 has the opposite sign."),
        (lambda W, x: 1 / len(x), "dW at reg = 0 is 1/N times what it should be (N is the number of examples)."),
        (lambda W, x: len(x) / len(W), "dW at reg = 0 is N/D times what it should be (N is the number of examples)."),
        (lambda W, x: 0.123, "dW at reg = 0 is 0.123 times what it should be."),
    ],
)
def test_a_factor_alone_is_named(factor, sentence):
    """Without a known mistake, it is told by its name, with the meaning of its letters as far as that is known."""
    function = returning(dW=lambda W, x: factor(W, x) * data_gradient(W, x))

    assert diagnosed(function).sentences == (RIGHT_OTHERWISE, sentence)


def test_a_factor_on_the_whole_of_a_part_is_said_of_the_part():
    """Data and penalty are halved by one division: not two mistakes, let alone a known one in the penalty."""

    def halved(W, x, reg):
        loss, dW = example.right(W, x, reg)
        return loss, dW / 2

    assert diagnosed(halved).sentences == ("Right already: the loss.", "dW is 1/2 times what it should be.")


def test_a_mistake_times_a_factor_is_named_with_the_factor_to_be_checked():
    """The factor may belong to how that mistake was written, so it is no mistake of its own."""
    diagnosis = diagnosed(returning(dW=lambda W, x: x.T @ (x @ W)))

    assert diagnosis.mistakes == ("root_forgotten_in_gradient",)
    assert diagnosis.sentences[1:] == (
        "root_forgotten_in_gradient",
        "Once that is mended, check whether dW at reg = 0 still is N times what it should be (N is the number of"
        " examples).",
    )


def test_an_odd_factor_on_top_of_a_mistake_is_a_guess():
    """It could fit by chance, so nothing is said."""
    assert diagnosed(returning(dW=lambda W, x: 0.123 * x.T @ (x @ W))).mistakes == ()


def test_a_factor_on_a_mistake_that_is_a_factor_is_said_as_one():
    """N times too large and halved: that is N/2."""
    diagnosis = diagnosed(returning(dW=lambda W, x: data_gradient(W, x) * len(x) / 2))

    assert diagnosis.sentences[1:] == ("dW at reg = 0 is N/2 times what it should be (N is the number of examples).",)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda dW: 0 * dW, "dW at reg = 0 is zero: that part is still missing."),
        (lambda dW: dW[:, ::-1], "dW at reg = 0 has its columns in reverse order."),
        (lambda dW: np.roll(dW, 1, axis=0), "dW at reg = 0 has every row one place too low."),
        (
            lambda dW: np.round(dW, 3),
            "dW at reg = 0 is right to two or three digits only, as if rounded, kept in float16 or changed by a small"
            " number.",
        ),
        (
            np.round,
            "dW at reg = 0 consists of whole numbers: an integer array, int() or // cuts the decimals off.",
        ),
    ],
)
def test_the_right_numbers_elsewhere_or_spoilt_are_described(change, sentence):
    """Zero, moved, coarse, cut off."""
    function = returning(dW=lambda W, x: change(data_gradient(W, x)))

    assert diagnosed(function).sentences == (RIGHT_OTHERWISE, sentence)


def sign_and_reg_forgotten(W, x, reg):
    """Return a gradient without root, to which W is added whatever reg is."""
    return assemble(W, x, reg, dW=x.T @ (x @ W) / len(x) + W, in_gradient=0)


def test_two_mistakes_whose_errors_add_up_in_one_quantity_are_both_named():
    """One of them shows in another quantity too, which bears it out."""
    assert diagnosed(sign_and_reg_forgotten).mistakes == ("root_forgotten_in_gradient", "reg_forgotten_in_gradient")


def test_errors_that_add_up_in_one_quantity_alone_are_a_guess():
    """Had the factor reg been forgotten, the penalty would not grow with reg; so nothing is said of the sum."""
    function = returning(dW=lambda W, x: x.T @ (x @ W) / len(x) + W)

    assert diagnosed(function).mistakes == ()


def error_of_two(one, other):
    """Return a function with the errors of two others in its results."""

    def function(W, x, reg):
        trios = zip(one(W, x, reg), other(W, x, reg), example.right(W, x, reg), strict=True)
        return tuple(a + b - right for a, b, right in trios)

    return function


def test_two_mistakes_in_the_same_single_quantity_are_a_guess():
    """There are many sums of two: nothing bears this one out, so nothing is said."""
    assert diagnosed(error_of_two(example.root_forgotten, example.absolute_loss)).mistakes == ()


def unknown(W, x, reg):
    """Return what nobody knows."""
    return np.sin(x).sum() + reg * np.cos(W).sum(), np.cos(W) * x.sum() + reg * np.sin(W)


def partly_unknown(W, x, reg):
    """Return a gradient that nobody knows, and no penalty in the loss."""
    return data_loss(W, x) + reg * np.sum(np.abs(W)), np.cos(W) * x.sum() + reg * W


def test_of_the_unknown_nothing_is_said_but_where_it_is():
    """If all of it is unknown, not even that."""
    assert diagnosed(unknown).sentences == ()
    assert diagnosed(partly_unknown).sentences == (
        "Right already: the loss at reg = 0 and the penalty in dW.",
        "absolute_penalty",
        "Not right yet: dW at reg = 0.",
    )


def test_nan_everywhere_is_not_taken_for_part_of_a_mistake():
    """It has as many reasons as there are: a mistake must explain all that it would do."""

    def nan_in_both(W, x, reg):
        return assemble(W, x, reg, in_loss=np.nan, in_gradient=np.nan)

    nan_in_loss = returning(in_loss=np.nan)

    assert diagnosed(nan_in_loss, [nan_in_both]).mistakes == ()
    assert diagnosed(nan_in_both, [nan_in_both]).mistakes == ("nan_in_both",)


def test_without_known_mistakes_factors_are_still_named():
    """An empty catalogue has nothing else to say."""
    assert diagnosed(example.not_averaged, []).sentences == (
        "Right already: the penalty in the loss and the penalty in dW.",
        "The loss at reg = 0 is N times what it should be (N is the number of examples).",
        "dW at reg = 0 is N times what it should be (N is the number of examples).",
    )
    assert diagnosed(example.root_forgotten, []).mistakes == ()


def test_of_two_mistakes_that_look_alike_the_first_is_named():
    """The catalogue is ordered: the most upstream one comes first."""

    def later(W, x, reg):
        return example.root_forgotten(W, x, reg)

    assert diagnosed(example.root_forgotten, [example.root_forgotten, later]).mistakes == ("root_forgotten",)
    assert diagnosed(example.root_forgotten, [later, example.root_forgotten]).mistakes == ("later",)


def test_of_two_that_are_alike_on_ordinary_probes_the_one_that_fits_the_edges_is_named():
    """The later one, if it does the same on special inputs."""

    def spoilt_at_zero(W, x, reg):
        loss, dW = example.root_forgotten(W, x, reg)
        return (loss if W.any() else 17.0), dW

    assert diagnosed(spoilt_at_zero, [example.root_forgotten, spoilt_at_zero]).mistakes == ("spoilt_at_zero",)
