"""How a function hands over its results: what is odd about that, apart from the numbers.

A loss and a gradient in the wrong order may be right all the same. So oddities are noted and undone before
the numbers are looked at.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

import numpy as np

from .behaviour import Behaviour
from .fingerprints import Probe

Values = tuple[Any, ...]


class HandedOver(NamedTuple):
    """What is odd about how results are returned, and the behaviours without it."""

    symptoms: frozenset[str]
    behaviours: tuple[Behaviour, ...]


def undo_oddities(
    seen: Sequence[Behaviour], right: Sequence[Behaviour], probes: Sequence[Probe], known: Collection[str] | None = None
) -> HandedOver:
    """Return what is odd about how a function returns its results, and its behaviours with that undone.

    An oddity counts if it shows wherever the function returns at all and could show. Only what is `known`, if that is
    given, is undone: of another oddity we do not know what its author meant.
    """
    symptoms = {f"changed {n}" for mine, theirs in zip(seen, right, strict=True) for n in mine.changed}
    symptoms -= {f"changed {n}" for behaviour in right for n in behaviour.changed}
    plain = [behaviour._replace(changed=()) for behaviour in seen]
    if all(behaviour.raised == "NotImplementedError" for behaviour in seen):
        return HandedOver(frozenset({"not started"}), tuple(plain))
    for oddity in _ODDITIES:
        for symptom, undo in oddity(_examples(plain, right, probes)):
            symptoms.add(symptom)
            if known is None or symptom in known:
                plain = [_undone(mine, theirs, undo) for mine, theirs in zip(plain, right, strict=True)]
    return HandedOver(frozenset(symptoms), tuple(plain))


def _undone(mine: Behaviour, right: Behaviour, undo: "Undo") -> Behaviour:
    return mine if mine.raised else mine._replace(values=undo(mine.values, right.values))


Examples = list[tuple[Values, Values]]
Undo = Callable[[Values, Values], Values]
Found = list[tuple[str, Undo]]


def _examples(seen: Sequence[Behaviour], right: Sequence[Behaviour], probes: Sequence[Probe]) -> Examples:
    """Return (student's, right) values of the ordinary probes on which both returned."""
    trios = zip(seen, right, probes, strict=True)
    return [(mine.values, theirs.values) for mine, theirs, probe in trios if not (mine.raised or probe.edge)]


def _kinds(examples: Examples) -> Found:
    """Values of types that are neither numbers nor arrays: None, a dict."""
    kinds = [mine[0] if len(mine) == 1 and isinstance(mine[0], str) else "" for mine, _ in examples]
    if kinds and kinds[0] and len(set(kinds)) == 1:
        return [(f"returned {kinds[0]}", lambda values, _: values)]
    return []


def _number_of_parts(examples: Examples) -> Found:
    """Only one of several parts, or parts too many."""
    if not examples or any(isinstance(value, str) for mine, _ in examples for value in mine):
        return []
    wanted = len(examples[0][1])
    if wanted > 1 and all(len(mine) == 1 for mine, _ in examples):
        for part in range(wanted):
            if all(np.shape(mine[0]) == np.shape(theirs[part]) for mine, theirs in examples):
                return [(f"only part {part}", lambda values, _: values)]
    if all(len(mine) > wanted for mine, _ in examples):
        return [("too many parts", lambda values, _: values[:wanted])]
    return []


def _order(examples: Examples) -> Found:
    """Two parts in each other's place, whatever their shapes."""
    swapped = [
        len(mine) == len(theirs) == 2
        and np.size(mine[0]) == np.size(theirs[1]) != np.size(theirs[0]) == np.size(mine[1])
        for mine, theirs in examples
    ]
    return [("wrong order", lambda values, _: values[::-1])] if swapped and all(swapped) else []


def _transposed(examples: Examples) -> Found:
    """A matrix with its axes exchanged."""
    return [
        (f"transposed part {part}", _on_part(part, lambda value, _: value.T))
        for part in _array_parts(examples)
        if all(np.shape(mine[part]) == np.shape(theirs[part])[::-1] for mine, theirs in examples)
        and any(np.shape(mine[part]) != np.shape(theirs[part]) for mine, theirs in examples)
    ]


def _flattened(examples: Examples) -> Found:
    """A matrix as one long row."""
    parts = range(len(examples[0][1])) if examples and _all_parts(examples) else range(0)
    return [
        (f"flattened part {part}", _on_part(part, _reshaped))
        for part in parts
        if all(
            np.ndim(theirs[part]) == 2 and np.shape(mine[part]) == (np.size(theirs[part]),) for mine, theirs in examples
        )
    ]


def _reshaped(value: Any, right: Any) -> Any:
    return value.reshape(np.shape(right)) if np.size(value) == np.size(right) else value  # elsewhere it may be another


def _several_numbers(examples: Examples) -> Found:
    """An array for a number: of a shape such as one per example, whose mean may be right, or like another part."""
    found: Found = []
    for part in range(len(examples[0][1])) if examples and _all_parts(examples) else ():
        if all(isinstance(mine[part], np.ndarray) and isinstance(theirs[part], float) for mine, theirs in examples):
            others = [n for n in range(len(examples[0][1])) if n != part and _like(examples, part, n)]
            if others:
                found.append((f"shape of part {others[0]} in place of part {part}", lambda values, _: values))
            else:
                shapes = ", ".join(str(np.shape(mine[part])) for mine, _ in examples)
                mean = _on_part(part, lambda value, _: float(np.mean(value)))
                found.append((f"shapes {shapes} in place of part {part}", mean))
    return found


def _like(examples: Examples, part: int, other: int) -> bool:
    return all(np.shape(mine[part]) == np.shape(theirs[other]) for mine, theirs in examples)


_ODDITIES = (_kinds, _number_of_parts, _order, _transposed, _flattened, _several_numbers)


def _all_parts(examples: Examples) -> bool:
    return all(len(mine) == len(theirs) for mine, theirs in examples)


def _array_parts(examples: Examples) -> list[int]:
    """Return the parts that are matrices for the student and in truth, on every example."""
    if not examples or not _all_parts(examples):
        return []
    return [
        part
        for part in range(len(examples[0][1]))
        if all(np.ndim(pair[part]) == 2 for mine, theirs in examples for pair in (mine, theirs))
    ]


def _on_part(part: int, change: Callable[[Any, Any], Any]) -> Undo:
    def changed(values: Values, right: Values) -> Values:
        fits = len(values) > part and isinstance(values[part], np.ndarray)
        fits = fits and np.size(values[part]) >= np.size(right[part])
        return (*values[:part], change(values[part], right[part]), *values[part + 1 :]) if fits else values

    return changed
