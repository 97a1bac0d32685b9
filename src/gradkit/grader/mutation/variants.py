"""Correct variants: right functions in the many styles that students write, none of which may lose points.

A course keeps them in ``autograder/<assignment>/mutation/variants.py``, an ordinary module:

    @variant("softmax_loss_vectorized")
    def one_hot(W, X, y, reg): ...

    @variant("softmax_loss_naive", loses=("convention",))
    def other_convention(W, X, y, reg): ...
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple, TypeVar

Implementation = TypeVar("Implementation", bound=Callable[..., Any])


class Variant(NamedTuple):
    """A function that is right, but for the checks it is expected to lose.

    Attributes:
        name: the function's name, unique in its module.
        question: the graded function that it could stand for.
        loses: the checks whose points it does not get, by what students are told beforehand.
        function: the function itself.
    """

    name: str
    question: str
    loses: frozenset[str]
    function: Callable[..., Any]


def variant(question: str, *, loses: tuple[str, ...] = ()) -> Callable[[Implementation], Implementation]:
    """Mark the decorated function as a right answer to a question; the function itself stays as it is.

    Args:
        question: the name of the graded function.
        loses: names of checks (without ``test_``) whose points the variant must not get.
    """

    def attach(function: Implementation) -> Implementation:
        function.variant = Variant(function.__name__, question, frozenset(loses), function)  # type: ignore[attr-defined]
        return function

    return attach


def load_variants(module: ModuleType) -> tuple[Variant, ...]:
    """Return the module's variants in the order of their definition."""
    marked = (getattr(value, "variant", None) for value in vars(module).values())
    return tuple(found for found in marked if isinstance(found, Variant))
