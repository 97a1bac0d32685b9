"""The fingerprints of known mistakes: what each does on a handful of tiny inputs, the probes.

Numbers and sentences, no code: so they can be handed to students for probes whose inputs are public.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .behaviour import Behaviour, behaviour_of


class Probe(NamedTuple):
    """One tiny input on which a function is compared with known mistakes.

    Attributes:
        name: unique among the probes.
        arguments: of the function.
        aspect: what the probe shows of the returned parts, "data" or "penalty" in a loss.
        sizes: of the problem, by symbol, {"N": 7, "D": 5, "C": 4}: a value that is wrong by such a factor is told so.
        beyond: the name of a probe; the aspect shows in the difference to what the function returns there.
        edge: an input on which some mistakes show alone (ties, huge scores, a batch of one).
    """

    name: str
    arguments: tuple[Any, ...]
    aspect: str = ""
    sizes: Mapping[str, float] = {}
    beyond: str = ""
    edge: bool = False


@dataclass(frozen=True)
class Wording:
    """How a function's results are called in sentences.

    Attributes:
        parts: what it returns, in order: ("the loss", "dW").
        aspects: for each aspect of the probes, a pattern with the part: {"data": "{} at reg = 0"}.
        symbols: what the sizes' symbols mean: {"N": "the number of examples"}.
    """

    parts: tuple[str, ...]
    aspects: Mapping[str, str] = field(default_factory=lambda: {"": "{}"})
    symbols: Mapping[str, str] = field(default_factory=dict)


class Twin(NamedTuple):
    """A known mistake: its name, what to tell who made it, and what it does on each probe."""

    name: str
    sentence: str
    behaviours: tuple[Behaviour, ...]


@dataclass(frozen=True)
class Fingerprints:
    """What the right function and every known mistake do on the probes; mistakes in order, upstream first."""

    wording: Wording
    probes: tuple[Probe, ...]
    right: tuple[Behaviour, ...]
    twins: tuple[Twin, ...]


def take_fingerprints(
    wording: Wording,
    probes: Sequence[Probe],
    right: Callable[..., Any],
    mistakes: Sequence[tuple[str, str, Callable[..., Any]]],
) -> Fingerprints:
    """Run the right function and every (name, sentence, function) of the mistakes on the probes."""
    numbers = {probe.name: number for number, probe in enumerate(probes)}
    if len(numbers) != len(probes):
        raise ValueError("two probes have the same name")
    for probe in probes:
        if probe.beyond and probe.beyond not in numbers:
            raise ValueError(f"probe {probe.name!r} goes beyond {probe.beyond!r}, which is no probe")
        if probe.aspect not in wording.aspects:
            raise ValueError(f"probe {probe.name!r} has the aspect {probe.aspect!r}, for which there is no wording")

    def on_probes(function: Callable[..., Any]) -> tuple[Behaviour, ...]:
        return tuple(behaviour_of(function, probe.arguments) for probe in probes)

    twins = (Twin(name, sentence, on_probes(function)) for name, sentence, function in mistakes)
    return Fingerprints(wording, tuple(probes), on_probes(right), tuple(twins))
