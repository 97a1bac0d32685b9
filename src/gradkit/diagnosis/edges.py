"""Names the mistakes that show on special inputs alone: ties, huge scores, a batch of one.

There, what counts is where a function departs from what its ordinary behaviour predicts, and in which way: it
raises, or a value is nan, infinite, or merely another one.
"""

import itertools
from collections.abc import Collection, Mapping, Sequence
from functools import partial

import numpy as np

from .behaviour import Behaviour, same
from .field import Expected, Field, Pattern, Place
from .fingerprints import Twin
from .predictions import expected, inexact
from .quantities import Quantity
from .terms import Explanation

NEARLY, MANY = 0.75, 4
"""Share and number of places in which a function must depart like a mistake if it does not do so in all."""
NOT_FINITE = {"nan", "infinite", "raised range"}
ALL = -1
"""Stands for all parts of a result."""


def edge_mistakes(
    field: Field, seen: Sequence[Behaviour], wrong: Sequence[Quantity], explanations: Sequence[Explanation]
) -> list[Twin]:
    """Return the known mistakes, right on ordinary probes, that explain how a function departs from what is predicted.

    Nothing is concluded where nothing finite is predicted; nor from a value that is merely another one, where the
    prediction rests on the very code of a known mistake.
    """
    predicted = expected(field, wrong, explanations)
    unknown = {place for place, value in predicted.items() if value is None or not np.isfinite(value).all()}
    raised = {number for number, _ in unknown if seen[number].raised}  # perhaps by the part of which nothing is known
    unknown |= {place for place in predicted if place[0] in raised}
    departures = _visible(field.departures(seen, predicted), unknown)
    if not departures:
        return []
    known = {place: value for place, value in predicted.items() if place not in unknown}
    for twin, _ in _showing(field, unknown):
        if _adds_up(field, seen, twin, known):
            return [twin]
    vague = inexact(field, explanations)
    pattern = _visible(departures, unknown, vague)
    if not pattern:
        return []
    patterns = _showing(field, unknown, vague)
    numbers = {n: _as_number(seen[n]) for n in field.edges if _as_number(seen[n])}
    for simplify in (_exact, _coarse, partial(_by_probe, numbers), lambda p: _coarse(_by_probe(numbers, p))):
        found = _matching(simplify(pattern), [(twin, simplify(theirs)) for twin, theirs in patterns])
        if found:
            return found
    return []


def _matching(pattern: Pattern, patterns: Sequence[tuple[Twin, Pattern]]) -> list[Twin]:
    """Return one twin that departs just so, or two that do together, each in places of its own."""
    shares = [(twin, _share(theirs, pattern)) for twin, theirs in patterns]
    fitting = [(twin, share) for twin, share in shares if share]
    for twin, share in fitting:
        if share == pattern:
            return [twin]
    for (one, first), (other, second) in itertools.combinations(fitting, 2):
        if {**first, **second} == pattern and not first.keys() & second.keys():
            return [one, other]
    return _nearly(pattern, patterns)


def _nearly(pattern: Pattern, patterns: Sequence[tuple[Twin, Pattern]]) -> list[Twin]:
    """Return the mistake that departs alike in nearly all of many places: styles of code differ in the rest."""
    nearest, likeness = None, NEARLY
    for twin, theirs in patterns:
        alike = len(theirs.items() & pattern.items())
        share = alike / len(theirs.keys() | pattern.keys())
        if alike >= MANY and share >= likeness and (nearest is None or share > likeness):
            nearest, likeness = twin, share
    return [nearest] if nearest else []


def _share(theirs: Pattern, pattern: Pattern) -> Pattern:
    """Return where a function departs as a mistake does; empty if the mistake departs elsewhere or otherwise.

    An exception hides any value.
    """
    alike = {place for place, kind in theirs.items() if pattern.get(place) == kind}
    hidden = {place for place in theirs if pattern.get(place, "").startswith("raised")}
    return {place: pattern[place] for place in theirs} if alike and theirs.keys() <= alike | hidden else {}


def _showing(field: Field, unknown: Collection[Place], vague: Collection[Place] = ()) -> list[tuple[Twin, Pattern]]:
    """Return the mistakes of which at least half can be seen, with that part, those that show most of it first."""
    shown = [(twin, theirs, _visible(theirs, unknown, vague)) for twin, theirs in field.edge_patterns]
    enough = [(len(theirs) - len(part), twin, part) for twin, theirs, part in shown if 2 * len(part) >= len(theirs) > 0]
    return [(twin, part) for _, twin, part in sorted(enough, key=lambda entry: entry[0])]


def _visible(pattern: Pattern, unknown: Collection[Place], vague: Collection[Place] = ()) -> Pattern:
    """Return the part of a pattern from which something can be concluded."""
    return {p: kind for p, kind in pattern.items() if p not in unknown and (kind != "another value" or p not in vague)}


def _exact(pattern: Pattern) -> Pattern:
    return pattern


def _coarse(pattern: Pattern) -> Pattern:
    return {place: "not finite" if kind in NOT_FINITE else kind for place, kind in pattern.items()}


def _by_probe(raised: Mapping[int, str], pattern: Pattern) -> Pattern:
    """Return a pattern in which probes on which a function raised have one place for all parts.

    Where numpy gives nan or infinity in one part, Python's own math raises, and so takes all parts along.
    """
    found = {place: kind for place, kind in pattern.items() if place[0] not in raised}
    for number in raised:
        there = {place: kind for place, kind in pattern.items() if place[0] == number}
        if NOT_FINITE & set(there.values()):
            found[number, ALL] = "nan" if {"nan", "raised range"} & set(there.values()) else "infinite"
        elif any(kind.startswith("raised") for kind in there.values()):
            found[number, ALL] = raised[number]
        else:
            found.update(there)
    return found


def _as_number(behaviour: Behaviour) -> str:
    """Return the number that an exception of Python's own math stands for: nan, or infinity for the log of 0."""
    if behaviour.kind == "range":
        return "nan"
    return "infinite" if behaviour.raised == "ValueError" else ""


def _adds_up(field: Field, seen: Sequence[Behaviour], twin: Twin, predicted: Expected) -> bool:
    """Tell whether a function is everywhere as predicted, with a mistake's own error added."""
    for (number, part), value in predicted.items():
        mine, theirs = (field.layout.value(behaviours, part, number) for behaviours in (seen, twin.behaviours))
        right = field.right_at(number, part)
        if mine is None or theirs is None or right is None or value is None:
            if mine is not theirs or seen[number].kind != twin.behaviours[number].kind:
                return False
        else:
            with np.errstate(invalid="ignore"):
                if not same(mine, value + theirs - right):
                    return False
    return True
