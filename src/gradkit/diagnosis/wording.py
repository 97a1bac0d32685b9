"""Puts a diagnosis into sentences: what is right before what is wrong, the most upstream mistake first."""

from collections.abc import Mapping, Sequence

from .fingerprints import Wording
from .quantities import Quantity
from .terms import Explanation, Term

_PLACES = {
    "columns reversed": "has its columns in reverse order",
    "columns left": "has every column one place too far to the left",
    "columns right": "has every column one place too far to the right",
    "rows reversed": "has its rows in reverse order",
    "rows up": "has every row one place too high",
    "rows down": "has every row one place too low",
    "coarse": "is right to two or three digits only, as if rounded, kept in float16 or changed by a small number",
    "whole": "consists of whole numbers: an integer array, int() or // cuts the decimals off",
    "zero": "is zero: that part is still missing",
}


def name_of(quantity: Quantity, wording: Wording) -> str:
    """Return how a quantity is called: "the penalty in dW"."""
    return wording.aspects[quantity.aspect].format(wording.parts[quantity.part])


def what_is_right(
    quantities: Sequence[Quantity], wrong: Sequence[Quantity], wording: Wording, *, as_numbers: bool = False
) -> str:
    """Return a sentence on what a function already gets right; empty if that is nothing.

    With `as_numbers`, what is right are the numbers, not how they are handed over.
    """
    right = [quantity for quantity in quantities if quantity not in wrong]
    if not right:
        return ""
    if not wrong:
        return "On ordinary inputs your numbers are right."
    return f"Right already{', as numbers' if as_numbers else ''}: {_listed(_names(right, wording))}."


def what_is_open(quantities: Sequence[Quantity], wording: Wording) -> str:
    """Return a sentence on what is wrong in a way that nothing explains."""
    return f"Not right yet: {_listed(_names(quantities, wording))}."


def sentences_for(explanation: Explanation, wording: Wording) -> list[str]:
    """Return what an explanation says: its mistakes' sentences, and the factors that come on top."""
    terms = [term for said in explanation.covers.values() for term in said]
    said = list(dict.fromkeys(term.twin.sentence for term in terms if term.twin is not None))
    if said and not explanation.whole:
        where = _listed([name_of(quantity, wording) for quantity in explanation.covers])
        said[0] = f"In {where}: {said[0]}"
    related: dict[str, list[Quantity]] = {}
    for quantity, (term, *_) in explanation.covers.items():
        if term.scale or term.remark:
            related.setdefault(_relation(term, wording), []).append(quantity)
    for relation, quantities in related.items():
        said += [_related(name, relation, besides=bool(terms[0].twin)) for name in _names(quantities, wording)]
    return said


def _names(quantities: Sequence[Quantity], wording: Wording) -> list[str]:
    """Return how quantities are called, parts that are there in all their aspects first and by their own name."""
    aspects = {part: {q.aspect for q in quantities if q.part == part} for part in range(len(wording.parts))}
    whole = [part for part, shown in aspects.items() if shown == set(wording.aspects)]
    names = [wording.parts[part] for part in whole]
    return names + [name_of(quantity, wording) for quantity in quantities if quantity.part not in whole]


def _relation(term: Term, wording: Wording) -> str:
    """Return what a quantity is to the one that it should be, after its name."""
    if term.scale is None:
        return _PLACES[term.remark]
    if term.scale.text == "-1":
        return "has the opposite sign"
    return f"is {term.scale.text} times what it should be{_meanings(term.scale.symbols(), wording.symbols)}"


def _related(name: str, relation: str, *, besides: bool) -> str:
    """Return a sentence on a relation; a factor on top of a mistake may be part of how that was written."""
    if besides:
        return f"Once that is mended, check whether {name} still {relation}."
    return f"{name.replace('the ', 'The ', 1) if name.startswith('the ') else name} {relation}."


def _meanings(used: Sequence[str], symbols: Mapping[str, str]) -> str:
    known = [f"{symbol} is {symbols[symbol]}" for symbol in used if symbol in symbols]
    return f" ({', '.join(known)})" if known else ""


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
