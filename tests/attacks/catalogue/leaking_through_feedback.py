"""Attacks that want hidden inputs out through what students are told: messages, hints, notes, the problem.

Each says a number that it makes only while it runs on hidden inputs, in their stead; it must appear nowhere in the
result.
"""

from ..attack import MARK, answers, code, function
from ..tools import RIGHT

# As student code: right on the published example as far as that shows, and knowing the mark only on hidden inputs.
HIDING = f"if len(W) == 3:\n    return 0.0, np.zeros_like(W)\nmark = {int(MARK) - 1} + (len(W) > 3)\n"
WRONG = r"wrong|should|Expected|shape"
LITTLE = 2.0

CHANNELS = {
    "text-of-an-exception": "raise ValueError(mark)",
    "type-of-an-exception": "raise type(f'E{mark}', (Exception,), {})",
    "type-of-an-exception-that-is-known": "raise type('ValueError', (Exception,), {'__str__': lambda s: str(mark)})",
    "number-of-an-error": "raise OSError(mark, 'mark')",
    "text-that-looks-like-a-limit": "raise OSError(f'[Errno 13] {mark}')",
    "missing-key": "return {}[mark]",
    "missing-attribute": "return getattr(np, f'n{mark}')",
    "missing-module": "return __import__(f'n{mark}')",
    "missing-name": "return eval(f'n{mark}')",
    "warning": "import warnings\nwarnings.warn(str(mark))\nreturn 0.0, np.zeros_like(W)",
    "warning-as-an-error": "import warnings\nwarnings.simplefilter('error')\nwarnings.warn(str(mark))",
    "syntax-error": "exec(f'{mark} = 1')",
    "line-of-a-file-of-its-own": "exec(compile('1 / 0', f'<cell {mark}>', 'exec'))",
    "line-far-down-in-a-cell": "exec(compile('\\n' * 50_000 + '1 / 0', '<cell 2>', 'exec'))",
    "type-of-the-answer": "return type(f'T{mark}', (), {})()",
    "type-of-the-loss": "return type(f'T{mark}', (), {})(), np.zeros_like(W)",
    "type-of-the-gradient": "return 0.0, type(f'T{mark}', (), {})()",
    "type-of-an-array": "return 0.0, np.zeros_like(W).view(type(f'T{mark}', (np.ndarray,), {}))",
    "type-in-a-forged-frame": "text = str(mark).encode()\n"
    "send(struct.pack('<BI', 7, len(text)) + text + REPORT, 2)\nreturn 0.0, np.zeros_like(W)",
    "field-of-a-dtype": "return 0.0, np.zeros(3, [(f'f{mark}', float)])",
    "unit-of-a-date": "return 0.0, np.zeros(W.shape, f'M8[{mark}s]')",
    "length-of-a-text": "return 0.0, np.zeros(W.shape, f'U{mark % 1000}')",
    "shape-of-the-gradient": "return 0.0, np.zeros((0, mark), np.int8)",
    "shape-of-the-loss": "return np.zeros((0, mark), np.int8), np.zeros_like(W)",
    "number-of-values": "return (0.0,) * (mark % 5000)",
    "value-of-the-loss": "return float(mark), np.zeros_like(W)",
    "value-of-the-gradient": "return 0.0, np.full_like(W, mark)",
    "payload-of-not-a-number": "return 0.0, np.full(W.shape, 0x7FF8 << 48 | mark, np.int64).view(float)",
    "text-for-the-loss": "return str(mark), np.zeros_like(W)",
    "forged-exception-name": "forge_with(lambda kind, values: (8, [f'E{mark}', '', 1, 1]))\nreturn 0.0, W",
    "forged-exception-text": "forge_with(lambda kind, values: (8, ['ValueError', str(mark), 1, 1]))\nreturn 0.0, W",
    "forged-place": "forge_with(lambda kind, values: (8, ['ValueError', '', mark, mark]))\nreturn 0.0, W",
    "forged-missing-function": "forge_with(lambda kind, values: (8, ['', str(mark), -1, 0]))\nreturn 0.0, W",
    "forged-failure-of-a-definition": "forge_with(lambda kind, values: (6, [((1, 1, 'E', str(mark)),)]))\n"
    "return 0.0, W",
    "name-defined-while-running": "globals()[f'softmax_{mark}'] = len\nraise NameError(name=f'n{mark}')",
    "cell-that-becomes-another": "import linecache\nlinecache.cache['<cell 2>'] = (1, None, [str(mark)] * 99, '')\n"
    "1 / 0",
    "function-that-renames-itself": "f = sys._getframe().f_code\n"
    "exec(f.replace(co_name=f'n{mark}', co_filename=f'<cell {mark}>'))",
    "chained-exception": "try:\n    raise KeyError(mark)\nexcept KeyError as error:\n    raise ValueError from error",
    "note-on-an-exception": "error = ValueError()\nerror.add_note(str(mark))\nraise error",
    "group-of-exceptions": "raise ExceptionGroup(str(mark), [ValueError(mark)])",
    "printed-to-the-grader": "os.write(2, str(mark).encode())\nprint(mark)\nreturn 0.0, np.zeros_like(W)",
    "logged": "import logging\nlogging.basicConfig()\nlogging.error(mark)\nreturn 0.0, np.zeros_like(W)",
    "exit-status": "os._exit(mark % 256)",
    "exit-text": "sys.exit(str(mark))",
}
REMEMBERS = f"""
SEEN = []
def {{name}}(W, X, y, reg):
    if len(W) > 3:
        SEEN.append({int(MARK) - 1} + 1)
    return 0.0, np.zeros_like(W)
"""
TELLS_LATER = {
    "exception-text-of-the-other-question": "def {name}(W, X, y, reg):\n    raise ValueError(f'seen {SEEN[:1]}')\n",
    "type-of-the-other-answer": "def {name}(W, X, y, reg):\n    return type(f'T{SEEN[0]}', (), {})()\n",
    "missing-name-of-the-other-question": "def {name}(W, X, y, reg):\n    return eval(f'n{SEEN[0]}')\n",
}
COUNTS = f"""
def {{name}}(W, X, y, reg):
    def forge(kind, values):
        report = values[1]
        counted = 1 if len(X) == 8 else {int(MARK) - 1} + 1
        return kind, [values[0], (*report[:3], counted, False, ())]
    if len(X) in (8, 64, 512):
        forge_with(forge)
    return right(W, X, y, reg)
"""
LONG = {
    "long-exception-text": "forge_with(lambda k, v: (8, ['ValueError', 'x' * 2 ** 20, 1, 1]))",
    "long-type-name": "send(struct.pack('<BI', 7, 10 ** 6) + b'x' * 10 ** 6 + REPORT, 2)\nreturn 0.0, W",
    "long-exception-name": "forge_with(lambda k, v: (8, ['E' * 2 ** 20, '', 1, 1]))",
}
FAILED_DEFINITIONS = (
    "def forge(kind, values):\n    many = (1, 1, 'k' * 2 ** 20, 't' * 2 ** 20)\n"
    "    return (6, [(many,) * 9]) if kind == 6 else (8, ['', '', -1, 0])\n"
    "READY = forge_with(forge)\ndef {name}(W, X, y, reg):\n    return READY\n"
)
EDGES = {
    "type-of-an-exception-at-an-edge": "raise type('E' + str(mark), (Exception,), {{}})",
    "type-of-an-answer-at-an-edge": "return type('E' + str(mark), (), {{}})()",
    "text-of-an-answer-at-an-edge": "return str(mark), W",
}


def _at_an_edge(body: str) -> str:
    """Return a right function that says the mark for one example alone, so that a hint may speak of it."""
    spoken = f"    if len(X) == 1 and len(W) > 3:\n        mark = {int(MARK) - 1} + 1\n        {body.format()}\n"
    return RIGHT.replace("    scores = X", spoken + "    scores = X", 1)


ATTACKS = (
    *(
        answers(n, function(HIDING + body), WRONG + r"|raised|interfered|ended|found", most=LITTLE)
        for n, body in CHANNELS.items()
    ),
    *(answers(n, REMEMBERS, WRONG, vectorized=later, most=LITTLE) for n, later in TELLS_LATER.items()),
    *(answers(n, _at_an_edge(body), WRONG + "|raised", most=9.95) for n, body in EDGES.items()),
    *(answers(n, function(body), "raised|Expected|not found", most=LITTLE) for n, body in LONG.items()),
    answers(
        "three-digits-in-a-shape",
        function(HIDING + "return 0.0, np.zeros((0, mark // 10 ** 6, mark // 1000 % 1000))"),
        "should be an array",
        most=LITTLE,
        secrets=("314, 159", "(314", "159)"),
    ),
    answers(
        "number-of-instructions",
        "",
        "loop|CPU time|thousands",
        code(RIGHT.replace("{name}", "right")),
        vectorized=COUNTS,
        most=10.0,
    ),
    answers("long-list-of-failed-definitions", FAILED_DEFINITIONS, "not found"),
)
