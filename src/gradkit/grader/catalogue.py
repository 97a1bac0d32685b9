"""The catalogue of known mistakes: wrong implementations, each with the sentence a student deserves to read.

A course keeps its catalogue beside its hidden suite as an ordinary module of decorated functions:

    @mistake("Every entry of dW has the opposite sign: it is dz = p - y, not y - p.")
    def sign_flipped(W, X, y, reg): ...

The same functions explain a failure (a student's function that behaves like one of them made that mistake)
and test the suite (each of them must lose points). A sentence says what is wrong and how to put it right, and
nothing of what is right: others may be wrong beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeVar

Implementation = TypeVar("Implementation", bound=Callable[..., Any])


@dataclass(frozen=True)
class Mistake:
    """A known-wrong implementation and what to tell the student who wrote it.

    Attributes:
        name: the function's name, unique in its catalogue.
        sentence: one or two sentences for the student: what is wrong and how to put it right.
        function: behaves as the student's code does, crashes and changed arguments included.
    """

    name: str
    sentence: str
    function: Callable[..., Any]


def mistake(sentence: str) -> Callable[[Implementation], Implementation]:
    """Mark the decorated function as a known mistake; the function itself stays as it is.

    Raises:
        ValueError: the sentence is empty, or the module has already defined a mistake by the function's name
            (which Python would otherwise replace without a word).
    """
    if not sentence.strip():
        raise ValueError("a mistake needs a sentence for the student, but this one is empty")

    def attach(function: Implementation) -> Implementation:
        _refuse_second_definition(function)
        function.mistake_sentence = sentence  # type: ignore[attr-defined]
        return function

    return attach


def load_catalogue(module: ModuleType) -> tuple[Mistake, ...]:
    """Return the module's mistakes in the order of their definition: the most upstream mistake comes first.

    Raises:
        ValueError: two mistakes have the same name, or the module has none.
    """
    marked = [value for value in vars(module).values() if hasattr(value, "mistake_sentence")]
    catalogue = tuple(Mistake(f.__name__, f.mistake_sentence, f) for f in marked)
    names = [entry.name for entry in catalogue]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"{_place(module)}: two mistakes are called {', '.join(repeated)}; rename one")
    if not catalogue:
        raise ValueError(f"{_place(module)}: no function is decorated with @mistake(...)")
    return catalogue


def _refuse_second_definition(function: Callable[..., Any]) -> None:
    """Raise ValueError if the function's module already holds another mistake by its name."""
    earlier = function.__globals__.get(function.__name__)
    if earlier is None or not hasattr(earlier, "mistake_sentence") or "<locals>" in function.__qualname__:
        return
    first, second = (f.__code__.co_firstlineno for f in (earlier, function))
    if first != second:  # the same line again is a reloaded module
        raise ValueError(f"two mistakes are called {function.__name__}, in lines {first} and {second}; rename one")


def _place(module: ModuleType) -> str:
    return getattr(module, "__file__", None) or module.__name__
