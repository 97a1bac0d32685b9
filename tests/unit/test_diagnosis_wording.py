"""How a diagnosis is put: what is right, then each mistake, the most upstream first, and nothing twice."""

import numpy as np
import pytest
from tests import diagnosis_example as example
from tests.diagnosis_example import WORDING, assemble, data_gradient, diagnosed

from gradkit.diagnosis import Diagnosis, Diagnostician, Probe, Wording, behaviour_of, diagnose, take_fingerprints
from gradkit.diagnosis.explanations import Search
from gradkit.diagnosis.field import Field
from gradkit.diagnosis.quantities import Quantity
from gradkit.diagnosis.wording import name_of, what_is_right

LOSS, GRADIENT = Quantity(0, "data"), Quantity(1, "data")
LOSS_PENALTY, GRADIENT_PENALTY = Quantity(0, "penalty"), Quantity(1, "penalty")
ALL = (LOSS, GRADIENT, LOSS_PENALTY, GRADIENT_PENALTY)


def test_a_quantity_is_called_by_its_part_and_aspect():
    """As the suite words it."""
    assert [name_of(quantity, WORDING) for quantity in (LOSS, GRADIENT_PENALTY)] == [
        "the loss at reg = 0",
        "the penalty in dW",
    ]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ([], "On ordinary inputs your numbers are right."),
        ([LOSS], "Right already: dW and the penalty in the loss."),
        ([LOSS, LOSS_PENALTY], "Right already: dW."),
        ([LOSS_PENALTY], "Right already: dW and the loss at reg = 0."),
        ([LOSS, GRADIENT], "Right already: the penalty in the loss and the penalty in dW."),
        ([LOSS, GRADIENT, LOSS_PENALTY], "Right already: the penalty in dW."),
        (list(ALL), ""),
    ],
)
def test_what_is_right_is_said_of_whole_parts_first(wrong, sentence):
    """A part that is right in all its aspects is called by its own name."""
    assert what_is_right(ALL, wrong, WORDING) == sentence


def test_of_odd_results_the_numbers_are_right():
    """A gradient may be transposed and its numbers right."""
    assert what_is_right(ALL, [LOSS], WORDING, as_numbers=True) == (
        "Right already, as numbers: dW and the penalty in the loss."
    )


def everything_wrong(W, x, reg):
    """Change x, forget both roots and the penalty, in the wrong order."""
    loss = (1 + (x @ W) ** 2).sum() / len(x)
    dW = x.T @ (x @ W) / len(x)
    x *= 2
    return dW, loss


def test_the_most_upstream_mistake_comes_first():
    """How results are handed over, the loss before the gradient, the data before the penalty."""
    assert diagnosed(everything_wrong).sentences == (
        "wrong_order",
        "x_changed",
        "root_forgotten",
        "root_forgotten_in_gradient",
        "penalty_missing",
    )


def test_edge_mistakes_come_last():
    """They matter least."""

    def both(W, x, reg):
        return example.squares_overflow(W, x, 0)[0], data_gradient(W, x)

    assert diagnosed(both).sentences == (
        "Right already: the loss at reg = 0 and dW at reg = 0.",
        "penalty_missing",
        "squares_overflow",
    )


def test_no_sentence_is_said_twice():
    """Two mistakes with the same sentence, one in each part."""
    mistakes = [(f.__name__, "Take the root.", f) for f in (example.root_forgotten, example.root_forgotten_in_gradient)]
    prints = take_fingerprints(WORDING, example.probes(), example.right, mistakes)

    def both(W, x, reg):
        return example.root_forgotten(W, x, reg)[0], example.root_forgotten_in_gradient(W, x, reg)[1]

    assert Diagnostician(prints).diagnose(example.seen(both)) == Diagnosis(
        ("Right already: the penalty in the loss and the penalty in dW.", "Take the root."),
        ("root_forgotten", "root_forgotten_in_gradient"),
    )


def test_a_factor_on_top_of_a_mistake_is_left_to_be_checked_for_each_quantity():
    """The factor may go when the mistake is mended."""

    def first_example_twice(W, x, reg):
        loss, dW = example.first_example_only(W, x, 0.0)
        return assemble(W, x, reg, loss=2 * loss, dW=-dW)

    assert diagnosed(first_example_twice).sentences[1:] == (
        "first_example_only",
        "Once that is mended, check whether the loss at reg = 0 still is 2 times what it should be.",
        "Once that is mended, check whether dW at reg = 0 still has the opposite sign.",
    )


def test_the_letters_of_a_factor_are_explained_as_far_as_they_are_known():
    """Here D has no meaning in the wording."""

    def over_all(W, x, reg):
        return assemble(W, x, reg, dW=data_gradient(W, x) / W.size)

    assert diagnosed(over_all).sentences[1:] == (
        "dW at reg = 0 is 1/(C*D) times what it should be (C is the number of classes).",
    )


def test_a_function_with_one_result_has_no_aspects():
    """Its name is all that is said."""
    wording = Wording(("the mean",), symbols={"N": "the number of values"})
    drawn = np.random.default_rng(0)
    probes = [Probe(str(n), (drawn.normal(size=n),), sizes={"N": n}) for n in (3, 5, 8)]
    diagnostician = Diagnostician(take_fingerprints(wording, probes, np.mean, []))

    assert diagnostician.diagnose([behaviour_of(np.sum, probe.arguments) for probe in probes]).sentences == (
        "The mean is N times what it should be (N is the number of values).",
    )


def test_the_names_of_known_mistakes_are_told_apart_from_the_sentences():
    """For the instructor; what has no name is not among them."""

    def both(W, x, reg):
        return assemble(W, x, reg, loss=3 * example.data_loss(W, x), in_gradient=0, in_loss=0)

    assert diagnosed(both).mistakes == ("penalty_missing",)


def test_a_search_tells_what_is_wrong_in_the_order_of_computation():
    """Which is also the order of what is said."""
    prints = example.fingerprints()
    ground = [number for number, probe in enumerate(prints.probes) if not probe.edge]

    assert Search(Field(prints, ground), example.seen(everything_wrong)).wrong == list(ALL)


def test_whether_another_function_is_the_right_one_can_be_asked():
    """A diagnosis is only about functions that are to do the same."""
    known = example.diagnostician(*example.MISTAKES)

    assert known.is_about(example.right)
    assert not known.is_about(example.root_forgotten)


def test_a_single_function_needs_no_diagnostician():
    """It is made for the occasion."""
    assert diagnose(example.fingerprints(), example.seen(everything_wrong)) == diagnosed(everything_wrong)
