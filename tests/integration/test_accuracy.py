"""The benchmarks that show that no right function is rejected: on a few problems, and on a wrong function."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ACCURACY, AUTODIFF = (ROOT / "benchmarks" / f"{name}.py" for name in ("accuracy", "autodiff"))

VARIANTS = """
import numpy as np
from gradkit.grader.mutation.variants import variant

def softmax_loss(W, X, y, reg, shift=0.0):
    rows = np.arange(len(X))
    scores = X @ W
    scores -= scores.max(axis=1, keepdims=True)
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True) + shift)
    dz = np.exp(log_p)
    dz[rows, y] -= 1
    return -log_p[rows, y].mean() + 0.5 * reg * np.sum(W * W), X.T @ dz / len(X) + reg * W

@variant("softmax_loss_vectorized")
def fine(W, X, y, reg):
    return softmax_loss(W, X, y, reg)

@variant("softmax_loss_vectorized")
def slightly_off(W, X, y, reg):
    return softmax_loss(W, X, y, reg, 0.01)

@variant("softmax_loss_vectorized", loses=("convention",))
def of_another_convention(W, X, y, reg):
    return softmax_loss(W, X, y, 2 * reg)

@variant("softmax_loss_vectorized", loses=("large_scores", "improbable_class"))
def without_shift(W, X, y, reg):
    W, X = W.astype(float), X.astype(float)
    P = np.exp(X @ W)
    P /= P.sum(axis=1, keepdims=True)
    loss = -np.log(P[np.arange(len(y)), y]).mean() + 0.5 * reg * np.sum(W * W)
    P[np.arange(len(y)), y] -= 1
    return loss, X.T @ P / len(y) + reg * W
"""


def run(*command):
    """Run a script and return the finished process."""
    return subprocess.run([sys.executable, *map(str, command)], capture_output=True, text=True, check=False)


def rows(output):
    """Return the name and the four errors of each line of the table."""
    lines = [line.rsplit(maxsplit=5) for line in output.splitlines()[1:] if "REJECTED" not in line]
    return {line[0]: line[1:5] for line in lines if len(line) == 6 and line[5].isdigit()}


def test_the_references_and_every_variant_agree_with_extended_precision():
    """On a few dozen problems nobody is rejected, and each function has its errors in the table."""
    process = run(ACCURACY, "--instances", 40, "--all")
    assert process.returncode == 0, process.stdout + process.stderr
    found = rows(process.stdout)
    assert len(found) > 60
    assert {"reference softmax_loss_naive", "reference softmax_loss_vectorized"} <= set(found)
    assert all(float(error) <= 1 for errors in found.values() for error in errors)
    assert "40 problems, seed 0: none is rejected" in process.stdout


def test_a_function_that_is_off_is_named(tmp_path):
    """What its mark announces excuses a variant, nothing else; the exit code is 1."""
    file = tmp_path / "variants.py"
    file.write_text(VARIANTS)
    process = run(ACCURACY, "--instances", 60, "--variants", file, "--all")
    assert process.returncode == 1, process.stderr
    rejected = {line.split()[1] for line in process.stdout.splitlines() if line.startswith("REJECTED")}
    assert rejected == {"slightly_off,"}
    assert set(rows(process.stdout)) > {"fine", "slightly_off", "of_another_convention", "without_shift"}


@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="PyTorch is installed")
def test_without_pytorch_the_other_benchmark_says_what_to_install():
    """It is no part of gradkit."""
    process = run(AUTODIFF)
    assert process.returncode == 1
    assert process.stderr == (
        "This benchmark compares with PyTorch, which is not installed: pip install torch (a CPU build will do).\n"
    )
