"""Attacks on the grader's time, and by it: stalling at every place, and lying to the clocks."""

from ..attack import LOOPS_SCORE, answers, code, function
from ..tools import LOOPS, RIGHT

STALLING = (("call_seconds", 1.0), ("crashes", 1))
STALLING_TWICE = (("call_seconds", 1.0), ("crashes", 3))
"""Definitions that stall are run once more, without assignments that call something."""
STALLED = r"did not return within 1 seconds?"
NOT_DEFINED = r"could not be defined: running the notebook's definitions did not return within 1 seconds?"

CALLS = {
    "spins": "while True:\n    pass",
    "sleeps": "time.sleep(60)",
    "yields-its-turn-for-ever": "while True:\n    os.sched_yield()",
    "holds-the-interpreter": "return 3 ** 10 ** 9",
    "backtracks": "import re\nreturn re.match('(a|aa)+$', 'a' * 99 + 'b')",
    "collides-in-a-dict": "return len({n * ((1 << 61) - 1): n for n in range(1, 10 ** 5)})",
    "multiplies-without-end": "big = np.ones((2000, 2000))\nwhile True:\n    big = big @ big / 2000",
    "waits-for-a-lock": "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()",
    "waits-for-a-signal": "import signal\nsignal.pause()",
    "waits-for-its-pipe": "os.read(os.pipe()[0], 1)",
    "waits-for-input": "os.read(0, 1) or os.read(3, 1)",
    "ignores-every-signal": """
import signal
for number in range(1, 64):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    pass""",
    "catches-what-would-end-it": """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass""",
    "reads-the-graders-channel": "os.read(3, 1)",
    "answers-byte-by-byte": """
for byte in struct.pack("<4sBBHQQ", b"GKW1", 7, 0, 2, stolen_call(), 1 << 20) + bytes(1000):
    os.write(3, bytes([byte]))
    time.sleep(0.05)""",
    "answers-half": "send(bytes(10), 2, length=1 << 20)\nos.read(3, 1)",
    "answers-half-of-a-header": "os.write(3, b'GKW1')\nos.read(3, 1)",
    "stalls-when-its-type-is-named": """
class Slow(type):
    @property
    def __name__(cls):
        while True:
            pass
return Slow('x', (), {})()""",
    "stalls-when-it-is-described": """
class Slow(Exception):
    def __str__(self):
        while True:
            pass
raise Slow""",
    "stalls-when-it-is-unpacked": """
class Slow(tuple):
    def __iter__(self):
        while True:
            pass
return Slow((0.0, W))""",
    "stalls-when-it-is-let-go": """
class Slow:
    def __del__(self):
        while True:
            pass
Slow()""",
}
DEFINITIONS = {
    "spins-at-definition": "STALL = [n for n in iter(int, 1)]\ndef {name}(W, X, y, reg):\n    return STALL\n",
    "backtracks-at-definition": "import re\nclass Stall:\n    found = re.match('(a|aa)+$', 'a' * 99 + 'b')\n"
    "def {name}(W, X, y, reg):\n    return Stall\n",
    "sleeps-in-a-default": "import time\ndef {name}(W, X=0, y=0, reg=time.sleep(60)):\n    return 0\n",
    "sleeps-in-a-decorator": "import time\n@lambda f: time.sleep(60)\ndef {name}(W, X, y, reg):\n    return 0\n",
}
PARSERS = {
    "folds-a-power": "def {name}(W, X, y, reg):\n    return 10 ** 10 ** 9 if 0 else None\n",
    "folds-a-text": "def {name}(W, X, y, reg):\n    return 'a' * 10 ** 12 if 0 else None\n",
    "folds-a-shift": "def {name}(W, X, y, reg):\n    return 1 << 10 ** 12 if 0 else None\n",
    "nests-brackets": "def {name}(W, X, y, reg):\n    return " + "(" * 50_000 + ")" * 50_000 + "\n",
    "nests-operators": "def {name}(W, X, y, reg):\n    return " + "-" * 50_000 + "1\n",
    "nests-texts": "def {name}(W, X, y, reg):\n    return " + "f'{" * 900 + "1" + "}'" * 900 + "\n",
    "nests-calls": "def {name}(W, X, y, reg):\n    return " + "f(" * 20_000 + ")" * 20_000 + "\n",
    "nests-attributes": "def {name}(W, X, y, reg):\n    return W" + ".T" * 80_000 + "\n",
    "nests-blocks": "def {name}(W, X, y, reg):\n"
    + "".join(" " * n + "if 1:\n" for n in range(1, 500))
    + " " * 500
    + "pass\n",
    "writes-a-number-of-many-digits": "def {name}(W, X, y, reg):\n    return " + "9" * 150_000 + "\n",
    "writes-a-thousand-functions": "def {name}(W, X, y, reg): pass\n" * 4000,
    "writes-a-long-line-of-names": "def {name}(W, X, y, reg):\n    return " + "+".join(["np"] * 40_000) + "\n",
}
CLOCKS = """
import time
time.perf_counter = time.process_time = time.thread_time = time.monotonic = time.time = lambda: 0.0
time.clock_gettime = lambda number: 0.0
"""
HURRIED = {
    "sets-every-clock-to-zero": CLOCKS + LOOPS + "    sys\n",
    "stops-the-counting-and-the-clocks": CLOCKS
    + LOOPS.replace("    loss, dW", "    sys.settrace(None)\n    loss, dW", 1),
    "works-while-nobody-looks": "import threading\n"
    + LOOPS.replace("    loss, dW", "    threading.Timer(0, len).start()\n    loss, dW", 1),
    "sleeps-where-time-is-taken": LOOPS.replace(
        "    loss, dW", "    time.sleep(len(X) / 1e6)\n    sys.settrace(None)\n    loss, dW", 1
    ),
    "answers-from-another-call": "KEPT = {}\n"
    + LOOPS.replace(
        "    loss, dW", "    sys.settrace(None)\n    if X.shape in KEPT:\n        return KEPT[X.shape]\n    loss, dW", 1
    ).replace("    return loss", "    KEPT[X.shape] = loss, dW\n    return loss"),
}

ATTACKS = (
    *(answers(name, function(body), STALLED, limits=STALLING) for name, body in CALLS.items()),
    *(
        answers(name, source, NOT_DEFINED + "|raised NameError", limits=STALLING_TWICE)
        for name, source in DEFINITIONS.items()
    ),
    *(
        answers(name, source, "syntax error|Expected|raised|defined|too large", limits=STALLING)
        for name, source in PARSERS.items()
    ),
    *(
        answers(name, "", "judged by its CPU time|raised RuntimeError", vectorized=source, most=LOOPS_SCORE)
        for name, source in HURRIED.items()
    ),
    answers(
        "stalls-a-little-in-every-call",
        RIGHT.replace("    scores = X", "    time.sleep(0.15)\n    scores = X", 1),
        "are used up|what was left",
        most=9.9,
        limits=(("submission_seconds", 2.0),),
    ),
    answers(
        "stalls-where-inputs-are-hidden",
        RIGHT.replace("    scores = X", "    while len(X) > 2:\n        pass\n    scores = X", 1),
        STALLED,
        limits=STALLING,
    ),
    answers("hides-a-stall-among-other-cells", RIGHT, "not found", code("while True:\n    pass\n"), most=10.0),
)
