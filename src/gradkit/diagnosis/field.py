"""What is known of the mistakes on some of the probes, computed once for all functions that are examined there."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .behaviour import Behaviour, same
from .fingerprints import Fingerprints, Twin
from .quantities import Layout, Quantity, Stack, Values, Vector
from .scales import Scales

Place = tuple[int, int]
"""A probe and a part."""
Pattern = dict[Place, str]
"""How a function departs from what is expected of it, by place; no entry where it does not."""
Expected = dict[Place, Vector | None]
"""The values expected on each edge; None where nothing can be said."""


class Touching(NamedTuple):
    """A known mistake and the quantities that it gets wrong, with its values; None where it returns none."""

    twin: Twin
    values: dict[Quantity, Values | None]


class Field:
    """The probes on which quantities are compared (the ground), and what the mistakes do there and on the edges."""

    def __init__(self, fingerprints: Fingerprints, ground: Sequence[int]) -> None:
        self.fingerprints = fingerprints
        self.layout = layout = Layout(fingerprints.probes, fingerprints.right, ground)
        self.edges = [number for number, probe in enumerate(fingerprints.probes) if probe.edge]
        self.order = {twin.name: number for number, twin in enumerate(fingerprints.twins)}
        self.right = {quantity: layout.values(fingerprints.right, quantity) for quantity in layout.quantities}
        probes = fingerprints.probes
        self.scales = {aspect: Scales([probes[n].sizes for n in shown]) for aspect, shown in layout.ground.items()}
        everything = [Touching(twin, self._touched(twin)) for twin in fingerprints.twins]
        self.touching = [entry for entry in everything if entry.values]
        self.stacks = {quantity: self._stack(quantity) for quantity in layout.quantities}
        self.proportional = {quantity: self._proportional(quantity) for quantity in layout.quantities}
        innocent = [entry.twin for entry in everything if not entry.values]
        self.edge_patterns = [(twin, self.departures(twin.behaviours)) for twin in innocent]

    def is_right(self, quantity: Quantity, values: Values | None) -> bool:
        """Tell whether a quantity has the right values."""
        right = self.right[quantity]
        return values is not None and right is not None and values.agree_with(right)

    def departures(self, behaviours: Sequence[Behaviour], expected: Expected | None = None) -> Pattern:
        """Return where on the edges a function is not as expected: not right, if nothing else is expected."""
        pattern = {}
        for number, part in self.places():
            wanted = expected[number, part] if expected is not None else self.right_at(number, part)
            value = self.layout.value(behaviours, part, number)
            departure = _departure(behaviours[number], value, wanted)
            if departure:
                pattern[number, part] = departure
        return pattern

    def places(self) -> list[Place]:
        """Return every part on every edge."""
        return [(n, part) for n in self.edges for part in range(len(self.fingerprints.right[n].values))]

    def _stack(self, quantity: Quantity) -> Stack:
        found = ((entry.twin.name, entry.values.get(quantity)) for entry in self.touching)
        return Stack({name: values for name, values in found if values is not None})

    def _proportional(self, quantity: Quantity) -> set[str]:
        """Return the names of the mistakes that are a factor on the right values, and no more."""
        right = self.right[quantity]
        multiples = self.stacks[quantity].multiples(right) if right is not None else {}
        return {name for name, factors in multiples.items() if self.scales[quantity.aspect].named(factors) is not None}

    def right_at(self, number: int, part: int) -> Vector | None:
        """Return the right value of a part on a probe."""
        return self.layout.value(self.fingerprints.right, part, number)

    def _touched(self, twin: Twin) -> dict[Quantity, Values | None]:
        values = {quantity: self.layout.values(twin.behaviours, quantity) for quantity in self.layout.quantities}
        return {quantity: value for quantity, value in values.items() if not self.is_right(quantity, value)}


def _departure(behaviour: Behaviour, value: Vector | None, expected: Vector | None) -> str:
    if behaviour.raised:
        return f"raised {behaviour.kind}"
    if value is None:
        return "misshapen"
    if expected is not None and same(value, expected):
        return ""
    if not np.isfinite(value).all():
        return "nan" if np.isnan(value).any() else "infinite"
    return "" if expected is None else "another value"
