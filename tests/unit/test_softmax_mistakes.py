"""The softmax catalogue: every known mistake shows on the probes, and no two of them look alike."""

import importlib.util
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from gradkit.grader.catalogue import load_catalogue

SUITE = Path(__file__).parents[2] / "autograder" / "softmax"

# Mistakes that no probe can tell apart, with the reason. Empty: keep it so if you can.
ALIKE: dict[frozenset[str], str] = {}


def load(name):
    """Return the content file autograder/softmax/<name>.py as a module."""
    spec = importlib.util.spec_from_file_location(f"softmax_{name}", SUITE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CONTENT = load("mistakes")
PROBES = load("probes")
CATALOGUE = load_catalogue(CONTENT)


def behaviour(function, seed=0):
    """Return what `function` does on every probe: result or exception, and which arguments it changed."""
    seen = []
    for arguments in PROBES.probes(np.random.default_rng(seed)):
        W, X, y, reg = arguments
        given = (W.copy(), X.copy(), y.copy())
        try:
            with np.errstate(all="ignore"):
                result = function(*given, reg)
        except Exception as error:  # noqa: BLE001 - whatever wrong code raises is its behaviour
            result = type(error).__name__
        changed = [not np.array_equal(*pair) for pair in zip(given, arguments[:3], strict=True)]
        seen.append((result, changed))
    return seen


def alike(one, other):
    """Return whether two values that a function gave back are equal within 1e-6."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    if any(value is None or isinstance(value, str | tuple) for value in (one, other)):
        return type(one) is type(other) and one == other
    return np.shape(one) == np.shape(other) and np.allclose(one, other, rtol=1e-6, atol=1e-9, equal_nan=True)


def indistinguishable(one, other):
    """Return whether two behaviours are the same on all probes."""
    return all(a[1] == b[1] and alike(a[0], b[0]) for a, b in zip(one, other, strict=True))


@pytest.fixture(scope="module")
def behaviours():
    """What the right implementation and every mistake do on the probes."""
    return {entry.name: behaviour(entry.function) for entry in CATALOGUE} | {"right": behaviour(CONTENT.right)}


def test_every_mistake_shows_on_some_probe(behaviours):
    """None of the wrong implementations behaves like the right one, and no two behave the same."""
    pairs = combinations(behaviours, 2)
    same = {frozenset(pair) for pair in pairs if indistinguishable(*(behaviours[name] for name in pair))}

    assert same == set(ALIKE)


def test_the_right_implementation_fits_its_own_loss_by_finite_differences():
    """The pieces that the mistakes are made of are right to begin with."""
    W, X, y, reg = PROBES.probes(np.random.default_rng(1))[1]
    step = 1e-6
    numeric = np.zeros_like(W)
    for index in np.ndindex(W.shape):
        shift = np.zeros_like(W)
        shift[index] = step
        higher, lower = (CONTENT.right(W + sign * shift, X, y, reg)[0] for sign in (1, -1))
        numeric[index] = (higher - lower) / (2 * step)

    np.testing.assert_allclose(CONTENT.right(W, X, y, reg)[1], numeric, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(
    ("probe", "loss"), [("ties", np.log(3)), ("true class far below", 1000.0)], ids=["ties", "far below"]
)
def test_probes_with_a_known_loss(probe, loss):
    """W = 0 gives log(C); a true class 1000 below the highest score gives 1000."""
    arguments = PROBES.probes(np.random.default_rng(2))[PROBES.NAMES.index(probe)]

    assert CONTENT.right(*arguments)[0] == pytest.approx(loss, rel=1e-12)


def test_probes_are_named_and_repeatable():
    """The same generator state gives the same probes, one for each name."""
    first, second = (PROBES.probes(np.random.default_rng(3)) for _ in range(2))

    assert len(first) == len(PROBES.NAMES)
    for one, other in zip(first, second, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_the_mistakes_do_not_depend_on_the_draw_of_the_probes():
    """Another course has another seed, and the catalogue must work there too."""
    for seed in range(4, 9):
        right = behaviour(CONTENT.right, seed)
        hidden = [e.name for e in CATALOGUE if indistinguishable(behaviour(e.function, seed), right)]
        assert hidden == []


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name)
def test_sentences_are_sentences(entry):
    """Each starts with a capital letter or a name of the code, ends with a full stop and stays short."""
    sentence = entry.sentence

    assert sentence.endswith((".", ".)"))
    assert "  " not in sentence
    assert 40 < len(sentence) < 300
