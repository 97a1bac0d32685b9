"""Names the factor by which a quantity is wrong: a number, or one that goes with the size of the problem.

A factor seen on problems of different sizes has a name if one expression (N, 1/C, N/(N - 1)) gives it on all of them.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

TOLERANCE = 1e-4
SIMPLE = (1, 2, 3, 4, 5, 10)
"""Numerators and denominators of the fractions that are tried beside an expression."""
Sizes = Mapping[str, float]


class Scale(NamedTuple):
    """A factor: its expression in the sizes' symbols, and its value for a problem of given sizes."""

    text: str
    value: Callable[[Sizes], float]
    simple: bool = True

    def symbols(self) -> list[str]:
        """Return the symbols in the expression."""
        return list(dict.fromkeys(re.findall(r"[A-Za-z]\w*", self.text)))


class Scales:
    """Knows the factors that could be seen on problems of some sizes.

    Example:
        >>> Scales([{"N": 7.0}, {"N": 9.0}]).named(np.array([3.5, 4.5])).text
        'N/2'
    """

    def __init__(self, sizes: Sequence[Sizes]) -> None:
        symbols = _distinct(sizes)
        self._sizes = sizes
        self._plain = list(_plain(symbols))
        expressions = [*self._plain, *_compound(symbols, sizes)]
        self._scales = [_multiple(factor, expression) for expression in expressions for factor in _fractions()]
        self._values = np.array([_on_all(scale, sizes) for scale in self._scales])

    def named(self, factors: NDArray[np.float64]) -> Scale | None:
        """Return the factor seen on the problems, in their order; None if no expression gives it on all, or it is 1.

        A number that is no simple fraction is named by its digits, alone or beside a symbol: 1.443, 0.01*N.
        """
        near = np.abs(self._values - factors) <= TOLERANCE * np.abs(self._values)
        fitting = np.flatnonzero(near.all(axis=1))
        if fitting.size:
            scale = self._scales[int(fitting[0])]
            return scale if scale.text != "1" else None
        for expression in self._plain:
            numbers = factors / _on_all(expression, self._sizes)
            text = f"{numbers[0]:.4g}"
            alike = np.isfinite(numbers).all() and np.allclose(numbers, numbers[0], rtol=TOLERANCE, atol=0)
            if alike and text != "1":
                return _odd_multiple(float(numbers[0]), text, expression)
        return None


def _plain(symbols: Sequence[str]) -> Iterator[Scale]:
    """Yield 1, and each symbol and its inverse."""
    yield Scale("1", lambda _: 1.0)
    for a in symbols:
        yield Scale(a, lambda s, a=a: s[a])  # type: ignore[misc]
        yield Scale(f"1/{a}", lambda s, a=a: 1 / s[a])  # type: ignore[misc]


def _compound(symbols: Sequence[str], sizes: Sequence[Sizes]) -> Iterator[Scale]:
    """Yield products and quotients of two symbols, then neighbours of one."""
    for a, b in itertools.permutations(symbols, 2):
        yield Scale(f"{a}/{b}", lambda s, a=a, b=b: s[a] / s[b])  # type: ignore[misc]
        if a < b:
            yield Scale(f"{a}*{b}", lambda s, a=a, b=b: s[a] * s[b])  # type: ignore[misc]
            yield Scale(f"1/({a}*{b})", lambda s, a=a, b=b: 1 / (s[a] * s[b]))  # type: ignore[misc]
    for a in symbols:
        yield Scale(f"{a}*{a}", lambda s, a=a: s[a] ** 2)  # type: ignore[misc]
        yield Scale(f"1/({a}*{a})", lambda s, a=a: 1 / s[a] ** 2)  # type: ignore[misc]
        yield Scale(f"{a}/({a} + 1)", lambda s, a=a: s[a] / (s[a] + 1))  # type: ignore[misc]
        if all(size[a] > 1 for size in sizes):
            yield Scale(f"({a} - 1)", lambda s, a=a: s[a] - 1)  # type: ignore[misc]
            yield Scale(f"({a} - 1)/{a}", lambda s, a=a: (s[a] - 1) / s[a])  # type: ignore[misc]
            yield Scale(f"{a}/({a} - 1)", lambda s, a=a: _quotient(s[a], s[a] - 1))  # type: ignore[misc]
            yield Scale(f"1/({a} - 1)", lambda s, a=a: _quotient(1.0, s[a] - 1))  # type: ignore[misc]


def _distinct(sizes: Sequence[Sizes]) -> list[str]:
    """Return the symbols that all problems have, but none that equals another on all of them."""
    common = sorted(set.intersection(*(set(size) for size in sizes)))
    columns = {symbol: tuple(float(size[symbol]) for size in sizes) for symbol in common}
    return [symbol for symbol in common if list(columns.values()).count(columns[symbol]) == 1]


def _on_all(scale: Scale, sizes: Sequence[Sizes]) -> NDArray[np.float64]:
    return np.array([scale.value(size) for size in sizes])


def _quotient(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else np.inf


def _fractions() -> list[Fraction]:
    """Return the simple fractions, the simplest first, each with both signs."""
    found = {Fraction(a, b) for a in SIMPLE for b in SIMPLE}
    return [sign * f for f in sorted(found, key=lambda f: (f.denominator * f.numerator, f)) for sign in (1, -1)]


def _multiple(factor: Fraction, expression: Scale) -> Scale:
    """Return an expression times a simple fraction, written as a person would: -N/2, 2/N, 1/(2*C)."""
    above, below, text = factor.numerator, factor.denominator, expression.text
    if text == "1":
        whole = str(factor)
    elif text.startswith("1/"):
        whole = f"{above}/{text[2:]}" if below == 1 else f"{above}/({below}*{text[2:]})"
    elif below == 1 or text.isidentifier():
        whole = {1: text, -1: f"-{text}"}.get(above, f"{above}*{text}") + (f"/{below}" if below > 1 else "")
    else:
        whole = f"({factor})*{text}"
    return Scale(whole, lambda sizes: float(factor) * expression.value(sizes))


def _odd_multiple(number: float, text: str, expression: Scale) -> Scale:
    """Return an expression times a number that is written in digits: 1.443, 0.01*N, 0.5772/N."""
    joined = {"1": text}.get(expression.text, f"{text}*{expression.text}".replace("*1/", "/"))
    return Scale(joined, lambda sizes: number * expression.value(sizes), simple=False)
