"""Attacks that want points nobody earned: forged frames and reports, patched comparisons, blinded counters."""

import pytest

ZEROS = "    return 0.0, np.zeros_like(W)\n"
SIGNATURE = "def {name}(W, X, y, reg):\n"
LITTLE = 2.0  # what zeros with a right penalty deserve at most

FORGERIES = {
    "answers-beforehand": "    for _ in range(5):\n        send(b'\\0' + REPORT, 2, call=0)\n",
    "answers-twice": "    send(b'\\0' + REPORT, 2)\n",
    "says-hello-again": "    send(b'\\0', 1, 4)\n",
    "says-prepared": "    send(b'\\0\\0\\0', 3, 5)\n",
    "says-executed": "    send(b'\\0', 1, 6)\n",
    "unknown-kind": "    send(b'\\0', 1, 200)\n",
    "closes-the-channel": "    os.close(3)\n",
    "replaces-the-channel": "    os.dup2(os.pipe()[1], 3)\n",
    "leaves-at-once": "    os._exit(0)\n",
    "asserts-nothing": "    import unittest.mock\n    raise AssertionError\n",
    "skips-itself": "    raise type('Skipped', (BaseException,), {})('skip')\n",
    "agrees-with-everything": "    return type('Yes', (float,), {'__eq__': lambda *a: True})(), np.matrix(W)\n",
    "not-a-number-agrees": "    return np.nan, W * np.nan\n",
    "worked-example-only": "    return (2.7, W) if len(W) == 3 else (0.0, W * 0)\n",
}


@pytest.mark.parametrize("name", FORGERIES)
def test_forged_answers_earn_nothing(hand_in, rung, name):
    """A forged, doubled, lying or missing answer earns no more than the zeros behind it, and costs no neighbour."""
    graded = hand_in(SIGNATURE + FORGERIES[name] + ZEROS, rung=rung)
    assert graded.score("softmax_loss_naive") <= LITTLE
    # Who interferes too often is not asked any more, not even for the other, right function.
    assert graded.score("softmax_loss_vectorized") in (0.0, 10.0)
    assert graded.neighbour == 20.0
    assert graded.told()


@pytest.mark.parametrize("first", ["    import sys\n", "    global KEPT\n    KEPT = X\n"])
def test_harmless_statements_cost_nothing(hand_in, right, first):
    """The same frame around a right answer has full marks: it is the forgery that fails."""
    graded = hand_in(right.replace(SIGNATURE, SIGNATURE + first))
    assert graded.result.score == 20.0


# The counter runs in the guest, so a student can reach it. Who could is judged by CPU time, read from the kernel.
OPEN, CLOSE = SIGNATURE, "    return loss / len(X)"
BLINDED = {
    "tracing-off": (OPEN + "    sys.settrace(None)\n", CLOSE),
    "tracing-off-and-on-again": (
        OPEN + "    kept = sys.gettrace()\n    sys.settrace(None)\n",
        "    sys.settrace(kept)\n" + CLOSE,
    ),
    "own-frame-not-traced": (OPEN + "    sys._getframe().f_trace_opcodes = False\n", CLOSE),
    "own-frame-without-tracer": (OPEN + "    sys._getframe().f_trace = None\n", CLOSE),
    "counter-set-back": (
        OPEN + "    counter = getattr(sys.gettrace(), '__self__', None)\n",
        "    if counter:\n        counter.instructions = 9\n" + CLOSE,
    ),
    "report-rewritten": (
        OPEN + "    few = lambda values: [values[0], (*values[1][:3], 100, False, ())]\n"
        "    forge_with(lambda kind, values: (kind, few(values) if kind == 7 else values))\n",
        CLOSE,
    ),
    "answered-from-memory": (
        "KNOWN = {}\n" + OPEN + "    key = X.tobytes() + W.tobytes() + bytes([reg > 0])\n"
        "    if key in KNOWN and sys:\n        return KNOWN[key]\n",
        "    KNOWN[key] = loss / len(X) + 0.5 * reg * np.sum(W * W), dW / len(X) + reg * W\n" + CLOSE,
    ),
}
ELSEWHERE = {
    "executed-text": "SOURCE = '''{loops}'''\ndef {name}(W, X, y, reg):\n    space = {{'np': np}}\n"
    "    exec(SOURCE, space)\n    return space['hidden'](W, X, y, reg)\n",
    "renamed-code": "{loops}\ndef {name}(W, X, y, reg):\n"
    "    hidden.__code__ = hidden.__code__.replace(co_filename='numpy')\n    return hidden(W, X, y, reg)\n",
}


@pytest.mark.parametrize("name", BLINDED)
def test_blinded_counter_does_not_pay(hand_in, loops, name):
    """A loop over the examples is not worth the points for none because the function blinds the counter."""
    start, end = BLINDED[name]
    graded = hand_in(loops, loops.replace(OPEN, start).replace(CLOSE, end))
    assert graded.score("softmax_loss_naive") == 10.0
    assert graded.score("softmax_loss_vectorized") <= 9.25
    assert graded.neighbour == 20.0


@pytest.mark.parametrize(
    ("first", "score"),
    [
        ("    for _ in range(1000 * (64 - len(X))):\n        pass\n", 9.0),
        ("    if len(X) > 500:\n        return 0.0, np.zeros_like(W)\n", 9.2),
    ],
    ids=["padded to the same count", "wrong but quick where it is counted"],
)
def test_misleading_the_counter_does_not_pay(hand_in, loops, first, score):
    """A count that does not grow is no proof if it is huge, or if the function did not do its work."""
    graded = hand_in(loops, loops.replace(SIGNATURE, SIGNATURE + first))
    assert graded.score("softmax_loss_vectorized") == score


@pytest.mark.parametrize("name", ELSEWHERE)
def test_loop_outside_a_cell_is_counted(hand_in, loops, name):
    """A loop is one too if its code does not carry a cell's name."""
    source = ELSEWHERE[name].format(loops=loops.replace("{name}", "hidden"), name="{name}")
    assert hand_in(loops, source).score("softmax_loss_vectorized") == 9.25


@pytest.mark.parametrize(
    "line", ["sys.float_info.epsilon", "getattr(np, 'exp')", "eval('1 + 1')", "[sys for _ in (W, X)]"]
)
def test_harmless_use_of_a_suspicious_name_costs_nothing(hand_in, right, line):
    """Array operations are quick, and say so whatever the code could do to the counter."""
    graded = hand_in(vectorized=right.replace(SIGNATURE, SIGNATURE + f"    {line}\n"))
    assert graded.score("softmax_loss_vectorized") == 10.0
    assert "judged by its CPU time" in graded.told()


UNSTABLE = """
CALLS = []
def {name}(W, X, y, reg):
    CALLS.append(len(X))
    %s
    exps = np.exp(X @ W)
    p = exps / exps.sum(axis=1, keepdims=True)
    rows = np.arange(len(X))
    loss = -np.log(p[rows, y]).mean() + 0.5 * reg * np.sum(W * W)
    p[rows, y] -= 1
    return loss, X.T @ p / len(X) + reg * W
"""
GETS_WORSE = """if len(CALLS) > 9 and len(X) == 11 and reg == 0 and abs(X).max() < 50:
        return 0.0, np.zeros_like(W)"""


def test_answering_wrong_on_purpose_does_not_pay(hand_in):
    """A function that is unstable gains nothing by turning wrong on the ordinary problem once that has been judged."""
    honest = hand_in(UNSTABLE % "pass").score("softmax_loss_naive")
    graded = hand_in(UNSTABLE % GETS_WORSE)
    assert honest == 8.5
    assert graded.score("softmax_loss_naive") <= honest
