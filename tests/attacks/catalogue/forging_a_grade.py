"""Attacks that want points nobody earned: forged frames and reports, patched comparisons, blinded counters."""

from ..attack import LOOPS_SCORE, answers, code, function
from ..tools import LOOPS, RIGHT, SIGNATURE

LITTLE = 2.0  # what zeros with a right penalty deserve at most
ZEROS = "    return 0.0, np.zeros_like(W)\n"
WRONG = r"wrong|should|Expected"
LOST = r"ended the whole Python process|closed the connection|was ended by|crashed|interfered"

FRAMES = {
    "answers-beforehand": "for _ in range(5):\n    send(b'\\0' + REPORT, 2, call=0)",
    "answers-twice": "send(b'\\0' + REPORT, 2)",
    "says-hello-again": "send(b'\\0', 1, 4)",
    "says-prepared": "send(b'\\0\\0\\0', 3, 5)",
    "says-executed": "send(b'\\0', 1, 6)",
    "unknown-kind": "send(b'\\0', 1, 200)",
    "asks-the-grader": "send(b'\\0', 1, 3)",
}
ENDS = {
    "closes-the-channel": "os.close(3)",
    "closes-everything": "os.closerange(0, 64)",
    "replaces-the-channel": "os.dup2(os.pipe()[1], 3)",
    "leaves-at-once": "os._exit(0)",
    "leaves-behind-the-library": "system_call(231, 0)",
}
LEAVES = {
    "leaves-politely": "sys.exit(0)",
    "leaves-with-success": "raise SystemExit",
    "leaves-as-interactive-sessions-do": "raise SystemExit('All tests passed')",
    "is-interrupted": "raise KeyboardInterrupt",
    "is-a-generator-that-ends": "raise StopIteration((0.0, W))",
    "asserts-nothing": "import unittest.mock\nraise AssertionError",
    "skips-itself": "raise type('Skipped', (BaseException,), {})('skip')",
    "skips-as-unittest-does": "import unittest\nraise unittest.SkipTest('skip')",
    "passes-itself": "raise type('Passed', (BaseException,), {'__bool__': lambda self: True})",
    "raises-a-group-of-nothing": "raise BaseExceptionGroup('all passed', [SystemExit(0)])",
}
AGREES = {
    "agrees-with-everything": "return type('Yes', (float,), {'__eq__': lambda *a: True})(), np.matrix(W)",
    "not-a-number-agrees": "return np.nan, W * np.nan",
    "infinity-agrees": "return np.inf, W * np.inf",
    "overrides-its-comparison": """
class Yes(np.ndarray):
    __eq__ = __ne__ = __lt__ = __gt__ = __le__ = __ge__ = lambda *a: True
    __sub__ = __rsub__ = __abs__ = lambda *a: 0.0
    shape = property(lambda self: Yes.wanted)
return W.sum().view(Yes) if hasattr(W.sum(), 'view') else 0.0, W.view(Yes)""",
    "overrides-ufuncs": """
class Yes(np.ndarray):
    def __array_ufunc__(self, *a, **k): return True
    def __array_function__(self, *a, **k): return True
    def __array__(self, *a, **k): return np.zeros(3)
return np.zeros(()).view(Yes), W.view(Yes)""",
    "says-that-it-is-a-float": "return type('Yes', (), {'__class__': property(lambda s: float)})(), W",
    "offers-an-array-interface": "return type('Yes', (), {'__array_interface__': W.__array_interface__})(), W",
    "fits-every-shape": "return np.zeros((1, 1)), np.zeros((1, 1))",
    "is-broadcast-from-nothing": "return 0.0, np.broadcast_to(np.float64(0), W.shape)",
    "is-masked-everywhere": "return 0.0, np.ma.masked_all(W.shape)",
    "hides-behind-a-mask": "return 0.0, np.ma.array(W, mask=False, fill_value=0.0)",
    "is-an-array-of-liars": """
class Yes(float):
    __eq__ = __le__ = __lt__ = lambda *a: True
    __sub__ = __rsub__ = __abs__ = lambda *a: 0.0
return Yes(), np.full(W.shape, Yes(), object)""",
    "answers-in-texts": "return '0.0', W.astype(str)",
    "answers-with-the-truth-of-everything": "return True, np.ones(W.shape, bool)",
    "has-a-dtype-that-says-so": "return 0.0, np.zeros(W.shape, np.dtype('f8', metadata={'correct': True}))",
    "claims-a-very-long-double": "return np.longdouble('1e4000'), np.full(W.shape, np.longdouble('1e4000'))",
    "promises-to-answer": "async def later():\n    return 0.0, W\nreturn later()",
    "answers-bit-by-bit": "yield 0.0\nyield W",
    "says-that-it-passed": "return 'PASSED', 20.0",
    "returns-a-result": "return {'score': 20.0, 'problem': None, 'questions': []}",
    "is-right-for-the-published-example": "return (2.7, W) if len(W) == 3 else (0.0, W * 0)",
}
PATCHES = {
    "patches-the-comparisons": """
import builtins, math, unittest
np.allclose = np.isclose = np.array_equal = lambda *a, **k: True
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None
builtins.abs = builtins.max = lambda *a, **k: 0
math.isclose = lambda *a, **k: True""",
    "patches-the-wire": "sys.modules['sandbox.wire'].values = lambda *a: [0.0]",
    "patches-the-guest": "sys.modules['sandbox.guest.serve'].Server.call = lambda *a: (7, [0.0])",
    "patches-pytest-before-it-comes": "sys.modules['pytest'] = sys.modules['gradkit.grader'] = type(sys)('pytest')",
    "prints-a-result": """
os.write(1, b'{"score": 20.0}\\n20 passed\\n')
os.write(2, b'OK\\n')
print('All tests passed', flush=True)""",
    "prints-a-frame": "os.write(1, struct.pack('<4sBBHQQ', b'GKW1', 7, 0, 0, stolen_call(), 0))",
    "writes-a-result": "try:\n    open(open_folder + '/softmax.json', 'w').write('{}')\nexcept Exception:\n    pass",
}
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
    "tracing-off-by-another-name": (OPEN + "    from bdb import Bdb\n    Bdb().reset(); Bdb().set_trace()\n", CLOSE),
}
HIDDEN = {
    "executed-text": "SOURCE = '''{loops}'''\ndef {name}(W, X, y, reg):\n    space = {{'np': np}}\n"
    "    exec(SOURCE, space)\n    return space['hidden'](W, X, y, reg)\n",
    "renamed-code": "{loops}\ndef {name}(W, X, y, reg):\n"
    "    hidden.__code__ = hidden.__code__.replace(co_filename='numpy')\n    return hidden(W, X, y, reg)\n",
    "run-by-a-tracer-of-its-own": "{loops}\nimport trace\ndef {name}(W, X, y, reg):\n"
    "    return trace.Trace(count=0, trace=0).runfunc(hidden, W, X, y, reg)\n",
    "run-by-a-profiler": "{loops}\nimport cProfile\ndef {name}(W, X, y, reg):\n"
    "    return cProfile.Profile().runcall(hidden, W, X, y, reg)\n",
    "run-by-a-stopwatch": "{loops}\nimport timeit\nGOT = []\ndef {name}(W, X, y, reg):\n"
    "    timeit.Timer(lambda: GOT.append(hidden(W, X, y, reg))).timeit(1)\n    return GOT.pop()\n",
    "reached-by-a-pattern": "{loops}\ndef {name}(W, X, y, reg):\n    match np.matrixlib.defmatrix:\n"
    "        case object(sys=found):\n            match found:\n"
    "                case object(settrace=set_, gettrace=get):\n"
    "                    kept = get()\n                    set_(None)\n                    got = hidden(W, X, y, reg)\n"
    "                    set_(kept)\n                    return got\n",
}
HIDDEN |= {
    "module-found-through-typing": "{loops}\nfrom typing import types\ndef {name}(W, X, y, reg):\n"
    "    copy = types.FunctionType(hidden.__code__.replace(co_filename='numpy'), globals())\n"
    "    return copy(W, X, y, reg)\n",
    "name-composed-in-a-text": "{loops}\nimport warnings\ndef {name}(W, X, y, reg):\n    try:\n"
    "        '{{0.sys.nope_}}'.format(warnings)\n    except AttributeError as error:\n        system = error.obj\n"
    "    kept = system.gettrace()\n    system.settrace(None)\n    got = hidden(W, X, y, reg)\n"
    "    system.settrace(kept)\n    return got\n",
    "evaluated-as-a-hint-of-a-type": "{loops}\nimport functools\n"
    "@functools.singledispatch\ndef start(x):\n    return x\n"
    "GOT = []\ndef {name}(W, X, y, reg):\n    global W_, X_, y_, reg_\n"
    "    W_, X_, y_, reg_ = W, X, y, reg\n    hidden\n"
    "    @start.register\n    def other(x: exec('GOT.append(hidden(W_, X_, y_, reg_))') or int):\n        return x\n"
    "    return GOT.pop()\n",
    "code-of-a-coroutine": "async def holder():\n    def inner(W, X, y, reg):\n"
    "        return hidden(W, X, y, reg)\n{loops}\n"
    "FOUND = [c for c in holder().cr_code.co_consts if hasattr(c, 'co_code')]\n"
    "COPY = FOUND[0].replace(co_filename='numpy')\n"
    "def {name}(W, X, y, reg):\n    return type(hidden)(COPY, globals())(W, X, y, reg)\n",
}
# Loops that C code makes over functions written in C: no instruction of the student's runs.
IN_C = {
    "map-found-again": "list(map.mro()[1](np.{step}, {rows}))",
    "numpy-s-other-apply-along-axis": "np.ma.apply_along_axis(np.{step}, 1, {rows})",
}
STEPS = """
def {name}(W, X, y, reg):
    rows, n = np.arange(len(X)), len(X)
    scores = X @ W
    scores = scores - np.array(MAXIMUM).reshape(n, 1)
    exps = np.array(EXP).reshape(n, -1)
    p = exps / np.array(SUM).reshape(n, 1)
    loss = -np.log(p[rows, y]).mean() + 0.5 * reg * np.sum(W * W)
    p[rows, y] -= 1
    return loss, X.T @ p / n + reg * W
"""
LATER = """
class Later(tuple):
    def __iter__(self):
        return iter(hidden(*GIVEN))

def {name}(W, X, y, reg):
    global GIVEN
    GIVEN = W, X, y, reg
    return Later((0.0, W))
"""
MISLED = {
    "padded-to-the-same-count": ("    for _ in range(1000 * (64 - len(X))):\n        pass\n", 9.0),
    "wrong-but-quick-where-it-is-counted": ("    if len(X) > 500:\n        return 0.0, np.zeros_like(W)\n", 9.2),
}
UNSTABLE = """
CALLS = []
def {name}(W, X, y, reg):
    CALLS.append(len(X))
    if len(CALLS) > 9 and len(X) == 11 and reg == 0 and abs(X).max() < 50:
        return 0.0, np.zeros_like(W)
    exps = np.exp(X @ W)
    p = exps / exps.sum(axis=1, keepdims=True)
    rows = np.arange(len(X))
    loss = -np.log(p[rows, y]).mean() + 0.5 * reg * np.sum(W * W)
    p[rows, y] -= 1
    return loss, X.T @ p / len(X) + reg * W
"""
DEFINED = {
    "is-an-object-that-answers": "class Yes:\n    def __call__(self, W, X, y, reg):\n        return 0.0, W * 0\n"
    "{name} = Yes()\n",
    "is-whatever-is-asked": "class Any:\n    def __getattr__(self, name):\n        return self\n"
    "    __call__ = lambda self, *a: self\n{name} = Any()\n",
    "is-numpy-itself": "{name} = np.dot\n",
    "is-a-class": "class {name}:\n    def __init__(self, W, X, y, reg): pass\n",
    "replaces-numpy-for-all": "class Liar:\n    def __getattr__(self, name):\n        return lambda *a, **k: True\n"
    "np = Liar()\n"
    "def {name}(W, X, y, reg):\n    return np.loss(), np.gradient()\n",
    "replaces-the-builtins": "__builtins__ = dict()\ndef {name}(W, X, y, reg):\n    return 0.0, np.zeros_like(W)\n",
}


def _in_c(loop: str) -> str:
    steps = (("MAXIMUM", "max", "scores"), ("EXP", "exp", "scores"), ("SUM", "sum", "exps"))
    source = STEPS
    for place, step, rows in steps:
        source = source.replace(place, loop.format(step=step, rows=rows))
    return source


def _hidden(source: str) -> str:
    return source.format(loops=LOOPS.replace("{name}", "hidden"), name="{name}")


ATTACKS = (
    *(answers(n, function(b) + ZEROS, WRONG + "|interfered", most=LITTLE) for n, b in FRAMES.items()),
    *(answers(n, function(b) + ZEROS, LOST, most=LITTLE) for n, b in ENDS.items()),
    *(answers(n, function(b) + ZEROS, r"raised \w+", most=LITTLE) for n, b in LEAVES.items()),
    *(answers(n, function(b), WRONG, most=LITTLE) for n, b in AGREES.items()),
    *(answers(n, function(b) + ZEROS, WRONG + "|interfered|raised|" + LOST, most=LITTLE) for n, b in PATCHES.items()),
    *(
        answers(
            name,
            "",
            "judged by its CPU time|loop",
            vectorized=LOOPS.replace(OPEN, start).replace(CLOSE, end),
            most=LOOPS_SCORE,
        )
        for name, (start, end) in BLINDED.items()
    ),
    *(
        answers(name, "", "loop|No module named", vectorized=_hidden(source), most=LOOPS_SCORE)
        for name, source in HIDDEN.items()
    ),
    *(answers(name, "", "loop|one by one", vectorized=_in_c(source), most=9.5) for name, source in IN_C.items()),
    answers(
        "answer-computed-when-it-is-read", "", WRONG, vectorized=LOOPS.replace("{name}", "hidden") + LATER, most=LITTLE
    ),
    *(
        answers(name, "", "loop|wrong", vectorized=LOOPS.replace(OPEN, OPEN + first), most=most)
        for name, (first, most) in MISLED.items()
    ),
    *(answers(name, source, r"wrong|should|Expected|raised|found", most=LITTLE) for name, source in DEFINED.items()),
    answers("wrong-on-purpose-once-it-was-judged", UNSTABLE, "overflow|nan|infinite", most=8.5),
    answers(
        "remembers-which-question-it-is",
        "ASKED = []\ndef {name}(W, X, y, reg):\n    ASKED.append(1)\n    return 0.0, np.zeros_like(W)\n",
        WRONG,
        vectorized=RIGHT.replace("    scores = X", "    reg = reg if len(ASKED) < 9 else 0.0\n    scores = X", 1),
        most=LITTLE + 10.0,
    ),
    answers(
        "defined-again-in-a-later-cell",
        RIGHT,
        WRONG,
        code(SIGNATURE.replace("{name}", "softmax_loss_naive") + ZEROS),
        most=LITTLE,
    ),
)
