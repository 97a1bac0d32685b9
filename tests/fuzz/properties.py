"""What must hold whatever a student sends, and what several targets share."""

import functools
import json
import tempfile
from pathlib import Path

from hypothesis import settings

from gradkit.grader.course import Course
from gradkit.grader.nbgrader.autograded import StudentVersion

ROOT = Path(__file__).parents[2]
NAIVE, VECTORIZED = GRADED = ("softmax_loss_naive", "softmax_loss_vectorized")
LONGEST_SENTENCE = 2500
MOST_NOTES = 200

# The same examples in every run: what is new is found by `make fuzz`, which is given more time.
in_tests = settings(derandomize=True, max_examples=200, deadline=None, database=None)


def assert_clear(sentence):
    """Assert that a sentence can be shown anywhere: one line, printable, bounded."""
    assert sentence
    assert sentence.isprintable(), ascii(sentence[:300])
    assert len(sentence) <= LONGEST_SENTENCE, len(sentence)


@functools.cache
def student_notebook():
    """Return the bytes of the released notebook."""
    return (ROOT / "assignments" / "softmax" / "softmax.ipynb").read_bytes()


@functools.cache
def student_version():
    """Return the released notebook as landing knows it."""
    return StudentVersion(student_notebook())


@functools.cache
def bundle():
    """Return the sample assignment with a seed of its own."""
    with tempfile.TemporaryDirectory(prefix="gradkit-fuzz-") as folder:
        for part in ("solutions", "autograder"):
            Path(folder, part).symlink_to(ROOT / part)
        Path(folder, "course").mkdir()
        Path(folder, "course", "seed").write_text("5eed" * 16 + "\n")
        Path(folder, "course", "seed").chmod(0o600)
        return Course(Path(folder)).bundle("softmax", "fuzz")


def as_notebook(*sources):
    """Return the bytes of a notebook with these code cells."""
    cells = [{"cell_type": "code", "source": source, "metadata": {}} for source in sources]
    return json.dumps({"nbformat": 4, "cells": cells}).encode()
