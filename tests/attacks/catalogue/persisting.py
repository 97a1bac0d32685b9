"""Attacks that want to outlive their guest: to change what the next student's code finds."""

from ..attack import Attack, answers, code, function, steals
from ..tools import RIGHT
from ..world import WORLD

SEEN = r"Expected \(loss, dW\) to be returned; got a text|crashed|ended the whole Python process|interfered"
REFUSED = (
    r"raised (PermissionError|FileNotFoundError|OSError|ModuleNotFoundError|ImportError|ValueError"
    r"|an exception of its own) in cell"
    r"|made a system call that is not allowed"
)

# Each shows in its own guest: its author sees another world, or the guest dies of it.
POISONS = {
    "numpy-function": "np.exp = lambda x: 'poisoned'",
    "numpy-ufunc": "np.add.reduce.__self__; ctypes.memmove(id(np.add) + 16, id(np.subtract) + 16, 64)",
    "numpy-errors": "np.seterr(all='raise')",
    "numpy-printing": "np.set_printoptions(precision=1)",
    "numpy-random": "np.random.seed(7)",
    "numpy-constant": "np.pi = 3",
    "numpy-testing": "np.testing.assert_allclose = lambda *a, **k: 'poisoned'",
    "numpy-norm": "np.linalg.norm = lambda x: 0.0",
    "array-of-numpy": "np.zeros = lambda *a: __import__('builtins').__import__('array').array('d', [1.0])",
    "python-random": "import random\nrandom.seed = len",
    "builtin": "import builtins\nbuiltins.len = lambda x: 7",
    "builtin-of-classes": "import builtins\nbuiltins.__build_class__ = print",
    "builtin-map": "import builtins\nbuiltins.map = lambda *a: iter(('poisoned',))",
    "module": "import math\nsys.modules['math'] = None",
    "loaded-module": "import uuid\nuuid.poisoned = 1",
    "every-module": "for module in list(sys.modules.values()):\n    try: module.poisoned = 1\n"
    "    except Exception: pass",
    "import-path": "sys.path.insert(0, '/tmp')",
    "import-hook": "sys.meta_path.insert(0, None)",
    "import-of-bytecode": "sys.dont_write_bytecode = False",
    "import-customization": "sys.modules['usercustomize'] = sys.modules['sitecustomize'] = sys",
    "path-hook": "sys.path_hooks.append(None)",
    "environment": "os.environ['POISON'] = '1'",
    "c-environment": "libc.setenv(b'POISON', b'1', 1)",
    "recursion-limit": "sys.setrecursionlimit(80)",
    "switch-interval": "sys.setswitchinterval(100.0)",
    "digits-of-numbers": "sys.set_int_max_str_digits(0)",
    "signal-handler": "import signal\nsignal.signal(15, print)",
    "signal-mask": "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, {15})",
    "trace-function": "sys.settrace(lambda *a: None)",
    "profile-function": "sys.setprofile(lambda *a: None)",
    "warnings": "import warnings\nwarnings.simplefilter('error')",
    "decimal": "import decimal\ndecimal.getcontext().prec = 1",
    "collector": "import gc\ngc.disable()",
    "collectors-threshold": "import gc\ngc.set_threshold(1)",
    "collectors-callback": "import gc\ngc.callbacks.append(len)",
    "exit-handler": "import atexit\natexit.register(print)",
    "thread-handler": "import threading\nthreading.excepthook = print",
    "wire": "sys.modules['sandbox.wire'].MAX_ITEMS = 1",
    "guest-loop": "sys.modules['sandbox.guest.serve'].WATCH = 7",
    "main-module": "sys.modules['__main__'].np = None",
    "number": "ctypes.c_int.from_address(id(2 ** 8 - 1) + 24).value = 254",
    "shared-text": "ctypes.memmove(id('numpy') + 48, b'poison', 5)",
    "rounding": "ctypes.CDLL('libm.so.6').fesetround(0x800)",
    "code-of-the-library": """
place = ctypes.cast(libc.getenv, ctypes.c_void_p).value
system_call(10, place & ~4095, 8192, 7)
ctypes.memmove(place, bytes([0xB8, 7, 0, 0, 0, 0xC3]), 6)""",
    "slots-of-a-type": "ctypes.memmove(id(list) + 32, bytes(8), 8)",
}
UNSEEN = {"slots-of-a-type"}  # nothing that a guest does with lists needs what this spoils
# Refused, or without any effect even for their author.
REFUSED_POISONS = {
    "priority": "os.nice(1)",
    "processors": "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})",
    "limit-of-files": "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))",
    "limit-of-files-of-its-parent": "import resource\n"
    "resource.prlimit(os.getppid() or 1, resource.RLIMIT_NOFILE, (4, 4))",
    "timer": "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0.001)",
    "bytecode-of-numpy": "open(np.__file__.replace('__init__.py', '__pycache__/poison.pyc'), 'wb')",
    "source-of-the-guest": "open(sys.modules['sandbox.wire'].__file__, 'a')",
    "module-of-its-own": "open(os.path.dirname(np.__file__) + '/../usercustomize.py', 'w')",
    "library-behind-everything": "open(ctypes.__file__, 'r+')",
    "memory-of-its-own-process": "open('/proc/self/mem', 'r+b')",
    "memory-of-its-parent": "open(f'/proc/{os.getppid()}/mem', 'r+b')",
    "adjustment-of-who-is-killed": "open('/proc/self/oom_score_adj', 'w').write('-1000')",
}
LEFT_BEHIND = {
    "file-in-the-temporary-folder": "open('/tmp/attack-left-behind', 'w').write('x')",
    "file-in-shared-memory": "open('/dev/shm/attack-left-behind', 'w').write('x')",
}
KEEPS_DESCRIPTORS = """
kept = []
try:
    while True:
        kept.append(os.pipe())
except OSError:
    pass
globals()["KEPT"] = kept
return 0.0, np.zeros_like(W)"""
COUNTS_DOWN = """
import atexit, weakref
atexit.register(os.kill, grader, 0)
kept = type("Last", (), {"__del__": lambda self: os.kill(grader, 0)})()
weakref.finalize(kept, os.kill, grader, 0)
sys.modules["kept"] = kept
return 0.0, np.zeros_like(W)"""


def _poison(name: str, statements: str) -> Attack:
    told = SEEN + r"|raised \w+"
    return answers(name, function(f"{statements}\nreturn world()"), told, code(WORLD), shows=name not in UNSEEN)


ATTACKS = (
    *(_poison(name, statements) for name, statements in POISONS.items()),
    *(
        answers(name, function(f"{body}\nreturn world()"), REFUSED, code(WORLD))
        for name, body in REFUSED_POISONS.items()
    ),
    *(steals(name, f"{body}\nreturn 'done'", REFUSED, live=False) for name, body in LEFT_BEHIND.items()),
    answers(
        "ruins-numpy-for-its-own-other-function",
        function("np.exp = None\nreturn 0.0, W"),
        "wrong|raised",
        vectorized=RIGHT,
        most=10.0,
    ),
    answers("keeps-descriptors", function(KEEPS_DESCRIPTORS), "wrong", most=2.0),
    answers("leaves-work-for-its-end", function(COUNTS_DOWN), "wrong", most=2.0),
)
"""Persisting is a success when the neighbour after the attack finds another world than the one before."""
