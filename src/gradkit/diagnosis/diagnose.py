"""Tells a student's mistakes from what the function does on the probes; silence where nothing is sure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .behaviour import Behaviour, behaviour_of
from .contract import undo_oddities
from .edges import edge_mistakes
from .explanations import Search
from .field import Field
from .fingerprints import Fingerprints, Probe, Twin
from .quantities import Quantity
from .terms import Explanation
from .wording import sentences_for, what_is_open, what_is_right


@dataclass(frozen=True)
class Diagnosis:
    """What is said about a function.

    Attributes:
        sentences: for its author: what is right, then each mistake, the most upstream first; none if nothing is sure.
        mistakes: the names of the known mistakes among them.
    """

    sentences: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()


class Diagnostician:
    """Diagnoses one function after another by the same fingerprints."""

    def __init__(self, fingerprints: Fingerprints) -> None:
        self._prints = fingerprints
        self._fields: dict[tuple[int, ...], Field] = {}
        self._odd: dict[str, Twin] = {}
        for twin in fingerprints.twins:
            symptoms = undo_oddities(twin.behaviours, fingerprints.right, fingerprints.probes).symptoms
            if len(symptoms) == 1:
                self._odd.setdefault(next(iter(symptoms)), twin)

    @property
    def probes(self) -> tuple[Probe, ...]:
        """The inputs on which a function must be seen."""
        return self._prints.probes

    def is_about(self, function: Callable[..., Any]) -> bool:
        """Tell whether another right function asks for the same: whether it does the same on all probes."""
        pairs = zip(self._prints.probes, self._prints.right, strict=True)
        return all(behaviour_of(function, probe.arguments).agrees_with(right) for probe, right in pairs)

    def diagnose(self, seen: Sequence[Behaviour]) -> Diagnosis:
        """Return what the behaviours of a function on all probes, in their order, say about it."""
        with np.errstate(all="ignore"):  # functions may return any number that there is
            return self._diagnosis(seen)

    def _diagnosis(self, seen: Sequence[Behaviour]) -> Diagnosis:
        if _agree(seen, self._prints.right):
            return Diagnosis()
        handed_over = undo_oddities(seen, self._prints.right, self._prints.probes, self._odd)
        odd = [twin for symptom, twin in self._odd.items() if symptom in handed_over.symptoms]
        plain = handed_over.behaviours
        ground = self._ground(plain)
        if not ground:
            return self._said(odd, [] if odd else self._alike(seen))
        return self._by_values(plain, ground, odd)

    def _by_values(self, seen: Sequence[Behaviour], ground: tuple[int, ...], odd: Sequence[Twin]) -> Diagnosis:
        if ground not in self._fields:
            self._fields[ground] = Field(self._prints, ground)
        field = self._fields[ground]
        search = Search(field, seen)
        crashing = all(self._prints.probes[number].edge for number in ground)
        chosen = sorted(search.explanations(sure=crashing), key=lambda explanation: _upstream(explanation, field))
        if any(values is None for values in search.seen.values()):
            return self._said(odd, [] if odd else self._alike(seen))
        crash = self._crash(seen, ground, chosen, search.wrong) if crashing else []
        if crash is None:
            return self._said(odd, [] if odd else self._alike(seen))
        edge = [] if crashing else edge_mistakes(field, seen, search.wrong, chosen)
        wording = self._prints.wording
        sentences = [twin.sentence for twin in (*odd, *crash)]
        sentences += [sentence for explanation in chosen for sentence in sentences_for(explanation, wording)]
        covered = {quantity for explanation in chosen for quantity in explanation.covers}
        open_ones = [quantity for quantity in search.wrong if quantity not in covered]
        if not crashing:
            right = what_is_right(field.layout.quantities, search.wrong, wording, as_numbers=bool(odd))
            if open_ones and (sentences or right):
                sentences.append(what_is_open(open_ones, wording))
            sentences += [twin.sentence for twin in edge]
            sentences = [right, *sentences] if sentences else []
        named = [term.twin for e in chosen for terms in e.covers.values() for term in terms if term.twin is not None]
        names = dict.fromkeys(twin.name for twin in (*odd, *crash, *named, *edge))
        return Diagnosis(tuple(filter(None, dict.fromkeys(sentences))), tuple(names))

    def _ground(self, seen: Sequence[Behaviour]) -> tuple[int, ...]:
        """Return the probes on which quantities are compared: the ordinary ones, else those that brought a result."""
        probes = self._prints.probes
        ordinary = tuple(number for number, probe in enumerate(probes) if not probe.edge)
        if not any(seen[number].raised for number in ordinary):
            return ordinary
        if not all(seen[number].raised for number in ordinary):
            return ()
        numbers = {probe.name: number for number, probe in enumerate(probes)}
        pairs = [(number, numbers[probe.beyond]) for number, probe in enumerate(probes) if probe.edge and probe.beyond]
        returned = [pair for pair in pairs if not any(seen[number].raised for number in pair)]
        return tuple(sorted({number for pair in returned for number in pair}))

    def _alike(self, seen: Sequence[Behaviour]) -> list[Twin]:
        """Return the mistake that does all the same, or the only one that raises on just the same probes."""
        same = [twin for twin in self._prints.twins if _agree(seen, twin.behaviours)]
        crashes = _crashes(seen)
        crashing = [twin for twin in self._prints.twins if crashes and _crashes(twin.behaviours) == crashes]
        told = any(not behaviour.raised for behaviour in seen)  # exceptions alone have too many reasons
        return same[:1] if same and told else crashing if len(crashing) == 1 and told else []

    def _crash(
        self,
        seen: Sequence[Behaviour],
        ground: Sequence[int],
        chosen: Sequence[Explanation],
        wrong: Sequence[Quantity],
    ) -> list[Twin] | None:
        """Return the mistake that makes ordinary probes raise, none if a chosen one does; None if it is unknown.

        Where something wrong is left unexplained, it may be what raises.
        """
        crashes = _crashes(seen)
        named = [term.twin for e in chosen for terms in e.covers.values() for term in terms if term.twin is not None]
        if any(_crashes(twin.behaviours).items() >= crashes.items() for twin in named):
            return []
        if {quantity for explanation in chosen for quantity in explanation.covers} != set(wrong):
            return None
        others = [twin for twin in self._prints.twins if _crashes(twin.behaviours) == crashes]
        hidden = [t for t in others if all(t.behaviours[n].agrees_with(self._prints.right[n]) for n in ground)]
        return hidden if len(hidden) == 1 else None

    def _said(self, odd: Sequence[Twin], others: Sequence[Twin]) -> Diagnosis:
        twins = (*odd, *others)
        return Diagnosis(tuple(twin.sentence for twin in twins), tuple(twin.name for twin in twins))


def diagnose(fingerprints: Fingerprints, seen: Sequence[Behaviour]) -> Diagnosis:
    """Return what the behaviours of a single function on all probes, in their order, say about it."""
    return Diagnostician(fingerprints).diagnose(seen)


def _agree(seen: Sequence[Behaviour], others: Sequence[Behaviour]) -> bool:
    return all(mine.agrees_with(theirs) for mine, theirs in zip(seen, others, strict=True))


def _crashes(behaviours: Sequence[Behaviour]) -> dict[int, str]:
    return {number: behaviour.kind for number, behaviour in enumerate(behaviours) if behaviour.raised}


def _upstream(explanation: Explanation, field: Field) -> tuple[int, int]:
    """Return a key that puts what is computed first before what follows from it."""
    first = min(field.layout.quantities.index(quantity) for quantity in explanation.covers)
    named = [field.order[term.twin.name] for terms in explanation.covers.values() for term in terms if term.twin]
    return first, min(named, default=len(field.order))
