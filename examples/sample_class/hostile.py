"""Code that attacks the grader or comes to harm by itself: what each deserves, and not a point more.

They are meant for the sandbox. Each is bounded where it can be: a few hundred processes or threads that end
by themselves, memory up to 64 GiB. Do not run them outside.
"""

from right import NAIVE_LOOPS, TEXTBOOK
from student import NAIVE, VECTORIZED, Deserved, SampleStudent, answers, edited, replaced

SIGNATURES = {NAIVE: f"def {NAIVE}(W, X, y, reg):", VECTORIZED: f"def {VECTORIZED}(W, X, y, reg):"}
ZEROS = "return 0.0, np.zeros_like(W)"


def both(body: str, before: str = "", below: str = "") -> tuple[str, str]:
    """Return two answers whose functions have the same body; `before` and `below` stand around the first."""
    indented = "\n".join("    " + line for line in body.strip("\n").split("\n"))
    naive, vectorized = (f"{signature}\n{indented}\n" for signature in SIGNATURES.values())
    return f"{before}\n{naive}\n{below}\n", vectorized


def first(statements: str, source: str) -> str:
    """Return a right answer that executes statements before anything else."""
    signature = next(line for line in source.split("\n") if line.startswith("def "))
    indented = "\n".join("    " + line for line in statements.strip("\n").split("\n"))
    return replaced(source, (signature + "\n", f"{signature}\n{indented}\n"))


def _student(
    name: str, sources: tuple[str | None, str | None], naive: Deserved, vectorized: Deserved, names: str = ""
) -> SampleStudent:
    return SampleStudent(f"nasty-{name}", "nasty", edited(answers(*sources)), naive, vectorized, names)


def _naive_only(name: str, body: str, before: str = "") -> SampleStudent:
    """Return a student whose naive function does harm while the vectorized one is right."""
    return _student(name, (both(body, before)[0], TEXTBOOK), "none", "full")


def _right_after(name: str, statements: str, deserves: Deserved = "full") -> SampleStudent:
    """Return a student whose functions do something forbidden first and then give the right answer."""
    sources = (first(statements, NAIVE_LOOPS), first(statements, TEXTBOOK))
    return _student(name, sources, deserves, deserves)


def _for_points(name: str, body: str, before: str = "", below: str = "") -> SampleStudent:
    """Return a student who attacks and gives zeros for an answer."""
    return _student(name, both(body, before, below), "little", "little")


# These cost the grader its time limit; hence only a few.
SLOW = (
    _naive_only("infinite-loop", "while True:\n    pass"),
    _naive_only("sleeps-for-ever", "import time\nwhile True:\n    time.sleep(3600)"),
    _naive_only(
        "cannot-be-interrupted",
        """
import signal
for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGXCPU):
    signal.signal(number, signal.SIG_IGN)
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
""",
    ),
)

LEAVING = "import os\nHALF = os._exit(0) or 0.5\n"

ENDS_THE_PROCESS = (
    _naive_only("os-exit", "import os\nos._exit(0)"),
    _naive_only("sys-exit", "import sys\nsys.exit(0)"),
    _naive_only("keyboard-interrupt", "raise KeyboardInterrupt"),
    _naive_only("generator-exit", "raise GeneratorExit"),
    _naive_only("segmentation-fault", "import ctypes\nreturn ctypes.string_at(0)"),
    _naive_only("abort", "import os\nos.abort()"),
    _naive_only("kills-itself", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"),
    _naive_only("kills-its-parent", "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nos._exit(0)"),
    _naive_only("kills-its-group", "import os, signal\nos.killpg(0, signal.SIGKILL)"),
    _naive_only("huge-recursion", "return softmax_loss_naive(W, X, y, reg)"),
    _naive_only(
        "recursion-without-limit",
        "import sys\nsys.setrecursionlimit(10**9)\nreturn deeper(0)",
        "def deeper(n):\n    return deeper(n + 1) + [n].index(n)",
    ),
    _naive_only("closes-descriptors", "import os\nos.closerange(0, 4096)\nreturn 0.0, W"),
    _student("leaves-at-import", (LEAVING + NAIVE_LOOPS.replace("0.5", "HALF"), TEXTBOOK), "none", "any"),
)

TAKES_TOO_MUCH = (
    _naive_only("memory-at-once", "return 0.0, np.ones(64 * 2**30 // 8)"),
    _naive_only(
        "memory-by-and-by",
        "hoard = []\nfor _ in range(1024):\n    hoard.append(np.ones(2**23))\nreturn 0.0, W",
    ),
    _naive_only("gigabyte-result", "return 0.0, np.zeros((2**17, 2**10))"),
    _naive_only("million-results", "return [0.0] * 10**6"),
    _naive_only("nested-result", "deep = []\nfor _ in range(10**5):\n    deep = [deep]\nreturn deep, W"),
    _naive_only("huge-integer-loss", "return 10 ** 100000, np.zeros_like(W)"),
    _naive_only("huge-message", "raise ValueError('x' * 10**8)"),
    # Dies in so many checks that its remaining calls are not made: that must not touch the other question.
    _student(
        "crashes-often",
        (first("import os\nif reg == 0:\n    os._exit(1)", NAIVE_LOOPS), TEXTBOOK),
        "none",
        "full",
        names="lost 4 times",
    ),
    _right_after("output-flood", "for _ in range(100):\n    print('x' * 10**6)", "any"),
    _right_after(
        "thread-bomb",
        """
import threading, time
for _ in range(300):
    threading.Thread(target=time.sleep, args=(20,), daemon=True).start()
""",
        "any",
    ),
    _right_after(
        "fork-bomb",
        """
import os, time
for _ in range(200):
    if os.fork() == 0:
        time.sleep(20)
        os._exit(0)
""",
        "any",
    ),
    _right_after(
        "fills-the-disk",
        """
import os, tempfile
try:
    with open(os.path.join(tempfile.gettempdir(), "fill"), "wb") as f:
        for _ in range(512):
            f.write(bytes(2**20))
    os.unlink(f.name)
except OSError:
    pass
""",
        "any",
    ),
)

LOOKS_AROUND = (
    _naive_only("returns-password-file", "return open('/etc/passwd').read(), W"),
    _right_after(
        "opens-a-socket",
        """
import socket
try:
    socket.create_connection(("127.0.0.1", 9), timeout=1).close()
except OSError:
    pass
""",
    ),
    _right_after(
        "starts-a-program",
        """
import subprocess
try:
    subprocess.run(["true"], check=False, timeout=5)
except OSError:
    pass
""",
    ),
    # Code that could reach the counting of loops is judged by its CPU time, which is none the worse for this.
    _right_after("system-call", "__import__('os').system('true')"),
    _for_points(
        "searches-for-the-suite",
        f"""
import os, time
end = time.time() + 1
for folder, _, files in os.walk("/"):
    for name in files:
        if name.startswith("test_softmax") or name in ("mistakes.py", "seed"):
            raise RuntimeError("found " + os.path.join(folder, name))
    if time.time() > end:
        break
{ZEROS}
""",
    ),
    _for_points(
        "searches-the-frames",
        f"""
import gc, inspect
for frame in inspect.stack():
    for name in ("expected", "reference", "want"):
        if name in frame.frame.f_locals:
            return frame.frame.f_locals[name]
for thing in gc.get_objects():
    if isinstance(thing, dict) and callable(thing.get("reference")):
        return thing["reference"](W, X, y, reg)
    if getattr(thing, "__name__", "") == "softmax_loss_vectorized" and thing is not softmax_loss_vectorized:
        return thing(W, X, y, reg)
{ZEROS}
""",
    ),
    _naive_only("inputs-in-the-message", "raise ValueError(repr((W.tolist(), X.tolist(), y, reg)))"),
    _naive_only("inputs-in-the-type", "raise type('E' + str(X[0, 0]).replace('.', '_'), (Exception,), {})()"),
)

LYING_CLASSES = """
class Same(np.ndarray):
    def __eq__(self, other): return np.array(True)
    def __sub__(self, other): return np.zeros(self.shape)
    __rsub__ = __sub__
    def __array_ufunc__(self, *args, **kwargs): return np.array(True)
    def __array_function__(self, *args, **kwargs): return True

class Loss(float):
    def __eq__(self, other): return True
    def __sub__(self, other): return Loss(0)
    __rsub__ = __sub__
    __hash__ = float.__hash__
"""

LIES = (
    _for_points("lying-array", "return 0.0, np.zeros_like(W).view(Same)", LYING_CLASSES),
    _for_points("lying-float", "return Loss(0), np.zeros_like(W)", LYING_CLASSES),
    _for_points(
        "patches-numpy",
        ZEROS,
        below="""
np.allclose = np.array_equal = lambda *args, **kwargs: True
np.testing.assert_allclose = lambda *args, **kwargs: None
np.isclose = lambda a, b, **kwargs: np.ones(np.shape(a), bool)
np.max = np.sum = np.abs = lambda *args, **kwargs: 0.0
""",
    ),
    _for_points(
        "patches-at-call",
        f"""
import builtins
np.testing.assert_allclose = np.allclose = lambda *args, **kwargs: True
builtins.abs = lambda value: 0
{ZEROS}
""",
    ),
    _for_points(
        "forges-replies",
        f"""
import json, os, struct
reply = json.dumps({{"passed": True, "score": 10, "outcome": "passed"}}).encode()
for descriptor in range(3, 32):
    try:
        os.write(descriptor, struct.pack(">I", len(reply)) + reply)
        os.write(descriptor, struct.pack("<Q", len(reply)) + reply)
    except OSError:
        pass
{ZEROS}
""",
    ),
    _for_points("worked-example-by-heart", "return 2.7004474141, np.zeros_like(W)"),
    _for_points(
        "deletes-builtins",
        f"""
import builtins
for name in ("isinstance", "len", "repr", "type", "print"):
    if hasattr(builtins, name):
        delattr(builtins, name)
{ZEROS}
""",
    ),
    _for_points(
        "patches-modules",
        f"""
import sys
for name in ("json", "struct", "io", "os"):
    sys.modules[name] = None
sys.stdout = sys.stderr = None
{ZEROS}
""",
    ),
    _for_points("infinite-answers", "return np.inf, np.full_like(W, np.nan)"),
    _student("object-array", (replaced(NAIVE_LOOPS, ("dW\n", "dW.astype(object)\n")), TEXTBOOK), "any", "full"),
    _student("generator", (replaced(NAIVE_LOOPS, ("return", "yield")), TEXTBOOK), "none", "full"),
    _student("coroutine", ("async " + NAIVE_LOOPS.strip("\n"), TEXTBOOK), "none", "full"),
    _student(
        "class-for-a-function",
        (f"class {NAIVE}:\n    def __init__(self, *args): pass\n", TEXTBOOK),
        "none",
        "full",
    ),
    _student("number-for-a-function", (f"{NAIVE} = 10\n", TEXTBOOK), "none", "full"),
    _naive_only(
        "message-that-fails",
        "raise Awkward",
        """
class Awkward(Exception):
    def __str__(self): raise ValueError("no message")
    __repr__ = __str__
""",
    ),
    _student(
        "switches-tracing-off",
        (
            NAIVE_LOOPS,
            first(
                "import sys\nsys.settrace(None)\nsys.setprofile(None)",
                replaced(NAIVE_LOOPS, (NAIVE, VECTORIZED)),
            ),
        ),
        "full",
        "part",
    ),
    _student("vectorized-calls-naive", (NAIVE_LOOPS, both(f"return {NAIVE}(W, X, y, reg)")[1]), "full", "part"),
    _student("naive-calls-vectorized", (both(f"return {VECTORIZED}(W, X, y, reg)")[0], TEXTBOOK), "any", "full"),
)

SHADOWS = (
    _student("print-is-none", (NAIVE_LOOPS + "\nprint = None\n", TEXTBOOK), "full", "full"),
    _student("numpy-is-none", (NAIVE_LOOPS, TEXTBOOK + "\nnp = None\n"), "any", "any"),
    _student("numpy-deleted", (NAIVE_LOOPS, TEXTBOOK + "\ndel np\n"), "any", "any"),
    _student("range-is-a-list", ("range = [1, 2, 3]\n" + NAIVE_LOOPS, TEXTBOOK), "none", "full"),
)

STUDENTS = (*SLOW, *ENDS_THE_PROCESS, *TAKES_TOO_MUCH, *LOOKS_AROUND, *LIES, *SHADOWS)
