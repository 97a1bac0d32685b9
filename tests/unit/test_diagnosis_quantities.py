"""Quantities: parts of a result that can be right or wrong on their own, and how their values compare."""

import numpy as np
import pytest
from tests.diagnosis_example import absolute_penalty, data_gradient, not_averaged, penalty_missing, probes, right, seen

from gradkit.diagnosis import Behaviour
from gradkit.diagnosis.quantities import Layout, Quantity, Stack, Values
from gradkit.diagnosis.relations import remarks_on

PROBES = probes()
ORDINARY = [number for number, probe in enumerate(PROBES) if not probe.edge]
LAYOUT = Layout(PROBES, seen(right), ORDINARY)
DATA, PENALTY = "data", "penalty"


def values(*pieces):
    """Return values on as many probes as there are pieces."""
    return Values(tuple(np.array(piece, np.float64) for piece in pieces))


def test_a_result_has_a_quantity_for_each_part_in_each_aspect():
    """Data before penalty, and the loss before its gradient: the way they are computed."""
    assert LAYOUT.quantities == (Quantity(0, DATA), Quantity(1, DATA), Quantity(0, PENALTY), Quantity(1, PENALTY))


@pytest.mark.parametrize(
    ("function", "wrong"),
    [
        (right, []),
        (not_averaged, [(0, DATA), (1, DATA)]),
        (penalty_missing, [(0, PENALTY), (1, PENALTY)]),
        (absolute_penalty, [(0, PENALTY)]),
    ],
)
def test_a_mistake_shows_in_the_quantities_that_it_touches(function, wrong):
    """Data and penalty are wrong apart from each other."""
    pairs = [(q, LAYOUT.values(seen(function), q), LAYOUT.values(seen(right), q)) for q in LAYOUT.quantities]

    assert [tuple(q) for q, mine, theirs in pairs if not mine.agree_with(theirs)] == wrong


def test_the_penalty_is_the_difference_between_two_probes():
    """What a part gains for reg > 0, over the same input without penalty."""
    number = [probe.name for probe in PROBES].index("wide, with penalty")
    W, x, reg = PROBES[number].arguments

    assert LAYOUT.value(seen(right), 0, number) == pytest.approx([0.5 * reg * np.sum(W * W)])
    assert LAYOUT.value(seen(right), 1, number) == pytest.approx((reg * W).ravel())
    assert LAYOUT.value(seen(right), 1, number - 1) == pytest.approx(data_gradient(W, x).ravel())


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour((), (), "IndexError"),
        Behaviour((1.0,)),
        Behaviour(("NoneType", np.ones((3, 2)))),
        Behaviour((np.ones(2), np.ones((3, 2)))),
    ],
)
def test_a_quantity_that_is_not_returned_has_no_values(behaviour):
    """An exception, parts too few, a part of another type or shape."""
    behaviours = seen(right)
    behaviours[0] = behaviour

    assert LAYOUT.values(behaviours, Quantity(0, DATA)) is None
    assert LAYOUT.value(behaviours, 0, 1) is None  # which goes beyond probe 0


def test_a_quantity_has_a_shape_on_each_of_its_probes():
    """In the order of the probes."""
    assert LAYOUT.shapes(Quantity(1, PENALTY)) == [(3, 2), (2, 3), (4, 5)]
    assert LAYOUT.shapes(Quantity(0, DATA)) == [(), (), ()]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ([[1, 2], [3]], [[1, 2], [3]], True),
        ([[1, 2], [3]], [[1, 2 + 1e-6], [3]], True),
        ([[1, 2], [3]], [[1, 2], [3.1]], False),
        ([[1e6, 1], [3]], [[1e6, 1.5], [3]], True),
        ([[1e6, 1], [3]], [[1e6, 1], [3.5]], False),
        ([[np.nan], [3]], [[np.nan], [3]], True),
        ([[np.inf], [3]], [[np.inf], [3]], True),
        ([[np.inf], [3]], [[-np.inf], [3]], False),
    ],
)
def test_values_agree_up_to_rounding_on_each_probe(one, other, expected):
    """Measured against the largest entry there, not against that of another probe."""
    assert values(*one).agree_with(values(*other)) is expected


@pytest.mark.parametrize(
    ("seen_values", "factors"),
    [
        ([[2, 4], [9]], [2, 3]),
        ([[-1, -2], [3]], [-1, 1]),
        ([[2, 5], [9]], None),
        ([[np.nan, 4], [9]], None),
    ],
)
def test_multiples_have_a_factor_on_each_probe(seen_values, factors):
    """None if one factor does not do for all entries on a probe."""
    found = values(*seen_values).ratios_to(values([1, 2], [3]))

    assert (None if found is None else found.tolist()) == factors


def test_a_stack_compares_many_mistakes_at_once():
    """Which give the values seen, and of which they are a multiple."""
    stack = Stack({"same": values([1, 2], [3]), "half": values([0.5, 1], [1]), "other": values([1, 1], [np.nan])})

    assert stack.equal_to(values([1, 2], [3])) == {"same"}
    assert {name: list(f) for name, f in stack.multiples(values([1, 2], [3])).items()} == {
        "same": [1, 1],
        "half": [2, 3],
    }
    assert stack.multiples(values([np.nan, 2], [3])) == {}


def test_an_empty_stack_has_no_answers():
    """No mistake touches the quantity."""
    assert (Stack({}).equal_to(values([1.0])), Stack({}).multiples(values([1.0]))) == (set(), {})


MATRIX = np.array([[1.1, 2.2, 3.3], [4.4, 5.5, 6.7]])


@pytest.mark.parametrize(
    ("change", "remark"),
    [
        (lambda m: m[:, ::-1], "columns reversed"),
        (lambda m: np.roll(m, -1, axis=1), "columns left"),
        (lambda m: np.roll(m, 1, axis=1), "columns right"),
        (lambda m: m[::-1], "rows reversed"),
        (lambda m: m * 0, "zero"),
        (lambda m: np.floor(m), "whole"),
        (lambda m: m.astype(np.float16), "coarse"),
        (lambda m: m + 1e-3, "coarse"),
    ],
)
def test_what_happened_to_the_right_numbers_is_remarked(change, remark):
    """Moved, missing, cut off or coarse."""
    changed = Values((np.ravel(change(MATRIX)).astype(np.float64),))

    assert remark in list(remarks_on(changed, Values((MATRIX.ravel(),)), [MATRIX.shape]))


@pytest.mark.parametrize(
    ("change", "remark"),
    [(lambda m: np.roll(m, -1, axis=0), "rows up"), (lambda m: np.roll(m, 1, axis=0), "rows down")],
)
def test_moved_rows_are_remarked(change, remark):
    """Of three rows: two would as well be in reverse order."""
    square = np.arange(9.0).reshape(3, 3)
    changed = Values((np.ravel(change(square)),))

    assert list(remarks_on(changed, Values((square.ravel(),)), [square.shape])) == [remark]


def test_other_numbers_get_no_remark():
    """Nor does a number that is no matrix."""
    assert list(remarks_on(values([1.5, 2.5]), values([2.5, 7.5]), [(2,)])) == []


def test_whole_numbers_far_from_the_right_ones_are_not_what_is_left_of_them():
    """A count, say, has no decimals to lose."""
    assert list(remarks_on(values([17.0]), values([3.3]), [()])) == []
