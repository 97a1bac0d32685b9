"""The hidden suite of the softmax assignment on whole answers: what each rule costs, and what the student reads."""

import json
from pathlib import Path

import pytest

from gradkit.grader.course import Course, Submission
from gradkit.grader.grade import Grader
from gradkit.grader.sandbox import probe

ROOT = Path(__file__).parents[2]
NAIVE, VECTORIZED = "softmax_loss_naive", "softmax_loss_vectorized"

LOOPS = """
def softmax_loss_naive(W, X, y, reg):
    loss, dW = 0.0, np.zeros_like(W)
    for x, label in zip(X, y):
        scores = x @ W
        scores = scores - scores.max()
        p = np.exp(scores)
        loss += np.log(p.sum()) - scores[label]
        p = p / p.sum()
        p[label] -= 1
        dW += np.outer(x, p)
    return loss / len(X) + 0.5 * reg * np.sum(W * W), dW / len(X) + reg * W
"""
RIGHT = """
def softmax_loss_vectorized(W, X, y, reg):
    rows = np.arange(len(X))
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    dz = np.exp(log_p)
    dz[rows, y] -= 1
    loss = -log_p[rows, y].mean() + 0.5 * reg * np.sum(W * W)
    dW = X.T @ dz / len(X) + reg * W
    return loss, dW
"""


def notebook(*answers):
    """Return a notebook with answers to both questions."""
    sources = [("", "import numpy as np"), *zip((NAIVE, VECTORIZED), answers, strict=True)]
    cells = [
        {"cell_type": "code", "source": source, "metadata": {"nbgrader": {"grade_id": name}} if name else {}}
        for name, source in sources
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


@pytest.fixture(scope="module")
def grade():
    """Grade two answers; return each question's score and the messages of its failed checks by name."""
    grader = Grader(Course(ROOT).bundle("softmax", "suite"), probe.choose(), "suite")

    def run(naive=LOOPS, vectorized=RIGHT):
        result = grader.grade(Submission(student="somebody", notebook=notebook(naive, vectorized)))
        assert result.problem is None
        return {
            question.id: (question.score, {c.id: c.message for c in question.checks if c.outcome == "failed"})
            for question in result.questions
        }

    yield run
    grader.close()


def test_the_two_answers_here_are_right(grade):
    """No check fails: whatever fails below is due to the change."""
    assert grade() == {NAIVE: (10.0, {}), VECTORIZED: (10.0, {})}


@pytest.mark.parametrize(
    ("ending", "failed"),
    [
        ("return loss, np.asmatrix(dW)", {"plain_types": "dW is an np.matrix; return an array, e.g. np.asarray(dW)."}),
        ("return np.asmatrix(loss), dW", {}),
        ("return loss, dW.tolist()", {"plain_types": "dW is a list; return an array, e.g. np.array(dW)."}),
        ("return loss, np.ma.array(dW)", {"plain_types"}),
        ("return [loss, dW]", {}),
        ("return np.array([loss]), dW", {}),
        ("return np.float32(loss), dW.astype(np.float32)", {"full_precision"}),
        ("return loss - 1e-8, dW", {"full_precision"}),
        ("import sys\n    return loss, dW", {"can_be_counted"}),
    ],
)  # fmt: skip
def test_remarks_cost_nothing(grade, ending, failed):
    """The points are for the numbers; what else there is to say is said."""
    score, found = grade(vectorized=RIGHT.replace("return loss, dW", ending))[VECTORIZED]
    assert score == 10.0
    assert (found if isinstance(failed, dict) else set(found)) == failed


@pytest.mark.parametrize(
    ("ending", "check", "sentence"),
    [
        (
            "return loss, np.round(dW).astype(int)",
            "gradient_without_regularization",
            "dW holds whole numbers (dtype int64), so their fractions are lost; start from an array of floats, e.g."
            " np.zeros((6, 5)).",
        ),
        (
            "return loss, dW + 0j",
            "gradient_without_regularization",
            "dW should hold real numbers; its dtype is complex128.",
        ),
        (
            "dW[:, 2] = np.nan\n    return loss, dW",
            "gradient_without_regularization",
            "dW at reg = 0 is nan (not a number) in 1 of its 5 columns; it should be finite.",
        ),
        (
            "return -log_p[rows, y], dW",
            "loss_without_regularization",
            "The loss should be a plain number; it is an array of shape (11,).",
        ),
        ("return 1.001 * loss, dW", "loss_without_regularization", "The loss at reg = 0 is wrong."),
        (
            "return loss, -dW",
            "gradient_without_regularization",
            "dW at reg = 0 is wrong: it has the opposite sign.",
        ),
    ],
    ids=["integers", "complex", "nan", "several losses", "a thousandth off", "sign"],
)
def test_sanity_comes_before_values(grade, ending, check, sentence):
    """Each failure has one sentence of its own."""
    score, failed = grade(vectorized=RIGHT.replace("return loss, dW", ending))[VECTORIZED]
    assert score < 8
    assert failed[check] == sentence


def test_a_changed_argument_is_named_where_the_values_are_wrong(grade):
    """It may well be the reason; the check that asks for unchanged arguments is not judged then."""
    spoilt = RIGHT.replace("    scores = X @ W\n", "    X -= X.mean(axis=0)\n    scores = X @ W\n")
    _, failed = grade(vectorized=spoilt)[VECTORIZED]
    assert failed["loss_without_regularization"] == (
        "The loss at reg = 0 is wrong. Your function changes its argument X; work on a copy."
    )
    assert "inputs_unchanged" not in failed


def test_a_changed_argument_costs_little_where_the_values_are_right(grade):
    """It is a check of its own."""
    untidy = RIGHT.replace("return loss, dW", "X *= 2\n    return loss, dW")
    score, failed = grade(vectorized=untidy)[VECTORIZED]
    assert (score, failed) == (9.95, {"inputs_unchanged": "The function changes its argument X; work on a copy."})


@pytest.mark.parametrize(
    ("old", "new", "failed"),
    [
        ("keepdims=True))\n", "keepdims=True) + 1e-8)\n", set()),
        ("loss = -log_p[rows, y]", "loss = -np.log(np.exp(log_p[rows, y]) + 1e-8)", {"improbable_class"}),
        ("loss = -log_p[rows, y]", "loss = -np.log(np.maximum(np.exp(log_p[rows, y]), 1e-12))", {"improbable_class"}),
        ("loss = -log_p[rows, y]", "loss = -np.log(np.exp(log_p[rows, y]))", {"improbable_class"}),
        ("    rows =", "    W, X = W.astype(np.float32), X.astype(np.float32)\n    rows =", set()),
    ],
    ids=["epsilon in the sum", "epsilon in the log", "clipped", "log of p", "float32 inside"],
)  # fmt: skip
def test_a_loss_of_digits_costs_what_is_announced(grade, old, new, failed):
    """An epsilon inside the log is caught by the improbable class alone; computing in float32 by nothing."""
    score, found = grade(vectorized=RIGHT.replace(old, new))[VECTORIZED]
    assert set(found) - {"full_precision"} == failed
    assert score == 10 - 0.25 * len(failed)


@pytest.mark.parametrize(
    ("source", "score", "failed"),
    [
        (LOOPS.replace("naive", "vectorized"), 9.25, {"no_loop_over_examples"}),
        (RIGHT.replace("    rows =", "    [W[:, c].sum() for c in range(W.shape[1])]\n    rows ="), 9.75,
         {"no_loop_over_classes_or_features"}),
        (RIGHT.replace("    rows =", "    for row in W: row.sum()\n    rows ="), 9.75,
         {"no_loop_over_classes_or_features"}),
        (f"def {VECTORIZED}(W, X, y, reg):\n    return {NAIVE}(W, X, y, reg)", 9.25, {"no_loop_over_examples"}),
    ],
    ids=["examples", "classes", "features", "calls the naive one"],
)  # fmt: skip
def test_loops_cost_by_what_they_run_over(grade, source, score, failed):
    """Three quarters of a point for the examples, one for classes and features."""
    found = grade(vectorized=source)[VECTORIZED]
    assert (found[0], set(found[1])) == (score, failed)


@pytest.mark.parametrize(
    "naive",
    [
        f"def {NAIVE}(W, X, y, reg):\n    return {VECTORIZED}(W, X, y, reg)",
        f"def helper(*a):\n    return {VECTORIZED}(*a)\ndef {NAIVE}(W, X, y, reg):\n    return helper(W, X, y, reg)",
    ],
    ids=["directly", "through a helper"],
)
def test_a_naive_function_that_calls_the_other_is_told_so(grade, naive):
    """A remark: it costs no points."""
    score, failed = grade(naive=naive)[NAIVE]
    assert (score, set(failed)) == (10.0, {"stands_alone"})


DIFFERENCES = """
def losses(W, X, y, reg):
    scores = X @ W
    scores = scores - scores.max(axis=-1, keepdims=True)
    loss = (np.log(np.exp(scores).sum(axis=-1)) - scores[:, np.arange(len(X)), y]).mean(axis=-1)
    return loss + 0.5 * reg * np.sum(W * W, axis=(1, 2))

def softmax_loss_vectorized(W, X, y, reg):
    W, X = W.astype(np.float64), X.astype(np.float64)
    step = 1e-5 * np.eye(W.size).reshape(-1, *W.shape)
    dW = (losses(W + step, X, y, reg) - losses(W - step, X, y, reg)) / 2e-5
    return losses(W[None], X, y, reg)[0], dW.reshape(W.shape)
"""


def test_a_gradient_measured_by_differences_is_no_derivation(grade):
    """It is as good as right for a handful of weights; for sixty thousand it takes more than there is."""
    score, found = grade(vectorized=DIFFERENCES)[VECTORIZED]
    assert "many_classes" in found
    assert score < 10


def test_an_answer_that_is_no_pair_in_one_call_is_no_fault_of_ours(grade):
    """Not even in a check that costs nothing."""
    source = RIGHT.replace("def softmax_loss_vectorized", "calls = []\n\ndef softmax_loss_vectorized").replace(
        "    return loss, dW", "    calls.append(1)\n    return (loss, dW) if len(calls) % 5 else None"
    )
    assert grade(vectorized=source)[VECTORIZED][0] < 10
