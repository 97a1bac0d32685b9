"""What an explanation is made of."""

from collections.abc import Mapping
from typing import NamedTuple

from .fingerprints import Twin
from .quantities import Quantity
from .scales import Scale


class Term(NamedTuple):
    """What a quantity is made of: a mistake's value (the right one if None), times a factor, or moved about."""

    twin: Twin | None
    scale: Scale | None = None
    remark: str = ""


Covers = Mapping[Quantity, tuple[Term, ...]]


class Explanation(NamedTuple):
    """Some quantities, what each is made of, and the cost; ``whole`` if it is all that its mistake touches."""

    covers: Covers
    cost: float
    whole: bool = True
