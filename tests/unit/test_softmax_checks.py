"""The public checks of the softmax assignment: right functions pass, and each check finds what it is there for."""

import importlib.util
import json
import re
from pathlib import Path

import numpy as np
import pytest

from gradkit.checking.public import load_checks
from gradkit.errors import GradkitError
from gradkit.grader.course import Course
from gradkit.grader.handout import Piece
from gradkit.grader.leaks import leaks, secrets_of
from gradkit.grader.reference import reference_functions
from gradkit.notebook import read_notebook

ROOT = Path(__file__).parents[2]
SUITE = ROOT / "autograder" / "softmax"
PATH = SUITE / "public" / "softmax_checks.py"
CHECKS = load_checks(PATH)
RELEASED = read_notebook((ROOT / "assignments" / "softmax" / "softmax.ipynb").read_bytes(), "softmax.ipynb")
GRADED = ("softmax_loss_naive", "softmax_loss_vectorized")


def failing(function):
    """Return the names of the checks that a function does not pass, and what they say."""
    said = {}
    for check in CHECKS.of("softmax_loss_vectorized"):
        try:
            with np.errstate(all="ignore"):
                check.run(function)
        except GradkitError as error:
            said[check.name] = str(error)
        except Exception as error:  # noqa: BLE001 - a mistake may crash
            said[check.name] = type(error).__name__
    return said


def right(W, X, y, reg, *, shift=None):
    """Return the right loss and gradient."""
    Z = X @ W
    Z = Z - (Z.max(axis=1, keepdims=True) if shift is None else shift(Z))
    log_sums = np.log(np.exp(Z).sum(axis=1))
    rows = np.arange(len(y))
    P = np.exp(Z - log_sums[:, None])
    P[rows, y] -= 1
    return np.mean(log_sums - Z[rows, y]) + 0.5 * reg * np.sum(W * W), X.T @ P / len(y) + reg * W


def test_nine_checks_for_each_function():
    """The same ones, whose descriptions fit on a line; all but the first need the first."""
    naive, vectorized = map(CHECKS.of, GRADED)
    assert naive == vectorized
    assert len(naive) == 9
    assert tuple(CHECKS.lessons) == GRADED
    assert [check.needs for check in naive] == [(), *[("returns_loss_and_gradient",)] * 8]
    assert max(len(check.description) for check in naive) <= 90


@pytest.mark.parametrize("name", GRADED)
def test_the_reference_passes(name):
    """Both of them."""
    assert failing(reference_functions(Course(ROOT).bundle("softmax", "test"))[name]) == {}


def add_to(part, change):
    """Return a loss function that is right but for a change to its loss (0) or gradient (1)."""

    def changed(W, X, y, reg):
        answer = list(right(W, X, y, reg))
        answer[part] = answer[part] + change(W, X, y, reg)
        return tuple(answer)

    return changed


def changes_weights(W, X, y, reg):
    """Write into W, as `W -= ...` inside of a loss function does."""
    answer = right(W, X, y, reg)
    W -= 0.1
    return answer


LOSS, DW = 0, 1
WRONG = {
    "returns the loss alone": (lambda *a: right(*a)[0], "returns_loss_and_gradient", "must end with `return loss, dW`"),
    "dW transposed": (lambda *a: (right(*a)[0], right(*a)[1].T), "returns_loss_and_gradient", "W's shape (3, 4)"),
    "not divided by N": (
        lambda W, X, y, reg: tuple(len(y) * part for part in right(W, X, y, reg)),
        "same_batch_told_differently",
        "With every example given twice the loss",
    ),
    "last class forgotten": (
        add_to(DW, lambda W, X, y, reg: -right(W, X, y, reg)[1] * (np.arange(W.shape[1]) == W.shape[1] - 1)),
        "same_batch_told_differently",
        "With the classes in another order dW",
    ),
    "labels off by one": (
        lambda W, X, y, reg: right(W, X, (y + 1) % W.shape[1], reg),
        "loss_by_hand",
        "For the worked example the loss",
    ),
    "a constant in the loss": (add_to(LOSS, lambda *_: 1.0), "loss_by_hand", "expected 1.0986123"),
    "a constant in dW": (
        add_to(DW, lambda *_: 0.1),
        "only_differences_of_scores_count",
        "The sum of dW over the classes",
    ),
    "opposite sign": (lambda *a: (right(*a)[0], -right(*a)[1]), "gradient_is_the_measured_slope", "12 of 12 entries"),
    "twice the penalty in the loss": (
        add_to(LOSS, lambda W, X, y, reg: 0.5 * reg * np.sum(W * W)),
        "penalty_by_hand",
        "What reg = 0.1 adds to the loss is 0.09, expected 0.045.",
    ),
    "Stanford's penalty": (lambda W, X, y, reg: right(W, X, y, 2 * reg), "penalty_by_hand", "is 0.09, expected 0.045"),
    "no penalty in dW": (add_to(DW, lambda W, X, y, reg: -reg * W), "penalty_by_hand", "What reg = 0.1 adds to dW"),
    "no shift": (lambda *a: right(*a, shift=lambda Z: 0.0), "large_scores", "subtract the maximum before exp"),
    "the batch's maximum": (lambda *a: right(*a, shift=np.max), "large_scores", "subtract each row's own maximum"),
    "sigmoid": (
        lambda W, X, y, reg: (np.mean(np.log1p(np.exp(-(X @ W)[np.arange(len(y)), y]))), np.zeros_like(W)),
        "only_differences_of_scores_count",
        "With one vector added to every column of W the loss",
    ),
    "writes into W": (changes_weights, "arguments_stay_as_they_are", "It changed W: use a copy"),
}


@pytest.mark.parametrize("name", WRONG)
def test_each_mistake_is_found_by_its_check(name):
    """With a sentence that says what came, what was expected, or what to do."""
    function, check, said = WRONG[name]
    assert said in failing(function).get(check, "")


def test_the_logarithm_of_a_probability_is_told_its_section():
    """It is inf where the true class is 800 below the maximum; nothing else is wrong with it."""

    def log_of_p(W, X, y, reg):
        Z = X @ W
        P = np.exp(Z - Z.max(axis=1, keepdims=True))
        P /= P.sum(axis=1, keepdims=True)
        loss = -np.mean(np.log(P[np.arange(len(y)), y])) + 0.5 * reg * np.sum(W * W)
        return loss, right(W, X, y, reg)[1]

    assert failing(log_of_p) == {
        "large_scores": "A true class 800 below the maximum has the loss 800, yours is inf: see section 4."
    }


def test_nearly_every_known_mistake_fails_some_check():
    """The few that pass show on inputs that the hidden checks keep to themselves."""
    spec = importlib.util.spec_from_file_location("mistakes_for_public_checks", SUITE / "mistakes.py")
    mistakes = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(mistakes)
    known = {name: value for name, value in vars(mistakes).items() if hasattr(value, "mistake_sentence")}
    passing = [name for name, function in known.items() if not failing(function)]
    assert len(known) > 100
    assert len(passing) <= len(known) // 8


@pytest.mark.parametrize("heading", CHECKS.lessons.values())
def test_lessons_are_headings_of_the_notebook(heading):
    """The link leads there."""
    text = "\n".join(cell.source for cell in RELEASED.cells if cell.kind == "markdown")
    assert len(re.findall(rf"^#+ {re.escape(heading)}$", text, re.MULTILINE)) == 1


def test_the_worked_example_is_the_notebooks():
    """Inputs and the numbers that its text gives."""
    text = "\n".join(cell.source for cell in RELEASED.cells)
    source = PATH.read_text()
    lines = re.findall(r"^    ([XW]_example = np\.array\(.*\))$", source, re.MULTILINE)
    assert len(lines) == 2
    assert [line for line in lines if line not in text] == []
    for number in ("1.855447", "0.045", "0.4076059644"):
        assert number in text
        assert number in source


def test_nothing_hidden_is_in_them():
    """No line of the hidden suite, of a solution, nor a name of a hidden check."""
    suite = {
        str(path.relative_to(ROOT)): path.read_text() for path in SUITE.rglob("*.py") if path.parent.name != "public"
    }
    source = "solutions/softmax/softmax.ipynb"
    secrets = secrets_of(json.loads((ROOT / source).read_text()), source, suite, [])
    assert leaks(secrets, [Piece(PATH.name, PATH.read_text(), True)]) == []


def test_the_released_file_is_this_one():
    """Students have what is tested here."""
    assert (ROOT / "assignments" / "softmax" / PATH.name).read_bytes() == PATH.read_bytes()
