"""Splits what a function returns into quantities that can be right or wrong on their own.

For a loss with a penalty these are four: the loss at reg = 0, its gradient, and what each gains for reg > 0. A
mistake touches some of them, and a function with several mistakes shows each in the quantities that it touches.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .behaviour import ATOL, RTOL, Behaviour
from .fingerprints import Probe

Vector = NDArray[np.float64]
NEAR = 4e-3
"""Relative difference up to which values may be called coarse rather than wrong; mistakes differ by more."""


class Quantity(NamedTuple):
    """One returned part in one aspect, such as part 0 in the aspect "penalty"."""

    part: int
    aspect: str


class Layout:
    """Knows which probes show which quantity, and the shape it must have there."""

    def __init__(self, probes: Sequence[Probe], right: Sequence[Behaviour], ground: Sequence[int]) -> None:
        numbers = {probe.name: number for number, probe in enumerate(probes)}
        self._beyond = {number: numbers[probe.beyond] for number, probe in enumerate(probes) if probe.beyond}
        self._shapes = [tuple(np.shape(value) for value in behaviour.values) for behaviour in right]
        aspects = dict.fromkeys(probes[number].aspect for number in ground)
        self.ground = {aspect: [n for n in ground if probes[n].aspect == aspect] for aspect in aspects}
        self.quantities = tuple(Quantity(part, aspect) for aspect in aspects for part in range(len(self._shapes[0])))

    def values(self, behaviours: Sequence[Behaviour], quantity: Quantity) -> "Values | None":
        """Return a quantity on its probes; None if the function does not return it there."""
        pieces = [self.value(behaviours, quantity.part, number) for number in self.ground[quantity.aspect]]
        whole = [piece for piece in pieces if piece is not None]
        return Values(tuple(whole)) if len(whole) == len(pieces) else None

    def value(self, behaviours: Sequence[Behaviour], part: int, number: int) -> Vector | None:
        """Return a part on one probe, flat; less what it is on the probe that this one goes beyond."""
        mine = self._flatten(behaviours[number], part, number)
        if number not in self._beyond:
            return mine
        base = self._flatten(behaviours[self._beyond[number]], part, self._beyond[number])
        with np.errstate(invalid="ignore"):
            return None if mine is None or base is None else mine - base

    def shapes(self, quantity: Quantity) -> list[tuple[int, ...]]:
        """Return the shape of the quantity on each of its probes."""
        return [self._shapes[number][quantity.part] for number in self.ground[quantity.aspect]]

    def _flatten(self, behaviour: Behaviour, part: int, number: int) -> Vector | None:
        if behaviour.raised or len(behaviour.values) != len(self._shapes[number]):
            return None
        value: Any = behaviour.values[part]
        if isinstance(value, str) or np.shape(value) != self._shapes[number][part]:
            return None
        return np.ravel(np.asarray(value, np.float64))


class Values:
    """A quantity's values on its probes: a piece for each, flat float64; compared up to rounding."""

    def __init__(self, pieces: tuple[Vector, ...]) -> None:
        self.pieces = pieces
        self.flat = np.concatenate(pieces)
        self.starts = np.cumsum([0, *(len(piece) for piece in pieces[:-1])])
        self.lengths = [len(piece) for piece in pieces]

    def agree_with(self, other: "Values") -> bool:
        """Tell whether both are equal up to rounding, measured against the other's largest entry on each probe."""
        with np.errstate(all="ignore"):
            off = np.abs(self.flat - other.flat)
            allowed = ATOL + RTOL * np.repeat(other._largest(), other.lengths)
            equal = (off <= allowed) | (self.flat == other.flat) | (np.isnan(self.flat) & np.isnan(other.flat))
        return bool(equal.all())

    def are_near(self, other: "Values") -> bool:
        """Tell whether both are equal to two or three digits, as numbers of 16 bits are."""
        with np.errstate(all="ignore"):
            return bool((np.abs(self.flat - other.flat) <= NEAR * np.repeat(other._largest(), other.lengths)).all())

    def are_whole(self) -> bool:
        """Tell whether all are whole numbers, and not merely zero."""
        return bool((self.flat == np.round(self.flat)).all() and np.isfinite(self.flat).all() and self.flat.any())

    def times(self, factors: Sequence[float] | Vector) -> "Values":
        """Return the values times one factor for each probe."""
        return Values(tuple(piece * factor for piece, factor in zip(self.pieces, factors, strict=True)))

    def plus(self, addend: Vector) -> "Values":
        """Return the values with a flat vector added."""
        return Values(tuple(np.split(self.flat + addend, self.starts[1:])))

    def ratios_to(self, other: "Values") -> Vector | None:
        """Return the factor for each probe by which this is a multiple of the other; None if it is none."""
        if not (np.isfinite(self.flat).all() and np.isfinite(other.flat).all()):
            return None
        pairs = zip(self.pieces, other.pieces, strict=True)
        with np.errstate(all="ignore"):
            factors = np.array([np.vdot(theirs, mine) / np.vdot(theirs, theirs) for mine, theirs in pairs])
        if not np.isfinite(factors).all() or not self.agree_with(other.times(factors)):
            return None
        return factors

    def _largest(self) -> Vector:
        sizes = np.where(np.isfinite(self.flat), np.abs(self.flat), 0.0)
        return np.asarray(np.maximum.reduceat(sizes, self.starts), np.float64)


class Stack:
    """One quantity's values for many mistakes, compared with a student's all at once."""

    def __init__(self, rows: Mapping[str, Values]) -> None:
        self._names = list(rows)
        self._rows = np.array([values.flat for values in rows.values()])
        first = next(iter(rows.values()), None)
        self._starts = first.starts if first is not None else np.array([0])
        self._lengths = first.lengths if first is not None else []

    def equal_to(self, seen: Values) -> set[str]:
        """Return the names of the mistakes that give the values seen."""
        return {name for name, equal in zip(self._names, self._equal(self._rows, seen), strict=True) if equal}

    def multiples(self, seen: Values) -> dict[str, Vector]:
        """Return, for each mistake of whose values those seen are multiples, the factor on each probe."""
        if not self._names or not np.isfinite(seen.flat).all():
            return {}
        with np.errstate(all="ignore"):
            products = np.add.reduceat(self._rows * seen.flat, self._starts, axis=1)
            factors = products / np.add.reduceat(self._rows**2, self._starts, axis=1)
            usable = np.isfinite(factors).all(axis=1) & (factors != 0).all(axis=1)
            usable &= self._equal(self._rows * np.repeat(factors, self._lengths, axis=1), seen)
        return {name: row for name, row, good in zip(self._names, factors, usable, strict=True) if good}

    def _equal(self, rows: NDArray[np.float64], seen: Values) -> NDArray[np.bool_]:
        if not self._names:
            return np.zeros(0, np.bool_)
        with np.errstate(all="ignore"):
            sizes = np.where(np.isfinite(rows), np.abs(rows), 0.0)
            largest = np.repeat(np.maximum.reduceat(sizes, self._starts, axis=1), self._lengths, axis=1)
            equal = (np.abs(rows - seen.flat) <= ATOL + RTOL * largest) | (rows == seen.flat)
            return np.asarray((equal | (np.isnan(rows) & np.isnan(seen.flat))).all(axis=1), np.bool_)
