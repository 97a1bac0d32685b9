"""What explanations of ordinary probes predict on the edges: ties, huge scores, a batch of one."""

from collections.abc import Sequence

import numpy as np

from .behaviour import Behaviour
from .field import Expected, Field, Place
from .quantities import Quantity, Vector
from .terms import Covers, Explanation, Term


def expected(field: Field, wrong: Sequence[Quantity], explanations: Sequence[Explanation]) -> Expected:
    """Return what explanations predict of each part on each edge.

    None where they cannot tell: of an unexplained quantity, and where a mistake of another quantity shows only there.
    """
    terms = _terms(explanations)
    twins = [term.twin for said in terms.values() for term in said if term.twin is not None]
    predicted: Expected = {}
    for number, part in field.places():
        quantity = Quantity(part, field.fingerprints.probes[number].aspect)
        unknown = quantity in wrong and quantity not in terms
        others = [twin for twin in twins if all(twin is not term.twin for term in terms.get(quantity, ()))]
        unknown |= any(
            _differ(field.right_at(number, part), field.layout.value(t.behaviours, part, number)) for t in others
        )
        predicted[number, part] = None if unknown else _predicted(field, terms.get(quantity, ()), part, number)
    return predicted


def inexact(field: Field, explanations: Sequence[Explanation]) -> set[Place]:
    """Return where a prediction rests on the very code of a known mistake; another style may give another value."""
    own = {
        quantity
        for quantity, said in _terms(explanations).items()
        if any(term.twin is not None and term.twin.name not in field.proportional[quantity] for term in said)
    }
    return {place for place in field.places() if Quantity(place[1], field.fingerprints.probes[place[0]].aspect) in own}


def share_off(field: Field, covers: Covers, behaviours: Sequence[Behaviour]) -> float:
    """Return on which share of the edges a function is not as terms predict it, from 0 to 1."""
    probes = field.fingerprints.probes
    places = [(q, n) for q in covers for n in field.edges if probes[n].aspect == q.aspect]
    off = sum(
        _differ(_predicted(field, covers[q], q.part, n), field.layout.value(behaviours, q.part, n)) for q, n in places
    )
    return off / max(len(places), 1)


def _terms(explanations: Sequence[Explanation]) -> dict[Quantity, tuple[Term, ...]]:
    return {quantity: said for explanation in explanations for quantity, said in explanation.covers.items()}


def _predicted(field: Field, terms: Sequence[Term], part: int, number: int) -> Vector | None:
    """Return what terms say a part is on any probe; None if they cannot say."""
    right = total = field.right_at(number, part)
    for position, term in enumerate(terms):
        value = right if term.twin is None else field.layout.value(term.twin.behaviours, part, number)
        if value is None or right is None or total is None or term.remark:
            return None
        scale = term.scale.value(field.fingerprints.probes[number].sizes) if term.scale else 1.0
        with np.errstate(all="ignore"):
            total = value * scale if position == 0 else total + value * scale - right
    return total


def _differ(expected: Vector | None, value: Vector | None) -> bool:
    if expected is None or value is None:
        return expected is not value
    return not np.allclose(expected, value, rtol=1e-4, atol=1e-8, equal_nan=True)
