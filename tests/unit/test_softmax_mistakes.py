"""The softmax catalogue: each known mistake is named by what it does, alone and beside others, whatever the draw."""

import importlib.util
import inspect
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gradkit.diagnosis import Diagnostician, behaviour_of, read_fingerprints, take_fingerprints, write_fingerprints
from gradkit.grader.catalogue import load_catalogue
from gradkit.grader.diagnose import load_fingerprints

ROOT = Path(__file__).parents[2]
SUITE = ROOT / "autograder" / "softmax"


def load(name):
    """Return the content file autograder/softmax/<name>.py as a module."""
    spec = importlib.util.spec_from_file_location(f"softmax_{name}", SUITE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CONTENT = load("mistakes")
PROBES = load("probes")
CATALOGUE = load_catalogue(CONTENT)


def fingerprints(seed=0):
    """Return what the mistakes do on the probes drawn with a seed."""
    mistakes = [(entry.name, entry.sentence, entry.function) for entry in CATALOGUE]
    return take_fingerprints(PROBES.WORDING, PROBES.probes(np.random.default_rng(seed)), CONTENT.right, mistakes)


@pytest.fixture(scope="module")
def known():
    """The fingerprints and their diagnostician, for one draw of the probes."""
    taken = fingerprints()
    return taken, Diagnostician(taken)


@pytest.fixture(scope="module")
def said_of(known):
    """Return what is said of a function."""
    taken, diagnostician = known

    def say(function):
        return diagnostician.diagnose([behaviour_of(function, probe.arguments) for probe in taken.probes])

    return say


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_mistake_alone_is_named_and_no_other(seed):
    """Another course has another seed, and the catalogue must work there too."""
    taken = fingerprints(seed)
    diagnostician = Diagnostician(taken)
    named = {twin.name: diagnostician.diagnose(twin.behaviours).mistakes for twin in taken.twins}

    assert {name: (name,) for name in named} == named


def test_pairs_of_mistakes_are_named(capsys):
    """At least nine in ten pairs that touch different things get both names: the benchmark says so for a sample."""
    command = [sys.executable, ROOT / "benchmarks" / "diagnosis.py", "--pairs", "150", "--seed", "3"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_nothing_is_said_of_right_functions(said_of):
    """Neither of the catalogue's own nor of one in another style and precision."""

    def other_style(W, X, y, reg):
        scores = X.astype(np.float32) @ W.astype(np.float32)
        log_p = scores - np.logaddexp.reduce(scores, axis=1)[:, None]
        dz = np.exp(log_p)
        np.subtract.at(dz, (np.arange(len(y)), y), 1)
        return -log_p[np.arange(len(y)), y].mean() + reg / 2 * np.vdot(W, W), X.T @ dz / len(X) + reg * W

    assert [said_of(function).sentences for function in (CONTENT.right, other_style)] == [(), ()]


def wrong_in_four_ways(W, X, y, reg):
    """Return a loss and a gradient, each with a mistake in the data part and one in the penalty."""
    loss = -CONTENT.data_loss(W, X, y) + reg * np.sum(W * W)
    return loss, CONTENT.data_gradient(W, X, y) * len(X) - reg * W


def gradient_and_penalty(W, X, y, reg):
    """Return a right loss; the gradient is N times too big and lacks the penalty."""
    return CONTENT.right(W, X, y, reg)[0], CONTENT.data_gradient(W, X, y) * len(X)


def thrice_too_large(W, X, y, reg):
    """Return a gradient with a factor that no known mistake has."""
    return CONTENT.right(W, X, y, reg)[0], 3 * CONTENT.data_gradient(W, X, y) + reg * W


def divided_by_other_sizes(W, X, y, reg):
    """Return a loss divided by the number of features."""
    return CONTENT.assemble(W, X, y, reg, loss=CONTENT.data_loss(W, X, y) * len(X) / len(W))


def unshifted_with_their_penalty(W, X, y, reg):
    """Return the loss in the other convention, without a shift, both in the wrong order."""
    exps = np.exp(X @ W)
    p = exps / exps.sum(axis=1, keepdims=True)
    return CONTENT.assemble(W, X, y, reg, p=p, in_loss=1, in_gradient=2)[::-1]


def nonsense(W, X, y, reg):
    """Return values that are wrong in no known way."""
    return np.sum(np.sin(X)) + reg * np.sum(np.cos(W)), np.sin(W) * np.sum(X) + reg * np.cos(W)


@pytest.mark.parametrize(
    ("function", "mistakes"),
    [
        (
            wrong_in_four_ways,
            ("loss_sign", "gradient_not_averaged", "half_missing_in_loss", "penalty_subtracted_in_gradient"),
        ),
        (gradient_and_penalty, ("gradient_not_averaged", "penalty_missing_in_gradient")),
        (thrice_too_large, ()),
        (divided_by_other_sizes, ()),
        (unshifted_with_their_penalty, ("returned_in_wrong_order", "penalty_without_half", "no_shift")),
        (nonsense, ()),
    ],
)
def test_several_mistakes_are_named(said_of, function, mistakes):
    """Each where it belongs, the most upstream one first."""
    assert said_of(function).mistakes == mistakes


@pytest.mark.parametrize(
    ("function", "sentences"),
    [
        (
            gradient_and_penalty,
            (
                "Right already: the loss.",
                "Your gradient is N times too big: the 1/N in the loss multiplies every term of its derivative too,"
                " so divide dW by N.",
                "The penalty's derivative, reg*W, is missing from dW.",
            ),
        ),
        (
            thrice_too_large,
            ("Right already: the loss and the penalty in dW.", "dW at reg = 0 is 3 times what it should be."),
        ),
        (
            divided_by_other_sizes,
            (
                "Right already: dW and the penalty in the loss.",
                "The loss at reg = 0 is N/D times what it should be (N is the number of examples, D is the number of"
                " features).",
            ),
        ),
        (nonsense, ()),
    ],
)
def test_what_is_right_comes_first_and_nothing_is_guessed(said_of, function, sentences):
    """Right parts, then the mistakes; a factor without a name is told by its size."""
    assert said_of(function).sentences == sentences


def test_the_right_implementation_fits_its_own_loss_by_finite_differences():
    """The pieces that the mistakes are made of are right to begin with."""
    W, X, y, reg = PROBES.probes(np.random.default_rng(1))[1].arguments
    step = 1e-6
    numeric = np.zeros_like(W)
    for index in np.ndindex(W.shape):
        shift = np.zeros_like(W)
        shift[index] = step
        higher, lower = (CONTENT.right(W + sign * shift, X, y, reg)[0] for sign in (1, -1))
        numeric[index] = (higher - lower) / (2 * step)

    np.testing.assert_allclose(CONTENT.right(W, X, y, reg)[1], numeric, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(("name", "loss"), [("ties", np.log(3)), ("true class far below", 2000.0)])
def test_probes_with_a_known_loss(name, loss):
    """W = 0 gives log(C); a true class 2000 below the highest score gives 2000."""
    (probe,) = [probe for probe in PROBES.probes(np.random.default_rng(2)) if probe.name == name]

    assert CONTENT.right(*probe.arguments)[0] == pytest.approx(loss, rel=1e-12)


def test_probes_are_repeatable():
    """The same generator state gives the same probes."""
    first, second = (PROBES.probes(np.random.default_rng(3)) for _ in range(2))

    for one, other in zip(first, second, strict=True):
        assert one.name == other.name
        assert all(np.array_equal(a, b) for a, b in zip(one.arguments, other.arguments, strict=True))


def test_what_students_get_names_nearly_all_mistakes(tmp_path):
    """The fingerprints for check() survive their file, and miss only what shows on the probes left out."""
    taken = load_fingerprints(SUITE, b"public", CONTENT.right, for_students=True)
    file = tmp_path / "softmax_fingerprints.json"
    file.write_text(write_fingerprints(taken))
    diagnostician = Diagnostician(read_fingerprints(file))
    named = {twin.name: diagnostician.diagnose(twin.behaviours).mistakes for twin in taken.twins}

    assert {name for name, names in named.items() if names != (name,)} <= {
        "ten_columns",
        "ten_passes",
        "labels_as_int8",
    }


def test_what_students_get_holds_no_code(tmp_path):
    """Numbers, names and sentences: not a line of the mistakes' source, nor of the right function."""
    text = write_fingerprints(load_fingerprints(SUITE, b"public", CONTENT.right, for_students=True))
    lines = [line.strip() for line in inspect.getsource(CONTENT).split("\n") if line.startswith("    ")]
    code = [line for line in lines if len(line) > 25 and line[0] not in "\"'" and '"""' not in line]

    assert len(code) > 100
    assert [line for line in code if line in text] == []


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name)
def test_sentences_are_sentences(entry):
    """Each starts with a capital letter or a name of the code, ends with a full stop and stays short."""
    sentence = entry.sentence

    assert sentence.endswith((".", ".)"))
    assert "  " not in sentence
    assert 40 < len(sentence) < 300
    assert not sentence.startswith(("Right", "Your loss is right", "Your gradient is right", "dW is right"))
