"""Attacks that want grading itself to fail: values, reports, frames and notebooks that our own code chokes on."""

import numpy as np
import pytest

from gradkit.grader.errors import FaultKind
from gradkit.grader.results import Results
from gradkit.grader.sandbox import wire

SIGNATURE = "def {name}(W, X, y, reg):\n"
VALUES = {
    "ragged": "return np.zeros((2, 2)), ((1, 2), 3)",
    "ragged-everywhere": "return (((), 1), (2, (3, (4,)))), ((1, 2), 3)",
    "texts": "return 'loss', 'dW'",
    "texts-in-arrays": "return np.zeros((2, 2)), ('a', ('b',))",
    "huge-numbers": "return 1e308, np.full_like(W, -1e308)",
    "infinite": "return np.inf, np.full_like(W, -np.inf)",
    "complex": "return 1j, W * 1j",
    "truth-values": "return True, W > 0",
    "empty-arrays": "return np.zeros((0, 2 ** 30)), np.zeros((2 ** 30, 0))",
    "eight-dimensions": "return np.zeros((1,) * 8), np.zeros((1,) * 8)",
    "whole-numbers": "return 2 ** 63 - 1, np.full(W.shape, 2 ** 64 - 1, np.uint64)",
    "halves": "return np.float16(6e4), W.astype(np.float16)",
    "five-thousand-values": "return (0.0,) * 5000",
    "its-own-inputs": "return X, y",
}
REPORTS = {
    "arrays-among-positions": "(report[0], (np.arange(3),), *report[2:])",
    "fractions-among-positions": "(report[0], (1.0,), *report[2:])",
    "texts-among-positions": "(report[0], ('W', None, ()), *report[2:])",
    "positions-out-of-range": "(report[0], (-1, 99, 2 ** 62), *report[2:])",
    "arrays-among-shared": "(*report[:2], (np.arange(3),), *report[3:])",
    "negative-instructions": "(*report[:4], -(2 ** 62), *report[5:])",
    "place-that-is-none": "(*report[:6], '<cell 99999>', -5)",
    "place-in-other-digits": "(*report[:6], '<cell \\u0663>', 1)",
    "no-report": "()",
    "report-of-a-report": "((report,),)",
}
FRAMES = {
    "no-magic": "send(b'\\0', 1, magic=b'NOPE')",
    "another-call": "send(b'\\0' + REPORT, 2, call=1)",
    "many-values": "send(b'\\0' * 9, 9)",
    "no-values": "send(b'', 0)",
    "bytes-left-over": "send(b'\\0' + REPORT + b'more', 2)",
    "values-missing": "send(b'\\0', 2)",
    "unknown-tag": "send(b'\\xff' + REPORT, 2)",
    "lying-text": "send(b'\\x04\\xff\\xff\\xff\\x7f' + REPORT, 2)",
    "lying-sequence": "send(b'\\x06\\xff\\xff' + REPORT, 2)",
    "deep-sequence": "send(b'\\x06\\x01\\x00' * 5000 + b'\\0' + REPORT, 2)",
    "lying-shape": "send(b'\\x05\\0\\x01' + struct.pack('<Q', 10 ** 6) + bytes(8) + REPORT, 2)",
    "giant-shape": "send(b'\\x05\\0\\x02' + struct.pack('<QQ', 1 << 63, 1 << 63) + REPORT, 2)",
    "giant-empty-shape": "send(b'\\x05\\0\\x03' + struct.pack('<QQQ', 0, 1 << 40, 1 << 40) + REPORT, 2)",
    "unknown-dtype": "send(b'\\x05\\xff\\0' + REPORT, 2)",
    "error-of-numbers": "send(b'\\0\\0\\0\\0', 4, 8)",
    "error-of-nothing": "send(b'', 0, 8)",
}


@pytest.mark.parametrize("name", VALUES)
def test_odd_values_are_judged(hand_in, name):
    """A value of any kind is judged as wrong, with a score and a sentence: it is no fault of the grader's."""
    graded = hand_in(SIGNATURE + "    " + VALUES[name] + "\n")
    assert graded.result.problem is None
    assert graded.score("softmax_loss_naive") <= 2
    assert graded.told()
    assert graded.neighbour == 20.0


@pytest.mark.parametrize("name", REPORTS)
def test_odd_reports_are_judged(hand_in, name):
    """A forged report of a call, however malformed, neither stops the grading nor makes it our fault."""
    forging = f"""
def {{name}}(W, X, y, reg):
    def forge(kind, values):
        report = values[1]
        return kind, [values[0], {REPORTS[name]}]
    forge_with(forge)
    return 0.0, np.zeros_like(W)
"""
    graded = hand_in(forging)
    assert graded.result.problem is None
    assert graded.score("softmax_loss_naive") <= 2
    assert graded.neighbour == 20.0


@pytest.mark.parametrize("name", FRAMES)
def test_broken_frames_are_refused(attack, rung, name):
    """A frame that breaks the format ends its guest, as interference and nothing else."""
    got = attack(rung, f"def attack():\n    {FRAMES[name]}\n    import time\n    time.sleep(60)\n")
    assert got.kind is FaultKind.PROTOCOL
    assert "interfered" in got.told


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


@pytest.mark.parametrize("number", [1, 10, 31, 35, 50, 64])
def test_every_signal_has_a_sentence(hand_in, rung, number):
    """A function that ends its process by any signal, a real-time one too, fails; it is no fault of ours."""
    graded = hand_in(SIGNATURE + f"    os.kill(os.getpid(), {number})\n    os._exit(0)\n", rung=rung)
    assert graded.result.problem is None
    assert graded.score("softmax_loss_naive") == 0.0
    assert graded.told()
    assert graded.neighbour == 20.0


def cell(source="", kind="code", **more):
    """Return a notebook cell."""
    return {"cell_type": kind, "metadata": {}, "source": source, **more}


PASTED = "def softmax_loss_naive"


@pytest.mark.parametrize("kind", ["\ud800", "\x1b[2J", "k" * 10**6, ["deep"], {"a": 1}, None, 7])
def test_odd_cell_types_do_not_spread(hand_in, right, tmp_path, kind):
    """A cell's type is the notebook's own text: it is not repeated, and the result can be written to disk."""
    graded = hand_in(right, right, cell(PASTED, kind))
    store = Results(tmp_path, "softmax")
    store.write(graded.result)
    assert store.read("attacker") == graded.result
    assert len(" ".join(graded.result.notes)) < 2000
    assert all(note.isprintable() for note in graded.result.notes)


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_blank_lines_do_not_hold_up_the_worker(worker, right, kind):
    """A text cell of a million blank lines is looked through in a moment, not in hours."""
    graded = worker(right, cell(" \n" * 1_000_000, kind), seconds=60)
    assert graded["scores"] == [20.0, 20.0]


def test_warnings_as_errors_take_no_points(worker, right):
    """Where Python is told to make warnings errors, a right submission has full marks or no score, never a zero."""
    graded = worker(right, seconds=60, options=("-W", "error"))
    assert set(graded["scores"]) <= {20.0, None}
