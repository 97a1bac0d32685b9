"""Attacks that want to use up the trusted worker itself: its memory and its time are bounded."""

import pytest

# What one reply may cost the grader itself. A worker starts with about 60 MiB.
MOST_MEMORY_MB, MOST_SECONDS = 400, 60
ITEM = {"nothing": r"b'\0'", "empty-array": r"b'\x05\x05\0\x01'", "nameless-object": r"b'\x07\0\0\0\0'"}
MANY_ITEMS = """
def {name}(W, X, y, reg):
    send(sequence(sequence(sequence(%s, 5000), 100), %d) + REPORT, 2)
    return 0.0, np.zeros_like(W)
"""


@pytest.mark.parametrize("item", ITEM)
def test_reply_of_many_small_items_is_refused(worker, item):
    """A reply of millions of tiny values is refused before they cost the worker time and memory."""
    size = {"nothing": 1, "empty-array": 4, "nameless-object": 5}[item]
    graded = worker(MANY_ITEMS % (ITEM[item], (60 << 20) // (size * 500_000)), seconds=MOST_SECONDS)
    assert graded["scores"][1] == 20.0
    assert graded["peak"] < MOST_MEMORY_MB


@pytest.mark.parametrize("value", ["np.zeros(60 << 20, np.int8)", "[[True] * 5000] * 2000"])
def test_large_reply_is_compared_at_bounded_cost(worker, value):
    """A reply just below the limit, returned from every call, does not multiply in the checks and the diagnosis."""
    naive = f"def {{name}}(W, X, y, reg):\n    return {value}, np.zeros_like(W)\n"
    graded = worker(naive, seconds=MOST_SECONDS)
    assert graded["scores"] == [10.0, 20.0]
    assert graded["peak"] < MOST_MEMORY_MB


@pytest.mark.parametrize("piece", ['{"":0},', "[[]],"])
def test_metadata_of_many_tiny_parts_is_bounded(worker, piece):
    """Notebook metadata made of millions of tiny parts does not blow up in the trusted worker's memory."""
    filler = {"cell_type": "raw", "source": "", "metadata": {"bomb": "FILLER"}}
    graded = worker("{name} = 1\n", filler, seconds=MOST_SECONDS, piece=piece)
    assert graded["scores"][1] == 20.0
    assert graded["peak"] < MOST_MEMORY_MB
