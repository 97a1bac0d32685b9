"""How often the diagnosis names what is wrong: every known mistake alone, and pairs that touch different things.

    python benchmarks/diagnosis.py [--pairs 2000] [--seed 0]

Two mistakes are combined by their behaviour: each quantity comes from the one that gets it wrong, and where one of
them raises, the pair raises. A pair counts if both names are found and no other. Exits with 1 if a mistake alone is
missed, or more than a tenth of the pairs.
"""

import argparse
import importlib.util
import itertools
import sys
from collections import Counter
from pathlib import Path
from time import perf_counter

import numpy as np

from gradkit.diagnosis import Behaviour, Diagnostician, take_fingerprints
from gradkit.diagnosis.field import Field
from gradkit.grader.catalogue import load_catalogue

SUITE = Path(__file__).parents[1] / "autograder" / "softmax"
NEEDED = 0.9


def content(name):
    """Return the content file autograder/softmax/<name>.py as a module."""
    spec = importlib.util.spec_from_file_location(f"softmax_{name}", SUITE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def softmax_fingerprints(seed):
    """Return what the softmax suite's mistakes do on its probes."""
    mistakes, probes = content("mistakes"), content("probes")
    catalogue = [(mistake.name, mistake.sentence, mistake.function) for mistake in load_catalogue(mistakes)]
    return take_fingerprints(probes.WORDING, probes.probes(np.random.default_rng(seed)), mistakes.right, catalogue)


def kinds(fingerprints):
    """Return what each mistake touches: quantities, the edges alone, or whether ordinary probes raise."""
    field = Field(fingerprints, [n for n, probe in enumerate(fingerprints.probes) if not probe.edge])
    touched = dict.fromkeys((twin.name for twin in fingerprints.twins), frozenset({"edges"}))
    for twin, values in field.touching:
        raises = any(behaviour.raised for behaviour in twin.behaviours)
        misshapen = any(value is None for value in values.values())
        touched[twin.name] = frozenset({"raises"} if raises and misshapen else {"return"} if misshapen else values)
    for twin in fingerprints.twins:
        if any(behaviour.changed for behaviour in twin.behaviours):
            touched[twin.name] = frozenset({"arguments"})
    return touched


def combined(one, other, right):
    """Return the behaviours of a function that makes two mistakes."""
    return [_combined(*trio) for trio in zip(one, other, right, strict=True)]


def _combined(one, other, right):
    if one.raised or other.raised:
        return Behaviour((), (), one.raised or other.raised)
    values = (_either(*trio) for trio in zip(one.values, other.values, right.values, strict=True))
    return Behaviour(tuple(values), tuple(sorted({*one.changed, *other.changed})))


def _either(one, other, right):
    """Return, entry by entry, the value that is not right; the sum of both errors if neither is."""
    one, other, right = (np.asarray(value, np.float64) for value in (one, other, right))
    close = {"rtol": 1e-9, "atol": 1e-12, "equal_nan": True}
    with np.errstate(all="ignore"):
        both = one + other - right
        chosen = np.where(
            np.isclose(other, right, **close), one, np.where(np.isclose(one, right, **close), other, both)
        )
    return chosen if chosen.ndim else float(chosen)


def alone(fingerprints, diagnostician):
    """Return the mistakes that are not named, or not alone, when they are all that is wrong."""
    found = {twin.name: diagnostician.diagnose(twin.behaviours).mistakes for twin in fingerprints.twins}
    return {name: names for name, names in found.items() if names != (name,)}


def pairs(fingerprints, diagnostician, number, seed):
    """Yield (kinds, names, found) for pairs of mistakes that touch different things, drawn at random."""
    touched = kinds(fingerprints)
    everything = [
        (one, other)
        for one, other in itertools.combinations(fingerprints.twins, 2)
        if not touched[one.name] & touched[other.name] and "return" not in touched[one.name] | touched[other.name]
    ]
    order = np.random.default_rng(seed).permutation(len(everything))[:number]
    for one, other in (everything[place] for place in order):
        behaviours = combined(one.behaviours, other.behaviours, fingerprints.right)
        found = diagnostician.diagnose(behaviours).mistakes
        kind = tuple(sorted(_kind(touched[twin.name]) for twin in (one, other)))
        yield kind, {one.name, other.name}, set(found)


def _kind(touched):
    return next((word for word in ("raises", "edges", "arguments") if word in touched), "values")


def main():
    """Print both tables; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pairs", type=int, help="draw so many pairs; all by default")
    parser.add_argument("--seed", type=int, default=0, help="decides probes and pairs")
    options = parser.parse_args()
    fingerprints = softmax_fingerprints(options.seed)
    diagnostician = Diagnostician(fingerprints)
    missed = alone(fingerprints, diagnostician)
    total = len(fingerprints.twins)
    print(f"alone: {total - len(missed)} of {total} mistakes are named, and no other")
    for name, names in missed.items():
        print(f"  {name}: {', '.join(names) or 'nothing'}")
    started = perf_counter()
    seen, named, confused = Counter(), Counter(), Counter()
    for kind, names, found in pairs(fingerprints, diagnostician, options.pairs, options.seed):
        seen[kind] += 1
        named[kind] += found == names
        confused[kind] += bool(found - names)
    each = 1e3 * (perf_counter() - started) / max(seen.total(), 1)
    print(f"\n{'pairs that touch':24}{'pairs':>8}{'both named':>12}{'a wrong name':>14}")
    for kind in sorted(seen):
        print(f"{' + '.join(kind):24}{seen[kind]:8}{named[kind] / seen[kind]:12.1%}{confused[kind] / seen[kind]:14.1%}")
    share = named.total() / seen.total()
    print(f"{'all':24}{seen.total():8}{share:12.1%}{confused.total() / seen.total():14.1%}")
    print(f"\n{each:.0f} ms for a diagnosis")
    return 1 if missed or share < NEEDED else 0


if __name__ == "__main__":
    sys.exit(main())
