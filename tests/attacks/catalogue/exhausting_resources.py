"""Attacks that want to use up the machine: memory, descriptors, the stack, the channel, the worker."""

from ..attack import answers, function

PATIENT = (("call_seconds", 10.0), ("crashes", 1))
"""Attacks on space take their time on a busy machine."""
OUT_OF_MEMORY = r"raised MemoryError.* 1024 MiB of memory|crashed the Python interpreter|ended the whole Python process"
CRASHED = r"crashed the Python interpreter|raised MemoryError"
TOO_LARGE = r"returned more than 8 MiB"
INTERFERED = r"interfered with the grader|closed the connection|ended the whole Python process|was ended by"

SPACE = {
    "memory-at-once": ("return np.ones(1 << 33)", OUT_OF_MEMORY),
    "memory-by-and-by": ("kept = []\nwhile True:\n    kept.append(np.empty(1 << 20))", OUT_OF_MEMORY),
    "memory-of-a-list-in-itself": ("kept = []\nwhile True:\n    kept = [kept] * (1 << 16)", OUT_OF_MEMORY),
    "memory-by-a-text": ("return 'a' * 10 ** 12", OUT_OF_MEMORY),
    "memory-by-a-number": ("return len(str(1 << (1 << 33)))", OUT_OF_MEMORY),
    "shared-anonymous-memory": (
        "import mmap\nreturn len(mmap.mmap(-1, 1 << 34))",
        r"raised (OSError|MemoryError|ModuleNotFoundError)",
    ),
    "memory-from-the-kernel": (
        "libc.mmap.restype = ctypes.c_void_p\nwhile libc.mmap(None, 1 << 30, 3, 0x8022, -1, 0) != (1 << 64) - 1:\n"
        "    pass\nreturn np.ones(1 << 28)",
        OUT_OF_MEMORY,
    ),
    "locked-memory": ("system_call(151, 1)", r"raised (PermissionError|OSError)"),
    "descriptors": ("while True:\n    os.pipe()", r"raised OSError in cell .* files open"),
    "descriptors-by-copies": ("while True:\n    os.dup(3)", r"raised OSError in cell .* files open"),
    "a-file-without-end": ("return open('/dev/urandom', 'rb').read()", OUT_OF_MEMORY + "|raised PermissionError"),
    "stack-of-python": ("def deeper(): return deeper()\ndeeper()", r"raised RecursionError"),
    "stack-without-a-limit": (
        "sys.setrecursionlimit(1 << 30)\nclass Deep:\n    def __getattr__(self, name): return getattr(self, name)\n"
        "return Deep().x",
        CRASHED,
    ),
    "stack-of-c": (
        "import itertools\nx = iter(())\nfor _ in range(3 * 10 ** 5):\n    x = itertools.chain(x, ())\nreturn list(x)",
        CRASHED,
    ),
    "stack-at-the-end-of-a-list": (
        "x = ()\nfor _ in range(10 ** 6):\n    x = (x,)\nreturn repr(x)",
        r"raised RecursionError|" + CRASHED,
    ),
    "large-reply": ("return np.zeros(2 << 20)", TOO_LARGE),
    "reply-of-many-parts": ("return [[0.0] * 2000] * 1000", TOO_LARGE),
    "reply-that-is-one-number": ("return np.broadcast_to(np.float64(1), (1 << 40,))", r"raised MemoryError.* 1024 MiB"),
    "reply-that-is-one-small-number": ("return np.broadcast_to(np.int8(1), (1 << 26,))", TOO_LARGE),
    "reply-that-overlaps": (
        "return np.lib.stride_tricks.as_strided(np.zeros(9), (1 << 21,), (0,))",
        TOO_LARGE,
    ),
    "reply-of-a-long-text": ("return 'a' * (32 << 20)", r"Expected \(loss, dW\)"),
    "reply-with-a-long-name": ("return type('a' * (32 << 20), (), {})()", r"Expected \(loss, dW\)"),
    "header-of-a-petabyte": ("send(b'', 2, length=1 << 50)\nos.read(3, 1)", TOO_LARGE),
    "header-of-everything": ("send(b'', 2, length=(1 << 64) - 1)\nos.read(3, 1)", TOO_LARGE),
    "unasked-flood": ("while True:\n    os.write(3, bytes(1 << 16))", INTERFERED),
    "prints-without-end": ("for _ in range(1000):\n    print('x' * 100_000)", r"returns? .* None|Expected"),
    "prints-behind-the-library": ("for _ in range(100):\n    os.write(1, bytes(1 << 20))", r"Expected"),
    "warns-without-end": (
        "import warnings\nwarnings.simplefilter('always')\nfor n in range(20_000):\n    warnings.warn(str(n))",
        r"Expected",
    ),
    "exceptions-in-a-chain": (
        "error = ValueError()\nfor n in range(10 ** 5):\n    late = ValueError(n)\n    late.__context__ = error\n"
        "    error = late\n"
        "raise error",
        r"raised ValueError|" + CRASHED,
    ),
    "garbage-in-cycles": (
        "import gc\ngc.disable()\nwhile True:\n    x = []\n    x.append(x)\n    x.append(bytes(1 << 16))",
        OUT_OF_MEMORY,
    ),
}

ATTACKS = tuple(answers(name, function(body), told, limits=PATIENT) for name, (body, told) in SPACE.items())
