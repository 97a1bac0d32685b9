"""Attacks that want to read: the suite, the seed, the grader's memory and environment, its own guest's remains."""

from ..attack import answers, function, steals

# Where no file may be opened, not even a module can be imported that was not there before.
OUT_OF_REACH = r"raised (PermissionError|FileNotFoundError|OSError|ModuleNotFoundError) in cell"
NOTHING_FOUND = r"Expected \(loss, dW\) to be returned; got (None|a text|\d+ values?)"
JUDGED = r"wrong|shape|crashed the Python interpreter"

BY_FILE = {
    "opens-it": "return open(path).read()",
    "opens-it-by-number": "return os.read(os.open(path, os.O_RDONLY), 100).decode()",
    "opens-it-as-path-only": "return os.readlink(f'/proc/self/fd/{os.open(path, os.O_PATH)}') and open(path).read()",
    "opens-it-from-its-folder": "os.chdir(folder); return open(os.path.basename(path)).read()",
    "opens-it-from-a-folder-handle": """
handle = os.open(folder, os.O_RDONLY)
return os.read(os.open(os.path.basename(path), os.O_RDONLY, dir_fd=handle), 100).decode()""",
    "climbs-from-what-may-be-read": "return open('/usr/lib/../..' + path).read()",
    "climbs-from-where-it-starts": "return open('/'.join(['..'] * 20) + path).read()",
    "goes-through-the-root-in-proc": "return open('/proc/self/root' + path).read()",
    "goes-through-its-own-folder-in-proc": "return open('/proc/self/cwd' + path).read()",
    "goes-through-the-parents-root": "return open(f'/proc/{os.getppid()}/root' + path).read()",
    "reads-it-with-numpy": "return np.fromfile(path, np.uint8).tobytes().decode()",
    "reads-it-as-text-with-numpy": "return str(np.genfromtxt(path, dtype=str))",
    "maps-it-with-numpy": "return np.memmap(path, np.uint8, 'r').tobytes().decode()",
    "asks-numpy-for-it-as-a-source": "return np.lib.npyio.DataSource(None).open(path).read()",
    "opens-it-with-the-c-library": """
libc.fopen.restype = ctypes.c_void_p
file = libc.fopen(path.encode(), b"r")
buffer = ctypes.create_string_buffer(100)
libc.fgets(buffer, 100, ctypes.c_void_p(file)) if file else open(path)
return buffer.value.decode()""",
    "runs-it-as-a-module": """
from importlib.machinery import SourceFileLoader
return SourceFileLoader("hidden", path).get_data(path).decode()""",
    "tokenizes-it": "import tokenize; return tokenize.open(path).read()",
    "openat2": """
how = struct.pack("<QQQ", 0, 0, 0)
return os.read(system_call(437, -100, path.encode(), ctypes.create_string_buffer(how), 24), 100).decode()""",
    "finds-it-by-listing": "return open(folder + '/' + os.listdir(folder)[0]).read()",
    "finds-it-by-scanning": "return next(os.scandir(folder)).name",
    "asks-whether-it-exists": "os.stat(path)\nreturn 'it exists'",
    "asks-whether-it-may-be-read": "os.access(path, 0) or os.stat(path)\nreturn 'it exists'",
    "asks-for-its-file-system": "os.statvfs(path)\nreturn 'it exists'",
    "reads-the-password-file": "return open('/etc/passwd').read()",
    "reads-its-process-status": "return open('/proc/self/status').read()",
    "reads-the-memory-map": "return open('/proc/self/maps').read()",
    "reads-the-kernels-settings": "return open('/proc/sys/kernel/core_pattern').read()",
    "reads-about-the-machine": "return open('/sys/kernel/mm/transparent_hugepage/enabled').read()",
}
BY_FILE_QUIETLY = {
    "quotes-it-in-a-traceback": "import linecache; return linecache.getline(path, 1).strip()",
    "globs-for-it": "import glob; return glob.glob(folder + '/*')",
    "walks-to-it": "return [names for _, _, names in os.walk(folder) if names]",
}
NEEDING_ROOT = {
    "reads-the-graders-memory": """
buffer = ctypes.create_string_buffer(23)
ours = struct.pack("<QQ", ctypes.addressof(buffer), 23)
theirs = struct.pack("<QQ", address, 23)
system_call(310, grader, ctypes.create_string_buffer(ours), 1, ctypes.create_string_buffer(theirs), 1, 0)
return buffer.raw.decode()""",
    "reads-the-graders-memory-in-proc": """
memory = os.open(f"/proc/{grader}/mem", os.O_RDONLY)
return os.pread(memory, 23, address).decode()""",
    "reads-the-graders-environment": """
data = open(f"/proc/{grader}/cmdline").read() + open(f"/proc/{grader}/environ").read()
return data""",
}
# These bring nothing even without confinement: the guest has nothing to give.
NEVER = {
    "searches-the-heap": """
import gc
mark = bytes([115, 101, 99, 114, 101, 116, 45]).decode()
return [o for o in gc.get_objects() if isinstance(o, (dict, list, tuple)) and len(o) < 99 and mark in repr(o)][:1]""",
    "searches-freed-memory": """
mark = bytes([115, 101, 99, 114, 101, 116, 45])
return [1 for n in range(4, 23) if mark in np.empty(1 << n, np.uint8).tobytes()]""",
    "searches-the-environment": "return [v for v in os.environ.values() if v.startswith('secret')]",
    "asks-the-c-library-for-the-environment": """
libc.getenv.restype = ctypes.c_char_p
return libc.getenv(b"GRADKIT_ATTACKED")""",
    "looks-for-the-suite-among-modules": """
names = [n for n in sys.modules if not n.startswith("gradkit.definitions")]  # how cells are read, as students have it
return [n for n in names if n.split(".")[0] in ("gradkit", "pytest", "_pytest", "nbgrader", "problems")]""",
    "imports-the-grader": """
try:
    import gradkit.grader.suite
except ImportError:
    return None
return "imported" """,
    "imports-the-solution": """
for name in ("problems", "mistakes", "solutions", "autograder", "conftest", "test_softmax_loss"):
    try:
        return __import__(name).__name__
    except ImportError:
        pass""",
    "looks-for-open-descriptors": """
import fcntl
found = []
for number in range(4, 1024):
    try:
        fcntl.fcntl(number, fcntl.F_GETFD)
        found.append(number)
    except OSError:
        pass
return found""",
    "looks-for-the-reference-in-frames": """
frame, found = sys._getframe(), []
while frame:
    found += [n for n in frame.f_locals if n in ("reference", "expected", "judge", "bundle", "seed")]
    frame = frame.f_back
return found""",
    "looks-for-the-reference-through-the-caller": """
found = []
zygote = sys.modules["sandbox.guest.zygote"]
for kept in (sys._getframe(1).f_globals, vars(zygote), vars(sys.modules["__main__"])):
    found += [n for n in kept if any(w in n.lower() for w in ("reference", "solution", "expected", "secret", "seed"))]
return [n for n in found if n != "WARM_SEED"]""",
    "asks-who-called": """
import inspect, traceback
text = "".join(traceback.format_stack())
return [word for word in ("suite", "pytest", "hidden_test", "solutions", "autograder") if word in text]""",
}
READS_ITSELF = {
    "reads-beyond-an-array": """
beyond = np.lib.stride_tricks.as_strided(np.zeros(1), (1 << 19,), (8,))
return 0.0, beyond""",
    "reads-before-an-array": """
before = np.lib.stride_tricks.as_strided(W[::-1], (1 << 12,), (-8,))
return 0.0, before""",
    "returns-raw-memory": "return 0.0, np.ctypeslib.as_array((ctypes.c_uint8 * (1 << 20)).from_address(id(W)))",
    "returns-an-interface-to-memory": """
class Window:
    __array_interface__ = {"shape": (1 << 16,), "typestr": "|u1", "data": (id(np), True), "version": 3}
return 0.0, np.asarray(Window())""",
    "returns-what-was-freed": "return 0.0, np.empty(900_000)",
}

ATTACKS = (
    *(steals(name, body, OUT_OF_REACH) for name, body in BY_FILE.items()),
    *(steals(name, body, NOTHING_FOUND) for name, body in BY_FILE_QUIETLY.items()),
    *(steals(name, body, OUT_OF_REACH, needs_root=True) for name, body in NEEDING_ROOT.items()),
    *(steals(name, body, NOTHING_FOUND, live=False) for name, body in NEVER.items()),
    *(answers(name, function(body), JUDGED) for name, body in READS_ITSELF.items()),
)
