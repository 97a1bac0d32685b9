"""Attacks on our own code that fit in no arena: on the decoder alone, and on a worker of its own."""

import numpy as np
import pytest

from gradkit.grader.sandbox import wire

from .tools import RIGHT


def test_decoder_raises_only_its_own_error():
    """Thousands of damaged bodies are decoded or refused with WireError, nothing else."""
    rng = np.random.default_rng(231)
    arrays = (np.arange(6.0).reshape(2, 3), np.zeros((0, 3)), np.array(True), np.float32(1))
    whole = wire.frame(wire.Kind.RESULT, 1, [(1, 2.0, "text", None, True), arrays])
    body = np.frombuffer(whole[wire.HEADER.size :], np.uint8)
    telling = np.array([0, 1, 5, 6, 7, 127, 255], np.uint8)
    for _ in range(5000):
        damaged = body.copy()
        damaged[rng.integers(len(body), size=3)] = rng.choice([*telling, rng.integers(256)], 3)
        try:
            wire.values(damaged[: rng.choice([len(body), rng.integers(len(body))])].tobytes(), 2)
        except wire.WireError:
            continue


def cell(source, kind):
    """Return a notebook cell."""
    return {"cell_type": kind, "metadata": {}, "source": source}


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_blank_lines_do_not_hold_up_the_worker(worker, kind):
    """A text cell of a million blank lines is looked through in a moment, not in hours."""
    graded = worker(RIGHT, cell(" \n" * 1_000_000, kind), seconds=60)
    assert graded["scores"] == [20.0, 20.0]


def test_warnings_as_errors_take_no_points(worker):
    """Where Python is told to make warnings errors, a right submission has full marks or no score, never a zero."""
    graded = worker(RIGHT, seconds=60, options=("-W", "error"))
    assert set(graded["scores"]) <= {20.0, None}
