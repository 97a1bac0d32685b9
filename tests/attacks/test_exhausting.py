"""Attacks that want to use up the machine: time, memory, descriptors, the stack, the channel, the worker."""

import pytest

from gradkit.grader.errors import FaultKind

DIED, RAISED, TIMED_OUT, TOO_LARGE = FaultKind.DIED, FaultKind.RAISED, FaultKind.TIMED_OUT, FaultKind.TOO_LARGE
TAKES_TIME = {
    "spins": "while True:\n    pass",
    "sleeps": "import time\ntime.sleep(60)",
    "holds-the-interpreter": "return 3 ** 10 ** 9",
    "backtracks": "import re\nreturn re.match('(a|aa)+$', 'a' * 99 + 'b')",
    "ignores-every-signal": """
import signal
for number in range(1, 64):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    pass""",
    "reads-the-grader's-channel": "os.read(3, 1)",
    "answers-byte-by-byte": """
import time
for byte in struct.pack("<4sBBHQQ", b"GKW1", 7, 0, 2, stolen_call(), 1 << 20) + bytes(1000):
    os.write(3, bytes([byte]))
    time.sleep(0.05)""",
    "answers-half": "send(bytes(10), 2, length=1 << 20)\nos.read(3, 1)",
}
TAKES_SPACE = {
    "memory-at-once": ("return np.ones(1 << 33)", {RAISED, DIED}),
    "memory-by-and-by": ("kept = []\nwhile True:\n    kept.append(np.empty(1 << 20))", {RAISED, DIED}),
    "shared-anonymous-memory": ("import mmap\nreturn len(mmap.mmap(-1, 1 << 34))", {RAISED, DIED}),
    "descriptors": ("while True:\n    os.pipe()", {RAISED}),
    "stack-of-python": ("def deeper(): return deeper()\ndeeper()", {RAISED}),
    "stack-of-c": (
        "import itertools\nx = iter(())\nfor _ in range(3 * 10 ** 5):\n    x = itertools.chain(x, ())\nreturn list(x)",
        {DIED},
    ),
    "large-reply": ("return np.zeros(2 << 20)", {TOO_LARGE}),
    "header-of-a-petabyte": ("send(b'', 2, length=1 << 50)\nos.read(3, 1)", {TOO_LARGE}),
    "header-of-everything": ("send(b'', 2, length=(1 << 64) - 1)\nos.read(3, 1)", {TOO_LARGE}),
    "unasked-flood": ("while True:\n    os.write(3, bytes(1 << 16))", {FaultKind.PROTOCOL, DIED}),
}


def source(body):
    """Return a notebook's cell with an attack of this body."""
    indented = "\n".join("    " + line for line in body.strip("\n").split("\n"))
    return f"def attack():\n{indented}\n"


@pytest.mark.parametrize("name", TAKES_TIME)
def test_time_is_bounded(attack, rung, name):
    """A call that does not return ends with its time limit, whatever it does meanwhile, and says so."""
    got = attack(rung, source(TAKES_TIME[name]))
    assert got.kind is TIMED_OUT
    assert "0.6 seconds" in got.told


@pytest.mark.parametrize("name", TAKES_SPACE)
def test_space_is_bounded(attack, rung, name):
    """Memory, descriptors, stack and replies have limits, and running into one is a fault with a name."""
    body, kinds = TAKES_SPACE[name]
    got = attack(rung, source(body), patient=True)
    assert got.kind in kinds, got
    assert got.told


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
