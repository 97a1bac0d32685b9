"""Finds which known mistakes, together, explain the quantities that are wrong.

Each explanation covers some of the wrong quantities at a cost; the cheapest set that covers all of them is chosen.
One mistake that explains everything beats two; a quantity without explanation costs most and is passed over.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

import numpy as np

from .behaviour import Behaviour
from .field import Field, Touching
from .fingerprints import Twin
from .predictions import share_off
from .quantities import Quantity, Values, Vector
from .relations import remarks_on
from .scales import Scale
from .terms import Covers, Explanation, Term

EXACT, IN_PART, SCALED, RIGHT_SCALED, REARRANGED, ADDED, SILENCE = 1.0, 1.6, 1.05, 1.1, 1.2, 2.4, 4.0
"""Costs: a mistake; one seen in some of its quantities; each factor on top; a factor alone; two on one quantity."""
COSTS = {"zero": RIGHT_SCALED, "coarse": RIGHT_SCALED, "whole": IN_PART}
ON_EDGES = 0.1
"""Cost of being wrong on all edges; it decides between mistakes that are alike on ordinary probes."""


class Search:
    """Explains the quantities of one student's function by those of the mistakes on the same probes."""

    def __init__(self, field: Field, seen: Sequence[Behaviour]) -> None:
        self._field = field
        self._behaviours = seen
        self.seen = {quantity: field.layout.values(seen, quantity) for quantity in field.layout.quantities}
        self.wrong = [quantity for quantity, values in self.seen.items() if not field.is_right(quantity, values)]

    def explanations(self, *, sure: bool = False) -> tuple[Explanation, ...]:
        """Return the cheapest explanations that together cover the wrong quantities, as far as any do.

        With `sure`, only such as have no rival: on square problems many mistakes look alike.
        """
        options = [option for entry in self._field.touching for option in self._by_twin(entry, self._exact_term)]
        options += self._by_relation()
        if not self._explains_all(options):
            options += [option for entry in self._field.touching for option in self._by_twin(entry, self._scaled_term)]
            named = {quantity for option in options if option.whole for quantity in option.covers}
            options += [option for quantity in self.wrong if quantity not in named for option in self._by_two(quantity)]
        if sure:
            options = [option for option in options if _is_firm(option) and not _has_rival(option, options)]
        return self._cheapest(options)

    def _explains_all(self, options: Sequence[Explanation]) -> bool:
        """Tell whether whole mistakes, without factors, cover every wrong quantity."""
        chosen = self._cheapest([option for option in options if option.whole])
        return {quantity for explanation in chosen for quantity in explanation.covers} == set(self.wrong)

    def _cheapest(self, options: Sequence[Explanation]) -> tuple[Explanation, ...]:
        """Return the options that together cover most at the least cost."""
        best: dict[frozenset[Quantity], tuple[float, tuple[Explanation, ...]]] = {frozenset(): (0.0, ())}
        silence = Explanation({}, SILENCE)
        for quantity in self.wrong:  # each step covers this quantity where it is not covered yet
            for covered, (cost, chosen) in list(best.items()):
                if quantity in covered:
                    continue
                del best[covered]
                fitting = (o for o in options if quantity in o.covers and not covered & set(o.covers))
                for option in (*fitting, silence):
                    key = covered | set(option.covers) | {quantity}
                    if key not in best or cost + option.cost < best[key][0]:
                        best[key] = (cost + option.cost, (*chosen, option))
        _, chosen = min(best.values(), key=lambda pair: pair[0])
        return tuple(explanation for explanation in chosen if explanation.covers)

    def _by_twin(self, entry: Touching, make: Callable[[Twin, Quantity], Term | None]) -> Iterator[Explanation]:
        """Yield a mistake as an explanation of all that it touches, and of each quantity that agrees with it."""
        terms = {quantity: make(entry.twin, quantity) for quantity in entry.values if quantity in self.wrong}
        found = {quantity: (term,) for quantity, term in terms.items() if term is not None}
        whole = len(found) == len(entry.values)
        if not whole:  # nan is nan, whatever the reason
            found = {quantity: said for quantity, said in found.items() if self._is_finite(quantity)}
        for quantity, (term,) in found.items():
            alone = len(entry.values) == 1
            yield self._weighed({quantity: (term,)}, (EXACT if alone else IN_PART) + _cost_of_scale(term), alone)
        if len(found) > 1:
            scaled = sum(_cost_of_scale(term) for (term,) in found.values())
            yield self._weighed(found, (EXACT if whole else IN_PART * len(found)) + scaled, whole)

    def _is_finite(self, quantity: Quantity) -> bool:
        seen = self.seen[quantity]
        return seen is not None and bool(np.isfinite(seen.flat).any())

    def _exact_term(self, twin: Twin, quantity: Quantity) -> Term | None:
        return Term(twin) if twin.name in self._equal[quantity] else None

    def _scaled_term(self, twin: Twin, quantity: Quantity) -> Term | None:
        factors = self._multiples[quantity].get(twin.name)
        if twin.name in self._equal[quantity] or factors is None or twin.name in self._field.proportional[quantity]:
            return self._exact_term(twin, quantity)
        scale = self._scale(quantity, factors)
        return Term(twin, scale) if scale and scale.simple else None  # an odd number could fit by chance

    def _weighed(self, covers: Covers, cost: float, whole: bool = True) -> Explanation:
        return Explanation(covers, cost + ON_EDGES * share_off(self._field, covers, self._behaviours), whole)

    @cached_property
    def _equal(self) -> dict[Quantity, set[str]]:
        """The names of the mistakes that give the values seen."""
        return {
            q: set() if (seen := self.seen[q]) is None else self._field.stacks[q].equal_to(seen) for q in self.wrong
        }

    @cached_property
    def _multiples(self) -> dict[Quantity, dict[str, Vector]]:
        """The mistakes of whose values those seen are multiples, and the factors."""
        return {q: {} if (seen := self.seen[q]) is None else self._field.stacks[q].multiples(seen) for q in self.wrong}

    def _scale(self, quantity: Quantity, factors: Vector | None) -> Scale | None:
        if factors is None or len(factors) < 2 or not factors.all():
            return None
        return self._field.scales[quantity.aspect].named(factors)

    def _by_relation(self) -> Iterator[Explanation]:
        """Yield what quantities are to the right ones without any mistake, each alone and all of a part alike."""
        found = {quantity: self._relations(quantity) for quantity in self.wrong}
        for quantity, relations in found.items():
            for term, cost in relations.values():
                yield Explanation({quantity: (term,)}, cost)
        for part in dict.fromkeys(quantity.part for quantity in self.wrong):
            of_part = [quantity for quantity in self._field.layout.quantities if quantity.part == part]
            if len(of_part) > 1 and set(of_part) <= found.keys():
                for name in (name for name in found[of_part[0]] if all(name in found[q] for q in of_part)):
                    cost = max(found[quantity][name][1] for quantity in of_part)
                    yield Explanation({quantity: (found[quantity][name][0],) for quantity in of_part}, cost)

    def _relations(self, quantity: Quantity) -> dict[str, tuple[Term, float]]:
        """Return the terms, by name, that make a quantity from the right one, and what each costs."""
        seen, right = self.seen[quantity], self._field.right[quantity]
        if seen is None or right is None:
            return {}
        remarks = remarks_on(seen, right, self._field.layout.shapes(quantity))
        found = {remark: (Term(None, None, remark), COSTS.get(remark, REARRANGED)) for remark in remarks}
        scale = self._scale(quantity, seen.ratios_to(right))
        return found | ({scale.text: (Term(None, scale), RIGHT_SCALED)} if scale else {})

    def _by_two(self, quantity: Quantity) -> Iterator[Explanation]:
        """Yield the only two mistakes whose errors add up to the one seen, if they explain all else that both touch.

        They must touch different quantities: there are many sums, and those within one formula fit by chance.
        """
        seen, right = self.seen[quantity], self._field.right[quantity]
        if seen is None or right is None:
            return
        known = [(entry, entry.values.get(quantity)) for entry in self._field.touching]
        touching = [(entry, values) for entry, values in known if values is not None and values.flat.any()]
        errors = np.array([values.flat - right.flat for _, values in touching])
        fitting = []
        with np.errstate(all="ignore"):
            for number, (entry, values) in enumerate(touching[:-1]):
                rest = seen.flat - values.flat
                near = np.abs(errors[number + 1 :] - rest).max(axis=1) < 1e-3 * max(1.0, np.abs(rest).max())
                fitting += [self._sums(entry, touching[n][0]) for n in np.flatnonzero(near) + number + 1]
        found = [covers for covers in fitting if covers]
        if len(found) == 1:
            yield Explanation(found[0], ADDED)

    def _sums(self, one: Touching, other: Touching) -> Covers:
        """Return the terms of all that two mistakes touch; empty if their errors do not add up to what is seen."""
        if one.values.keys() == other.values.keys():
            return {}
        covers: dict[Quantity, tuple[Term, ...]] = {}
        for quantity in dict.fromkeys((*one.values, *other.values)):
            involved = [entry for entry in (one, other) if quantity in entry.values]
            seen, total = self.seen[quantity], self._added(involved, quantity)
            if seen is None or total is None or not seen.agree_with(total):
                return {}
            covers[quantity] = tuple(Term(entry.twin) for entry in involved)
        return covers

    def _added(self, entries: Sequence[Touching], quantity: Quantity) -> Values | None:
        """Return the right values of a quantity with the errors of some mistakes added."""
        total = right = self._field.right[quantity]
        for entry in entries:
            values = entry.values[quantity]
            if total is None or right is None or values is None:
                return None
            total = total.plus(values.flat - right.flat)
        return total


def _cost_of_scale(term: Term) -> float:
    """Return what a term's factor costs; of two that fit, the one that is sooner written is likelier."""
    return SCALED + 0.001 * len(term.scale.text) if term.scale else 0.0


def _is_firm(option: Explanation) -> bool:
    """Tell whether an option is a mistake in whole, or part of one that makes functions raise."""
    twins = (term.twin for terms in option.covers.values() for term in terms if term.twin is not None)
    return option.whole or any(behaviour.raised for twin in twins for behaviour in twin.behaviours)


def _has_rival(option: Explanation, options: Sequence[Explanation]) -> bool:
    """Tell whether another option explains the same quantities at the same cost, or for less."""
    rivals = (other for other in options if other is not option and other.covers.keys() == option.covers.keys())
    return any(other.cost <= option.cost + ON_EDGES for other in rivals)
