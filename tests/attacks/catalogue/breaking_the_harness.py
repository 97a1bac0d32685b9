"""Attacks that want grading itself to fail: values, reports, frames and exceptions that our own code chokes on."""

from ..attack import answers, function
from ..tools import RIGHT

JUDGED = r"wrong|should|Expected|raised|shape|nan|infinite|minus infinity|interfered"
INTERFERED = r"interfered with the grader"
DIED = r"crashed|ended the whole|was ended by|closed the connection|interfered|raised|did not return|not allowed"
OR_CHANGED = r"|wrong|more than 8 MiB|Expected|not found"
TWO_AT_MOST = 2.0

VALUES = {
    "ragged": "return np.zeros((2, 2)), ((1, 2), 3)",
    "ragged-everywhere": "return (((), 1), (2, (3, (4,)))), ((1, 2), 3)",
    "texts-in-arrays": "return np.zeros((2, 2)), ('a', ('b',))",
    "huge-numbers": "return 1e308, np.full_like(W, -1e308)",
    "infinite": "return np.inf, np.full_like(W, -np.inf)",
    "complex": "return 1j, W * 1j",
    "empty-arrays": "return np.zeros((0, 2 ** 30)), np.zeros((2 ** 30, 0))",
    "empty-arrays-in-a-list": "return [np.zeros((0, 2 ** 39))] * 3, [np.zeros((0, 2 ** 39))] * 3",
    "empty-arrays-in-many-lists": "return 0.0, [[[np.zeros((0, 2 ** 20))] * 9] * 9] * 9",
    "eight-dimensions": "return np.zeros((1,) * 8), np.zeros((1,) * 8)",
    "eight-dimensions-in-lists": "return [[[np.zeros((1,) * 8)]]], [[[np.zeros((1,) * 8)]]]",
    "sixty-dimensions": "return np.zeros((1,) * 60), np.zeros((1,) * 60)",
    "whole-numbers": "return 2 ** 63 - 1, np.full(W.shape, 2 ** 64 - 1, np.uint64)",
    "numbers-beyond-the-wire": "return 10 ** 4000, [[10 ** 400] * W.shape[1]] * W.shape[0]",
    "halves": "return np.float16(6e4), W.astype(np.float16)",
    "payloads-in-not-a-number": "return np.nan, np.frombuffer(b'inputs\\xf8\\x7f' * W.size).reshape(W.shape)",
    "negative-zero": "return -0.0, W * -0.0",
    "denormal": "return 5e-324, np.full_like(W, 5e-324)",
    "five-thousand-values": "return (0.0,) * 5000",
    "five-thousand-and-one-values": "return (0.0,) * 5001",
    "its-own-inputs": "return X, y",
    "the-same-array-twice": "return W, W",
    "backwards": "return 0.0, W[::-1, ::-1]",
    "in-columns": "return 0.0, np.asfortranarray(W * 0)",
    "bytes-the-other-way": "return 0.0, W.astype('>f8')",
    "out-of-line": "return 0.0, np.zeros(W.nbytes + 1, np.uint8)[1:].view(float).reshape(W.shape)",
    "read-only-and-overlapping": "return 0.0, np.lib.stride_tricks.as_strided(W, W.shape, (0, 0), writeable=False)",
    "sliding-windows": "return 0.0, np.lib.stride_tricks.sliding_window_view(W, (1, 1))",
    "records": "return 0.0, np.zeros(W.shape, 'f8,f8')",
    "dates": "return np.datetime64('NaT'), np.full(W.shape, np.datetime64('NaT'))",
    "raw-bytes": "return np.void(b'abc'), np.zeros(W.shape, 'V8')",
    "characters": "return np.str_('x'), np.zeros(W.shape, 'U3')",
    "a-memoryview": "return 0.0, memoryview(W)",
    "a-pointer": "return ctypes.pointer(ctypes.c_double(1.0)), W.ctypes.data_as(ctypes.c_void_p)",
    "a-c-array": "return 0.0, (ctypes.c_double * W.size)()",
    "a-module": "return np, sys",
    "a-generator": "return (n for n in (0.0, W))",
    "an-iterator": "return iter((0.0, W))",
    "a-frame": "return sys._getframe(), sys._getframe(1)",
    "an-exception": "return ValueError(W), KeyError",
    "ellipsis": "return ..., NotImplemented",
    "nothing-twice": "return None, None",
    "nothing-in-a-pair": "return (), []",
    "a-set-of-answers": "return {0.0, 1.0}",
    "an-answer-by-name": "return {'loss': 0.0, 'dW': W}",
    "a-named-pair": "from collections import namedtuple\nreturn namedtuple('Answer', 'loss dW')(0.0, W * 0)",
    "a-list-in-itself": "x = []\nx.append(x)\nreturn x",
    "a-pair-of-each-other": "x, y = [0.0], [0.0]\nx.append(y); y.append(x)\nreturn x",
    "a-deep-list": "x = []\nfor _ in range(10 ** 5):\n    x = [x]\nreturn x",
    "half-a-pair-of-surrogates": "return '\\udc80', '\\ud800'",
    "lying-length": "return type('L', (tuple,), {'__len__': lambda s: 2})((0.0, W, W, W))",
    "lying-length-below-zero": "return type('L', (tuple,), {'__len__': lambda s: -1})((0.0, W))",
    "endless-pair": "import itertools\n"
    "return type('L', (tuple,), {'__iter__': lambda s: itertools.repeat(0.0, 9)})((0.0, W))",
    "shape-that-raises": "return 0.0, type('L', (np.ndarray,), {'shape': property(lambda s: 1 / 0)})((2,))",
    "array-that-raises-when-made": "class L(np.ndarray):\n    def __array_finalize__(self, other):\n        1 / 0\n"
    "return 0.0, W.view(L)",
    "array-that-raises-when-asked": "return 0.0, W.view(type('L', (np.ndarray,), {'__array__': lambda *a: 1 / 0}))",
    "number-that-raises-late": "return type('L', (), {'__float__': lambda s: 1 / 0})(), W",
    "float-of-its-own": "return type('L', (float,), {'__float__': lambda s: 1 / 0, '__repr__': lambda s: 1 / 0})(1), W",
    "type-without-a-name": "return type('M', (type,), {'__name__': property(lambda c: 1 / 0)})('x', (), {})(), W",
    "type-named-by-a-number": "return type('M', (type,), {'__name__': 7})('x', (), {})(), W",
    "type-named-in-control-characters": "return type('\\x1b[2J\\u202e\\n' * 9, (), {})(), W",
    "array-type-named-in-control-characters": "return 0.0, W.view(type('\\x1b[2J\\u202e\\n' * 9, (np.ndarray,), {}))",
    "dtype-named-in-control-characters": "return 0.0, np.zeros(W.shape, [('\\x1b[2J\\n', 'f8')])",
}
MUTATIONS = {
    "resizes-its-input": "W.resize((1 << 10, 1 << 10), refcheck=False)\nreturn 0.0, W",
    "reshapes-its-input": "W.shape = (-1,)\nreturn 0.0, W",
    "retypes-its-input": "W.dtype = np.uint8\nreturn 0.0, W",
    "freezes-its-input": "W.setflags(write=False)\nX.setflags(write=False)\nreturn 0.0, W",
    "frees-its-input": "ctypes.memset(id(W) + 16, 0, 8)\nreturn 0.0, X",
    "turns-its-input-to-objects": "import builtins\nW.fill(np.nan)\nnp.array_equal = None\nreturn 0.0, W",
    "uses-up-its-frame": "frame = sys._getframe(1)\nframe.f_locals.clear()\ndel frame\nreturn 0.0, W",
    "clears-the-callers-arguments": "frame = sys._getframe(1)\nframe.f_locals['arguments'].clear()\nreturn 0.0, W",
    "clears-the-guests-names": "sys._getframe(1).f_globals.clear()\nreturn 0.0, W",
    "clears-its-own-names": "globals().clear()\nreturn 0.0, 0.0",
    "clears-all-modules": "sys.modules.clear()\nreturn 0.0, W",
}
EXCEPTIONS = {
    "whose-text-raises": "raise type('E', (Exception,), {'__str__': lambda s: 1 / 0})",
    "whose-text-is-none": "raise type('E', (Exception,), {'__str__': lambda s: None})",
    "whose-text-is-endless": "raise ValueError('x' * (32 << 20))",
    "whose-text-steers-terminals": "raise ValueError('\\x1b[2J\\x07\\r\\u202e\\n\\n[red]<b>')",
    "whose-text-is-half": "raise ValueError('\\udc80\\ud800')",
    "whose-type-has-no-name": "raise type('M', (type,), {'__name__': property(int)})('E', (Exception,), {})",
    "whose-type-is-named-like-a-lie": "raise type('SystemExit (all tests passed)', (Exception,), {})",
    "whose-class-is-another": "raise type('E', (Exception,), {'__class__': property(lambda s: KeyboardInterrupt)})",
    "whose-trace-is-another": "raise ValueError().with_traceback(None)",
    "from-a-place-that-is-none": "exec(compile('1 / 0', '<cell x>', 'exec'))",
    "from-a-place-beyond-all": "exec(compile('1 / 0', '<cell ' + '9' * 4000 + '>', 'exec'))",
    "from-a-place-in-other-digits": "exec(compile('1 / 0', '<cell \\u0663>', 'exec'))",
    "from-a-line-beyond-all": "exec(compile('\\n' * 10 ** 6 + '1 / 0', '<cell 2>', 'exec'))",
    "in-a-group-of-groups": "error = ValueError()\nfor _ in range(500):\n    error = ExceptionGroup('g', [error])\n"
    "raise error",
    "with-a-thousand-notes": "error = ValueError()\nfor n in range(1000):\n    error.add_note('note' * 1000)\n"
    "raise error",
    "that-is-its-own-cause": "error = ValueError()\nerror.__cause__ = error.__context__ = error\nraise error",
    "in-the-middle-of-another": "try:\n    1 / 0\nfinally:\n    raise KeyError('x')",
    "of-every-kind-in-turn": "import builtins\n"
    "kinds = [k for k in vars(builtins).values() if isinstance(k, type) and issubclass(k, Exception)]\n"
    "raise kinds[int(abs(W).sum() * 1000) % len(kinds)]('a', b'b', 0, 1, 'e')",
    "about-limits": "raise OSError(24, 'Too many open files')",
    "about-memory": "raise MemoryError('sorry')",
    "about-a-number-that-is-none": "raise OSError('[Errno 999] no such number')",
    "not-implemented": "raise NotImplementedError('20 points please')",
}
REPORTS = {
    "arrays-among-positions": "(report[0], (np.arange(3),), *report[2:])",
    "fractions-among-positions": "(report[0], (1.0,), *report[2:])",
    "texts-among-positions": "(report[0], ('W', None, ()), *report[2:])",
    "positions-out-of-range": "(report[0], (-1, 99, 2 ** 62), *report[2:])",
    "arrays-among-shared": "(*report[:2], (np.arange(3),), *report[3:])",
    "negative-instructions": "(*report[:3], -(2 ** 62), *report[4:])",
    "instructions-as-truth": "(*report[:3], True, *report[4:])",
    "lines-of-nothing": "(*report[:5], (('', 0, 0), ('<cell 99999>', -5, 2 ** 62)))",
    "lines-in-other-digits": "(*report[:5], (('<cell \\u0663>', 1, 2 ** 40),))",
    "lines-that-are-none": "(*report[:5], (1, 2, 3))",
    "lines-of-lines": "(*report[:5], ((('a', 1, 1),),))",
    "no-report": "()",
    "report-of-a-report": "((report,),)",
    "report-that-is-a-text": "'fine'",
    "report-that-is-an-array": "np.zeros(6)",
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
    "lying-name": "send(b'\\x07\\xff\\xff\\xff\\xff' + REPORT, 2)",
    "lying-sequence": "send(b'\\x06\\xff\\xff' + REPORT, 2)",
    "deep-sequence": "send(b'\\x06\\x01\\x00' * 5000 + b'\\0' + REPORT, 2)",
    "many-parts": "send(sequence(sequence(sequence(b'\\0', 5000), 100), 3) + REPORT, 2)",
    "lying-shape": "send(b'\\x05\\0\\x01' + struct.pack('<Q', 10 ** 6) + bytes(8) + REPORT, 2)",
    "giant-shape": "send(b'\\x05\\0\\x02' + struct.pack('<QQ', 1 << 63, 1 << 63) + REPORT, 2)",
    "giant-empty-shape": "send(b'\\x05\\0\\x03' + struct.pack('<QQQ', 0, 1 << 40, 1 << 40) + REPORT, 2)",
    "unknown-dtype": "send(b'\\x05\\xee\\x01' + struct.pack('<Q', 1) + bytes(8) + REPORT, 2)",
    "nine-dimensions": "send(b'\\x05\\0\\x09' + struct.pack('<9Q', *[1] * 9) + bytes(8) + REPORT, 2)",
    "label-without-an-array": "send(b'\\x08\\x01\\0\\0\\0a' + REPORT, 2)",
    "label-on-a-giant": "send(b'\\x08\\x01\\0\\0\\0a\\0\\x01' + struct.pack('<Q', 1 << 40) + REPORT, 2)",
    "error-with-numbers-for-texts": "send(b'\\x02' + bytes(8) + b'\\x04\\0\\0\\0\\0' * 3, 4, 8)",
    "error-of-nothing": "send(b'', 0, 8)",
    "error-of-arrays": "send((b'\\x05\\0\\0' + bytes(8)) * 4, 4, 8)",
    "flag-in-the-header": "os.write(3, struct.pack('<4sBBHQQ', b'GKW1', 7, 1, 0, stolen_call(), 0))",
}
SIGNALS = (1, 2, 6, 8, 9, 10, 11, 15, 19, 24, 31, 35, 64)
CRASHES = {
    "reads-at-zero": "ctypes.string_at(0)",
    "writes-at-zero": "ctypes.memset(0, 0, 8)",
    "aborts": "os.abort()",
    "frees-twice": "libc.free(ctypes.c_void_p(libc.malloc(8)))\nctypes.memset(id(None), 0, 16)",
    "divides-by-zero-in-c": "ctypes.CFUNCTYPE(ctypes.c_int)(0)()",
    "runs-nonsense-as-code": "exec((lambda: 0).__code__.replace(co_code=b'\\x64\\xff' * 64))",
    "kills-itself-behind-the-library": "system_call(62, os.getpid(), 9)",
    "kills-its-thread-behind-the-library": "system_call(234, os.getpid(), os.getpid(), 9 + (1 << 32))",
    "calls-a-forbidden-table": "libc.syscall(ctypes.c_long(0x40000000 + 39))",
}


def _forged(report: str) -> str:
    return function(f"""
def forge(kind, values):
    report = values[1]
    return kind, [values[0], {report}]
forge_with(forge)
return 0.0, np.zeros_like(W)""")


ATTACKS = (
    *(answers("value/" + name, function(body), JUDGED, most=TWO_AT_MOST) for name, body in VALUES.items()),
    *(
        answers("input/" + name, function(body), JUDGED + OR_CHANGED + "|" + DIED, most=TWO_AT_MOST)
        for name, body in MUTATIONS.items()
    ),
    *(answers("exception/" + name, function(body), r"raised|not started|" + DIED) for name, body in EXCEPTIONS.items()),
    *(
        answers("report/" + name, _forged(report), JUDGED + "|interfered", most=TWO_AT_MOST)
        for name, report in REPORTS.items()
    ),
    *(answers("frame/" + name, function(body + "\ntime.sleep(60)"), INTERFERED) for name, body in FRAMES.items()),
    *(
        answers(f"signal/{number}", function(f"os.kill(os.getpid(), {number})\nos._exit(0)"), DIED)
        for number in SIGNALS
    ),
    *(answers("crash/" + name, function(body), DIED) for name, body in CRASHES.items()),
    answers(
        "value/weakly-right-everywhere-but-once",
        RIGHT.replace("    scores = X", "    if len(X) == 1: return [[[]]], {1: 2}\n    scores = X", 1),
        "should be a plain number",
        most=9.95,
    ),
)
