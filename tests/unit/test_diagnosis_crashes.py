"""Functions that raise on every ordinary probe: what they do on the square ones tells what is wrong."""

import numpy as np
import pytest
from tests import diagnosis_example as example
from tests.diagnosis_example import assemble, data_gradient, diagnosed, identity_added, right, shift_without_keepdims


def raising(*_):
    """Raise always."""
    raise IndexError


def dying_on_some(W, x, reg):
    """Raise on one of the ordinary probes."""
    if len(x) == 4:
        raise IndexError
    return right(W, x, reg)


def known_on_some(W, x, reg):
    """Raise on one of the ordinary probes, and forget the root."""
    if len(x) == 4:
        raise TypeError
    return example.root_forgotten(W, x, reg)


@pytest.mark.parametrize("mistake", [identity_added, shift_without_keepdims])
def test_a_mistake_that_raises_unless_the_problem_is_square_is_named(mistake):
    """Whether its numbers are then wrong or right; nothing is called right of a function that raises."""
    assert diagnosed(mistake).sentences == (mistake.__name__,)


def test_another_exception_of_the_kind_is_the_same_mistake():
    """Shapes that do not fit raise one or the other."""

    def in_other_style(W, x, reg):
        if len(x) not in {1, W.shape[1]}:
            raise IndexError
        return shift_without_keepdims(W, x, reg)

    assert diagnosed(in_other_style).mistakes == ("shift_without_keepdims",)


def test_a_mistake_in_other_quantities_is_named_beside_it():
    """The penalty is missing too."""

    def both(W, x, reg):
        return shift_without_keepdims(W, x, 0.0)

    assert diagnosed(both).mistakes == ("shift_without_keepdims", "penalty_missing")


def test_a_mistake_beside_one_that_is_right_on_square_problems_is_named():
    """What raises is known by where it raises, the other by its numbers."""

    def both(W, x, reg):
        loss, _ = identity_added(W, x, reg)
        return loss, example.root_forgotten_in_gradient(W, x, reg)[1]

    assert diagnosed(both).mistakes == ("identity_added", "root_forgotten_in_gradient")


def test_what_raises_is_not_guessed_beside_something_unknown():
    """The unknown gradient may be what raises."""

    def both(W, x, reg):
        loss, dW = identity_added(W, x, reg)
        return loss, np.cos(dW)

    assert diagnosed(both).sentences == ()


def test_factors_that_are_ambiguous_on_square_problems_are_not_named():
    """N times, or C times, or D times too large?"""

    def both(W, x, reg):
        loss, _ = identity_added(W, x, reg)
        return loss, data_gradient(W, x) * len(W) + reg * W

    assert diagnosed(both, [identity_added, shift_without_keepdims]).sentences == ()


def test_of_mistakes_that_are_alike_on_square_problems_none_is_named():
    """Divided by N or by C is all the same there."""

    def by_examples(W, x, reg):
        return assemble(W, x, reg, loss=example.data_loss(W, x) * len(x))

    def by_classes(W, x, reg):
        return assemble(W, x, reg, loss=example.data_loss(W, x) * W.shape[1])

    def both(W, x, reg):
        _, dW = shift_without_keepdims(W, x, reg)
        return by_examples(W, x, reg)[0], dW

    assert "by_examples" not in diagnosed(both, [by_examples, by_classes, shift_without_keepdims]).mistakes


@pytest.mark.parametrize("function", [raising, dying_on_some])
def test_exceptions_have_too_many_reasons(function):
    """Always, or on one ordinary probe and no known mistake does that: nothing is said."""
    assert diagnosed(function).sentences == ()


def test_the_only_mistake_that_raises_just_there_is_named():
    """It raises on one ordinary probe, so no quantities can be compared."""

    def another(W, x, reg):
        return right(W, x, reg)

    assert diagnosed(known_on_some, [dying_on_some, example.root_forgotten]).mistakes == ("dying_on_some",)
    assert diagnosed(known_on_some, [dying_on_some, known_on_some]).mistakes == ("known_on_some",)
    assert diagnosed(known_on_some, [another]).sentences == ()


def test_a_stub_is_known_by_its_exception():
    """NotImplementedError has one meaning; a catalogue may explain it."""

    def stub(W, x, reg):
        raise NotImplementedError

    assert diagnosed(stub, [stub]).sentences == ("stub",)
    assert diagnosed(stub).sentences == ()
